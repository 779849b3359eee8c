"""A .npy file that grows block by block, so that an array of any size is written in little memory."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import DTypeLike, NDArray

_HEADER_BYTES = 128  # numpy pads the header; the row count in it is written last, in the same room


class ArrayFile:
    """A new array (n, width) at `path`: all that was appended by the end of the `with` block.

    Plain writes, not a memory map: on a full disk a write is refused, while a map kills the process.
    """

    def __init__(self, path: Path, dtype: DTypeLike) -> None:
        self._dtype = np.dtype(dtype)
        self._shape = (0, 0)
        self._file = path.open("w+b")
        self._file.write(b"\0" * _HEADER_BYTES)

    def append(self, rows: NDArray[np.generic]) -> None:
        """Write `rows` (m, width) after those before."""
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).tobytes())
        self._shape = (self._shape[0] + len(rows), rows.shape[1])

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if error is None:
                self._file.seek(0)
                self._file.write(self._header())

    def _header(self) -> bytes:
        """The header of format 1.0, padded with blanks to its fixed size (numpy.lib.format)."""
        told = repr({"descr": self._dtype.str, "fortran_order": False, "shape": self._shape})
        magic = np.lib.format.magic(1, 0)
        room = _HEADER_BYTES - len(magic) - 2
        return magic + room.to_bytes(2, "little") + told.ljust(room - 1).encode("ascii") + b"\n"
