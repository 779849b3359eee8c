"""The nouns of ragbot: frozen records that every stage speaks. Knows nothing of files, models or screens.

All offsets are half-open character positions in `Document.text`, which never changes after loading.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from ragbot.scope import Scope

DISCLAIMER = (
    "These are quotations from documents, not medical advice. They have not been checked by a clinician and may not "
    "fit your situation. Ask a doctor or pharmacist before you decide anything. In an emergency call your local "
    "emergency number."
)


def is_glossary(kind: str | None) -> bool:
    """Whether a document of this `kind` explains words, each under a heading of its own."""
    return (kind or "").casefold() == "glossary"


class BlockKind(str, Enum):
    """What a stretch of a document is, as its loader saw it."""

    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    HEADING = "heading"


class Outcome(str, Enum):
    """How a question ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    EMERGENCY = "emergency"
    PERSONAL_DOSE = "personal_dose"
    SMALL_TALK = "small_talk"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of characters, never empty.

    >>> Span(2, 5).cut("abcdef")
    'cde'
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.end <= self.start:
            raise ValueError(f"empty or reversed span {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def cut(self, text: str) -> str:
        """The characters of `text` in this span."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """True if `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def overlap(self, other: Span) -> int:
        """Number of characters that both spans share.

        >>> Span(0, 4).overlap(Span(2, 9))
        2
        """
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or table row. `level` is 1..6 for headings, list depth for items, else 0."""

    span: Span
    kind: BlockKind
    level: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's words as a reader sees them, with its place and level (1 is the highest)."""

    span: Span
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as text. `doc_id` is its path relative to the given folder, with `/`.

    `sha256` is of the file's bytes. `pages` holds the start offset of each page, or nothing if the format has none.
    `notes` say in one line each what of the file is not in `text`, such as the end of a very long table.
    `superseded_by` is the name of the document that takes its place, if it says so.
    """

    doc_id: str
    title: str
    text: str
    path: str
    sha256: str
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    published: str | None = None
    reviewed: str | None = None
    kind: str | None = None
    certainty: str | None = None
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    superseded_by: str | None = None

    def heading_path(self, position: int) -> tuple[str, ...]:
        """Titles of the headings that `position` stands under, outermost first."""
        path: list[Heading] = []
        for heading in self.headings[: bisect_right([h.span.start for h in self.headings], position)]:
            while path and path[-1].level >= heading.level:
                path.pop()
            path.append(heading)
        return tuple(heading.title for heading in path)

    def page(self, position: int) -> int | None:
        """Page number (from 1) of `position`, or None where the format has no pages."""
        return bisect_right(self.pages, position) or None


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What a document says of itself, without its text."""

    doc_id: str
    title: str
    published: str | None = None
    reviewed: str | None = None
    kind: str | None = None
    certainty: str | None = None
    sources: tuple[str, ...] = ()
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the block it stands in. Sentences tile their block: only white space lies between them."""

    span: Span
    block: int
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage bounded by sentences and headings; `text` equals its slice of the document.

    `sentences` is the half-open range of sentence numbers in the document; `token_count` is in tiktoken tokens.
    """

    doc_id: str
    span: Span
    text: str
    heading_path: tuple[str, ...]
    token_count: int
    sentences: tuple[int, int]

    @property
    def chunk_id(self) -> str:
        """`doc_id#start-end`, unique within an index."""
        return f"{self.doc_id}#{self.span.start}-{self.span.end}"

    def under(self, title: str) -> str:
        """What a model reads before the chunk: its document's `title` and its headings, each once.

        A title without a word, such as a file name of digits, says nothing and is left out.
        """
        said = (title, *self.heading_path) if _has_word(title) else self.heading_path
        return ". ".join(dict.fromkeys(said))


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk at a rank (from 1). Scores compare only within one `ranker`."""

    chunk: Chunk
    score: float
    rank: int
    ranker: str


@dataclass(frozen=True, slots=True)
class Source:
    """Another place where the same claim stands."""

    document: str
    title: str
    start: int
    end: int
    published: str | None


@dataclass(frozen=True, slots=True)
class Caution:
    """Why a source may no longer hold: it is old, or another document has taken its place.

    `year` is that of its last date, whose name is the reason; `document` is the superseding one, `title` None where
    there is no such document.
    """

    reason: Literal["published", "reviewed", "superseded"]
    year: int | None = None
    document: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Whole sentences of one document. Build it with `Quote.cut`, so that it cannot differ from its source.

    `highlights` are half-open ranges inside `text`: the answering words. `group` is `list` for one item of a list, whose
    `lead_in` are the document's words that announce it; `side-a` and `side-b` are quotes that exclude each other.
    `cautions` depend on the day on which it is shown and are put there by `ageing`, never by answering.
    """

    document: str
    title: str
    section: tuple[str, ...]
    page: int | None
    span: Span
    text: str
    highlights: tuple[tuple[int, int], ...]
    sha256: str
    published: str | None
    reviewed: str | None = None
    kind: str | None = None
    certainty: str | None = None
    sources: tuple[str, ...] = ()
    also_in: tuple[Source, ...] = ()
    group: str | None = None
    score: float = 0.0
    lead_in: str | None = None
    superseded_by: str | None = None
    cautions: tuple[Caution, ...] = ()

    @classmethod
    def cut(
        cls,
        document: Document,
        span: Span,
        *,
        highlights: tuple[Span, ...] = (),
        also_in: tuple[Source, ...] = (),
        group: str | None = None,
        score: float = 0.0,
        lead_in: Span | None = None,
    ) -> Quote:
        """The quote at `span` of `document`; `highlights` and `lead_in` are given in document offsets.

        Raises ValueError if `span` or a highlight leaves its bounds.
        """
        if span.end > len(document.text) or not all(span.contains(h) for h in highlights):
            raise ValueError(f"span {span} or highlights {highlights} out of bounds in {document.doc_id}")
        return cls(
            document=document.doc_id,
            title=document.title,
            section=document.heading_path(span.start),
            page=document.page(span.start),
            span=span,
            text=span.cut(document.text),
            highlights=tuple((h.start - span.start, h.end - span.start) for h in highlights),
            sha256=document.sha256,
            published=document.published,
            reviewed=document.reviewed,
            kind=document.kind,
            certainty=document.certainty,
            sources=document.sources,
            also_in=also_in,
            group=group,
            score=score,
            lead_in=lead_in.cut(document.text) if lead_in else None,
            superseded_by=document.superseded_by,
        )


@dataclass(frozen=True, slots=True)
class Definition:
    """What a word of an answer means, in a glossary's own words.

    It stands at `start` to `end` of the text of quote `number` (from 0) of those that the answer shows.
    """

    term: str
    quote: Quote
    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question got. `quotes` is best first and empty for every outcome but `answered`.

    `confidence` is the probability (0 to 1) that the best candidate is right, whether it is shown or refused.
    Of several questions in one message `understood` is the one that was answered, `also_asked` are the others;
    `try_instead` are questions that the documents do answer, near the one that was refused. `as_typed` the words were
    searched as they are, without the mended spelling and synonyms that `searched_also` names otherwise. `definitions` are
    of words in `quotes`, or in `nearest` where there are none. `scope` is what was searched if that was not every
    document.
    """

    question: str
    outcome: Outcome
    quotes: tuple[Quote, ...] = ()
    nearest: tuple[Quote, ...] = ()
    confidence: float = 0.0
    message: str | None = None
    footer: str | None = None
    understood: str | None = None
    searched_also: tuple[str, ...] = ()
    unknown_words: tuple[str, ...] = ()
    also_asked: tuple[str, ...] = ()
    try_instead: tuple[str, ...] = ()
    as_typed: bool = False
    definitions: tuple[Definition, ...] = ()
    scope: Scope | None = None
    index: str = ""
    seconds: float = 0.0
    disclaimer: str = DISCLAIMER

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The quotes with their numbers (from 1) and receipts."""
        return tuple(
            Citation(
                number=number,
                title=quote.title,
                section=quote.section,
                page=quote.page,
                quote=quote,
                receipt=Receipt.of(quote, self.index),
            )
            for number, quote in enumerate(self.quotes, start=1)
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is needed to check a quote again later: the file's hash, the offsets, and the hash of the quoted words."""

    document: str
    sha256: str
    start: int
    end: int
    text_sha256: str
    index: str

    @classmethod
    def of(cls, quote: Quote, index: str) -> Receipt:
        """The receipt of `quote` as found in the index with fingerprint `index`."""
        return cls(quote.document, quote.sha256, quote.span.start, quote.span.end, text_hash(quote.text), index)

    def matches(self, document: Document) -> bool:
        """True if `document` is the same file and still holds the quoted words at these offsets."""
        return (
            document.doc_id == self.document
            and document.sha256 == self.sha256
            and text_hash(document.text[self.start : self.end]) == self.text_sha256
        )


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quote with the receipt that re-checks it against its file."""

    number: int
    title: str
    section: tuple[str, ...]
    page: int | None
    quote: Quote
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class IndexManifest:
    """What an index was made of and by; compared before use. `fingerprint` hashes content and settings, never time.

    `reading` is a hash of the code that read and cut the documents, `dense` the kind of the dense index.
    """

    format_version: int
    encoder: str
    dimension: int
    chunking: str
    n_documents: int
    n_chunks: int
    n_sentences: int
    corpus_sha256: str
    fingerprint: str
    paths: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)
    reading: str = ""
    dense: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        return {name: getattr(self, name) for name in self.__slots__} | {"paths": list(self.paths)}


def _has_word(title: str) -> bool:
    return any(word.isalpha() and len(word) > 1 for word in re.findall(r"\w+", title))


def text_hash(text: str) -> str:
    """SHA-256 of `text` as UTF-8; lone surrogates are kept, so any text has a hash."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
