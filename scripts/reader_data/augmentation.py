"""Rows as a run meets them, another way each time: edges cropped, the question as a heading, no prefix, noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from question_noise import noisy

from reader_data.rows import Row

CROPPED_SHARE = 0.6
HEADING_SHARE = 0.08
PREFIX_SHARE = 0.5
MOST_CROPPED = 4  # sentences at either end


def augmented(rows: Sequence[Row], random: Random, stories: Sequence[str]) -> list[Row]:
    """The rows, changed at random; rows of one collection with the same question still have the same."""
    typed: dict[tuple[str, str], str] = {}
    changed = []
    for row in rows:
        question = noisy(row.question, random, stories)
        if row.collection:
            question = typed.setdefault((row.collection, row.question), question)
        changed.append(replace(_changed_window(row, random), question=question))
    return changed


def _changed_window(row: Row, random: Random) -> Row:
    """The row with another window; no right or ignored sentence is lost."""
    if random.random() < CROPPED_SHARE and len(row.sentences) > 3:
        row = cropped(row, random)
    if random.random() < HEADING_SHARE and row.source != "medquad":  # its rows have such headings already
        row = under_own_question(row, random)
    return replace(row, prefix=row.prefix if random.random() < PREFIX_SHARE else "")


def cropped(row: Row, random: Random) -> Row:
    """The row without some of its first and last sentences; at least two stay."""
    n, marked = len(row.sentences), {*row.right, *row.ignored}
    first, last = min(marked, default=n - 2), max(marked, default=1)
    start = random.randint(0, min(first, MOST_CROPPED, n - 2))
    end = random.randint(max(last + 1, n - MOST_CROPPED, start + 2), n)
    return _shifted(replace(row, sentences=row.sentences[start:end]), 0, -start)


def under_own_question(row: Row, random: Random) -> Row:
    """The row with its question as a heading before the answer: it looks like the answer and is none."""
    place = random.randint(0, min(row.right, default=len(row.sentences)))
    heading = row.question.rstrip("?. ") + ("?" if random.random() < 0.7 else "")
    heading = heading[:1].upper() + heading[1:]
    return _shifted(replace(row, sentences=(*row.sentences[:place], heading, *row.sentences[place:])), place, 1)


def _shifted(row: Row, first: int, by: int) -> Row:
    """The row with its sentence numbers from `first` on moved by `by`."""

    def moved(number: int) -> int:
        return number + by if number >= first else number

    span = (moved(row.span[0]), row.span[1], row.span[2]) if row.span else None
    return replace(row, right=tuple(map(moved, row.right)), ignored=tuple(map(moved, row.ignored)), span=span)
