"""The best windows, read by the cross-encoder: what it says of each sentence, as further features. Weighs nothing.

A second, slower look at what the plain features put first; sentences of windows that were not read are dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ragbot.features import NAMES, ScoredSentence, chunk_view
from ragbot.query import Query
from ragbot.reader import Reader, WindowScores
from ragbot.store import Index

READ_WINDOWS = 8  # docs/answering.md, "How many windows the reader reads"
READER_NAMES = (
    "reader", "reader_share", "reader_rank", "reader_window", "reader_in_window", "reader_span", "reader_span_rank",
)  # fmt: skip
ALL_NAMES = NAMES + READER_NAMES
_BOUND = 15.0  # logits beyond it differ in nothing


def reread(
    query: Query,
    sentences: Sequence[ScoredSentence],
    scores: NDArray[np.float32],
    index: Index,
    reader: Reader,
    *,
    n_windows: int = READ_WINDOWS,
) -> list[ScoredSentence]:
    """The sentences of the best `n_windows` by plain `scores` (n,), with features in the order of ALL_NAMES."""
    chosen = best_windows(sentences, scores, n_windows)
    kept = [sentence for sentence in sentences if sentence.candidate.number in chosen]
    chunks = {sentence.candidate.number: sentence.candidate.chunk for sentence in kept}
    windows = [chunk_view(index, chunks[number]).window for number in chosen]
    read = dict(zip(chosen, reader.score(query.text, windows), strict=True))
    values = reader_values(kept, read)
    return [
        replace(s, values=np.concatenate([s.values, row]), answer=read[s.candidate.number].spans[s.position])
        for s, row in zip(kept, values, strict=True)
    ]


def best_windows(sentences: Sequence[ScoredSentence], scores: NDArray[np.float32], n: int) -> list[int]:
    """Numbers of the `n` chunks that hold the best sentences by `scores`, best first."""
    order = np.argsort(-scores, kind="stable")
    return list(dict.fromkeys(sentences[i].candidate.number for i in order))[:n]


def reader_values(sentences: Sequence[ScoredSentence], read: Mapping[int, WindowScores]) -> NDArray[np.float32]:
    """Features (n, len(READER_NAMES)) of `sentences` from the scores of their windows, by chunk number."""
    if not sentences:
        return np.zeros((0, len(READER_NAMES)), dtype=np.float32)
    own = [(read[s.candidate.number], s.position) for s in sentences]
    margin = np.array([window.sentences[i] - window.none for window, i in own], dtype=np.float64)
    margin = np.clip(margin, -_BOUND, _BOUND)
    belief = np.exp(margin)
    inside = [window.sentences[i] - _log_sum(window.sentences) for window, i in own]
    best = {number: float(max(window.sentences) - window.none) for number, window in read.items()}
    span = np.clip([window.span_scores[i] for window, i in own], -_BOUND, _BOUND)
    columns = {
        "reader": margin,
        # Against all sentences that were read and one more for "none of them".
        "reader_share": belief / (1 + belief.sum()),
        "reader_rank": _reciprocal_ranks(margin),
        "reader_window": np.clip([best[s.candidate.number] for s in sentences], -_BOUND, _BOUND),
        "reader_in_window": np.clip(inside, -_BOUND, 0),
        "reader_span": span,
        "reader_span_rank": _reciprocal_ranks(span),
    }
    return np.stack([columns[name] for name in READER_NAMES], axis=1).astype(np.float32)


def _reciprocal_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    ranks: NDArray[np.float64] = 1 / (1 + np.argsort(np.argsort(-values, kind="stable"), kind="stable"))
    return ranks


def _log_sum(logits: NDArray[np.float32]) -> float:
    highest = float(logits.max())
    return highest + float(np.log(np.exp(logits - highest).sum()))
