"""Inner-product search over half-precision vectors with FAISS: exact while it is fast enough, by cells above that.

Its only home; knows nothing of texts. Similarity is the cosine, higher is better.
"""

from __future__ import annotations

import math
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragbot.encoding import Vectors

EXACT_UP_TO = 200_000  # vectors; beyond, one exact search reads more than 150 MB (docs/adr/0008-…)
TRAINED_PER_CELL = 40  # FAISS asks for 39 at least
PROBED_SHARE = 3 / 16  # of the cells in one search; measured for Recall@10 above 0.97 (docs/adr/0008-…)
_TRAINING_ROUNDS = 10
_SEED = 20
_BLOCK = 16_384  # rows in single precision at a time

Rows = Vectors | NDArray[np.float16]


class DenseIndex:
    """Unit vectors in half precision, numbered by row. Safe to share by threads once built.

    Up to EXACT_UP_TO vectors it compares all of them. Above, it compares those of the cells nearest to the query (an
    inverted file, Sivic and Zisserman 2003), so that a neighbour in a cell further off is missed now and then.
    """

    def __init__(self, faiss_index: Any) -> None:
        self._faiss = faiss_index
        self._by_row = threading.Lock()

    @classmethod
    def build(cls, vectors: Rows, *, exact_up_to: int = EXACT_UP_TO) -> DenseIndex:
        """Index unit vectors (n, dimension), an array or one mapped into memory, of which a block is read at a time.

        The same vectors give the same index, and so do those that `vectors` gives back.
        """
        import faiss

        n, dimension = vectors.shape
        if n <= exact_up_to:
            index = _exact(dimension)
        else:
            cells = n_cells(n)
            index = faiss.IndexIVFScalarQuantizer(
                faiss.IndexFlatIP(dimension), dimension, cells, *_half_precision(), False
            )  # False: the vectors themselves are kept, not their distance from the cell's centre
            index.cp.niter, index.cp.seed = _TRAINING_ROUNDS, _SEED
            index.nprobe = max(1, round(cells * PROBED_SHARE))
            index.train(_rounded(vectors[_sample(n, cells * TRAINED_PER_CELL)]))
        for start in range(0, n, _BLOCK):
            index.add(_rounded(vectors[start : start + _BLOCK]))
        return cls(index)

    @classmethod
    def build_from_blocks(
        cls, blocks: Iterable[Rows], *, total: int, dimension: int, exact_up_to: int = EXACT_UP_TO
    ) -> DenseIndex:
        """As `build` of the `total` rows of all `blocks`, which are read once; at most one is held at a time.

        Vectors too many for an exact index wait in a temporary file. Raises ValueError if there are not `total` rows,
        OSError if there is no room for the file.
        """
        if total <= exact_up_to:
            index = _exact(dimension)
            for block in _counted(blocks, total):
                index.add(_rounded(block))
            return cls(index)
        with tempfile.TemporaryFile() as file:
            for block in _counted(blocks, total):
                file.write(np.asarray(block, dtype=np.float16).tobytes())
            file.flush()
            kept: NDArray[np.float16] = np.memmap(file, dtype=np.float16, mode="r", shape=(total, dimension))
            return cls.build(kept, exact_up_to=exact_up_to)

    @property
    def size(self) -> int:
        """Number of vectors."""
        return int(self._faiss.ntotal)

    @property
    def kind(self) -> str:
        """What was chosen for this many vectors, in FAISS's words: `SQfp16`, or as `IVF2048,SQfp16,nprobe=384`."""
        if not self._has_cells:
            return "SQfp16"
        return f"IVF{self._faiss.nlist},SQfp16,nprobe={self._faiss.nprobe}"

    def search(
        self, query: Vectors, k: int, *, inside: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rows and similarities of the `k` nearest to one unit vector (dimension,), best first, equals by row.

        With a mask `inside` (size,) only of the rows where it is true: so few that an index of them would be exact are
        all compared, whatever cells they lie in. Fewer than `k` only if there are not so many, or, with cells, not so
        many in those that are probed.
        """
        n = self.size if inside is None else int(inside.sum())
        k = min(k, n)
        if k < 1:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        rows, similarities = self._nearest(query, k, n, None if inside is None else self._only(inside))
        order = np.lexsort((rows, -similarities))[:k]
        return rows[order], similarities[order]

    def vectors(self, rows: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """The vectors (n, dimension) kept for `rows`, as half precision rounded them. Raises IndexError beyond `size`."""
        numbers = np.asarray(rows, dtype=np.int64)
        if len(numbers) == 0:
            return np.zeros((0, self._faiss.d), dtype=np.float32)
        if numbers.min() < 0 or numbers.max() >= self.size:  # FAISS would read beyond its memory
            raise IndexError(f"rows {numbers.min()} to {numbers.max()} of an index of {self.size} vectors")
        if self._has_cells:
            with self._by_row:
                self._faiss.make_direct_map(True)  # does nothing the second time
        kept: Vectors = self._faiss.reconstruct_batch(numbers)
        return kept

    def save(self, path: Path) -> None:
        """Write the index to one file. Raises OSError if it cannot be written."""
        import faiss

        try:
            faiss.write_index(self._faiss, str(path))
        except RuntimeError as error:  # FAISS has no other word for a full disk
            raise OSError(f"FAISS could not write {path}") from error

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """The index saved at `path`, its vectors mapped into memory. Raises RuntimeError if it is missing or broken."""
        import faiss

        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC | faiss.IO_FLAG_READ_ONLY))

    @property
    def _has_cells(self) -> bool:
        return hasattr(self._faiss, "nlist")

    def _nearest(
        self, query: Vectors, k: int, n: int, parameters: Any
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` nearest of `n` and all that are equal to the last of them, in FAISS's order."""
        asked = k
        single = np.ascontiguousarray(query[None, :], dtype=np.float32)
        while True:
            asked = min(n, asked + 1)
            similarities, rows = self._faiss.search(single, asked, params=parameters)
            found = rows[0] >= 0  # FAISS fills up with -1
            similarities, rows = similarities[0][found], rows[0][found]
            if len(rows) < asked or asked == n or similarities[-1] < similarities[k - 1]:
                return rows, similarities
            asked *= 2

    def _only(self, inside: NDArray[np.bool_]) -> Any:
        """FAISS's parameters for a search of the rows where `inside` is true."""
        import faiss

        swig: Any = faiss  # its type stubs lack the keywords, and only keywords keep the selector alive
        selector = swig.IDSelectorBitmap(np.packbits(inside, bitorder="little"))
        if not self._has_cells:
            return swig.SearchParameters(sel=selector)
        cells, exact = self._faiss.nlist, int(inside.sum()) <= EXACT_UP_TO
        return swig.SearchParametersIVF(sel=selector, nprobe=cells if exact else self._faiss.nprobe)


def n_cells(n: int) -> int:
    """Cells for `n` vectors: the smallest power of two of at least twice the square root.

    >>> n_cells(200_001), n_cells(1_000_000)
    (1024, 2048)
    """
    return 1 << (math.ceil(2 * math.sqrt(n)) - 1).bit_length()


def _half_precision() -> tuple[int, int]:
    """FAISS's numbers for the codes and the similarity."""
    import faiss

    return faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT


def _exact(dimension: int) -> Any:
    import faiss

    return faiss.IndexScalarQuantizer(dimension, *_half_precision())


def _rounded(block: Rows) -> Vectors:
    """Rounded to half precision by NumPy, which breaks ties to even; FAISS would not, and so not round the same twice."""
    return np.ascontiguousarray(np.asarray(block, dtype=np.float16), dtype=np.float32)


def _sample(n: int, size: int) -> NDArray[np.int64]:
    return np.sort(np.random.default_rng(_SEED).choice(n, min(n, size), replace=False))


def _counted(blocks: Iterable[Rows], total: int) -> Iterator[Rows]:
    """Each block. Raises ValueError as soon as it is plain that they do not hold `total` rows."""
    left = total
    for block in blocks:
        left -= len(block)
        if left < 0:
            break
        yield block
    if left:
        raise ValueError(f"blocks hold not the {total} rows that were announced")
