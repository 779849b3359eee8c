"""What is in the index and what is in the folders, document by document, with the difference between the two.

Reads; changes nothing and draws nothing. What stands in the index is read once per generation, a file's hash once per
change of its size or time.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ragbot.datatypes import Document
from ragbot.errors import DocumentError, RagbotError
from ragbot.loaders import FoundFile
from ragbot.loaders.worker import DocumentLoader
from ragbot.store import FileRecord, Index, read_files
from ragbot.ui.documents.shelf import Shelf

GetIndex = Callable[[], Index]
"""Returns the index that answers now, or raises IndexNotBuiltError."""


class Status(str, Enum):
    """How a document stands: in the index, waiting for a rebuild, or left out by the last one."""

    INDEXED = "indexed"
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"
    LEFT_OUT = "left-out"
    DUPLICATE = "duplicate"

    @property
    def waits(self) -> bool:
        """True if a rebuild would change this."""
        return self in (Status.NEW, Status.CHANGED, Status.GONE)


@dataclass(frozen=True, slots=True)
class Indexed:
    """One document as the index holds it."""

    title: str
    kind: str | None
    published: str | None
    n_passages: int


@dataclass(frozen=True, slots=True)
class Row:
    """One document. `indexed` is None where the index has none of it; `remark` is why, or what of it is missing.

    Of a duplicate `remark` is the document that it repeats; `near` is one that says nearly the same.
    """

    doc_id: str
    status: Status
    indexed: Indexed | None = None
    remark: str = ""
    near: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """A document's text as it was extracted, and where it comes from: the index, or the file as it is now."""

    doc_id: str
    title: str
    text: str
    notes: tuple[str, ...]
    from_index: bool


class Catalogue:
    """The documents of `shelf` and of the index that `get_index` opens."""

    def __init__(self, shelf: Shelf, get_index: GetIndex) -> None:
        self._shelf = shelf
        self._get_index = get_index
        self._known = _Generation("", {}, {})
        self._hashes: dict[str, tuple[tuple[int, ...], str]] = {}
        self._lock = threading.Lock()
        self._parsing = threading.Lock()  # one parser's process at a time

    def rows(self) -> list[Row]:
        """All documents of index and folders by name. Raises CorpusError if a folder is missing."""
        with self._lock:
            generation = self._generation()
            found = {file.doc_id: file for file in self._shelf.files()}
            rows = [self._row(file, generation) for file in found.values()]
            rows += [Row(name, Status.GONE, one) for name, one in generation.documents.items() if name not in found]
        return sorted(rows, key=lambda row: row.doc_id)

    def preview(self, doc_id: str) -> Preview:
        """The text of the document as the index has it, or of its file where that holds something else.

        Raises DocumentError, whose text is the reason, if there is neither or the file cannot be read.
        """
        file = next((file for file in self._shelf.files() if file.doc_id == doc_id), None)
        document = self._indexed_document(doc_id)
        from_index = document is not None and (file is None or self._hash(file.path) == document.sha256)
        if file is not None and not from_index:
            with self._parsing, DocumentLoader() as loader:
                document = loader.load(file.path, file.doc_id)
        if document is None:
            raise DocumentError(f"{doc_id} is neither in the index nor in the folder; look at the list again")
        return Preview(doc_id, document.title, document.text, document.notes, from_index)

    def _indexed_document(self, doc_id: str) -> Document | None:
        try:
            return self._get_index().document(doc_id)
        except (KeyError, RagbotError):
            return None

    def _generation(self) -> _Generation:
        try:
            index = self._get_index()
            if self._known.name != index.generation:
                documents = {name: _indexed(index, name) for name in index.doc_ids}
                self._known = _Generation(index.generation, documents, read_files(index.folder, index.generation))
        except RagbotError:  # none yet, or one that is being put away
            return _Generation("", {}, {})
        return self._known

    def _row(self, file: FoundFile, generation: _Generation) -> Row:
        name, record = file.doc_id, generation.files.get(file.doc_id)
        if record is None:
            return Row(name, Status.NEW)
        indexed = generation.documents.get(name)
        if self._hash(file.path) != record.sha256:
            return Row(name, Status.CHANGED, indexed)
        if record.skipped:
            return Row(name, Status.LEFT_OUT, remark=record.skipped)
        if record.same_as:
            return Row(name, Status.DUPLICATE, remark=record.same_as)
        return Row(name, Status.INDEXED, indexed, remark=" ".join(record.notes), near=record.near or "")

    def _hash(self, path: Path) -> str:
        """The file's SHA-256, remembered until its size or times change; `unreadable` as in the index."""
        try:
            stat = path.stat()
            now = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
            then, sha256 = self._hashes.get(str(path), ((), ""))
            if then != now:
                if not path.is_file():  # opening a named pipe would wait for ever
                    return "unreadable"
                with path.open("rb") as file:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                self._hashes[str(path)] = (now, sha256)
        except OSError:
            return "unreadable"
        return sha256


@dataclass(frozen=True, slots=True)
class _Generation:
    """What one generation holds: its documents, and what became of every file."""

    name: str
    documents: Mapping[str, Indexed]
    files: Mapping[str, FileRecord]


def _indexed(index: Index, name: str) -> Indexed:
    document = index.document(name)
    return Indexed(document.title, document.kind, document.published, len(index.rows(name).chunks))
