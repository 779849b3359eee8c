"""Lines: words side by side, in rows and between gutters. Knows places only, no page and no order of columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from ragbot.loaders.pdf.words import Word


@dataclass(frozen=True)
class Line:
    """Words from left to right. `left` and `right` are the edges of the column; `cells` are set in a table row."""

    words: tuple[Word, ...]
    left: float
    right: float
    cells: tuple[tuple[Word, ...], ...] = ()

    @cached_property
    def text(self) -> str:
        """The words with one blank between them."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def size(self) -> float:
        """The size of most characters, to half a point and never less (a damaged file may have type of no size)."""
        lengths: dict[float, int] = {}
        for word in self.words:
            size = max(round(word.size * 2) / 2, 0.5)
            lengths[size] = lengths.get(size, 0) + len(word.text)
        return max(lengths, key=lambda size: (lengths[size], size))

    @cached_property
    def middle(self) -> float:
        """Height of the line's middle."""
        return median(word.middle for word in self.words)

    @property
    def bold(self) -> bool:
        """True if all its words are bold."""
        return all(word.bold for word in self.words)

    @property
    def start(self) -> float:
        """Where the first word begins."""
        return self.words[0].left

    @property
    def end(self) -> float:
        """Where the last word ends."""
        return self.words[-1].right


def rows_of(words: Iterable[Word]) -> list[list[Word]]:
    """The words in rows from top to bottom, each from left to right; raised and lowered words stay in their row."""
    rows: list[list[Word]] = []
    last = size = 0.0
    for word in sorted(words, key=lambda word: word.middle):
        # Rows stand 1 em apart or more; a superscript is raised by a third of it.
        if rows and word.middle - last <= 0.45 * max(size, word.size):
            rows[-1].append(word)
            size = max(size, word.size)
        else:
            rows.append([word])
            size = word.size
        last = word.middle
    return [sorted(row, key=lambda word: word.left) for row in rows]


def columns_of(words: Sequence[Word], gutters: Sequence[tuple[float, float]]) -> list[list[Word]]:
    """The words between gutters, empty columns left out."""
    return [column for column in cells_of(words, gutters) if column]


def cells_of(words: Sequence[Word], gutters: Sequence[tuple[float, float]]) -> list[list[Word]]:
    """The words between gutters, with an empty cell where none stand."""
    cells: list[list[Word]] = [[] for _ in range(len(gutters) + 1)]
    for word in words:
        middle = (word.left + word.right) / 2
        cells[sum(middle > gutter[0] for gutter in gutters)].append(word)
    return cells
