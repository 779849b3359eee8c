"""One generation, opened for reading."""

from __future__ import annotations

import json
import sqlite3
import threading
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import CatalogueEntry, Chunk, Document, Sentence, Span
from ragbot.dense import DenseIndex
from ragbot.encoding import Vectors
from ragbot.errors import IndexMismatchError
from ragbot.lexical import LexicalIndex
from ragbot.scope import Scope
from ragbot.store import layout
from ragbot.store.documents import open_documents, read_catalogue, read_document
from ragbot.store.generations import current_generation
from ragbot.store.manifest import read_manifest
from ragbot.store.parts import wrong_parts
from ragbot.store.rows import HASH_BYTES, DocumentRows, chunk_of, sentences_of

_DOCUMENTS_IN_MEMORY = 256
_SCOPES_IN_MEMORY = 16  # a byte a chunk each
# What readers raise when they meet a broken file.
DAMAGE = (OSError, EOFError, ValueError, TypeError, AttributeError, RuntimeError, LookupError, sqlite3.Error)


class Index:
    """One generation, opened for reading; its large parts are mapped into memory, not read. Safe to share by threads.

    Raises IndexNotBuiltError if there is none at `folder`, IndexMismatchError if it is of another format or damaged.
    """

    def __init__(self, folder: Path, *, generation: str | None = None) -> None:
        self.folder = folder
        self.generation = generation or current_generation(folder)
        self.root = root = layout.generation_root(folder, self.generation)
        self.manifest = read_manifest(folder, generation=self.generation)
        if wrong := wrong_parts(folder, self.generation):
            raise IndexMismatchError(f"index at {folder} is incomplete ({', '.join(wrong)}); {layout.mend(folder)}")
        try:
            self._chunks: NDArray[np.int32] = _mapped(root / layout.CHUNKS)
            self._sentences: NDArray[np.int32] = _mapped(root / layout.SENTENCES)
            self._sentence_vectors: NDArray[np.float16] = _mapped(root / layout.SENTENCE_VECTORS)
            self.passage_hashes: NDArray[np.uint8] = _mapped(root / layout.PASSAGE_HASHES)
            self._sentence_hashes: NDArray[np.uint64] = _mapped(root / layout.SENTENCE_HASHES)
            self.dense = DenseIndex.load(root / layout.DENSE)
            self.lexical = LexicalIndex.load(
                root / layout.LEXICAL,
                json.loads((root / layout.WORDS).read_text("utf-8")),
                self.manifest.n_chunks,
                abbreviations=json.loads((root / layout.ABBREVIATIONS).read_text("utf-8")),
            )
            self._database = open_documents(root / layout.DOCUMENTS)
            self._numbers: dict[str, int] = dict(self._database.execute("SELECT doc_id, number FROM documents"))
        except DAMAGE as error:
            raise IndexMismatchError(
                f"index at {folder} is damaged ({type(error).__name__}); {layout.mend(folder)}"
            ) from error
        self._lock = threading.Lock()
        self._document = lru_cache(maxsize=_DOCUMENTS_IN_MEMORY)(self._read_document)
        self._inside = lru_cache(maxsize=_SCOPES_IN_MEMORY)(self._find_inside)
        if not self._is_whole():
            raise IndexMismatchError(f"index at {folder} is incomplete; {layout.mend(folder)}")

    @property
    def fingerprint(self) -> str:
        """Hash of content and settings: equal for equal indexes, wherever and whenever they were built."""
        return self.manifest.fingerprint

    @property
    def doc_ids(self) -> list[str]:
        """Names of all documents, sorted."""
        return sorted(self._numbers)

    @property
    def catalogue(self) -> tuple[CatalogueEntry, ...]:
        """What each document says of itself, sorted by name; read once, without the texts."""
        return tuple(self._catalogue.values())

    def chunks_inside(self, scope: Scope) -> NDArray[np.bool_] | None:
        """Which chunks (n_chunks,) are of documents inside `scope`; None if all documents are."""
        return None if scope.is_everything else self._inside(scope)

    def document(self, doc_id: str) -> Document:
        """The document called `doc_id`. Raises KeyError if there is none."""
        return self._document(self._numbers[doc_id])

    def title(self, doc_id: str) -> str | None:
        """The title of the document called `doc_id`, or None if there is none."""
        number = self._numbers.get(doc_id)
        return None if number is None else self._document(number).title

    def number(self, doc_id: str) -> int:
        """Number of the document called `doc_id`. Raises KeyError if there is none."""
        return self._numbers[doc_id]

    def chunk(self, number: int) -> Chunk:
        """Chunk `number` (row in the dense and the lexical index)."""
        doc, start, end, first, last, tokens = self._chunks[number].tolist()
        return chunk_of(
            self._document(doc), Span(start, end), self._sentence_rows(first, last), tokens=tokens, rows=(first, last)
        )

    def sentences(self, chunk: Chunk) -> list[Sentence]:
        """The sentences of a chunk of this index; `chunk.sentences` are their rows in the whole index."""
        return self._sentence_rows(*chunk.sentences)

    def sentence_vectors(self, chunk: Chunk) -> Vectors:
        """Unit vectors (m, dimension) of the chunk's sentences, read in the chunk's context."""
        return np.asarray(self._sentence_vectors[slice(*chunk.sentences)], dtype=np.float32)

    def stored_sentence_vectors(self, number: int) -> NDArray[np.float16]:
        """Vectors (m, dimension) of the sentences of chunk `number`, as they are stored."""
        return self._sentence_vectors[self._chunks[number, 3] : self._chunks[number, 4]]

    def rows(self, doc_id: str) -> DocumentRows:
        """The rows of the document called `doc_id`. Raises KeyError if there is none."""
        number = self._numbers[doc_id]
        first, last = np.searchsorted(self._chunks[:, 0], [number, number + 1]).tolist()
        chunks = np.array(self._chunks[first:last, 1:])
        begin, end = (int(chunks[0, 2]), int(chunks[-1, 3])) if len(chunks) else (0, 0)
        chunks[:, 2:4] -= begin
        return DocumentRows(
            chunks,
            np.array(self._sentences[begin:end, 1:]),
            np.array(self.passage_hashes[first:last]),
            np.array(self._sentence_hashes[begin:end]),
        )

    @cached_property
    def _catalogue(self) -> dict[int, CatalogueEntry]:
        with self._lock:
            return read_catalogue(self._database)

    def _find_inside(self, scope: Scope) -> NDArray[np.bool_] | None:
        admitted = [number for number, entry in self._catalogue.items() if scope.admits(entry)]
        if len(admitted) == len(self._catalogue):
            return None
        documents = np.zeros(1 + max(self._catalogue, default=0), dtype=np.bool_)
        documents[admitted] = True
        return documents[self._chunks[:, 0]]

    def _is_whole(self) -> bool:
        made = self.manifest
        return (
            len(self._numbers) == made.n_documents
            and {len(self._chunks), self.dense.size} == {made.n_chunks}
            and self.passage_hashes.shape == (made.n_chunks, HASH_BYTES)
            and {len(self._sentences), len(self._sentence_vectors), len(self._sentence_hashes)} == {made.n_sentences}
        )

    def _sentence_rows(self, first: int, last: int) -> list[Sentence]:
        return sentences_of(self._sentences[first:last, 1:])

    def _read_document(self, number: int) -> Document:
        with self._lock:
            return read_document(self._database, number)


def _mapped(path: Path) -> Any:
    return np.load(path, mmap_mode="r", allow_pickle=False)
