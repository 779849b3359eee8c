"""Tables of a page: which only lay out the page, which rows are headers, and the words by row and column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ragbot.loaders.html.elements import HEADINGS, tag_of, words_of
from ragbot.loaders.tables import MAX_TABLE_ROWS

_MAX_COLUMNS = 100
_MAX_REPEATED = 200  # characters of a cell that are repeated in each of the rows that it spans
_PROSE_WORDS = 150  # a cell this long is a column of a page


def is_layout(table: Any) -> bool:
    """True if the table only places blocks on the page: then its cells are read one after the other."""
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return True
    inner = [element for element in table.iter("*") if element is not table]
    if any(tag_of(element) == "table" or tag_of(element) in HEADINGS for element in inner):
        return True
    if max((len(_cells(row)) for row in inner if tag_of(row) == "tr"), default=0) < 2:
        return True
    return any(len(words_of(cell).split()) > _PROSE_WORDS for cell in inner if tag_of(cell) in ("td", "th"))


def rows_of(table: Any) -> list[Any]:
    """The rows with cells, in order."""
    return [row for row in table.iter("*") if tag_of(row) == "tr" and _cells(row)]


def header_rows(rows: Sequence[Any]) -> int:
    """How many rows at the top only name the columns: in a <thead>, of <th> cells, or one row all in bold."""
    count = 0
    while count < len(rows) and _is_header(rows[count]):
        count += 1
    if count == 0 and len(rows) > 1 and _is_bold(rows[0]) and not _is_bold(rows[1]):
        return 1
    return count


def table_grid(rows: Sequence[Any]) -> list[list[str]]:
    """The words by row and column. A cell over several rows stands in each, a header over several columns in each."""
    spanned: dict[tuple[int, int], str] = {}
    table: list[list[str]] = []
    n_header = header_rows(rows)
    for number, row in enumerate(rows):
        words: list[str] = []
        for cell in _cells(row):
            while (number, len(words)) in spanned:
                words.append(spanned.pop((number, len(words))))
            text, column = words_of(cell), len(words)
            width = min(_number(cell.get("colspan")), _MAX_COLUMNS - min(column, _MAX_COLUMNS - 1))
            words += [text, *[text if number < n_header and len(_cells(row)) > 1 else ""] * (width - 1)]
            height = min(_number(cell.get("rowspan")), MAX_TABLE_ROWS, len(rows) - number)
            if len(text) <= _MAX_REPEATED and column < _MAX_COLUMNS:
                spanned.update({(number + down, column): text for down in range(1, height)})
        while (number, len(words)) in spanned:
            words.append(spanned.pop((number, len(words))))
        table.append(words)
    return table


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row if tag_of(cell) in ("td", "th")]


def _is_header(row: Any) -> bool:
    above = row.getparent()
    if above is not None and tag_of(above) == "thead":
        return True
    return all(tag_of(cell) == "th" for cell in _cells(row))


def _is_bold(row: Any) -> bool:
    cells = [cell for cell in _cells(row) if words_of(cell)]
    strong = [" ".join(words_of(part) for part in cell.iter("*") if tag_of(part) in ("b", "strong")) for cell in cells]
    return bool(cells) and [words_of(cell) for cell in cells] == strong


def _number(attribute: str | None) -> int:
    text = (attribute or "").strip()
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
