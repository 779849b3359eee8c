"""The runs of a paragraph put into one line, with what is raised or lowered and with gaps. Knows no Word file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from ragbot.loaders.formulas import SLASHES, lowered, raised
from ragbot.loaders.layout import LINE_BREAK, gap


class Place(Enum):
    """Where words stand in their line; a GAP is where some were struck out."""

    LINE = "line"
    SUPERSCRIPT = "superscript"
    SUBSCRIPT = "subscript"
    FORMULA = "formula"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Part:
    """Words in one place."""

    text: str
    place: Place = Place.LINE


def in_one_line(parts: Iterable[Part]) -> str:
    """The parts as plain characters; those next to each other in one place belong together.

    >>> in_one_line([Part("10"), Part("-", Place.SUPERSCRIPT), Part("9", Place.SUPERSCRIPT), Part(" g")])
    '10⁻⁹ g'
    """
    merged = [Part("".join(part.text for part in group), place) for place, group in groupby(parts, lambda p: p.place)]
    merged = [part for part in merged if part.text or part.place is Place.GAP]
    line: list[str] = []
    last = ""
    for number, part in enumerate(merged):
        after = next((other.text[0] for other in merged[number + 1 :] if other.text), "")
        shown = _shown(part, last, after, _in_fraction(merged, number))
        line.append(shown)
        last = shown[-1:] or last
    return "".join(line)


def _shown(part: Part, before: str, after: str, in_fraction: bool) -> str:
    text = part.text.strip()
    if part.place is Place.GAP:
        return gap(before, after)
    if part.place is Place.LINE or not text or LINE_BREAK in text:
        return part.text
    if part.place is Place.FORMULA or in_fraction:
        left = " " if before.isalnum() and text[0].isalnum() else ""
        right = " " if part.place is Place.FORMULA and after.isalnum() and text[-1].isalnum() else ""
        return f"{left}{part.text}{right}"
    start = part.text.index(text)
    is_raised = part.place is Place.SUPERSCRIPT
    lead, tail = part.text[:start], part.text[start + len(text) :]
    before, after = lead[-1:] or before, tail[:1] or after
    return lead + (raised(text, before) if is_raised else lowered(text, before, after)) + tail


def _in_fraction(parts: Sequence[Part], number: int) -> bool:
    """True for the first and the last part of a superscript, a slash and a subscript."""
    return any(
        [part.place for part in parts[first : first + 3]] == [Place.SUPERSCRIPT, Place.LINE, Place.SUBSCRIPT]
        and parts[first + 1].text.strip() in SLASHES
        for first in (number - 2, number)
        if first >= 0
    )
