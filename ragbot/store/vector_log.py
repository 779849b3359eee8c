"""Vectors that an unfinished build has already made, by passage hash: an append-only file that a kill cannot spoil.

A block is a header (mark, counts, checksum), the hashes of its passages, how many sentences each has, and the vectors:
for each passage its own and then those of its sentences, in half precision as the generation will hold them. Reading
stops at the first block that is not whole, and writing goes on there.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ragbot.encoding import Vectors
from ragbot.store.generations import remove
from ragbot.store.layout import NUMBERS, PARTIAL
from ragbot.store.rows import HASH_BYTES

_COUNTS = struct.Struct("<4sIIQ")  # mark, passages, dimension, bytes that follow the checksum
_CHECKSUM_BYTES = 16
_HEADER_BYTES = _COUNTS.size + _CHECKSUM_BYTES
_MARK = b"RBV1"
_FLOAT_BYTES = 2


class VectorLog:
    """The log at `folder` for one encoder, held open while the index is built; the caller holds the folder's lock."""

    def __init__(self, folder: Path, encoder: str) -> None:
        self._partial = folder / PARTIAL
        self._path = self._partial / f"{_file_name(encoder)}.log"
        self._places: dict[bytes, tuple[int, int, int]] = {}  # offset, vectors, dimension
        self._file: BinaryIO | None = None
        self._end = 0
        if self._path.is_file():
            self._open("r+b")
            self._read_blocks()

    def __enter__(self) -> VectorLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, passage: object) -> bool:
        return passage in self._places

    @property
    def dimension(self) -> int:
        """How many numbers a vector has; 0 while there is none."""
        return next((dimension for _, _, dimension in self._places.values()), 0)

    def append(self, passages: Sequence[bytes], vectors: Vectors, sentence_vectors: Sequence[Vectors]) -> None:
        """Add vectors (n, dimension) of `passages` and those (m, dimension) of each one's sentences.

        Raises OSError if the disk is full; what was added before stays readable.
        """
        counts = np.array([len(own) for own in sentence_vectors], dtype="<u4")
        each = zip(vectors, sentence_vectors, strict=True)
        stacked = np.concatenate([part for one, own in each for part in (one[None, :], own)]).astype(NUMBERS)
        payload = b"".join(passages) + counts.tobytes() + stacked.tobytes()
        counted = _COUNTS.pack(_MARK, len(passages), vectors.shape[1], len(payload))
        file = self._file or self._created()
        file.seek(self._end)
        file.truncate()  # a torn block of a run that was killed
        file.write(counted + _checksum(counted + payload) + payload)
        file.flush()
        self._note(payload, len(passages), vectors.shape[1])

    def vectors(self, passage: bytes) -> NDArray[np.float16]:
        """Vector of the passage and of its sentences (1 + m, dimension). Raises KeyError if it is not in the log."""
        offset, rows, dimension = self._places[passage]
        assert self._file is not None
        self._file.seek(offset)
        data = self._file.read(rows * dimension * _FLOAT_BYTES)
        return np.frombuffer(data, dtype=NUMBERS).reshape(rows, dimension)

    def close(self) -> None:
        """Close the file and keep it for the next run."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Remove the log, and those of other encoders."""
        self.close()
        self._places.clear()
        remove(self._partial)

    def _open(self, mode: str) -> BinaryIO:
        file: BinaryIO = self._path.open(mode)  # type: ignore[assignment]
        self._file = file
        return file

    def _created(self) -> BinaryIO:
        self._partial.mkdir(parents=True, exist_ok=True)
        return self._open("w+b")

    def _read_blocks(self) -> None:
        assert self._file is not None
        left = self._path.stat().st_size
        while (left := left - _HEADER_BYTES) >= 0:
            header = self._file.read(_HEADER_BYTES)
            counted, checksum = header[: _COUNTS.size], header[_COUNTS.size :]
            _, n, dimension, size = _COUNTS.unpack(counted)
            if (left := left - size) < 0 or _checksum(counted + (payload := self._file.read(size))) != checksum:
                return
            self._note(payload, n, dimension)

    def _note(self, payload: bytes, n: int, dimension: int) -> None:
        """Remember where the vectors of a block that begins at the end of what was read lie."""
        counts = np.frombuffer(payload, dtype="<u4", count=n, offset=n * HASH_BYTES)
        offset = self._end + _HEADER_BYTES + n * (HASH_BYTES + counts.itemsize)
        for passage, count in zip(_hashes(payload, n), counts.tolist(), strict=True):
            self._places[passage] = (offset, count + 1, dimension)
            offset += (count + 1) * dimension * _FLOAT_BYTES
        self._end = offset


def _hashes(payload: bytes, n: int) -> Iterator[bytes]:
    return (payload[i * HASH_BYTES : (i + 1) * HASH_BYTES] for i in range(n))


def _checksum(block: bytes) -> bytes:
    return hashlib.blake2b(block, digest_size=_CHECKSUM_BYTES).digest()


def _file_name(encoder: str) -> str:
    """The encoder's name as a file name; a hash keeps names apart that look alike once cleaned."""
    return f"{re.sub(r'[^A-Za-z0-9._-]', '_', encoder)[:80]}-{hashlib.blake2b(encoder.encode(), digest_size=4).hexdigest()}"
