"""Query to ranked chunks: dense and BM25 rankings, fused. Knows nothing of sentences or answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import Chunk, Hit
from ragbot.encoding import Encoder, Vectors
from ragbot.lexical import LexicalIndex
from ragbot.query import Query
from ragbot.store import Index

RRF_K = 60  # the value of Cormack, Clarke and Büttcher 2009; not tuned
EXPANSION_WEIGHT = 0.35  # a synonym counts for less than the word that was typed
CANDIDATES = 100  # per ranker, before fusion


@dataclass(frozen=True, slots=True)
class Candidate:
    """A retrieved chunk with what each ranker made of it; ranks are from 1, None where it was not among the best."""

    number: int
    chunk: Chunk
    similarity: float
    bm25: float
    fused: float
    dense_rank: int | None
    lexical_rank: int | None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What retrieval found: the query's vector, the fused candidates best first, and each ranker's own chunk numbers."""

    vector: Vectors
    candidates: tuple[Candidate, ...]
    dense_ranking: tuple[int, ...]
    lexical_ranking: tuple[int, ...]


def retrieve(query: Query, index: Index, encoder: Encoder, *, k: int) -> Retrieval:
    """The `k` best chunks for `query` by reciprocal rank fusion of the dense and the lexical ranking."""
    vector = encoder.encode([query.text])[0]
    ids, similarities = index.dense.search(vector, CANDIDATES)
    bm25 = lexical_scores(query, index.lexical)
    dense_ranking = tuple(int(i) for i in ids)
    lexical_ranking = tuple(int(i) for i in _best(bm25, CANDIDATES))
    fused = fuse([dense_ranking, lexical_ranking])[:k]
    known = dict(zip(dense_ranking, (float(s) for s in similarities), strict=True))
    dense_ranks = {number: rank for rank, number in enumerate(dense_ranking, start=1)}
    lexical_ranks = {number: rank for rank, number in enumerate(lexical_ranking, start=1)}
    floor = min(known.values(), default=0.0)  # a chunk that only BM25 found is at most as similar as the last dense one
    candidates = tuple(
        Candidate(
            number=number,
            chunk=index.chunk(number),
            similarity=known.get(number, floor),
            bm25=float(bm25[number]),
            fused=score,
            dense_rank=dense_ranks.get(number),
            lexical_rank=lexical_ranks.get(number),
        )
        for number, score in fused
    )
    return Retrieval(vector, candidates, dense_ranking, lexical_ranking)


def lexical_scores(query: Query, lexical: LexicalIndex) -> NDArray[np.float32]:
    """BM25 of every chunk (n,): the typed terms, plus synonyms at a lower weight."""
    scores = lexical.scores(query.terms)
    if query.expansions:
        scores = scores + np.float32(EXPANSION_WEIGHT) * lexical.scores(query.expansions)
    return scores


def fuse(rankings: Iterable[Sequence[int]]) -> list[tuple[int, float]]:
    """Reciprocal rank fusion: items with the sum of 1 / (RRF_K + rank) over rankings, best first, ties by number.

    >>> [item for item, _ in fuse([[1, 2, 3], [2, 3]])]
    [2, 3, 1]
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (RRF_K + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def hits(numbers: Sequence[int], index: Index, ranker: str) -> tuple[Hit, ...]:
    """Chunks of a ranking as Hits; the score is the reciprocal rank, so scores compare only within it."""
    return tuple(Hit(index.chunk(n), 1 / rank, rank, ranker) for rank, n in enumerate(numbers, start=1))


def _best(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Numbers of the `k` highest positive scores, best first, ties by number."""
    top = np.argpartition(-scores, min(k, len(scores) - 1))[:k] if len(scores) > k else np.arange(len(scores))
    top = top[scores[top] > 0]
    return top[np.lexsort((top, -scores[top]))]
