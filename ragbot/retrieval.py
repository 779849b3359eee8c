"""Query to ranked chunks: dense and BM25 rankings, fused. Knows nothing of sentences or answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import Chunk, Hit
from ragbot.encoding import Encoder, Vectors
from ragbot.lexical import LexicalIndex, content_words, stem
from ragbot.query import Query
from ragbot.scope import Scope
from ragbot.store import Index

RRF_K = 60  # the value of Cormack, Clarke and Büttcher 2009; not tuned
# Questions in lay words share few words with the answer. On dev questions 1 to 5 were tried (docs/answering.md); 3 finds
# as much as 2, but articles full of names and numbers, which only BM25 matches exactly, were not among them.
DENSE_WEIGHT = 2.0
EXPANSION_WEIGHT = 0.35  # a synonym counts for less than the word that was typed
MEANT_WEIGHT = 0.5  # docs/answering.md, "Lay words"
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


def retrieve(query: Query, index: Index, encoder: Encoder, *, k: int, scope: Scope | None = None) -> Retrieval:
    """The `k` best chunks for `query` by reciprocal rank fusion of the dense and the lexical ranking.

    With a `scope` only chunks of the documents inside are ranked, by each ranker. Similarities, ranks and what is fused
    are those of an index of these documents alone; what BM25 counts over the corpus (how rare a word is, how long a
    chunk usually is) and what a query is built from (spelling, synonyms, abbreviations, words that no document holds)
    stay those of the whole corpus: they are facts of the language of the documents, and a few chosen ones tell too
    little of it.
    """
    inside = None if scope is None else index.chunks_inside(scope)
    vector = question_vector(query, encoder)
    ids, similarities = index.dense.search(vector, CANDIDATES, inside=inside)
    bm25 = lexical_scores(query, index.lexical)
    if inside is not None:
        bm25 = np.where(inside, bm25, np.float32(0))
    dense_ranking = tuple(int(i) for i in ids)
    lexical_ranking = tuple(int(i) for i in _best(bm25, CANDIDATES))
    fused = fused_ranking(dense_ranking, lexical_ranking)[:k]
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


def question_vector(query: Query, encoder: Encoder) -> Vectors:
    """The question as a unit vector (dimension,).

    It leans towards the question with what lay words in it mean, such as that gnashers are teeth, which nobody told the
    encoder. By itself the longer text finds less than the one that was typed.
    """
    if not query.meant:
        alone: Vectors = encoder.encode([query.text])[0]
        return alone
    typed, spelt_out = encoder.encode([query.text, query.spelt_out])
    leaning = typed + np.float32(MEANT_WEIGHT) * spelt_out
    vector: Vectors = leaning / np.linalg.norm(leaning)
    return vector


def unknown_words(query: Query, index: Index, scope: Scope | None = None) -> tuple[str, ...]:
    """Content words of `query`, as typed, that no document inside `scope` holds; None is every document."""
    inside = None if scope is None else index.chunks_inside(scope)
    if inside is None:
        return query.unknown
    words = dict.fromkeys(content_words(query.text))
    return tuple(word for word in words if not index.lexical.scores([stem(word)])[inside].any())


def lexical_scores(query: Query, lexical: LexicalIndex) -> NDArray[np.float32]:
    """BM25 of every chunk (n,): the typed terms, plus synonyms at a lower weight."""
    scores = lexical.scores(query.terms)
    if query.expansions:
        scores = scores + np.float32(EXPANSION_WEIGHT) * lexical.scores(query.expansions)
    return scores


def fused_ranking(dense: Sequence[int], lexical: Sequence[int]) -> list[tuple[int, float]]:
    """Both rankings of chunk numbers as one, with scores, best first."""
    return fuse([dense, lexical], weights=(DENSE_WEIGHT, 1.0))


def fuse(rankings: Sequence[Sequence[int]], *, weights: Sequence[float] | None = None) -> list[tuple[int, float]]:
    """Reciprocal rank fusion: items with the sum of weight / (RRF_K + rank) over rankings, best first, ties by number.

    Without `weights` each ranking counts once.

    >>> [item for item, _ in fuse([[1, 2, 3], [2, 3]])]
    [2, 3, 1]
    >>> [item for item, _ in fuse([[1, 2], [3]], weights=(1, 3))]
    [3, 1, 2]
    """
    scores: dict[int, float] = {}
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + weight / (RRF_K + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def hits(numbers: Sequence[int], index: Index, ranker: str) -> tuple[Hit, ...]:
    """Chunks of a ranking as Hits; the score is the reciprocal rank, so scores compare only within it."""
    return tuple(Hit(index.chunk(n), 1 / rank, rank, ranker) for rank, n in enumerate(numbers, start=1))


def _best(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Numbers of the `k` highest positive scores, best first, ties by number."""
    top = np.argpartition(-scores, min(k, len(scores) - 1))[:k] if len(scores) > k else np.arange(len(scores))
    top = top[scores[top] > 0]
    return top[np.lexsort((top, -scores[top]))]
