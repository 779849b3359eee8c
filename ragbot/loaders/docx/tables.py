"""Tables of a Word file: which only lay out the page, which rows are headers, and the cells by row and column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ragbot.loaders.docx.styles import Styles, W
from ragbot.loaders.docx.text import children, paragraph_text

_MAX_COLUMNS = 100
_MAX_REPEATED = 200  # characters of a cell that are repeated in each of the rows that it spans
_PROSE_WORDS = 150  # a cell this long is a column of a page


def rows_of(table: Any) -> list[Any]:
    """The rows that are not deleted, in order."""
    return [row for row in children(table, (f"{W}tr",)) if row.find(f"{W}trPr/{W}del") is None]


def cells_of(row: Any) -> list[Any]:
    """The cells of a row, in order."""
    return list(children(row, (f"{W}tc",)))


def is_layout(table: Any, styles: Styles) -> bool:
    """True if the table only places text on the page: then its cells are read one after the other."""
    rows = [cells_of(row) for row in rows_of(table)]
    if max((len(cells) for cells in rows), default=0) < 2:
        return True
    if next(table.iterfind(f".//{W}tc//{W}tbl"), None) is not None:
        return True
    paragraphs = [list(cell.iter(f"{W}p")) for cells in rows for cell in cells]
    if any(styles.level(paragraph) for cell in paragraphs for paragraph in cell):
        return True
    return any(sum(len(paragraph_text(p, styles).text.split()) for p in cell) > _PROSE_WORDS for cell in paragraphs)


def header_rows(table: Any, styles: Styles) -> int:
    """How many rows at the top only name the columns: repeated on each page, set apart by the style, or all in bold."""
    rows = rows_of(table)
    count = 0
    while count < len(rows) and rows[count].find(f"{W}trPr/{W}tblHeader") is not None:
        count += 1
    if count or len(rows) < 2:
        return count
    return int(styles.marks_first_row(table) or (_is_bold(rows[0], styles) and not _is_bold(rows[1], styles)))


def table_grid(table: Any, words_of: Callable[[Any], str], *, n_header: int) -> list[list[str]]:
    """The words by row and column. A cell over several rows stands in each, a header over several columns in each."""
    grid: list[list[str]] = []
    for number, row in enumerate(rows_of(table)):
        cells = cells_of(row)
        words: list[str] = [""] * (_number(row, f"{W}trPr/{W}gridBefore", least=0))
        for cell in cells[:_MAX_COLUMNS]:
            text = words_of(cell)
            if not text and _goes_on(cell) and grid and len(words) < len(grid[-1]):
                above = grid[-1][len(words)]
                text = above if len(above) <= _MAX_REPEATED else ""
            width = _number(cell, f"{W}tcPr/{W}gridSpan", least=1)
            words += [text, *[text if number < n_header and len(cells) > 1 else ""] * (width - 1)]
        grid.append(words[:_MAX_COLUMNS] if len(cells) <= _MAX_COLUMNS else words)
    return grid


def _goes_on(cell: Any) -> bool:
    """True for a cell that is one with the cell above it."""
    merge = cell.find(f"{W}tcPr/{W}vMerge")
    return merge is not None and merge.get(f"{W}val", "continue") == "continue"


def _is_bold(row: Any, styles: Styles) -> bool:
    texts = [paragraph_text(p, styles) for cell in cells_of(row) for p in cell.iter(f"{W}p")]
    filled = [text for text in texts if text.text.strip()]
    return bool(filled) and all(text.bold for text in filled)


def _number(element: Any, path: str, *, least: int) -> int:
    found = element.find(path)
    text = found.get(f"{W}val", "") if found is not None else ""
    return min(max(least, int(text)), _MAX_COLUMNS) if text.isdecimal() and len(text) < 6 else least
