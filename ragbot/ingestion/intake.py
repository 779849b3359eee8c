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
from ragbot.loaders import FoundFile, read_source
from ragbot.loaders.source import SourceFile
from ragbot.loaders.worker import DocumentLoader
from ragbot.store import DocumentRows, Draft, FileRecord, Index


class Intake:
    """Takes files in canonical order; `files` tells what became of each.

    `before` are the records of the index before, if the same code cut it with the same settings, else nothing;
    `open_before` opens it, or gives None where it is damaged. `draft` stays None until something must be written.
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
    ) -> None:
        self.files: dict[str, FileRecord] = {}
        self.draft: Draft | None = None
        self._folder, self._loader, self._model, self._chunking = folder, loader, model, chunking
        self._before, self._open_before = before, open_before
        self._index: Index | None = None
        self._kept: list[FoundFile] = []
        self._first_with: dict[str, str] = {}
        self._had = {record.sha256: name for name, record in before.items() if record.is_document}

    def take(self, file: FoundFile) -> None:
        """Read one file, once, and copy, parse or skip it."""
        try:
            source = read_source(file.path, file.doc_id)
        except DocumentError as error:
            self.files[file.doc_id] = FileRecord(file_hash(file.path), skipped=str(error))
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
            self._parse(source)

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
                    self.take(file)
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

    def _parse(self, source: SourceFile) -> None:
        try:
            document = self._loader.parse(source)
        except DocumentError as error:
            reason = FileRecord(source.sha256, skipped=str(error), may_pass=isinstance(error, ParserError))
            self.files[source.doc_id] = reason
            return
        self.opened().add(document, self._rows(document))
        self._first_with[source.sha256] = source.doc_id
        self.files[source.doc_id] = FileRecord(source.sha256, notes=document.notes)

    def _rows(self, document: Document) -> DocumentRows:
        """The document cut, or as it was cut under another name: then no model is needed."""
        name = self._had.get(document.sha256)
        if name is not None and self._index is not None:
            same = self._index.document(name)
            if (same.text, same.blocks, same.headings) == (document.text, document.blocks, document.headings):
                return retitled(document, self._index.rows(name))
        return cut_rows(document, self._chunking, self._model.load())
