"""The rows of tables to text: each cell behind the name of its column, or in its place. Leaves places to `tables`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragbot.loaders.pdf.hyphens import joined
from ragbot.loaders.pdf.lines import rows_of
from ragbot.loaders.pdf.styles import PlacedLine
from ragbot.loaders.pdf.words import Word
from ragbot.loaders.tables import MAX_TABLE_ROWS, table_pieces

_VALUE = re.compile(r"[<>≤≥~≈±+−–-]?\s*\d")  # how a measured cell begins
# Cells of a row that tells something; the name of a column never begins so.
_NO_NAME = re.compile(r"(?:none|no|not|nil|yes|unknown|contraindicated|avoid|n/a|see|as|up to)\b|[–—-]", re.IGNORECASE)
_MAX_NAME = 100  # characters of a header's cell, as in tables.table_pieces


@dataclass(frozen=True, slots=True)
class RowTexts:
    """The text of table rows by the number of their line; None for a header told in the rows, or a row cut off."""

    texts: dict[int, str | None]
    notes: tuple[str, ...]


def row_texts(lines: Sequence[PlacedLine], known: frozenset[str]) -> RowTexts:
    """The text of all lines with cells; `known` as in `joined`."""
    texts: dict[int, str | None] = {}
    notes: tuple[str, ...] = ()
    header: list[str] = []
    before: list[int] = []
    for run in _tables(lines):
        rows = [[_cell_text(cell, known) for cell in lines[number].line.cells] for number in run]
        goes_on = bool(header) and _goes_on(lines, before[-1], run[0])
        named = len(rows) > 1 and _is_header(rows, [lines[number] for number in run])
        named = named or (goes_on and rows[0] == header)
        header = rows[0] if named else header if goes_on else []
        body = run[int(named) :]
        if not header:
            rows = [_with_gaps(row) for row in rows]
        pieces, cut = table_pieces(rows if named or not header else [header, *rows], n_header=int(bool(header)))
        texts.update(dict.fromkeys(run))
        texts.update({number: piece.text for number, piece in zip(body[:MAX_TABLE_ROWS], pieces, strict=True)})
        notes += cut
        before = run
    return RowTexts(texts, notes)


def _goes_on(lines: Sequence[PlacedLine], last: int, first: int) -> bool:
    """True if a table that ends a page goes on at the top of the next: no line is between, and the columns stand alike."""
    above, below = lines[last], lines[first]
    if first != last + 1 or below.page != above.page + 1 or len(below.line.cells) != len(above.line.cells):
        return False
    pairs = ((one[0], two[0]) for one, two in zip(above.line.cells, below.line.cells, strict=True) if one and two)
    return all(abs(one.left - two.left) < 0.5 * one.size for one, two in pairs)


def _tables(lines: Sequence[PlacedLine]) -> Iterator[list[int]]:
    """The numbers of the lines of each table; a line without cells within it, the name of a group, does not end it."""
    run: list[int] = []
    within = False
    for number, placed in enumerate(lines):
        within = bool(run) and within and _is_beside(lines[run[-1]], placed)
        if not placed.line.cells:
            continue
        if run and not (within and len(placed.line.cells) == len(lines[run[-1]].line.cells)):
            yield run
            run = []
        run.append(number)
        within = True
    if run:
        yield run


def _is_beside(row: PlacedLine, placed: PlacedLine) -> bool:
    return row.page == placed.page and (row.line.left, row.line.right) == (placed.line.left, placed.line.right)


def _cell_text(words: Sequence[Word], known: frozenset[str]) -> str:
    return joined([" ".join(word.text for word in row) for row in rows_of(words)], known)


def _with_gaps(row: Sequence[str]) -> list[str]:
    """The row with a blank for an empty cell before a filled one, so that the next keeps its column.

    >>> _with_gaps(["Diazepam", "", "5 mg", ""])
    ['Diazepam', ' ', '5 mg']
    """
    last = max(column for column, cell in enumerate(row) if cell)
    return [cell or " " for cell in row[: last + 1]]


def _is_header(rows: Sequence[Sequence[str]], lines: Sequence[PlacedLine]) -> bool:
    """True if the first row names the columns: it alone is bold, or it has names above columns of numbers."""
    first, body = rows[0], rows[1:]
    names = [cell for cell in first if cell]
    if not all(first[1:]) or len(set(names)) < len(names) or any(len(cell) > _MAX_NAME for cell in names):
        return False
    if any(_VALUE.match(cell) or _NO_NAME.match(cell) for cell in names):
        return False
    if lines[0].line.bold:
        return not all(placed.line.bold for placed in lines[1:])
    columns = ([row[column] for row in body if row[column]] for column in range(1, len(first)))
    return any(2 * sum(bool(_VALUE.match(cell)) for cell in column) > len(column) for column in columns)
