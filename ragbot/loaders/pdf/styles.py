"""Sizes and weights of a whole document: what is body text, how far its lines stand apart, which lines are headings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles

from ragbot.loaders.pdf.lines import Line
from ragbot.loaders.pdf.marks import bullet

_LARGER = 1.12  # times the body's size
_MAX_WORDS = 25  # beyond, large or bold type is a paragraph
_MAX_CHARACTERS = 200
_ENDINGS = (".", ",", ";", "!")  # of a line of text; a heading of body size has none


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line and its page, counted from 0."""

    line: Line
    page: int

    def step_to(self, below: PlacedLine) -> float | None:
        """How far below `below` stands in the same column, or None if it does not."""
        same = self.page == below.page and self.line.left == below.line.left and self.line.right == below.line.right
        step = below.line.middle - self.line.middle
        return step if same and step > 0 else None

    def had_room_for(self, below: PlacedLine) -> bool:
        """True if the first word of `below` would have fitted on this line, so that the line ends there on purpose."""
        word = below.line.words[0]
        return self.line.end + word.right - word.left + 0.55 * word.size < self.line.right


class Styles:
    """The body's size and weight, and the usual step from line to line for each size."""

    def __init__(self, lines: Sequence[PlacedLine]) -> None:
        sizes: Counter[float] = Counter()
        bold = 0
        for placed in lines:
            sizes[placed.line.size] += len(placed.line.text)
            bold += len(placed.line.text) if placed.line.bold else 0
        self.size = max(sizes, key=lambda size: (sizes[size], -size), default=10.0)
        self.bold = 2 * bold > sum(sizes.values())
        self._steps = dict(_usual_steps(lines))

    def step(self, size: float) -> float:
        """The usual distance from line to line of text of this size."""
        return self._steps.get(size) or self._steps.get(self.size, 1.2 * self.size) * size / self.size

    def heading(self, line: Line) -> tuple[float, bool] | None:
        """Size and weight of a line that may be a heading, or None."""
        if line.cells or bullet(line.words[0].text) or not any(letter.isalpha() for letter in line.text):
            return None
        heavy = line.bold and not self.bold
        if line.size >= _LARGER * self.size or (heavy and line.size >= 0.95 * self.size):
            return line.size, line.bold
        return None


def _usual_steps(lines: Sequence[PlacedLine]) -> Iterator[tuple[float, float]]:
    steps: defaultdict[float, list[float]] = defaultdict(list)
    for above, below in pairwise(lines):
        step = above.step_to(below)
        if step is not None and above.line.size == below.line.size and step < 3 * above.line.size:
            steps[above.line.size].append(step)
    for size, found in steps.items():
        # Most steps are those within paragraphs; a low quartile also holds where paragraphs are short.
        yield size, max(quantiles(found, n=4, method="inclusive")[0] if len(found) > 1 else found[0], 0.9 * size)


def heading_levels(lines: Sequence[PlacedLine], styles: Styles) -> dict[int, tuple[int, int]]:
    """For each line of a heading the number of its first line, and its level: 1 for the largest type, at most 6."""
    groups = [group for group in _groups(lines, styles) if _is_heading(lines, group, styles)]
    ranks = sorted({styles.heading(lines[group[0]].line) or (0.0, False) for group in groups}, reverse=True)
    levels = {style: min(rank, 6) for rank, style in enumerate(ranks, start=1)}
    return {
        number: (group[0], levels[styles.heading(lines[group[0]].line) or (0.0, False)])
        for group in groups
        for number in group
    }


def _groups(lines: Sequence[PlacedLine], styles: Styles) -> Iterator[list[int]]:
    """Runs of lines in one style of heading that follow each other closely."""
    group: list[int] = []
    for number, placed in enumerate(lines):
        style = styles.heading(placed.line)
        if group:
            last = lines[group[-1]]
            step = last.step_to(placed)
            if style != styles.heading(last.line) or step is None or step > 1.6 * placed.line.size:
                yield group
                group = []
        if style:
            group.append(number)
    if group:
        yield group


def _is_heading(lines: Sequence[PlacedLine], group: list[int], styles: Styles) -> bool:
    text = " ".join(lines[number].line.text for number in group)
    if len(text) > _MAX_CHARACTERS or len(text.split()) > _MAX_WORDS:
        return False
    first, last = lines[group[0]], lines[group[-1]]
    if first.line.size >= _LARGER * styles.size:
        return True
    above = lines[group[0] - 1] if group[0] else None
    below = lines[group[-1] + 1] if group[-1] + 1 < len(lines) else None
    return not (text.endswith(_ENDINGS) or _runs_on(above, first, styles) or _runs_into(last, below, styles))


def _runs_on(above: PlacedLine | None, first: PlacedLine, styles: Styles) -> bool:
    """True if bold words that fill a line stand in the middle of a paragraph."""
    step = above.step_to(first) if above else None
    if above is None or step is None or step > 1.3 * styles.step(first.line.size):
        return False
    return not (above.had_room_for(first) or above.line.text.endswith((".", "!", "?", ":")))


def _runs_into(last: PlacedLine, below: PlacedLine | None, styles: Styles) -> bool:
    step = last.step_to(below) if below else None
    tight = below is not None and step is not None and step <= 1.3 * styles.step(below.line.size)
    return tight and below is not None and below.line.text[0].islower()
