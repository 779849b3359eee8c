"""Words of the quotes that a glossary among the documents explains, with its own sentence. Changes no quote.

A glossary is any document of the kind `glossary`: each heading a term, the first paragraph under it what it means. An
abbreviation that the documents spell out elsewhere counts as the same term. Terms that everybody knows
(`data/everyday_words.json`) are left out. Knows no questions.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from weakref import WeakKeyDictionary

from ragbot.datatypes import BlockKind, Definition, Document, Quote, Span, is_glossary
from ragbot.lexical import LexicalIndex, terms, words
from ragbot.sentences import block_sentences, is_quotable
from ragbot.store import Index

MAX_WORDS = 60  # of a definition; a longer paragraph is shown by its first sentences
COMMON_IDF = 1.6  # the idf of a term that one chunk in five holds: what every page is about needs no explaining
MIN_CHUNKS = 100  # in fewer chunks one in five is not every page
_TOKEN = re.compile(r"\w+")
_JOINS = re.compile(r"\s+|[-‐‑]")  # what may stand between the words of one term
_ASIDE = re.compile(r"\s*\(([^()]+)\)\s*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One term: its heading, the forms that stand for it in a text, and its definition."""

    term: str
    forms: tuple[str, ...]
    definition: Quote


class Glossary:
    """Entries, looked up by the words of a text. Read-only."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_words: dict[tuple[str, ...], tuple[str, Entry]] = {}
        for entry in self.entries:
            for form in entry.forms:
                self._by_words.setdefault(_key(form), (form, entry))
        self._longest = max(map(len, self._by_words), default=0)

    def terms_in(self, text: str) -> Iterator[tuple[int, int, Entry]]:
        """Where terms stand in `text`, in reading order; of terms inside each other only the longest.

        A form with two capitals or a digit (NICE, 988) is found only as it is written, any other in either case; both
        also in their plural.
        """
        tokens = [match.span() for match in _TOKEN.finditer(text)]
        position = 0
        while position < len(tokens):
            found = self._longest_at(text, tokens, position)
            if found is None:
                position += 1
                continue
            n_words, entry = found
            yield tokens[position][0], tokens[position + n_words - 1][1], entry
            position += n_words

    def _longest_at(self, text: str, tokens: Sequence[tuple[int, int]], first: int) -> tuple[int, Entry] | None:
        for n_words in range(min(self._longest, len(tokens) - first), 0, -1):
            run = tokens[first : first + n_words]
            if all(_JOINS.fullmatch(text, a[1], b[0]) for a, b in pairwise(run)):
                entry = self._written_as([text[start:end] for start, end in run])
                if entry is not None:
                    return n_words, entry
        return None

    def _written_as(self, written: Sequence[str]) -> Entry | None:
        """The entry that stands for these words, the last of them in the singular or plural."""
        for last in _singulars(written[-1]):
            form = [*written[:-1], last]
            known, entry = self._by_words.get(_folded(form), ("", None))
            if entry is not None and (not _is_exact(known) or _TOKEN.findall(known) == form):
                return entry
        return None


_glossaries: WeakKeyDictionary[Index, Glossary] = WeakKeyDictionary()  # gone with their index


def glossary_of(index: Index) -> Glossary:
    """All terms of the glossaries in `index` that need explaining: not those on every page, nor those of daily life."""
    known = _glossaries.get(index)
    if known is None:
        documents = (index.document(entry.doc_id) for entry in index.catalogue if is_glossary(entry.kind))
        known = Glossary([entry for document in documents for entry in _entries(document, index.lexical)])
        _glossaries[index] = known
    return known


def definitions(quotes: Sequence[Quote], glossary: Glossary) -> tuple[Definition, ...]:
    """The first place of each term in `quotes`, in reading order; none in the quote that defines it."""
    found: dict[str, Definition] = {}
    for number, quote in enumerate(quotes):
        for start, end, entry in glossary.terms_in(quote.text):
            meaning = entry.definition
            own = quote.document == meaning.document and quote.span.overlap(meaning.span) > 0
            if entry.term not in found and not own:
                found[entry.term] = Definition(entry.term, meaning, number, start, end)
    return tuple(found.values())


def _entries(document: Document, lexical: LexicalIndex) -> Iterator[Entry]:
    starts = [block.span.start for block in document.blocks]
    spelt_out = _spelt_out(lexical)
    for heading in document.headings:
        span = _definition_span(document, bisect_right(starts, heading.span.start))
        forms = _forms(heading.title, spelt_out)
        if span and forms and _key(forms[0]) not in _everyday() and not _is_common(forms[0], lexical):
            yield Entry(heading.title, forms, Quote.cut(document, span))


def _definition_span(document: Document, number: int) -> Span | None:
    """The first sentences of block `number`, if it is a paragraph that may be quoted."""
    if number >= len(document.blocks) or document.blocks[number].kind is not BlockKind.PARAGRAPH:
        return None
    sentences = list(block_sentences(document.text, document.blocks[number]))
    if not sentences or not is_quotable(sentences[0].cut(document.text), BlockKind.PARAGRAPH):
        return None
    span = sentences[0]
    for sentence in sentences[1:]:
        wider = Span(span.start, sentence.end)
        if len(wider.cut(document.text).split()) > MAX_WORDS:
            break
        span = wider
    return span


def _forms(heading: str, spelt_out: Mapping[tuple[str, ...], str]) -> tuple[str, ...]:
    """The term, what stands behind it in brackets, and its abbreviation or long form."""
    aside = _ASIDE.search(heading)
    own = [_ASIDE.sub("", heading), aside[1]] if aside else [heading]
    other = [spelt_out[_key(form)] for form in own if _key(form) in spelt_out]
    return tuple(dict.fromkeys(form for form in (*own, *other) if words(form)))


def _spelt_out(lexical: LexicalIndex) -> dict[tuple[str, ...], str]:
    """Abbreviations by their long form and long forms by their abbreviation."""
    pairs = lexical.abbreviations.items()
    return {_key(long): short for short, long in pairs} | {_key(short): long for short, long in pairs}


@lru_cache(maxsize=1)
def _everyday() -> frozenset[tuple[str, ...]]:
    """Terms that readers understand without help."""
    values = json.loads((files("ragbot") / "data" / "everyday_words.json").read_text("utf-8"))
    return frozenset(_key(word) for word in values["words"])


def _is_common(form: str, lexical: LexicalIndex) -> bool:
    known = [lexical.idf(term) for term in terms(form)]
    return lexical.n_chunks >= MIN_CHUNKS and bool(known) and max(known) < COMMON_IDF


@lru_cache(maxsize=4096)
def _key(form: str) -> tuple[str, ...]:
    return _folded(_TOKEN.findall(form))


def _folded(written: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in written)


def _is_exact(form: str) -> bool:
    """True for a form that has another meaning in small letters or none at all.

    >>> _is_exact("NICE"), _is_exact("mTOR"), _is_exact("988"), _is_exact("Placebo"), _is_exact("K-hole")
    (True, True, True, False, False)
    """
    return any(sum(c.isupper() or c.isdigit() for c in word) >= 2 for word in _TOKEN.findall(form))


def _singulars(word: str) -> list[str]:
    """`word` as it is and without a plural's ending.

    >>> _singulars("MAOIs"), _singulars("relapses"), _singulars("placebo")
    (['MAOIs', 'MAOI'], ['relapses', 'relapse', 'relaps'], ['placebo'])
    """
    endings = [ending for ending in ("s", "es") if word.endswith(ending) and len(word) > len(ending) + 2]
    return [word, *(word.removesuffix(ending) for ending in endings)]
