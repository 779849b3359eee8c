"""Rows as padded tensors, in the token layout that ragbot.reader reads, and the order they come in. Trains nothing.

[CLS] question [SEP] (prefix [SEP])? sentences [SEP]; the second kind of token begins after the question's [SEP].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from random import Random

import torch
from reader_data.rows import Row
from torch import Tensor

from ragbot.encoding import padded
from ragbot.reader import Pieces, Window, lay_out

MAX_PIECES = (
    240  # question and sentences with special tokens, the prefix not counted; what is longer is cut in training
)
# These sources mark no answering words. If their unanswerable rows taught "no words" and no row of theirs any words, the
# span would learn to refuse whatever looks like them.
UNMARKED_SOURCES = frozenset({"own", "dev", "medquad"})
SORTED_BATCHES = 40  # so many batches are sorted by length together: little padding, and still a mixed order


@dataclass(frozen=True, slots=True)
class Layout:
    """Word pieces of one row: `sentence_of` (n,) is the sentence of each or -1, the second kind begins at `text_start`.

    `span` holds the first and last piece of the answer, (0, 0) if there is none to find, (-1, -1) if it is not known.
    """

    ids: list[int]
    text_start: int
    sentence_of: list[int]
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one step: tokens (b, n), sentences (b, s).

    `there` marks sentences with a token, `right` and `ignored` are among them; `none` (b,) are rows without an answer.
    `group` (b,) is the same for windows that were read for one question.
    """

    ids: Tensor
    kinds: Tensor
    mask: Tensor
    sentence_of: Tensor
    there: Tensor
    right: Tensor
    ignored: Tensor
    none: Tensor
    span: Tensor
    group: Tensor

    def to(self, device: str) -> Batch:
        """The batch on `device`."""
        return Batch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


def layout(row: Row, pieces: Pieces, special: tuple[int, int]) -> Layout:
    """Word pieces of `row` between the `special` ones that open and close; what exceeds the limit is cut at the end."""
    whole = lay_out(pieces(row.question)[0], Window(row.prefix, row.sentences), pieces, special)
    *ids, closing = whole.ids
    first = whole.places[0][0] if whole.places else len(ids)
    last = MAX_PIECES + first - whole.text_start - 1
    sentence_of = [-1] * len(ids)
    for number, (start, end) in enumerate(whole.places):
        sentence_of[start:end] = [number] * (end - start)
    span = (-1, -1) if row.right or row.source in UNMARKED_SOURCES else (0, 0)
    if row.span:
        number, start, end = row.span
        place = whole.places[number][0]
        inside = [place + i for i, (a, b) in enumerate(whole.offsets[number]) if a < end and start < b]
        span = (inside[0], inside[-1]) if inside and inside[-1] < last else span
    return Layout([*ids[:last], closing], whole.text_start, [*sentence_of[:last], -1], span)


def collated(rows: Sequence[Row], pieces: Pieces, special: tuple[int, int]) -> Batch:
    """The rows as one padded batch."""
    layouts = [layout(row, pieces, special) for row in rows]
    ids, mask = padded([one.ids for one in layouts])
    kinds, _ = padded([[0] * one.text_start + [1] * (len(one.ids) - one.text_start) for one in layouts])
    shifted, _ = padded([[number + 1 for number in one.sentence_of] for one in layouts])
    n_sentences = max(len(row.sentences) for row in rows)
    there = torch.nn.functional.one_hot(shifted, n_sentences + 1)[..., 1:].any(1)
    right, ignored = (torch.zeros(len(rows), n_sentences, dtype=torch.bool) for _ in range(2))
    for number, row in enumerate(rows):
        right[number, list(row.right)] = True
        ignored[number, list(row.ignored)] = True
    return Batch(
        ids=ids,
        kinds=kinds,
        mask=mask,
        sentence_of=shifted - 1,
        there=there,
        right=right & there,
        ignored=ignored & there & ~right,
        none=torch.tensor([not row.right for row in rows]),
        span=torch.tensor([one.span for one in layouts]),
        group=torch.tensor(_group_numbers(rows)),
    )


def grouped(rows: Sequence[Row]) -> list[list[int]]:
    """Numbers of the rows that belong together: the windows of one question on a collection; any other row is alone."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault((row.collection, row.question if row.collection else str(number)), []).append(number)
    return list(groups.values())


def epoch_plan(groups: Sequence[Sequence[int]], lengths: Sequence[int], size: int, random: Random) -> list[list[int]]:
    """Row numbers of each batch of one epoch: every row once, groups whole, like lengths together, in random order.

    A batch has at most `size` rows but for a group that alone has more.
    """
    order = list(groups)
    random.shuffle(order)
    plan = []
    for block in _runs(order, size * SORTED_BATCHES):
        batches = _runs(sorted(block, key=lambda group: max(lengths[number] for number in group)), size)
        random.shuffle(batches)
        plan += [[number for group in batch for number in group] for batch in batches]
    return plan


def _runs(groups: Iterable[Sequence[int]], size: int) -> list[list[Sequence[int]]]:
    """`groups` in order, cut into runs of at most `size` rows."""
    runs: list[list[Sequence[int]]] = []
    left = 0
    for group in groups:
        if len(group) > left:
            runs.append([])
            left = size
        runs[-1].append(group)
        left -= len(group)
    return runs


def _group_numbers(rows: Sequence[Row]) -> list[int]:
    numbers = [0] * len(rows)
    for group, members in enumerate(grouped(rows)):
        for number in members:
            numbers[number] = group
    return numbers
