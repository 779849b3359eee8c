"""What pdfium knows of the single characters of one page: their boxes, fonts and sizes, and how they read."""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from functools import reduce
from itertools import pairwise
from typing import Any

from ragbot.loaders.pdf.bidi import LEFTWARD, as_read, is_mark
from ragbot.loaders.pdf.signs import UNKNOWN, readable

_MAYBE_RAISED = re.compile(r"\S\d|(?:[mµ]?g|m?l|%|\d)[a-e]$")  # a digit, or a note's letter after an amount
_BOLD = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_BLANK = 0.08  # of a character's height: no blank is narrower
Box = tuple[float, float, float, float]


class Glyphs:
    """What pdfium knows of single characters of one page. Calls are what costs: a word needs five."""

    def __init__(self, text_page: Any, raw: Any) -> None:
        self._page = text_page.raw
        self._char_box, self._font = raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetFontInfo
        self._code = raw.FPDFText_GetUnicode
        self._transform, self._nominal = raw.FPDFText_GetMatrix, raw.FPDFText_GetFontSize
        self._matrix, self._rect, self._flags = raw.FS_MATRIX(), raw.FS_RECTF(), ctypes.c_int()
        self._name = ctypes.create_string_buffer(128)
        self._matrix_at, self._rect_at = ctypes.byref(self._matrix), ctypes.byref(self._rect)
        self._flags_at = ctypes.byref(self._flags)
        self._is_bold: dict[bytes, bool] = {}

    def on_one_line(self, start: int, end: int) -> Iterator[tuple[int, int, Box]]:
        """The range with its box, cut where pdfium ran the end of one line and the start of the next together."""
        first, last = self._box(start), self._box(end - 1)
        if min(first[3], last[3]) > max(first[1], last[1]) or self.turns(start) != 0:
            yield start, end, _around(first, last)
            return
        begin, box = start, first
        for index in range(start + 1, end):
            following = self._box(index)
            if min(box[3], following[3]) > max(box[1], following[1]):
                box = _around(box, following)
            else:
                yield begin, index, box
                begin, box = index, following
        yield begin, end, box

    def read(self, text: str, start: int, turns: int, bounds: Box) -> str:
        """The word that begins at `start` as a reader sees it."""
        text = "".join(UNKNOWN if c == "\ufffe" and self._is_unknown(n) else c for n, c in enumerate(text, start))
        raised: list[bool] = []
        if _MAYBE_RAISED.search(text):
            raised, base = [False], upright(self._box(start), turns, bounds)
            for index in range(start + 1, start + len(text)):
                box = upright(self._box(index), turns, bounds)
                raised.append(is_raised(box, base))
                base = base if raised[-1] else box
        return readable(text, lambda index: self._font_name(start + index).decode("latin-1"), raised)

    def by_place(self, line: str, start: int) -> Iterator[tuple[int, str, Box]]:
        """First character, text and box of each word of a line that holds a leftward script, from left to right.

        pdfium guesses the order of such characters, and guesses wrong where a word was drawn from its end.
        """
        boxes = [self._box(index) for index in range(start, start + len(line))]
        leftward = 2 * len(LEFTWARD.findall(line)) > sum(character.isalpha() for character in line)
        seen = [place for place in range(len(line)) if not line[place].isspace()]  # blanks have no place of their own
        seen.sort(key=lambda place: boxes[place][0] + boxes[place][2])
        for places in _parted(seen, boxes, n_blanks=len(line) - len(seen)):
            text = as_read(_clusters(line, places), leftward=leftward)
            yield start + min(places), text, reduce(_around, (boxes[place] for place in places))

    def _is_unknown(self, index: int) -> bool:
        """True for a glyph without a meaning in Unicode; pdfium writes it as it writes a hyphen at a line's end."""
        return not self._code(self._page, index)

    def _box(self, index: int) -> Box:
        rect = self._rect
        self._char_box(self._page, index, self._rect_at)
        return rect.left, rect.bottom, rect.right, rect.top

    def turns(self, index: int) -> int | None:
        """Quarter turns to the left that the character's line makes, or None if it runs aslant (a watermark)."""
        self._transform(self._page, index, self._matrix_at)
        a, b = self._matrix.a, self._matrix.b
        if b == 0 and a > 0:
            return 0
        if not (math.isfinite(a) and math.isfinite(b)):  # of a broken file; nothing of it is seen
            return None
        quarters = math.atan2(b, a) / (math.pi / 2)
        return round(quarters) % 4 if abs(quarters - round(quarters)) < 0.1 else None

    def size(self, index: int) -> float:
        """Size in points as seen; to be asked after `turns` of the same character, whose matrix it uses."""
        nominal = float(self._nominal(self._page, index))
        size = abs(nominal * math.hypot(self._matrix.c, self._matrix.d))
        return size if 0 < size < math.inf else 1.0

    def _font_name(self, index: int) -> bytes:
        self._font(self._page, index, self._name, 128, self._flags_at)
        return self._name.value

    def bold(self, index: int) -> bool:
        """True if the font's name says so; pdfium's weights are zero for many fonts."""
        name = self._font_name(index)
        if name not in self._is_bold:
            self._is_bold[name] = bool(_BOLD.search(name))
        return self._is_bold[name]


def _parted(places: list[int], boxes: list[Box], *, n_blanks: int) -> Iterator[list[int]]:
    """The characters at these places, given from left to right, cut at as many of the widest gaps as there are blanks."""
    gaps = [boxes[right][0] - max(boxes[left][2] for left in places[max(0, n - 1) : n + 1])
            for n, right in enumerate(places[1:])]  # fmt: skip
    wide = [n for n, gap in enumerate(gaps, 1) if gap > _BLANK * (boxes[places[n]][3] - boxes[places[n]][1])]
    cuts = sorted(sorted(wide, key=lambda n: -gaps[n - 1])[:n_blanks])
    for begin, end in pairwise([0, *cuts, len(places)]):
        yield places[begin:end]


def _clusters(line: str, places: list[int]) -> list[str]:
    """The characters at these places of the line in their order, each with the marks next to it."""
    found: list[str] = []
    for place in places:
        if found and (is_mark(line[place]) or is_mark(found[-1][0])):
            found[-1] = found[-1] + line[place] if is_mark(line[place]) else line[place] + found[-1]
        else:
            found.append(line[place])
    return found


def _around(one: Box, two: Box) -> Box:
    return min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3])


def upright(box: Box, turns: int, bounds: Box) -> Box:
    """The box from the left edge and from the top down, on the page turned so that its line runs to the right."""
    left, bottom, right, top = bounds
    # A broken font may make a box of any size: what stands out of the page is cut off.
    x0, y0, x1, y1 = max(box[0], left), max(box[1], bottom), min(box[2], right), min(box[3], top)
    if turns == 0:
        return x0 - left, top - y1, x1 - left, top - y0
    if turns == 1:
        return y0 - bottom, x0 - left, y1 - bottom, x1 - left
    if turns == 2:
        return right - x1, y0 - bottom, right - x0, y1 - bottom
    return top - y1, right - x1, top - y0, right - x0


def is_raised(box: Box, base: Box) -> bool:
    """True if the box, given from the top down, is lower than the base's and stands above its foot, beside it."""
    height = base[3] - base[1]
    return box[3] - box[1] < 0.85 * height and base[1] < box[3] < base[3] - 0.15 * height
