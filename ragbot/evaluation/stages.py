"""One question's way through the stages: what was found, read and weighed, and where the gold stood. Judges nothing.

Takes the Trace of `ragbot.answering` and gold answers; `misses` says from it which stage lost an answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from ragbot.answering import Trace
from ragbot.datatypes import Chunk, Span
from ragbot.evaluation.golds import Gold
from ragbot.evaluation.measures import MIN_COVERED_SHARE, covers, relevant_ranks
from ragbot.features import ScoredSentence
from ragbot.reading import Reading
from ragbot.retrieval import Candidate, fused_ranking
from ragbot.store import Index

KEPT = 5  # passages and sentences of a trace that a report shows


@dataclass(frozen=True, slots=True)
class PassageTrace:
    """A passage that was read. Ranks are from 1, None where a ranker did not have it or reading dropped it."""

    document: str
    section: tuple[str, ...]
    span: Span
    lexical_rank: int | None
    dense_rank: int | None
    fused_rank: int
    final_rank: int | None
    bm25: float
    similarity: float
    has_gold: bool


@dataclass(frozen=True, slots=True)
class SentenceTrace:
    """A sentence that was weighed, at its `rank` (from 1); scores compare only within one question."""

    rank: int
    score: float
    document: str
    span: Span
    text: str
    is_gold: bool


@dataclass(frozen=True, slots=True)
class StageTrace:
    """What each stage made of one question; `passages` and `sentences` are the best of those read, best first.

    `gold_sentence` is the best of the golds, None if none was weighed; `has_gold_passage` says of all passages read.
    """

    searched_also: tuple[str, ...]
    unknown_words: tuple[str, ...]
    n_passages: int
    passages: tuple[PassageTrace, ...]
    has_gold_passage: bool
    n_sentences: int
    sentences: tuple[SentenceTrace, ...]
    gold_sentence: SentenceTrace | None

    @property
    def is_gold_best(self) -> bool:
        """True if the sentence with the highest score is a gold."""
        return self.gold_sentence is not None and self.gold_sentence.rank == 1


def trace_stages(trace: Trace, golds: Collection[Gold], *, kept: int = KEPT) -> StageTrace:
    """What the stages made of the question of `trace`, with its `kept` best passages and sentences."""
    candidates = trace.retrieval.candidates
    final = {number: rank for rank, number in enumerate(read_order(trace.reading), start=1)}
    passages = [_passage(c, rank, final, golds) for rank, c in enumerate(candidates, start=1)]
    passages.sort(key=lambda p: (p.final_rank is None, p.final_rank or p.fused_rank))
    sentences = _sentences(trace.reading, golds)
    return StageTrace(
        searched_also=trace.query.searched_also,
        unknown_words=trace.query.unknown,
        n_passages=len(passages),
        passages=tuple(passages[:kept]),
        has_gold_passage=any(passage.has_gold for passage in passages),
        n_sentences=len(sentences),
        sentences=tuple(sentences[:kept]),
        gold_sentence=next((sentence for sentence in sentences if sentence.is_gold), None),
    )


def rankings(trace: Trace, index: Index) -> dict[str, list[Chunk]]:
    """Chunks as each stage orders them: `lexical`, `dense`, `fused`, and `final` (by the best sentence in them).

    Passages that were not read stand in `final` after those that were, as fusion left them.
    """
    found = trace.retrieval
    fused = [number for number, _ in fused_ranking(found.dense_ranking, found.lexical_ranking)]
    orders: dict[str, Sequence[int]] = {
        "lexical": found.lexical_ranking,
        "dense": found.dense_ranking,
        "fused": fused,
        "final": list(dict.fromkeys([*read_order(trace.reading), *fused])),
    }
    chunks = {number: index.chunk(number) for number in orders["final"]}
    return {name: [chunks[number] for number in order] for name, order in orders.items()}


def read_order(reading: Reading) -> list[int]:
    """Numbers of the chunks that were read, by the best sentence in each, best first."""
    return list(dict.fromkeys(sentence.candidate.number for sentence, _ in _by_score(reading)))


def is_gold_sentence(document: str, span: Span, golds: Collection[Gold]) -> bool:
    """True if the sentence at `span` is a gold or, where a gold is longer than a sentence, mostly part of one.

    >>> long = Gold("a.md", Span(0, 100), None, "", 0)
    >>> [is_gold_sentence("a.md", Span(*ends), [long]) for ends in ((0, 60), (80, 105), (80, 130))]
    [True, True, False]
    """
    known = [gold for gold in golds if gold.document == document and gold.relevance is None]
    return any(
        covers(document, span, gold) or span.overlap(gold.sentence) >= MIN_COVERED_SHARE * len(span) for gold in known
    )


def _passage(candidate: Candidate, rank: int, final: dict[int, int], golds: Collection[Gold]) -> PassageTrace:
    chunk = candidate.chunk
    return PassageTrace(
        document=chunk.doc_id,
        section=chunk.heading_path,
        span=chunk.span,
        lexical_rank=candidate.lexical_rank,
        dense_rank=candidate.dense_rank,
        fused_rank=rank,
        final_rank=final.get(candidate.number),
        bm25=round(candidate.bm25, 4),
        similarity=round(candidate.similarity, 4),
        has_gold=bool(relevant_ranks([chunk], golds)),
    )


def _sentences(reading: Reading, golds: Collection[Gold]) -> list[SentenceTrace]:
    return [
        SentenceTrace(
            rank=rank,
            score=round(score, 4),
            document=sentence.document.doc_id,
            span=sentence.sentence.span,
            text=sentence.text,
            is_gold=is_gold_sentence(sentence.document.doc_id, sentence.sentence.span, golds),
        )
        for rank, (sentence, score) in enumerate(_by_score(reading), start=1)
    ]


def _by_score(reading: Reading) -> list[tuple[ScoredSentence, float]]:
    order = np.argsort(-reading.scores, kind="stable")
    return [(reading.sentences[int(i)], float(reading.scores[i])) for i in order]
