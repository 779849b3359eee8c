"""What is known about a sentence as an answer to a query, as plain numbers. Weighs nothing and chooses nothing.

The weights live in data/reading.json and are fitted by scripts/fit_answering.py on dev questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from weakref import WeakKeyDictionary, proxy

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import BlockKind, Chunk, Document, Sentence, is_glossary
from ragbot.encoding import Vectors
from ragbot.lexical import LexicalIndex, terms
from ragbot.query import AnswerType, Query
from ragbot.reader import Window
from ragbot.retrieval import Candidate, Retrieval
from ragbot.sentences import is_header_row, is_quotable, opens_dangling
from ragbot.store import Index

_NUMBER = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|several|few|half)"
_UNIT = r"(?:seconds?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?)"
_HAS = {
    AnswerType.DURATION: re.compile(
        rf"\b{_NUMBER}\b(?:[\s-]+(?:to|or|and|[-–])?[\s-]*{_NUMBER})?[\s-]+(?:\w+\s)?{_UNIT}\b|\b(?:within"
        rf"|after|for|until|lasts?)\b.*\b{_UNIT}\b|\b(?:immediately|right away|overnight|weekly|daily"
        rf"|twice)\b",
        re.IGNORECASE,
    ),
    AnswerType.AMOUNT: re.compile(
        r"\d|\b(?:dollars?|pounds?|percent|expensive|cost|costs|half|third)\b|[$£€%]", re.IGNORECASE
    ),
    AnswerType.TIME: re.compile(
        r"\b(?:19|20)\d\ds?\b|\b(?:before|after|during|until|when|once|as soon as|day)\b", re.IGNORECASE
    ),
    AnswerType.PERSON: re.compile(
        r"\b(?:people|patients?|adults?|individuals?|doctors?|psychiatrists?|clinicians?|providers?"
        r"|professionals?|nurses?|anyone|someone|those|women|men|children|candidates?)\b",
        re.IGNORECASE,
    ),
    AnswerType.REASON: re.compile(
        r"\b(?:because|since|due to|caused? by|so that|as a result|therefore|by \w+ing|leads? to"
        r"|in order to|reasons?|helps?|allows?|since)\b",
        re.IGNORECASE,
    ),
    AnswerType.LIST: re.compile(r",[^,]+,|\b(?:include|includes|including|such as)\b", re.IGNORECASE),
    AnswerType.YES_NO: re.compile(
        r"\b(?:yes|no|not|never|can|cannot|may|should|must|is|are|does|do|only|allowed|possible|approved"
        r"|recommended|unsafe|safe)\b",
        re.IGNORECASE,
    ),
    AnswerType.PROCEDURE: re.compile(
        r"\b(?:should|must|will|first|then|before|during|after|until|typically|usually|ask|bring|avoid|tell"
        r"|given|administered)\b",
        re.IGNORECASE,
    ),
    AnswerType.DEFINITION: re.compile(
        r"\b(?:is|are) (?:an?|the|one|when|any)\b|\bmeans?\b|\bcalled\b|\brefers? to\b|\bknown as\b"
        r"|\bdefined as\b|\bwhile\b|\bwhereas\b",
        re.IGNORECASE,
    ),
}
_PROMOTION = re.compile(
    r"\b(?:our|we|us|contact|call us|reach out|schedule a|consultation|visit|click|let.s|read on"
    r"|this article|this guide|in this|learn more|explore)\b",
    re.IGNORECASE,
)
_ANNOUNCER = re.compile(
    r"\b(?:a range of|several|various|a number of|many) (?:\w+ )?(?:effects|factors|options|benefits"
    r"|risks|reasons|ways|things|conditions|questions|concerns)\b",
    re.IGNORECASE,
)

NAMES = (
    "similarity", "similarity_rank", "neighbour_similarity", "chunk_similarity", "chunk_bm25", "chunk_rank",
    "overlap", "overlap_expanded", "overlap_chunk", "overlap_heading", "overlap_before", "heading_similarity",
    "best_overlap", "log_words", "short", "long", "first_under_heading", "list_item", "list_wanted",
    "table_row", "type_match", "duration_match", "amount_match", "yes_no_match", "reason_match", "definition_match",
    "dangling", "promotion", "announcer", "asks_before", "rank_in_chunk", "in_best_chunk",
    "glossary_unasked",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A quotable sentence, where it stands (`position` in its chunk), and its features in the order of NAMES.

    Once read by the cross-encoder, `values` go on in the order of rereading.READER_NAMES, and `answer` holds the
    characters of `text` that it takes for the answer.
    """

    candidate: Candidate
    document: Document
    sentence: Sentence
    text: str
    position: int
    stems: frozenset[str]
    n_words: int
    values: NDArray[np.float32]
    answer: tuple[int, int] | None = None


