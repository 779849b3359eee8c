"""A sheet of questions as a spreadsheet saves it: columns question, answer, document, in any order and case.

Commas, semicolons or tabs part the cells. An empty answer means that the documents do not answer. The answer may be
any words of the document; rows with the same question are its further answers. Other columns that mean something, if
they are there: id, kind, style, topic, split, side. All others are left alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ragbot.errors import DatasetError
from ragbot.evaluation.datasets.jsonl import known_split, with_unique_ids
from ragbot.evaluation.datasets.records import Example, GoldAnswer, Place

REQUIRED = ("question", "answer", "document")
OPTIONAL = ("id", "kind", "style", "topic", "split", "side")
_DELIMITERS = (",", ";", "\t")
_DECLARED = re.compile(r"sep=(.)[ \t]*\n")  # Excel's own first line, in some countries


def read_sheet(path: Path, text: str) -> list[Example]:
    """The questions of the sheet `path` with this `text`; raises DatasetError for the first row that cannot be used."""
    delimiter = sheet_delimiter(text)
    if delimiter is None:
        raise DatasetError(f"{path}:1: header: no column `question`; begin with a line question,answer,document")
    rows = _rows(path, text, delimiter)
    _, header = next(rows)
    columns = _columns(path, header)
    merged: dict[str, Example] = {}
    for place, cells in rows:
        if any(cell.strip() for cell in cells):
            row = _Row(place, cells, columns)
            _check_width(row, len(header))
            example = _example(row)
            key = row.value("id") or " ".join(example.question.casefold().split())
            before = merged.get(key)
            merged[key] = example if before is None else _merged(before, example)
    return with_unique_ids(iter(merged.values()))


def sheet_delimiter(text: str) -> str | None:
    """What parts the cells of the header, None if no reading of the first line has a column `question`.

    >>> sheet_delimiter("Question;Answer;Document\\n"), sheet_delimiter('{"question": "x"}')
    (';', None)
    """
    declared = _DECLARED.match(text)
    head = text[declared.end() if declared else 0 :].lstrip("\n").split("\n", 1)[0]
    for delimiter in [declared.group(1)] if declared else _DELIMITERS:
        if "question" in (_folded(cell) for cell in head.split(delimiter)):
            return delimiter
    return None


@dataclass(frozen=True, slots=True)
class _Row:
    """One line's cells with the column that each name stands in."""

    place: Place
    cells: list[str]
    columns: Mapping[str, int]

    def value(self, name: str) -> str | None:
        """What stands under `name`, without blanks around it; None if there is nothing."""
        column = self.columns.get(name)
        return (self.cells[column].strip() or None) if column is not None and column < len(self.cells) else None

    def field(self, name: str) -> str:
        """How an error names the column, as a spreadsheet does."""
        return f"{name} (column {_letters(self.columns[name])})"


def _rows(path: Path, text: str, delimiter: str) -> Iterator[tuple[Place, list[str]]]:
    """The rows with the line that each begins in; a cell may hold line ends."""
    declared = _DECLARED.match(text)
    above = 1 if declared else 0
    body = text[declared.end() :] if declared else text
    above += len(body) - len(body.lstrip("\n"))
    reader = csv.reader(io.StringIO(body.lstrip("\n"), newline=""), delimiter=delimiter, strict=True)
    while True:
        place = Place(str(path), above + reader.line_num + 1)
        try:
            yield place, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise place.error("row", f"a quotation mark is not closed or stands alone ({error}); mend it") from error


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    names = [_folded(cell) for cell in header]
    for name in REQUIRED:
        if name not in names:
            raise DatasetError(f"{path}:1: header: no column `{name}`; it needs {', '.join(REQUIRED)}")
    for name in (*REQUIRED, *OPTIONAL):
        if names.count(name) > 1:
            again = _letters(len(names) - 1 - names[::-1].index(name))
            raise DatasetError(f"{path}:1: header: a second column `{name}` (column {again}); keep one")
    return {name: names.index(name) for name in (*REQUIRED, *OPTIONAL) if name in names}


def _check_width(row: _Row, width: int) -> None:
    if any(cell.strip() for cell in row.cells[width:]):
        problem = (
            f"{len(row.cells)} cells, the header has {width}; put a cell that holds a comma (or ; or tab) in quotes"
        )
        raise row.place.error("row", problem)
    needed = max(row.columns[name] for name in REQUIRED) + 1
    if len(row.cells) < needed and row.value("answer") is not None:
        raise row.place.error("row", f"only {len(row.cells)} of {width} cells; add what is missing")


def _example(row: _Row) -> Example:
    question, answer = row.value("question"), row.value("answer")
    if question is None:
        raise row.place.error(row.field("question"), "is empty; write the question or clear the row")
    if row.value("document") is None and answer is not None:
        raise row.place.error(row.field("document"), "is empty; name the document that holds the answer")
    return Example(
        example_id=row.value("id") or f"{Path(row.place.file).stem}:{row.place.line}",
        turns=(question,),
        golds=(_gold(row, answer),) if answer is not None else (),
        place=row.place,
        kind=row.value("kind"),
        style=row.value("style"),
        topic=row.value("topic"),
        split=known_split(row.value("split"), row.place, row.field("split") if "split" in row.columns else "split"),
    )


def _gold(row: _Row, answer: str) -> GoldAnswer:
    return GoldAnswer(
        document=(row.value("document") or "").replace("\\", "/"),
        text=answer,
        at=None,
        span=None,
        sha256=None,
        field=row.field("answer"),
        side=row.value("side"),
        is_excerpt=True,
    )


def _merged(first: Example, second: Example) -> Example:
    """One question with the answers of both rows."""
    if first.question.casefold().split() != second.question.casefold().split():
        problem = f"{second.example_id!r} already stands in line {first.place.line}; make it unique"
        raise second.place.error("id", problem)
    if not first.golds or not second.golds:
        problem = f"stands in line {first.place.line} too; give both rows an answer, or drop one"
        raise second.place.error("question", problem)
    return replace(first, golds=first.golds + second.golds)


def _folded(cell: str) -> str:
    return " ".join(cell.strip().strip('"').casefold().split())


def _letters(column: int) -> str:
    """The column's letters in a spreadsheet.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
