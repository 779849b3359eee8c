"""The rows of a table to pieces, the same for every format: "Drug: ketamine | Onset: 2 hours"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ragbot.datatypes import BlockKind
from ragbot.loaders.columns import question_and_answer
from ragbot.loaders.layout import Piece, within_bounds

MAX_TABLE_ROWS = 2_000  # what lies beyond is data to look up elsewhere, not text to quote
_MAX_LABEL = 100  # characters; a longer header cell is prose, and each row would repeat it


def table_pieces(rows: Sequence[Sequence[str]], *, n_header: int) -> tuple[list[Piece], tuple[str, ...]]:
    """A piece for each row below the `n_header` header rows, each cell behind its column's header; and a note if cut.

    Header cells above each other are joined; a table of headers only keeps them as rows. "Question" and "Answer" alone
    say nothing that the cells do not, and are left out.

    >>> [p.text for p in table_pieces([["Drug", "Onset"], ["oral", "2 hours"]], n_header=1)[0]]
    ['Drug: oral | Onset: 2 hours']
    """
    if n_header >= len(rows):
        n_header = 0
    captions = [row for row in rows[:n_header] if _is_alone(row)]
    labels = list(_labels([row for row in rows[:n_header] if not _is_alone(row)]))
    if any(len(label) > _MAX_LABEL for label in labels):
        n_header, captions, labels = 0, [], []
    for column in question_and_answer(labels) or ():
        labels[column] = labels[column] if " " in labels[column] else ""
    body = rows[n_header:]
    notes = (cut_note(len(body)),) if len(body) > MAX_TABLE_ROWS else ()
    texts = (" | ".join(_cells(row, labels)) for row in (*captions, *body[:MAX_TABLE_ROWS]))
    return list(within_bounds(Piece(text, BlockKind.TABLE_ROW) for text in texts if text)), notes


def cut_note(n_rows: int) -> str:
    """What a document says of a table of which only the first MAX_TABLE_ROWS of `n_rows` rows were taken."""
    return f"table cut after {MAX_TABLE_ROWS:,} of {n_rows:,} rows; split it to have all of them"


def _labels(header: Sequence[Sequence[str]]) -> Iterator[str]:
    for column in range(max((len(row) for row in header), default=0)):
        cells = [row[column] for row in header if column < len(row) and row[column]]
        yield " ".join(dict.fromkeys(cells)).rstrip(" :")


def _cells(row: Sequence[str], labels: Sequence[str]) -> Iterator[str]:
    for column, cell in enumerate(row):
        label = labels[column] if column < len(labels) else ""
        if cell:
            yield f"{label}: {cell}" if label and label != cell and not _is_alone(row) else cell


def _is_alone(row: Sequence[str]) -> bool:
    """True for a row of which only the first cell is filled: a caption inside the table."""
    return len(row) > 1 and bool(row[0]) and not any(row[1:])