def sentence_features(query: Query, retrieval: Retrieval, index: Index) -> list[ScoredSentence]:
    """Features of every quotable sentence of the retrieved chunks, in order of the candidates."""
    weights = TermWeights(query, index.lexical)
    rows: list[ScoredSentence] = []
    for rank, candidate in enumerate(retrieval.candidates, start=1):
        rows += _chunk_rows(query, retrieval, index, weights, candidate, rank)
    return _with_relative_values(rows)


class TermWeights:
    """Share of the query's idf weight that a text holds, with and without synonyms."""

    def __init__(self, query: Query, lexical: LexicalIndex) -> None:
        self._typed = {term: lexical.idf(term) for term in query.terms if lexical.knows(term)}
        self._known = sum(self._typed.values()) or 1.0
        self._expansions = frozenset(query.expansions)
        self.total = sum(lexical.idf(term) for term in query.terms)

    def overlap(self, text_terms: frozenset[str]) -> float:
        """Share (0 to 1) of the idf weight of the typed terms that the corpus knows."""
        return sum(weight for term, weight in self._typed.items() if term in text_terms) / self._known

    def expanded(self, text_terms: frozenset[str]) -> float:
        """Number of synonyms held, saturating: 0, 0.5, 0.67, 0.75 …"""
        n = len(self._expansions & text_terms)
        return n / (n + 1)


@dataclass(frozen=True, slots=True)
class ChunkView:
    """What the features need of a chunk whatever the question: worked out once, kept for the next question."""

    document: Document
    sentences: tuple[Sentence, ...]
    texts: tuple[str, ...]
    window: Window
    stems: tuple[frozenset[str], ...]
    chunk_stems: frozenset[str]
    heading_stems: frozenset[str]
    title_stems: frozenset[str]
    quotable: tuple[int, ...]
    n_words: tuple[int, ...]
    vectors: Vectors

    @property
    def all_stems(self) -> frozenset[str]:
        """Stems of text, headings and title."""
        return self.chunk_stems | self.heading_stems | self.title_stems


_views: WeakKeyDictionary[Index, Callable[[Chunk], ChunkView]] = WeakKeyDictionary()  # gone with their index


def chunk_view(index: Index, chunk: Chunk) -> ChunkView:
    """What is known of `chunk`; remembered for as long as `index` lives."""
    view = _views.get(index)
    if view is None:
        view = _views[index] = lru_cache(maxsize=4096)(partial(_view, proxy(index)))  # some 10 KB each
    return view(chunk)


def _view(index: Index, chunk: Chunk) -> ChunkView:
    document = index.document(chunk.doc_id)
    sentences = tuple(index.sentences(chunk))
    texts = tuple(s.span.cut(document.text) for s in sentences)
    return ChunkView(
        document=document,
        sentences=sentences,
        texts=texts,
        window=Window(chunk.under(document.title), texts),
        stems=tuple(frozenset(terms(text)) for text in texts),
        chunk_stems=frozenset(terms(chunk.text)),
        heading_stems=frozenset(terms(" ".join(chunk.heading_path))),
        title_stems=frozenset(terms(document.title)),
        quotable=tuple(
            i
            for i, text in enumerate(texts)
            if is_quotable(text, sentences[i].kind) and not is_header_row(document.text, sentences, i)
        ),
        n_words=tuple(len(text.split()) for text in texts),
        vectors=index.sentence_vectors(chunk),
    )


def _chunk_rows(
    query: Query, retrieval: Retrieval, index: Index, weights: TermWeights, candidate: Candidate, rank: int
) -> list[ScoredSentence]:
    view = chunk_view(index, candidate.chunk)
    similarities = view.vectors @ retrieval.vector
    around = _ChunkContext(
        similarity=candidate.similarity,
        bm25=candidate.bm25 / (weights.total or 1.0),
        rank=1 / rank,
        overlap=weights.overlap(view.all_stems),
        overlap_heading=weights.overlap(view.heading_stems),
        heading_similarity=max(
            (float(v) for v, s in zip(similarities, view.sentences, strict=True) if s.kind is BlockKind.HEADING),
            default=0.0,
        ),
    )
    return [
        ScoredSentence(
            candidate=candidate,
            document=view.document,
            sentence=view.sentences[i],
            text=view.texts[i],
            position=i,
            stems=view.stems[i],
            n_words=view.n_words[i],
            values=_values(query, weights, around, view, similarities, i),
        )
        for i in view.quotable
    ]


