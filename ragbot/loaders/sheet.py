"""CSV and TSV to a Document. Questions and answers become headings with text below, other tables one row a block.

Separator and encoding are found by looking. Offsets count in the extracted text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from statistics import median

from ragbot.datatypes import BlockKind, Document
from ragbot.errors import DocumentError
from ragbot.loaders.columns import names_columns, question_and_answer
from ragbot.loaders.decoding import decode
from ragbot.loaders.layout import BULLET, Piece, as_document, squeezed
from ragbot.loaders.source import SourceFile
from ragbot.loaders.tables import MAX_TABLE_ROWS, cut_note, table_pieces

_SEPARATORS = (",", ";", "\t", "|")
_NAMED = re.compile(r"\Asep=(.)[ \t]*\n", re.IGNORECASE)  # the first line that Excel understands
_NONE = "\x1f"  # stands in no text; each record is then one cell
_MIN_EVENNESS = 0.6  # of the records have the same number of cells; in prose, commas fall as they like
_LOOKED_AT = 50  # records
_LOOKED_AT_CHARS = 600_000
_ANSWER_WORDS = 6  # a column of cells this long or longer is text


def load_sheet(source: SourceFile) -> Document:
    """The Document in a CSV or TSV file: at most MAX_TABLE_ROWS rows; `notes` say if there were more.

    Raises DocumentError if a quoted cell never ends or there is more text than a document may hold.
    """
    text = decode(source.data)
    named = _NAMED.match(text)
    text = text[named.end() :] if named else text
    rows, n_rows = _rows(text, named[1] if named else _separator(text))
    header, body = (rows[0], rows[1:]) if names_columns(rows) else ([], rows[:MAX_TABLE_ROWS])
    n_body = n_rows - bool(header)
    notes = (cut_note(n_body),) if n_body > MAX_TABLE_ROWS else ()
    columns = _question_and_answer(header, body)
    pieces = _dialogue(header, body, *columns) if columns else _table(header, body)
    return as_document(source, pieces, title=source.stem_title, notes=notes)


def _rows(text: str, separator: str) -> tuple[list[list[str]], int]:
    """The first rows with words, a header and MAX_TABLE_ROWS more, and how many there are in all."""
    rows: list[list[str]] = []
    n_rows = 0
    for row in _records(text, separator):
        if any(cell.strip() for cell in row):
            n_rows += 1
            if len(rows) <= MAX_TABLE_ROWS:
                rows.append(row)
    return rows, n_rows


def _records(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True)
    try:
        yield from reader
    except csv.Error as error:
        limit = csv.field_size_limit()
        raise DocumentError(
            f"a cell of more than {limit:,} characters (near line {reader.line_num}); close its quotation mark"
        ) from error


def _separator(text: str) -> str:
    """The character that parts most records into the same number of cells, two or more.

    >>> _separator("Drug;Dose\\nketamine;0,5 mg\\nesketamine;28 mg, 56 mg\\n")
    ';'
    """
    evenness = {separator: _evenness(text, separator) for separator in _SEPARATORS}
    best = max(evenness, key=lambda separator: evenness[separator])
    return best if evenness[best][0] >= _MIN_EVENNESS else _NONE


def _evenness(text: str, separator: str) -> tuple[float, int]:
    records = _records(text[:_LOOKED_AT_CHARS], separator)
    try:
        widths = [len(row) for row in islice(records, _LOOKED_AT) if row]
    except DocumentError:  # quotation marks may mean nothing with another separator
        return 0.0, 0
    width = max(set(widths), key=lambda w: (widths.count(w), w), default=1)
    return (widths.count(width) / len(widths), width) if width > 1 else (0.0, 0)


def _question_and_answer(header: Sequence[str], body: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """The columns of questions and of answers, by their names or, of two columns, by what stands in them."""
    if named := question_and_answer(header):
        return named
    if not body or any(len([cell for cell in row if cell.strip()]) != 2 for row in body):
        return None
    lengths = [[len(cell.split()) for cell in row[:2]] for row in body]
    first, second = (median(column) for column in zip(*lengths, strict=True))
    asked = sum(row[0].rstrip().endswith("?") for row in body) > len(body) / 2
    return (0, 1) if asked or (second >= _ANSWER_WORDS and second > first) else None


def _dialogue(header: Sequence[str], body: Sequence[Sequence[str]], asks: int, answers: int) -> Iterator[Piece]:
    """Each question as a heading, its answer below line by line, then what other columns say of it."""
    for row in body:
        cells = {column: cell for column, cell in enumerate(row) if cell.strip()}
        yield Piece(squeezed(cells.pop(asks, "")), BlockKind.HEADING, 1)
        for line in map(squeezed, cells.pop(answers, "").split("\n")):
            item = BULLET.match(line)
            yield Piece(line[item.end() :], BlockKind.LIST_ITEM, 1) if item else Piece(line)
        rest = [[header[c] if c < len(header) else "" for c in cells], [cells[c] for c in cells]]
        yield from _table(rest[0], rest[1:])


def _table(header: Sequence[str], body: Sequence[Sequence[str]]) -> Iterable[Piece]:
    rows = [[squeezed(cell) for cell in row] for row in ([header] if header else []) + list(body)]
    return table_pieces(rows, n_header=int(bool(header)))[0]
