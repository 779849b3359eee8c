"""Vectors of a draft's passages: from the index before, from the log of an unfinished run, or made now."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ragbot.encoding import Passage
from ragbot.ingestion.model import Model
from ragbot.ingestion.report import Progress
from ragbot.store import Draft, Index, VectorBlock, VectorLog, disk_errors, passage_of

_WINDOW = 4_096  # passages sorted by length at a time, so that little of a batch is padding
_LOGGED_AT_ONCE = 256  # a kill loses at most so many passages: some ten seconds of work
_BLOCK = 4_096

_Waiting = tuple[int, bytes, Passage]


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


def embed_missing(draft: Draft, source: VectorSource, log: VectorLog, model: Model, progress: Progress) -> int:
    """Make the vectors that `source` does not have and add them to the log; returns for how many passages."""
    missing = _missing(draft, source)
    total = sum(len(own) for own in missing.values())
    done = 0

    def advance(n: int) -> None:
        nonlocal done
        done += n
        progress("embedding", done, total)

    progress("embedding", 0, total)
    waiting = _waiting(draft, missing)
    while window := list(islice(waiting, _WINDOW)):
        window.sort(key=lambda one: -one[0])
        for start in range(0, len(window), _LOGGED_AT_ONCE):
            _, hashes, passages = zip(*window[start : start + _LOGGED_AT_ONCE], strict=True)
            vectors = model.load().encode_passages(passages, progress=advance)
            with disk_errors(draft.folder):
                log.append(hashes, *vectors)
    return total


def _missing(draft: Draft, source: VectorSource) -> dict[int, dict[int, bytes]]:
    """Hashes of the passages without vectors, by document and place in it; each hash at its first place only."""
    seen: set[bytes] = set()
    missing: dict[int, dict[int, bytes]] = {}
    for number, rows in enumerate(draft.rows):
        for place, passage in enumerate(_hashes(rows.passages)):
            if passage not in seen and passage not in source:
                seen.add(passage)
                missing.setdefault(number, {})[place] = passage
    return missing


def _waiting(draft: Draft, missing: dict[int, dict[int, bytes]]) -> Iterator[_Waiting]:
    """Tokens, hash and text of the passages to embed, read from the draft again as they are needed."""
    for number, places in missing.items():
        document = draft.document(number)
        for place, (chunk, sentences) in enumerate(draft.rows[number].cut(document)):
            if place in places:
                yield chunk.token_count, places[place], passage_of(document, chunk, sentences)


def _hashes(passages: NDArray[np.uint8]) -> Iterator[bytes]:
    return (row.tobytes() for row in passages)
