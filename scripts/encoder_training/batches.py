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
    """A passage and the rows that ask about it, all of which it answers; in a collection there may be none."""

    prefix: str
    sentences: tuple[str, ...]
    rows: tuple[Row, ...]
    collection: str = ""

    @property
    def text(self) -> str:
        """What it says, under its prefix."""
        return f"{self.prefix} {' '.join(self.sentences)}".strip()


@dataclass(frozen=True, slots=True)
class Batch:
    """One step: questions (q, n), passages (p, m), and whose is what.

    `sentence_of` (p, m) numbers the batch's sentences from 0, -1 outside of any; `holds` (q, p) are the passages that answer;
    `right` and `ignored` (q, s) are among all sentences of the batch. Only sentences with a token are counted.
    """

    questions: Tensor
    question_mask: Tensor
    passages: Tensor
    passage_mask: Tensor
    sentence_of: Tensor
    holds: Tensor
    right: Tensor
    ignored: Tensor


def taught_passages(rows: Sequence[Row]) -> list[TaughtPassage]:
    """The answerable rows by the passage they ask about, in order of first appearance; a repeated row counts once.

    Passages of a collection are kept without a row as well, since its questions are told apart from them.
    """
    by_passage: dict[tuple[str, str, tuple[str, ...]], dict[str, Row]] = {}
    for row in rows:
        key = row.collection, row.prefix, row.sentences
        if row.right:
            by_passage.setdefault(key, {}).setdefault(row.question, row)
        elif row.collection:
            by_passage.setdefault(key, {})
    return [
        TaughtPassage(prefix, sentences, tuple(own.values()), collection)
        for (collection, prefix, sentences), own in by_passage.items()
    ]


def epoch_plan(
    passages: Sequence[TaughtPassage], vectors: NDArray[np.float32], size: int, near_share: float, random: Random
) -> list[PlannedBatch]:
    """Batches of `size` questions and a few more, each question once.

    A passage stands in a batch with up to MOST_OF_A_PASSAGE of its questions. With probability `near_share` the passages
    nearest to it by `vectors` (p, d) come along: they are hard to tell from it. Questions left for a small batch wait.
    The passages of a collection are always together and with no others: a question without the name of the treatment
    has answers in many collections.
    """
    plan = _mixed_batches(passages, vectors, size, near_share, random)
    collections: dict[str, list[int]] = {}
    for number, passage in enumerate(passages):
        if passage.collection:
            collections.setdefault(passage.collection, []).append(number)
    for members in collections.values():
        plan += _collection_batches(passages, members, size, random)
    random.shuffle(plan)
    return plan


def _collection_batches(
    passages: Sequence[TaughtPassage], members: Sequence[int], size: int, random: Random
) -> list[PlannedBatch]:
    """All passages `members` in each batch, every question once, with one of the passages that answer it."""
    places: dict[str, list[tuple[int, int]]] = {}
    for number in members:
        for i, row in enumerate(passages[number].rows):
            places.setdefault(row.question, []).append((number, i))
    asked = [random.choice(own) for own in places.values()]
    random.shuffle(asked)
    return [
        [(number, [i for place, i in asked[start : start + size] if place == number]) for number in members]
        for start in range(0, len(asked), size)
    ]


def _mixed_batches(
    passages: Sequence[TaughtPassage], vectors: NDArray[np.float32], size: int, near_share: float, random: Random
) -> list[PlannedBatch]:
    left = [[] if p.collection else random.sample(range(len(p.rows)), len(p.rows)) for p in passages]
    plan: list[PlannedBatch] = []
    open_ones = [number for number, own in enumerate(left) if own]
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


def collated(
    asked: Sequence[tuple[TaughtPassage, Sequence[Row]]],
    pieces: Pieces,
    special: tuple[int, int],
    typed: Callable[[str], str] = str,
) -> Batch:
    """Passages with the rows that are asked of them as one padded batch; what exceeds a limit is cut at the end.

    `typed` changes how a question is written. A passage of the batch that answers a question asked of another holds too.
    """
    opening, closing = special
    rows = [row for _, own in asked for row in own]
    texts = [typed(row.question) for row in rows]
    questions, question_mask = padded([[opening, *pieces(t)[:MAX_QUESTION_PIECES], closing] for t in texts])
    layouts = [_layout(passage, pieces, special) for passage, _ in asked]
    ids, mask = padded([own_ids for own_ids, _ in layouts])
    sentence_of = torch.full_like(ids, -1)
    places: dict[tuple[int, int], int] = {}
    for number, (_, sentences) in enumerate(layouts):
        for position, sentence in enumerate(sentences):
            if sentence >= 0:
                sentence_of[number, position] = places.setdefault((number, sentence), len(places))
    right, ignored = (torch.zeros(len(rows), len(places), dtype=torch.bool) for _ in range(2))
    holds = torch.zeros(len(rows), len(asked), dtype=torch.bool)
    answering = [{row.question: row for row in passage.rows} for passage, _ in asked]
    for i, question in enumerate(row.question for row in rows):
        for number, own in enumerate(answering):
            if row := own.get(question):
                holds[i, number] = True
                right[i, [places[number, s] for s in row.right if (number, s) in places]] = True
                ignored[i, [places[number, s] for s in row.ignored if (number, s) in places]] = True
    return Batch(questions, question_mask, ids, mask, sentence_of, holds, right, ignored & ~right)


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
