"""The words of one page to lines in reading order: columns one after the other, table rows cell by cell.

Works with places and sizes only. Leaves what a line means (heading, item, paragraph) to `blocks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ragbot.loaders.pdf.lines import Line, columns_of, rows_of
from ragbot.loaders.pdf.tables import is_table, table_lines
from ragbot.loaders.pdf.words import Word

MARKER = re.compile(r"[•‣▪■●○◦∙·◆❖➢➤✓✔*–—-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)]|\[\d{1,3}\]|[*†‡§¶]|\d{1,2}")

# Widths and heights are in em, the median size of the words laid out.
_BIT = 0.1  # resolution of what is covered with ink, across
_SLAB = 0.5  # and down
_GUTTER = 0.8  # a word space is 0.25, in justified lines at times 0.6
_TABLE_GAP = 1.5  # between the cells of a table of two or three rows, where chance could line up spaces
_APART = 2.5  # blank height beyond which a line on one side no longer belongs to the columns above or below it
_MAX_DEPTH = 4  # columns within columns


@dataclass(frozen=True, slots=True)
class _Band:
    """A stretch of the page from top to bottom; `gutters` are the gaps that run through all of it."""

    top: int
    bottom: int
    gutters: tuple[tuple[float, float], ...]
    table: bool = False


def lines_in_reading_order(words: Sequence[Word], *, depth: int = 0) -> list[Line]:
    """The lines of a page or column, top to bottom; where gaps run down through several lines, column by column."""
    if not words:
        return []
    # No page has more than 2,000 lines or letters across; a broken size would make the grid below too fine to hold.
    em = max(median(word.size for word in words), max(max(word.right, word.bottom) for word in words) / 2_000)
    lines: list[Line] = []
    for band, inside in _words_by_band(_lowered_initials(words, em), em):
        columns = columns_of(inside, band.gutters)
        if len(columns) < 2:
            lines += _plain(inside)
        elif band.table:
            lines += table_lines(inside, band.gutters, em)
        elif depth < _MAX_DEPTH:
            for column in columns:
                lines += lines_in_reading_order(column, depth=depth + 1)
        else:
            lines += _plain(inside)
    return lines


def _plain(words: Sequence[Word]) -> list[Line]:
    rows = rows_of(words)
    left, right = min(word.left for word in words), max(word.right for word in words)
    return [Line(tuple(row), left, right) for row in rows]


def _lowered_initials(words: Sequence[Word], em: float) -> list[Word]:
    """The words, a large initial over several lines put into the first of them and joined to the rest of its word."""
    result: list[Word] = []
    skipped = -1
    for index, word in enumerate(words):
        if index == skipped:
            continue
        following = words[index + 1] if index + 1 < len(words) else None
        if len(word.text) == 1 and word.text.isalpha() and word.size > 2 * em and following is not None:
            # Beside the initial, not under it: its first line stands within the initial's height.
            beside = word.top <= following.middle <= word.bottom and 0 <= following.left - word.right < em
            if beside and following.text[0].islower() and following.size < 1.5 * em:
                result.append(following._replace(text=word.text + following.text, left=word.left))
                skipped = index + 1
                continue
        result.append(word)
    return result


def _words_by_band(words: Sequence[Word], em: float) -> Iterator[tuple[_Band, list[Word]]]:
    """The bands of the page with their words. Neighbouring bands without gutters are one."""
    slabs = _ink(words, em)
    in_slab: list[list[Word]] = [[] for _ in slabs]
    for word in words:
        in_slab[int(max(word.middle, 0) / (_SLAB * em))].append(word)

    def inside(band: _Band) -> list[Word]:
        return [word for held in in_slab[band.top : band.bottom] for word in held]

    checked = [_checked(band, inside(band), em) if band.gutters else band for band in _bands(slabs, em)]
    for band in _joined(_grown_up(checked, slabs, em)):
        if held := inside(band):
            yield band, held


def _ink(words: Sequence[Word], em: float) -> list[int]:
    """For each slab of the page the places across that a word covers, as the bits of a number."""
    slabs = [0] * (int(max(word.bottom for word in words) / (_SLAB * em)) + 2)
    for word in words:
        first, last = int(max(word.left, 0) / (_BIT * em)), int(max(word.right, 0) / (_BIT * em))
        bits = ((1 << (last - first + 1)) - 1) << first
        quarter = (word.bottom - word.top) / 4  # fonts are taller than their letters, so that lines would touch
        top, bottom = max(word.top + quarter, 0), max(word.bottom - quarter, 0)
        for slab in range(int(top / (_SLAB * em)), int(bottom / (_SLAB * em)) + 1):
            slabs[slab] |= bits
    return slabs


def _gaps(bits: int) -> tuple[tuple[int, int], ...]:
    """Wide runs of zeros between ones, as half-open ranges of bits.

    >>> _gaps(0b11000000000011)
    ((2, 12),)
    """
    least = round(_GUTTER / _BIT)
    return tuple(match.span() for match in re.finditer(f"(?<=1)0{{{least},}}(?=1)", bin(bits)[:1:-1]))


def _bands(slabs: list[int], em: float) -> list[_Band]:
    """The page cut where gutters begin and end. Heights are in slabs, gutters in points."""
    bands: list[_Band] = []
    begin = 0
    while begin < len(slabs):
        gaps, end = _gaps(slabs[begin]), begin + 1
        if gaps:
            end, gaps = _grown_down(slabs, begin)
        bands.append(_Band(begin, end, tuple((start * _BIT * em, stop * _BIT * em) for start, stop in gaps)))
        begin = end
    return bands


def _grown_down(slabs: list[int], begin: int) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Where the gutters that begin here end, and which of them run all the way."""
    covered, gaps, end = slabs[begin], _gaps(slabs[begin]), begin + 1
    shared = end  # after the last slab with ink on both sides
    for number in range(begin + 1, len(slabs)):
        if slabs[number] == 0:
            continue
        left = _gaps(covered | slabs[number])
        lost = len(left) < len(gaps) and end - begin >= 3 / _SLAB
        lone = number - end > _APART / _SLAB and not _gaps(slabs[number])
        if not left and _is_heading_below(slabs, shared, end):
            end = shared
        if not left or lost or lone:
            break
        covered, gaps, end = covered | slabs[number], left, number + 1
        shared = end if _gaps(slabs[number]) else shared
    return end, gaps


