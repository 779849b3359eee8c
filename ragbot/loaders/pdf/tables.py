"""Tables: columns of cells told from columns of running text, and their rows made lines with cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ragbot.loaders.pdf.lines import Line, cells_of, rows_of
from ragbot.loaders.pdf.words import Word


def is_table(columns: list[list[Word]], em: float) -> bool:
    """True unless two columns are running text, without names or rows, or the shorter one stands beside no line of others."""
    lines = [rows_of(column) for column in columns]
    if sum(_is_running_text(rows) for rows in lines) > 1 and not (_are_named(lines) or _are_set_apart(lines, em)):
        return False
    by_length = sorted(lines, key=len)
    heights = [row[0].middle for rows in by_length[1:] for row in rows]
    beside = sum(any(abs(row[0].middle - height) < 0.25 * em for height in heights) for row in by_length[0])
    return beside >= 0.75 * len(by_length[0])


def _is_running_text(rows: list[list[Word]]) -> bool:
    """True if most lines fill their column, as those of a cell do not."""
    if len(rows) < 3 or sum(map(len, rows)) < 3 * len(rows):
        return False
    left, right = min(row[0].left for row in rows), max(row[-1].right for row in rows)
    return median(row[-1].right - row[0].left for row in rows) > 0.7 * (right - left)


def _are_named(lines: list[list[list[Word]]]) -> bool:
    """True if a column of names or amounts has nearly as many lines as the longest: cells may be as full as text is."""
    most = max(map(len, lines))
    return any(len(rows) >= 0.75 * most and sum(map(len, rows)) < 2 * len(rows) for rows in lines)


def _are_set_apart(lines: list[list[list[Word]]], em: float) -> bool:
    """True if blanks wider than between lines part the columns at the same heights, as those between rows do."""
    middles = [[median(word.middle for word in row) for row in rows] for rows in lines]
    tight = min((below - above for column in middles for above, below in pairwise(column)), default=0.0)
    starts = [[below for above, below in pairwise(column) if below - above > 1.2 * tight] for column in middles]
    alike = [
        sum(any(abs(start - other) < 0.25 * em for other in column) for start in own)
        for own, column in zip(starts, starts[1:] + starts[:1], strict=True)
    ]
    return all(n >= 2 and n > 0.75 * len(own) for n, own in zip(alike, starts, strict=True))


def table_lines(words: Sequence[Word], gutters: Sequence[tuple[float, float]], em: float) -> list[Line]:
    """One line for each row, empty cells kept; a row of one cell is a line of its own (a caption, a group's name).

    Below the first row such a cell is in its column all the same if that is not the first one.
    """
    left, right = min(word.left for word in words), max(word.right for word in words)
    lines: list[Line] = []
    begun = False
    for row in _joined_rows([cells_of(row, gutters) for row in rows_of(words)]):
        whole = tuple(word for cell in row for word in cell)
        filled = sum(map(bool, row))
        in_row = filled > 1 or (begun and not row[0])
        begun = begun or filled > 1
        lines.append(Line(whole, left, right, tuple(tuple(cell) for cell in row) if in_row else ()))
    return lines


def _joined_rows(rows: list[list[list[Word]]]) -> list[list[list[Word]]]:
    """The rows with the further lines of a cell joined to its first.

    A line goes on with the row above if it stands closer to it than the rows of this table do; two lines that fill all
    cells are two rows, unless a cell begins in lower case. Where all lines stand alike, one without a first cell goes on.
    """
    middles = [median(word.middle for cell in row for word in cell) for row in rows]
    steps = [below - above for above, below in pairwise(middles)]
    tight = min(steps, default=0.0)
    wide = [number for number, step in enumerate(steps) if step > 1.2 * tight]
    loose = bool(wide) and wide != [0]  # a header alone may stand apart from rows that stand close
    joined = rows[:1]
    for above, row, step in zip(rows, rows[1:], steps, strict=False):
        filled = all(above) and all(row) and not any(cell[0].text[0].islower() for cell in row)
        begun = sum(map(bool, joined[-1])) > 1
        close = step <= 1.2 * tight and step <= 1.6 * _row_size(row)
        if close and (not filled and not _is_new(row) if loose else begun and not row[0]):
            joined[-1] = [first + further for first, further in zip(joined[-1], row, strict=True)]
        else:
            joined.append(row)
    return joined


def _is_new(row: list[list[Word]]) -> bool:
    """True for a row with a name and a number but a blank between or after them: "Diazepam", nothing, "5 mg"."""
    named = bool(row[0]) and row[0][0].text[0].isupper()
    return named and any(cell[0].text[0].isdigit() for cell in row[1:] if cell)


def _row_size(row: list[list[Word]]) -> float:
    """The largest size in a table row."""
    return max(word.size for cell in row for word in cell)
