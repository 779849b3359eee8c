"""Where a quotation stands on a page: words with places in, boxes out, one a line. Knows neither files nor pictures.

A document's text is made of the page's words, but not word for word: hyphens at line ends go, list marks and page
heads are left out, a table's cells get their column's name in front. So letters and digits are compared, not blanks
and marks; and where something stands in between, the longest stretches that agree, near each other, are taken.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate

from ragbot.loaders.pdf.picture import PictureWord

LEAST_FOUND = 0.6  # of the quotation's letters; with fewer it is better to mark nothing
_MAX_COMPARED = 4_000  # words of a page; comparing takes their number times that of the quotation's
_FAR = 12  # words that may stand in between: list marks, a table's other cells
_LABEL = re.compile(r"(?:^|(?<= \| ))[^|:]{1,80}: ")
Box = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of the page's width and height."""


def quote_boxes(words: Sequence[PictureWord], quote: str, *, occurrence: int = 0) -> tuple[Box, ...]:
    """The boxes around the words of `quote` on the page, one for each line; none if too little of it is found.

    Where it stands on the page several times, `occurrence` (from 0) is the one that is meant.

    >>> words = [PictureWord("No", 0.1, 0.1, 0.2, 0.2), PictureWord("alcohol.", 0.3, 0.1, 0.5, 0.2)]
    >>> quote_boxes(words, "No alcohol.")
    ((0.1, 0.1, 0.5, 0.2),)
    """
    found = _exactly(words, quote, occurrence) or _exactly(words, _without_labels(quote), occurrence)
    return tuple(_lines(words, found or _nearly(words, quote)))


def occurrence_of(text: str, start: int, quote: str) -> int:
    """How often the letters of `quote` stand in `text` before `start`, overlapping ones counted once.

    >>> occurrence_of("Rest. Eat. Rest.", 11, "Rest.")
    1
    """
    folded = _folded(quote)
    return _folded(text[:start]).count(folded) if folded else 0


def _exactly(words: Sequence[PictureWord], quote: str, occurrence: int) -> list[int]:
    """Numbers of the words whose letters are those of the quotation, one after the other."""
    wanted = _folded(quote)
    pieces = [_folded(word.text) for word in words]
    letters = "".join(pieces)
    places = [match.start() for match in re.finditer(re.escape(wanted), letters)] if wanted else []
    if not places:
        return []
    start = places[min(occurrence, len(places) - 1)]
    starts = [0, *accumulate(len(piece) for piece in pieces)]
    first, last = bisect_right(starts, start) - 1, bisect_right(starts, start + len(wanted) - 1) - 1
    return list(range(first, last + 1))


def _nearly(words: Sequence[PictureWord], quote: str) -> list[int]:
    """Numbers of the words that agree with the quotation's in longest stretches near each other; none if too few."""
    on_page = [_folded(word.text) for word in words[:_MAX_COMPARED]]
    wanted = [folded for word in quote.split() if (folded := _folded(word))]
    blocks = [b for b in SequenceMatcher(None, on_page, wanted, autojunk=False).get_matching_blocks() if b.size]
    if not blocks:
        return []
    middle = max(range(len(blocks)), key=lambda number: blocks[number].size)
    first = last = middle
    while first and _is_near(blocks[first - 1], blocks[first]):
        first -= 1
    while last + 1 < len(blocks) and _is_near(blocks[last], blocks[last + 1]):
        last += 1
    found = [number for block in blocks[first : last + 1] for number in range(block.a, block.a + block.size)]
    share = sum(len(on_page[number]) for number in found) / max(1, sum(map(len, wanted)))
    return [number for number in found if on_page[number]] if share >= LEAST_FOUND else []


def _is_near(one: Match, two: Match) -> bool:
    """True if no more stands between two stretches on the page than in the quotation, a few words aside."""
    return two.a - one.a - one.size <= two.b - one.b - one.size + _FAR


def _lines(words: Sequence[PictureWord], numbers: Sequence[int]) -> Iterator[Box]:
    """One box around each run of words that follow each other on one line."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1 and _is_beside(words[number - 1], words[number]):
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        line = [words[number] for number in run]
        left, top = min(word.left for word in line), min(word.top for word in line)
        yield left, top, max(word.right for word in line), max(word.bottom for word in line)


def _is_beside(one: PictureWord, two: PictureWord) -> bool:
    """True for words of one line, whichever way it runs: the second's middle within the first's height."""
    return one.top <= (two.top + two.bottom) / 2 <= one.bottom


def _without_labels(quote: str) -> str:
    """A table row without its columns' names.

    >>> _without_labels("Drug: oral | Onset: 2 hours")
    'oral | 2 hours'
    """
    return _LABEL.sub("", quote)


def _folded(text: str) -> str:
    """Letters and digits only, without case and ligatures.

    >>> _folded("Medi-\\ncation (ﬁrst)")
    'medicationfirst'
    """
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
