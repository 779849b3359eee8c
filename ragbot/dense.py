"""Exact inner-product search over unit vectors with FAISS. Its only home; knows nothing of texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragbot.encoding import Vectors


class DenseIndex:
    """Flat FAISS index: exact, so it agrees with brute force. Similarity is the cosine, higher is better."""

    def __init__(self, faiss_index: Any) -> None:
        self._faiss = faiss_index

    @classmethod
    def build(cls, vectors: Vectors) -> DenseIndex:
        """Index unit vectors (n, dimension); row numbers are the ids."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @property
    def size(self) -> int:
        """Number of vectors."""
        return int(self._faiss.ntotal)

    def search(self, query: Vectors, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Ids and similarities of the `k` nearest to one unit vector (dimension,), best first.

        Equals among those found stand in order of id; which of several equals at rank `k` are found is FAISS's choice.
        """
        k = min(k, self.size)
        similarities, ids = self._faiss.search(np.ascontiguousarray(query[None, :]), k)
        order = np.lexsort((ids[0], -similarities[0]))
        return ids[0][order], similarities[0][order]

    def save(self, path: Path) -> None:
        """Write the index to one file. Raises OSError if it cannot be written."""
        import faiss

        try:
            faiss.write_index(self._faiss, str(path))
        except RuntimeError as error:  # FAISS has no other word for a full disk
            raise OSError(f"FAISS could not write {path}") from error

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """The index saved at `path`, mapped into memory."""
        import faiss

        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY))
