"""The rows of tables to text: each cell behind the name of its column, or in its place. Leaves places to `tables`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragbot.loaders.layout import MAX_TABLE_ROWS, table_pieces
from ragbot.loaders.pdf.hyphens import joined
from ragbot.loaders.pdf.lines import rows_of
from ragbot.loaders.pdf.styles import PlacedLine
from ragbot.loaders.pdf.words import Word

_VALUE = re.compile(r"[<>≤≥~≈±+−–-]?\s*\d")  # how a measured cell begins
# Cells of a row that tells something; the name of a column never begins so.
_NO_NAME = re.compile(r"(?:none|no|not|nil|yes|unknown|contraindicated|avoid|n/a|see|as|up to)\b|[–—-]", re.IGNORECASE)
_MAX_NAME = 100  # characters of a header's cell, as in layout.table_pieces


@dataclass(frozen=True, slots=True)
class RowTexts:
    """The text of table rows by the number of their line; None for a header told in the rows, or a row cut off."""

    texts: dict[int, str | None]
    notes: tuple[str, ...]


def row_texts(lines: Sequence[PlacedLine], known: frozenset[str]) -> RowTexts:
    """The text of all lines with cells; `known` as in `joined`."""
    texts: dict[int, str | None] = {}
    notes: tuple[str, ...] = ()
    for run in _tables(lines):
        rows = [[_cell_text(cell, known) for cell in lines[number].line.cells] for number in run]
        named = len(rows) > 1 and _is_header(rows, [lines[number] for number in run])
        if not named:
            rows = [_with_gaps(row) for row in rows]
        pieces, cut = table_pieces(rows, n_header=int(named))
        texts.update(dict.fromkeys(run))
        body = run[int(named) :][:MAX_TABLE_ROWS]
        texts.update({number: piece.text for number, piece in zip(body, pieces, strict=True)})
        notes += cut
    return RowTexts(texts, notes)


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