@dataclass(frozen=True, slots=True)
class _ChunkContext:
    similarity: float
    bm25: float
    rank: float
    overlap: float
    overlap_heading: float
    heading_similarity: float


def _values(
    query: Query,
    weights: TermWeights,
    around: _ChunkContext,
    view: ChunkView,
    similarities: Vectors,
    i: int,
) -> NDArray[np.float32]:
    sentences, texts, stems = view.sentences, view.texts, view.stems
    text, kind, n_words = texts[i], sentences[i].kind, view.n_words[i]
    neighbours = [float(similarities[j]) for j in (i - 1, i + 1) if 0 <= j < len(sentences)]
    asks_before = i > 0 and texts[i - 1].rstrip("’”'\")] ").endswith("?")
    wanted = query.answer_type
    has = _HAS.get(wanted)
    match = float(has is not None and has.search(text) is not None)
    values = {
        "similarity": float(similarities[i]),
        "neighbour_similarity": max(neighbours, default=0.0),
        "chunk_similarity": around.similarity,
        "chunk_bm25": around.bm25,
        "chunk_rank": around.rank,
        "overlap": weights.overlap(stems[i]),
        "overlap_expanded": weights.expanded(stems[i]),
        "overlap_chunk": around.overlap,
        "overlap_heading": around.overlap_heading,
        "overlap_before": weights.overlap(stems[i - 1] | stems[i]) if i else weights.overlap(stems[i]),
        "heading_similarity": around.heading_similarity,
        "log_words": float(np.log(n_words + 1)),
        "short": float(n_words < 6 and kind is BlockKind.PARAGRAPH),
        "long": float(n_words > 45),
        "first_under_heading": float(i > 0 and sentences[i - 1].kind is BlockKind.HEADING),
        "list_item": float(kind is BlockKind.LIST_ITEM),
        "list_wanted": float(kind is BlockKind.LIST_ITEM and wanted is AnswerType.LIST),
        "table_row": float(kind is BlockKind.TABLE_ROW),
        "type_match": match,
        "duration_match": match * (wanted is AnswerType.DURATION),
        "amount_match": match * (wanted is AnswerType.AMOUNT),
        "yes_no_match": match * (wanted is AnswerType.YES_NO),
        "reason_match": match * (wanted is AnswerType.REASON),
        "definition_match": match * (wanted is AnswerType.DEFINITION),
        "dangling": float(opens_dangling(text)),
        "promotion": float(_PROMOTION.search(text) is not None),
        "announcer": float(_ANNOUNCER.search(text) is not None),
        "asks_before": float(asks_before) * float(similarities[i - 1] if i else 0.0),
        "glossary_unasked": float(is_glossary(view.document.kind) and wanted is not AnswerType.DEFINITION),
    }
    return np.array([values.get(name, 0.0) for name in NAMES], dtype=np.float32)


def _with_relative_values(rows: list[ScoredSentence]) -> list[ScoredSentence]:
    """Fill in what depends on the other candidates: ranks, and whether this is the best chunk."""
    if not rows:
        return rows
    table = np.stack([row.values for row in rows])
    column = {name: i for i, name in enumerate(NAMES)}
    similarity, overlap = table[:, column["similarity"]], table[:, column["overlap"]]
    table[:, column["similarity_rank"]] = 1 / (1 + np.argsort(np.argsort(-similarity, kind="stable"), kind="stable"))
    table[:, column["best_overlap"]] = overlap - overlap.max()
    chunk_of = np.array([row.candidate.number for row in rows])
    table[:, column["in_best_chunk"]] = chunk_of == chunk_of[int(np.argmax(similarity))]
    for number in np.unique(chunk_of):
        inside = chunk_of == number
        order = np.argsort(np.argsort(-similarity[inside], kind="stable"), kind="stable")
        table[inside, column["rank_in_chunk"]] = 1 / (1 + order)
    return [replace(row, values=table[i]) for i, row in enumerate(rows)]
