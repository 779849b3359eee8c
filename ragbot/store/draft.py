"""A generation being written beside the others: documents first, in canonical order, then vectors and words.

It takes documents and vectors as they come and holds neither. Nothing of an older generation is touched.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import Document, IndexManifest
from ragbot.dense import DenseIndex
from ragbot.errors import IndexLockedError
from ragbot.lexical import LexicalIndex
from ragbot.store import layout
from ragbot.store.arrays import ArrayFile
from ragbot.store.documents import DocumentsWriter
from ragbot.store.files import FileRecord, write_files
from ragbot.store.generations import make_current, next_name, remove, sweep
from ragbot.store.manifest import write_manifest
from ragbot.store.parts import write_parts
from ragbot.store.rows import DocumentRows

if TYPE_CHECKING:
    from ragbot.store.index import Index

VectorBlock = tuple[NDArray[np.float16], NDArray[np.float16]]
"""Vectors (n, dimension) of some passages, and those of all their sentences (m, dimension), in order."""


class Draft:
    """A new generation in the index folder, under a name that the next run sweeps away until it is accepted.

    The caller holds the folder's lock. Every method raises IndexLockedError if the disk is full.
    """

    def __init__(self, folder: Path, *, previous: Index | None = None) -> None:
        self.name = f"{layout.UNFINISHED}{os.getpid()}"
        self.folder = folder
        self._root = layout.generation_root(folder, self.name)
        self._previous = previous
        self._rows: list[DocumentRows] = []
        self._n_copied = 0
        with disk_errors(folder):
            sweep(folder)
            self._root.mkdir(parents=True)
            self._documents = DocumentsWriter(self._root / layout.DOCUMENTS)

    def add(self, document: Document, rows: DocumentRows) -> None:
        """Add the next document in canonical order."""
        with disk_errors(self.folder):
            self._documents.add(len(self._rows), document)
        self._rows.append(rows)

    def copy(self, doc_id: str, *, path: str) -> None:
        """Add the document called `doc_id` as the previous generation has it; its file now lies at `path`."""
        assert self._previous is not None
        with disk_errors(self.folder):
            self._documents.copy(len(self._rows), doc_id, path, self._previous.number(doc_id))
        self._rows.append(self._previous.rows(doc_id))
        self._n_copied += 1

    def seal(self) -> None:
        """No document is added from here on; those of the previous generation are copied now, all at once."""
        if self._previous is not None and self._n_copied:
            with disk_errors(self.folder):
                self._documents.take(self._previous.root / layout.DOCUMENTS)

    @property
    def rows(self) -> Sequence[DocumentRows]:
        """The rows of all documents, in order."""
        return self._rows

    def document(self, number: int) -> Document:
        """Document `number`, counted from 0 in canonical order; once sealed."""
        with disk_errors(self.folder):
            return self._documents.read(number)

    def passage_hashes(self) -> NDArray[np.uint8]:
        """Hashes (n, 16) of all passages, in order."""
        return np.concatenate([rows.passages for rows in self._rows])

    def write(
        self,
        vectors: Iterable[VectorBlock],
        *,
        lexical: LexicalIndex,
        manifest: IndexManifest,
        files: Mapping[str, FileRecord],
    ) -> IndexManifest:
        """Write the other parts and flush all to disk; returns `manifest` with what was counted filled in."""
        with disk_errors(self.folder):
            self._documents.close()
            np.save(self._root / layout.CHUNKS, self._chunk_table())
            np.save(self._root / layout.SENTENCES, _numbered([rows.sentences for rows in self._rows]))
            np.save(self._root / layout.PASSAGE_HASHES, self.passage_hashes())
            np.save(self._root / layout.SENTENCE_HASHES, np.concatenate([r.sentence_hashes for r in self._rows]))
            dense = self._write_vectors(vectors, manifest.dimension)
            dense.save(self._root / layout.DENSE)
            counts = lexical.save(self._root / layout.LEXICAL)
            (self._root / layout.WORDS).write_text(json.dumps(counts), "utf-8")
            (self._root / layout.ABBREVIATIONS).write_text(json.dumps(dict(lexical.abbreviations)), "utf-8")
            counted = replace(
                manifest,
                dense=dense.kind,
                n_documents=len(self._rows),
                n_chunks=sum(len(rows.chunks) for rows in self._rows),
                n_sentences=sum(len(rows.sentences) for rows in self._rows),
            )
            write_files(self._root, files)
            write_manifest(self._root, counted)
            write_parts(self._root)
            layout.sync(self._root)
        return counted

    def accept(self, fingerprint: str) -> str:
        """Give it its lasting name and make it current, each by one rename; returns the name."""
        with disk_errors(self.folder):
            name = next_name(self.folder, fingerprint)
            self._root.rename(layout.generation_root(self.folder, name))
            layout.sync_path(self.folder / layout.GENERATIONS)
            make_current(self.folder, name)
        return name

    def discard(self) -> None:
        """Remove it; the current generation stays."""
        self._documents.abandon()
        remove(self._root)

    def _chunk_table(self) -> NDArray[np.int32]:
        """(n, 6): document, start, end, first and last sentence row of the whole index, tokens."""
        table = _numbered([rows.chunks for rows in self._rows])
        sizes = [len(rows.sentences) for rows in self._rows]
        before = np.cumsum([0, *sizes[:-1]]).astype(np.int32)
        table[:, 3:5] += before[table[:, 0], None]
        return table

    def _write_vectors(self, vectors: Iterable[VectorBlock], dimension: int) -> DenseIndex:
        """Sentence vectors go to disk block by block, those of the passages into the dense index."""
        with ArrayFile(self._root / layout.SENTENCE_VECTORS, layout.NUMBERS) as file:

            def passages() -> Iterator[NDArray[np.float16]]:
                for chunk_vectors, sentence_vectors in vectors:
                    file.append(sentence_vectors)
                    yield chunk_vectors

            total = sum(len(rows.chunks) for rows in self._rows)
            return DenseIndex.build_from_blocks(passages(), total=total, dimension=dimension)


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """What the disk refuses while the index at `folder` is written becomes one line."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise IndexLockedError(f"cannot write the index to {folder} ({reason}); the old index stays") from error


def _numbered(tables: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    """The tables of all documents one after the other, each row with its document's number in front."""
    numbers = np.repeat(np.arange(len(tables), dtype=np.int32), [len(table) for table in tables])
    return np.column_stack([numbers, np.concatenate(tables)])
