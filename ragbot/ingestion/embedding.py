"""Vectors of passages: from the index before, from the log of an unfinished run, or made while documents are read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import Document
from ragbot.encoding import Passage
from ragbot.ingestion.model import Model
from ragbot.ingestion.report import Progress
from ragbot.store import DocumentRows, Index, VectorBlock, VectorLog, disk_errors, passage_of

# Passages sorted by length at a time: 1.6 % of their batches is padding; 3.2 % of half as many, 0.9 % of twice as many,
# during which the parser would more often have nothing to do.
_WINDOW = 2_048
_LOGGED_AT_ONCE = 256  # a kill loses at most so many passages: some ten seconds of work
_BLOCK = 4_096


class VectorSource:
    """Finds vectors by passage hash in the index before and in the log."""

    def __init__(self, index: Index | None, log: VectorLog) -> None:
        self._index, self._log = index, log
        self._rows = {} if index is None else {h: row for row, h in enumerate(_hashes(index.passage_hashes))}

    def __contains__(self, passage: object) -> bool:
        return passage in self._rows or passage in self._log

    @property
    def dimension(self) -> int:
        """How many numbers a vector has; 0 while there is none."""
        return self._index.manifest.dimension if self._index else self._log.dimension

    def blocks(self, passages: NDArray[np.uint8]) -> Iterator[VectorBlock]:
        """Vectors of the passages with these hashes (n, 16) and of their sentences, in order."""
        for start in range(0, len(passages), _BLOCK):
            yield self._block(list(_hashes(passages[start : start + _BLOCK])))

    def _block(self, passages: list[bytes]) -> VectorBlock:
        vectors: dict[bytes, NDArray[np.float16]] = {}
        sentences: dict[bytes, NDArray[np.float16]] = {}
        stored = [passage for passage in dict.fromkeys(passages) if passage in self._rows]
        if stored and self._index is not None:
            rows = [self._rows[passage] for passage in stored]
            vectors |= zip(stored, self._index.dense.vectors(rows).astype(np.float16), strict=True)
            sentences |= {p: self._index.stored_sentence_vectors(row) for p, row in zip(stored, rows, strict=True)}
        for passage in dict.fromkeys(passages):
            if passage not in vectors:
                own = self._log.vectors(passage)
                vectors[passage], sentences[passage] = own[0], own[1:]
        return np.stack([vectors[p] for p in passages]), np.concatenate([sentences[p] for p in passages])


class Embedding:
    """Makes the vectors that `source` does not have, while documents come, and adds them to the log.

    Passages wait until a window of them is full. `progress` is told a total of 0 until `finish` knows how many they are.
    """

    def __init__(self, folder: Path, source: VectorSource, log: VectorLog, model: Model, progress: Progress) -> None:
        self.n_embedded = 0
        self._folder, self._source, self._log, self._model, self._progress = folder, source, log, model, progress
        self._waiting: dict[bytes, tuple[int, Passage]] = {}  # with its tokens
        self._total = 0

    def add(self, document: Document, rows: DocumentRows) -> None:
        """Take the passages of a document; each text is embedded once. Raises IndexLockedError if the disk is full."""
        if all(self._is_known(passage) for passage in _hashes(rows.passages)):
            return
        for passage, (chunk, sentences) in zip(_hashes(rows.passages), rows.cut(document), strict=True):
            if not self._is_known(passage):
                self._waiting[passage] = chunk.token_count, passage_of(document, chunk, sentences)
            if len(self._waiting) == _WINDOW:
                self._embed()

    def finish(self) -> None:
        """Embed what still waits. Raises IndexLockedError if the disk is full."""
        self._total = self.n_embedded + len(self._waiting)
        if self._total:
            self._progress("embedding", self.n_embedded, self._total)
        self._embed()

    def _is_known(self, passage: bytes) -> bool:
        return passage in self._waiting or passage in self._source

    def _embed(self) -> None:
        window = sorted(self._waiting.items(), key=lambda one: -one[1][0])
        self._waiting = {}
        for start in range(0, len(window), _LOGGED_AT_ONCE):
            hashes, told = zip(*window[start : start + _LOGGED_AT_ONCE], strict=True)
            vectors = self._model.load().encode_passages([passage for _, passage in told], progress=self._advance)
            with disk_errors(self._folder):
                self._log.append(hashes, *vectors)

    def _advance(self, n: int) -> None:
        self.n_embedded += n
        self._progress("embedding", self.n_embedded, self._total)


def _hashes(passages: NDArray[np.uint8]) -> Iterator[bytes]:
    return (row.tobytes() for row in passages)
