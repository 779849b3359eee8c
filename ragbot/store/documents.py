"""Documents in SQLite: texts with blocks and headings. The table's one home; knows no chunks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ragbot.datatypes import Block, BlockKind, CatalogueEntry, Document, Heading, Span

_TABLE = "CREATE TABLE documents (number INTEGER PRIMARY KEY, doc_id TEXT UNIQUE, path TEXT, record TEXT, text TEXT)"
_CATALOGUE = (
    "SELECT number, doc_id, json_extract(record, '$.title', '$.published', '$.reviewed', '$.kind', '$.certainty', "
    "'$.sources', '$.superseded_by') FROM documents ORDER BY doc_id"
)
_OWN_COLUMNS = ("doc_id", "path", "text")
_TUPLES = ("pages", "sources", "notes")


class DocumentsWriter:
    """A new table at `path`; documents come one by one, each under its number."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path.resolve().as_uri(), uri=True)  # else it would attach none by URI
        self._is_open = True
        self._database.execute(_TABLE)
        self._database.execute("CREATE TEMP TABLE copied (number INTEGER, doc_id TEXT, path TEXT, before INTEGER)")

    def add(self, number: int, document: Document) -> None:
        """Write `document`."""
        row = (number, document.doc_id, document.path, json.dumps(_to_json(document)), document.text)
        self._database.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?)", row)

    def copy(self, number: int, doc_id: str, path: str, before: int) -> None:
        """Note that document `before` of the table given to `take` is to be number `number` here."""
        self._database.execute("INSERT INTO copied VALUES (?, ?, ?, ?)", (number, doc_id, path, before))

    def take(self, other: Path) -> None:
        """Copy what was noted from the table at `other`."""
        self._database.commit()  # a database cannot be attached inside a transaction
        self._database.execute("ATTACH ? AS other", (f"{other.resolve().as_uri()}?immutable=1",))
        self._database.execute(
            "INSERT INTO documents SELECT c.number, c.doc_id, c.path, o.record, o.text "
            "FROM copied c JOIN other.documents o ON o.number = c.before"
        )
        self._database.commit()
        self._database.execute("DETACH other")

    def read(self, number: int) -> Document:
        """Document `number`. Raises LookupError if there is none."""
        return read_document(self._database, number)

    def close(self) -> None:
        """Finish the file, once or again."""
        if self._is_open:
            self._is_open = False
            self._database.commit()
            self._database.close()

    def abandon(self) -> None:
        """Let go of the file, finished or not; what is on a full disk stays there."""
        if self._is_open:
            self._is_open = False
            self._database.close()


def open_documents(path: Path) -> sqlite3.Connection:
    """The table at `path` for reading, shared by threads that take turns."""
    # `immutable` opens without locks or journal: a generation never changes, and its folder may be read-only.
    return sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False)


def read_document(database: sqlite3.Connection, number: int) -> Document:
    """Document `number`. Raises LookupError if there is none."""
    query = "SELECT doc_id, path, record, text FROM documents WHERE number = ?"
    row = database.execute(query, (number,)).fetchone()
    if row is None:
        raise LookupError(number)
    return _from_json(*row)


def read_catalogue(database: sqlite3.Connection) -> dict[int, CatalogueEntry]:
    """What each document says of itself, by its number, in order of the names; no text is read."""
    found: dict[int, CatalogueEntry] = {}
    for number, doc_id, values in database.execute(_CATALOGUE):
        title, published, reviewed, kind, certainty, sources, superseded_by = json.loads(values)
        found[number] = CatalogueEntry(
            doc_id, title, published, reviewed, kind, certainty, tuple(sources or ()), superseded_by
        )
    return found


def _to_json(document: Document) -> dict[str, Any]:
    apart = (*_OWN_COLUMNS, "blocks", "headings")
    record = {name: getattr(document, name) for name in Document.__slots__ if name not in apart}
    record["blocks"] = [[b.span.start, b.span.end, b.kind.value, b.level] for b in document.blocks]
    record["headings"] = [[h.span.start, h.span.end, h.level, h.title] for h in document.headings]
    return record


def _from_json(doc_id: str, path: str, record: str, text: str) -> Document:
    values: dict[str, Any] = json.loads(record)
    blocks: Sequence[Any] = values.pop("blocks")
    headings: Sequence[Any] = values.pop("headings")
    kept: dict[str, Any] = {name: tuple(value) if name in _TUPLES else value for name, value in values.items()}
    return Document(
        doc_id=doc_id,
        path=path,
        text=text,
        blocks=tuple(Block(Span(a, b), BlockKind(kind), level) for a, b, kind, level in blocks),
        headings=tuple(Heading(Span(a, b), level, title) for a, b, level, title in headings),
        **kept,
    )