def _is_heading_below(slabs: list[int], shared: int, end: int) -> bool:
    """True if a line or two on one side stand below a blank, under columns that full-width lines follow."""
    blanks = next((n for n, bits in enumerate(slabs[shared:end]) if bits), 0)
    return blanks >= 1 / _SLAB and end - shared - blanks <= 3 / _SLAB


def _grown_up(bands: list[_Band], slabs: list[int], em: float) -> list[_Band]:
    """The bands, those of columns begun where their first column begins; a table begins where it has two cells."""
    grown: list[_Band] = []
    for band in bands:
        top = band.top
        while band.gutters and not band.table and grown and not grown[-1].gutters:
            if not _fits(slabs, grown[-1].top, band, em):
                break
            top = grown.pop().top
        grown.append(replace(band, top=top))
    return grown


def _fits(slabs: list[int], top: int, band: _Band, em: float) -> bool:
    """True if the slab leaves the band's gutters free; a blank one does if it parts no lines that stand far apart."""
    if not slabs[top]:
        ink = next((number for number in range(top, -1, -1) if slabs[number]), None)
        return ink is not None and band.top - ink <= _APART / _SLAB and _fits(slabs, ink, band, em)
    gutters = ((round(start / (_BIT * em)), round(stop / (_BIT * em))) for start, stop in band.gutters)
    return not any(slabs[top] >> start & ((1 << (stop - start)) - 1) for start, stop in gutters)


def _checked(band: _Band, inside: Sequence[Word], em: float) -> _Band:
    """The band without the gutters that only set off bullets or numbers, or that chance made."""
    gutters = list(band.gutters)
    for gutter in band.gutters:
        columns = columns_of(inside, gutters)
        number = gutters.index(gutter)
        if len(columns) > number and all(MARKER.fullmatch(word.text) for word in columns[number]):
            gutters.remove(gutter)
    shared = sum(len(columns_of(row, gutters)) > 1 for row in rows_of(inside)) if gutters else 0
    if shared < 4:
        gutters = [gutter for gutter in gutters if gutter[1] - gutter[0] >= _TABLE_GAP * em and shared > 1]
    columns = columns_of(inside, gutters)
    if len(columns) < 2:
        return _Band(band.top, band.bottom, ())
    return _Band(band.top, band.bottom, tuple(gutters), is_table(columns, em))


def _joined(bands: list[_Band]) -> list[_Band]:
    joined: list[_Band] = []
    for band in bands:
        if joined and not joined[-1].gutters and not band.gutters:
            joined[-1] = _Band(joined[-1].top, band.bottom, ())
        else:
            joined.append(band)
    return joined
