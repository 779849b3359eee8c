"""Rows as passages with their questions, which of them make a batch, and a batch as padded tensors. Trains nothing.

A passage is laid out as ragbot.encoding reads it: [CLS] prefix sentences [SEP]; a question alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from reader_data.rows import Row
from torch import Tensor

from ragbot.encoding import PREFIX_PIECES, padded

MAX_PIECES = 200  # of a passage in training; a chunk holds at most 120 tokens beside its title and headings
MAX_QUESTION_PIECES = 120
MOST_OF_A_PASSAGE = 4  # questions of one passage in a batch: the passage is encoded once for them
NEIGHBOURS = 8
Pieces = Callable[[str], list[int]]
PlannedBatch = list[tuple[int, list[int]]]
"""Numbers of passages, each with numbers of its questions."""


@dataclass(frozen=True, slots=True)
class TaughtPassage:
    """A passage and the rows that ask about it, all of which it answers."""

    prefix: str
    sentences: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def text(self) -> str:
        """What it says, under its prefix."""
        return f"{self.prefix} {' '.join(self.sentences)}".strip()


@dataclass(frozen=True, slots=True)
class Batch:
    """One step: questions (q, n), passages (p, m), and whose is what.

    `sentence_of` (p, m) numbers the batch's sentences from 0, -1 outside of any; `owner` (q,) is each question's passage;
    `right` and `ignored` (q, s) are among all sentences of the batch. Only sentences with a token are counted.
    """

    questions: Tensor
    question_mask: Tensor
    passages: Tensor
    passage_mask: Tensor
    sentence_of: Tensor
    owner: Tensor
    right: Tensor
    ignored: Tensor


def taught_passages(rows: Sequence[Row]) -> list[TaughtPassage]:
    """The answerable rows by the passage they ask about, in order of first appearance; a repeated row counts once."""
    by_passage: dict[tuple[str, tuple[str, ...]], dict[str, Row]] = {}
    for row in rows:
        if row.right:
            by_passage.setdefault((row.prefix, row.sentences), {}).setdefault(row.question, row)
    return [TaughtPassage(prefix, sentences, tuple(own.values())) for (prefix, sentences), own in by_passage.items()]


def epoch_plan(
    passages: Sequence[TaughtPassage], vectors: NDArray[np.float32], size: int, near_share: float, random: Random
) -> list[PlannedBatch]:
    """Batches of `size` questions and a few more, each question once.

    A passage stands in a batch with up to MOST_OF_A_PASSAGE of its questions. With probability `near_share` the passages
    nearest to it by `vectors` (p, d) come along: they are hard to tell from it. Questions left for a small batch wait.
    """
    left = [random.sample(range(len(p.rows)), len(p.rows)) for p in passages]
    plan: list[PlannedBatch] = []
    open_ones = list(range(len(passages)))
    while True:
        batch: dict[int, list[int]] = {}
        random.shuffle(open_ones)
        for first in open_ones:
            if sum(map(len, batch.values())) >= size:
                break
            chosen = [first]
            if random.random() < near_share:
                nearest = np.argsort(-(vectors[open_ones] @ vectors[first]), kind="stable")[: NEIGHBOURS + 1]
                chosen += [open_ones[i] for i in nearest]
            for number in chosen:
                if number not in batch and left[number] and sum(map(len, batch.values())) < size:
                    batch[number] = [left[number].pop() for _ in range(min(MOST_OF_A_PASSAGE, len(left[number])))]
        if sum(map(len, batch.values())) < size // 2:
            return plan
        plan.append(list(batch.items()))
        open_ones = [number for number in open_ones if left[number]]


def collated(asked: Sequence[tuple[TaughtPassage, Sequence[Row]]], pieces: Pieces, special: tuple[int, int]) -> Batch:
    """Passages with the rows that are asked of them as one padded batch; what exceeds a limit is cut at the end."""
    opening, closing = special
    rows = [row for _, own in asked for row in own]
    questions, question_mask = padded([[opening, *pieces(r.question)[:MAX_QUESTION_PIECES], closing] for r in rows])
    layouts = [_layout(passage, pieces, special) for passage, _ in asked]
    ids, mask = padded([own_ids for own_ids, _ in layouts])
    sentence_of = torch.full_like(ids, -1)
    places: dict[tuple[int, int], int] = {}
    for number, (_, sentences) in enumerate(layouts):
        for position, sentence in enumerate(sentences):
            if sentence >= 0:
                sentence_of[number, position] = places.setdefault((number, sentence), len(places))
    right, ignored = (torch.zeros(len(rows), len(places), dtype=torch.bool) for _ in range(2))
    owner = [number for number, (_, own) in enumerate(asked) for _ in own]
    for i, (row, number) in enumerate(zip(rows, owner, strict=True)):
        right[i, [places[number, s] for s in row.right if (number, s) in places]] = True
        ignored[i, [places[number, s] for s in row.ignored if (number, s) in places]] = True
    return Batch(questions, question_mask, ids, mask, sentence_of, torch.tensor(owner), right, ignored & ~right)


def _layout(passage: TaughtPassage, pieces: Pieces, special: tuple[int, int]) -> tuple[list[int], list[int]]:
    """Word pieces of a passage, and the sentence of each or -1."""
    opening, closing = special
    ids = [opening, *pieces(passage.prefix)[:PREFIX_PIECES]]
    sentence_of = [-1] * len(ids)
    for number, sentence in enumerate(passage.sentences):
        own = pieces(sentence)[: MAX_PIECES - 1 - len(ids)]
        ids += own
        sentence_of += [number] * len(own)
    return [*ids, closing], [*sentence_of, -1]
