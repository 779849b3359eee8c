"""Files to the documents of a draft: what is as it was is copied, the rest is read and cut. Embeds nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ragbot.chunking import Chunking
from ragbot.datatypes import Document
from ragbot.errors import DocumentError, ParserError
from ragbot.ingestion.cutting import cut_rows, retitled
from ragbot.ingestion.model import Model
from ragbot.ingestion.staleness import file_hash
from ragbot.loaders import FoundFile
from ragbot.loaders.ahead import ReadFile, read_now
from ragbot.loaders.source import SourceFile
from ragbot.loaders.worker import DocumentLoader
from ragbot.store import DocumentRows, Draft, FileRecord, Index


class Intake:
    """Takes files in canonical order; `files` tells what became of each.

    `before` are the records of the index before, if the same code cut it with the same settings, else nothing;
    `open_before` opens it, or gives None where it is damaged. `draft` stays None until something must be written;
    `added` is called with each document that is written and was not copied.
    """

    def __init__(
        self,
        folder: Path,
        *,
        loader: DocumentLoader,
        model: Model,
        chunking: Chunking,
        before: Mapping[str, FileRecord],
        open_before: Callable[[], Index | None],
        added: Callable[[Document, DocumentRows], None],
    ) -> None:
        self.files: dict[str, FileRecord] = {}
        self.draft: Draft | None = None
        self._folder, self._loader, self._model, self._chunking = folder, loader, model, chunking
        self._before, self._open_before, self._added = before, open_before, added
        self._index: Index | None = None
        self._kept: list[FoundFile] = []
        self._first_with: dict[str, str] = {}
        self._asked: set[str] = set()
        self._had = {record.sha256: name for name, record in before.items() if record.is_document}

    def is_wanted(self, source: SourceFile) -> bool:
        """True if the file will most likely have to be parsed; asked in order, while files before it are worked on."""
        is_first = source.sha256 not in self._asked
        self._asked.add(source.sha256)
        known = self._before.get(source.doc_id)
        is_known = known is not None and known.sha256 == source.sha256 and not known.may_pass
        return is_first and not is_known

    def take(self, read: ReadFile) -> None:
        """Copy, parse or skip one file."""
        file, source = read.file, read.source
        if isinstance(source, DocumentError):
            self.files[file.doc_id] = FileRecord(file_hash(file.path), skipped=str(source))
            return
        known = self._before.get(file.doc_id)
        is_known = known is not None and known.sha256 == source.sha256
        if source.sha256 in self._first_with:
            self.files[file.doc_id] = FileRecord(source.sha256, same_as=self._first_with[source.sha256])
        elif known and is_known and known.skipped is not None and not known.may_pass:
            self.files[file.doc_id] = known
        elif known and is_known and known.is_document:
            self._keep(file, known)
        else:
            self._parse(read, source.sha256)

    def opened(self) -> Draft:
        """The draft, begun with the documents that are as they were."""
        if self.draft is None:
            self._index = self._open_before() if self._before else None
            self.draft = Draft(self._folder, previous=self._index)
            kept, self._kept = self._kept, []
            if self._index is None:  # damaged, so nothing of it is taken over
                self._before = {}
                self._first_with.clear()
            for file in kept:
                if self._index is None:
                    self.take(read_now(file))
                else:
                    self.draft.copy(file.doc_id, path=str(file.path))
        return self.draft

    def discard(self) -> None:
        """Remove what was begun."""
        if self.draft is not None:
            self.draft.discard()

    def _keep(self, file: FoundFile, known: FileRecord) -> None:
        self._first_with[known.sha256] = file.doc_id
        self.files[file.doc_id] = known
        if self.draft is None:
            self._kept.append(file)
        else:
            self.draft.copy(file.doc_id, path=str(file.path))

    def _parse(self, read: ReadFile, sha256: str) -> None:
        name = read.file.doc_id
        try:
            document = read.document(self._loader)
        except DocumentError as error:
            self.files[name] = FileRecord(sha256, skipped=str(error), may_pass=isinstance(error, ParserError))
            return
        draft, rows = self.opened(), self._rows(document)
        draft.add(document, rows)
        self._added(document, rows)
        self._first_with[sha256] = name
        self.files[name] = FileRecord(sha256, notes=document.notes)

    def _rows(self, document: Document) -> DocumentRows:
        """The document cut, or as it was cut under another name: then no model is needed."""
        name = self._had.get(document.sha256)
        if name is not None and self._index is not None:
            same = self._index.document(name)
            if (same.text, same.blocks, same.headings) == (document.text, document.blocks, document.headings):
                return retitled(document, self._index.rows(name))
        return cut_rows(document, self._chunking, self._model.load())
