"""Running heads, feet and page numbers: found by standing at the same place of several pages, and removed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median, quantiles
from typing import NamedTuple

from ragbot.loaders.pdf.lines import rows_of
from ragbot.loaders.pdf.words import Page, Word

_ZONE = 0.15  # of the page's height, at the top and at the bottom
_MAX_ROWS = 3  # of one head or foot
_APART = 1.45  # in steps from line to line: text goes on in one step, a head stands further from it
_SAME_PLACE = 4.0  # points
_COUNTS = "\0"  # begins what a row with the number of its page shares with others
_MAX_NUMBERS = 3  # in one row, tried as the number of the page
_ROMAN = r"x{0,4}(?:ix|iv|v?i{0,3})"
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(rf"[^\w#]*(?:page|p\.)?\s*(\d{{1,4}}|{_ROMAN})(?:\s*(?:of|/)\s*\d{{1,4}})?[^\w#%]*")
# Where a number may be that of the page: after the word, or at an end of the row, but not as an amount ("2 tablets").
_OF_PAGE = re.compile(r"(?:\bpage|\bp\.)\s*#|^#(?=\s)|(?<=[^\W#])\s#$")
_AMOUNT = re.compile(
    r"[%=<>≤≥±]|:\s*#|\b(?:[mµμ]?g|mcg|k?g|m?l|mmol|iu|units?|doses?|tablets?|capsules?|drops|puffs|times|seconds?|minutes?"
    r"|hours?|days?|weeks?|months?|years?|steps?|cycles?|sessions?|maximum|max|take|give)\b"
)
_SENTENCE = re.compile(r"(?:\S+\s+){4,}\S+[.!?]")
# A repeated row that tells something stays once: a warning at the foot of each page stands nowhere else.
_TELLS = re.compile(
    r"\S+\s+\S.*[.!?][\"'”’)\]]*|(?:\S+\s+){7,}\S+|.*\b(?:not|never|no|must|should|only|avoid|stop|call|if|unless|warning"
    r"|caution|maximum|minimum|max|min|mg|µg|mcg|ml|daily|dose|doses)\b.*",
    re.DOTALL,
)


class _Row(NamedTuple):
    """A row at the edge of a page: its text in lower case, its size and place, its words.

    It is `large` if its type is larger than that of the text.
    """

    text: str
    size: int
    place: int
    words: tuple[Word, ...]
    large: bool

    def keys(self, page: int) -> Iterator[tuple[str, int, int]]:
        """What the row shares with those of other pages: its text, and its text with a number that counts the pages.

        Each for two places, so that rows on either side of a border between places share one.
        """
        for text in (self.text, *(() if self._is_text() else self._counting(page))):
            yield from ((text, self.size, self.place), (text, self.size, self.place + 1))

    def _is_text(self) -> bool:
        return self.large or bool(_SENTENCE.fullmatch(self.text))

    def _counting(self, page: int) -> Iterator[str]:
        numbers = list(_NUMBER.finditer(self.text))
        for number in numbers[:_MAX_NUMBERS] + numbers[_MAX_NUMBERS:][-1:]:
            before, after = self.text[: number.start()], self.text[number.end() :]
            if len(number[0]) <= 4 and _OF_PAGE.search(f"{before}#{after}") and not _AMOUNT.search(f"{before}#{after}"):
                shift = int(number[0]) - page
                yield f"{_COUNTS}{before}#{shift}{after}"
                if re.search(r"[^\W\d]", before + after):
                    yield f"{_COUNTS}#{shift}"  # heads name chapters, so that only place and number agree


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """The pages without the heads and feet that they share and without page numbers.

    A row at the edge of a page is one if it stands apart from the text, and the same words in the same place of at least
    three pages (of both in a file of two); numbers may differ only if they count the pages. A row that tells something
    stays where it stands first. A number alone goes if it is that of its page or counts with others. Large type and
    whole sentences with numbers that differ stay, and so do the words of a page that would lose them all.
    """
    edges = [list(_edge_rows(page)) for page in pages]
    counts = Counter(key for page, rows in enumerate(edges) for key in {k for row in rows for k in row.keys(page)})
    shifts = Counter(shift for page, rows in enumerate(edges) for shift in {_shift(row, page) for row in rows})
    least = min(3, max(len(pages), 2))
    told: set[str] = set()
    result = []
    for number, (page, rows) in enumerate(zip(pages, edges, strict=True)):
        lone = [row for row in rows if _is_page_number(_shift(row, number), shifts, least, n_pages=len(pages))]
        numbered = _without(page, lone)
        repeated = [row for row in rows if _is_repeated(row, number, counts, least)]
        gone = [row for row in repeated if not _tells_first(row, told)]
        bare = _without(numbered, gone)
        result.append(bare if bare.words else numbered)
    return result


def _shift(row: _Row, page: int) -> int | None:
    """How far a row that is only a page number is from the number of its page; None for any other row."""
    match = _PAGE_NUMBER.fullmatch(row.text) if len(row.text) < 30 else None
    if match is None or not match[1]:
        return None
    return (int(match[1]) if match[1].isdecimal() else _roman(match[1])) - page


def _roman(text: str) -> int:
    """The value of a small Roman number.

    >>> _roman("xiv")
    14
    """
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in text]
    return sum(-one if one < two else one for one, two in zip(values, [*values[1:], 0], strict=True))


def _is_page_number(shift: int | None, shifts: Counter[int | None], least: int, *, n_pages: int) -> bool:
    return shift is not None and (shift == 1 or (n_pages > 1 and shifts[shift] >= least))


def _is_repeated(row: _Row, page: int, counts: Counter[tuple[str, int, int]], least: int) -> bool:
    """True if enough pages share the row; two numbers that count up may be "Week 1" and "Week 2", so three must."""
    return any(counts[key] >= (3 if key[0].startswith(_COUNTS) else least) for key in row.keys(page))


def _tells_first(row: _Row, told: set[str]) -> bool:
    """True for the first row with these words if they tell something."""
    if not _TELLS.fullmatch(row.text) or row.text in told:
        return False
    told.add(row.text)
    return True


def _without(page: Page, rows: Sequence[_Row]) -> Page:
    gone = {id(word) for row in rows for word in row.words}
    return replace(page, words=tuple(word for word in page.words if id(word) not in gone)) if gone else page


def _edge_rows(page: Page) -> Iterator[_Row]:
    """The rows at the top and at the bottom of a page that stand apart from the text."""
    if not page.words:
        return
    rows = rows_of(page.words)
    heights = [median(word.middle for word in row) for row in rows]
    steps = [below - above for above, below in pairwise(heights)]
    usual = quantiles(steps, n=4)[0] if len(steps) > 1 else 0.0
    size = median(word.size for word in page.words)
    apart = _APART * max(usual, 1.2 * size)
    for number in range(_standing_apart(steps, apart)):
        if heights[number] < _ZONE * page.height:
            yield _row(rows[number], heights[number], size)
    for number in range(_standing_apart(steps[::-1], apart)):
        if heights[-1 - number] > (1 - _ZONE) * page.height:
            yield _row(rows[-1 - number], heights[-1 - number] - page.height, size)


def _standing_apart(steps: Sequence[float], apart: float) -> int:
    """How many rows from the edge are cut off from the rest by a wide step; all of them where nothing else is."""
    if len(steps) < _MAX_ROWS:
        steps = [*steps, apart]
    return max((number for number, step in enumerate(steps[:_MAX_ROWS], start=1) if step >= apart), default=0)


def _row(words: Sequence[Word], height: float, size: float) -> _Row:
    text = " ".join(word.text for word in words).casefold()
    large = words[0].size > 1.1 * size
    return _Row(text, round(words[0].size), round(height / _SAME_PLACE), tuple(words), large)
