"""Hard negatives: windows that BM25 or the encoder takes for the answer and that do not hold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np

from ragbot.encoding import Encoder
from ragbot.lexical import LexicalIndex, terms
from reader_data.rows import PoolWindow, Row

NEAREST = 12  # windows looked at by each of the two rankers
_BLOCK = 1_000  # questions whose cosines are held in memory at once


def mined(
    rows: Sequence[Row], pool: Sequence[PoolWindow], encoder: Encoder, random: Random, *, share: float
) -> list[Row]:
    """For a `share` of the answerable training rows with a paragraph, the question beside one near, wrong window."""
    chosen = [row for row in rows if row.right and row.paragraph and not row.held and random.random() < share]
    if not chosen or not pool:
        return []
    texts = [" ".join(window.sentences) for window in pool]
    lexical = LexicalIndex.build(texts)
    vectors = encoder.encode(texts)
    folded = [text.casefold() for text in texts]
    found = []
    for start in range(0, len(chosen), _BLOCK):
        block = chosen[start : start + _BLOCK]
        cosines = encoder.encode([row.question for row in block]) @ vectors.T
        for row, cosine in zip(block, cosines, strict=True):
            near = dict.fromkeys([*_best(cosine), *_best(lexical.scores(terms(row.question)))])
            wrong = [number for number in near if _is_wrong(row, pool[number], folded[number])]
            if wrong:
                window = pool[random.choice(wrong)]
                found.append(replace(row, sentences=window.sentences, prefix=window.prefix, right=(), span=None))
    return found


def _best(scores: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[int]:
    order: list[int] = np.argsort(-scores, kind="stable")[:NEAREST].tolist()
    return order


def _is_wrong(row: Row, window: PoolWindow, folded: str) -> bool:
    return window.paragraph != row.paragraph and not any(a.casefold() in folded for a in row.answers)
