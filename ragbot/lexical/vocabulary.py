"""Words with their counts in sorted arrays that map into memory. Opening one costs the same however many words it has.

Knows nothing of what the counts count.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_REMEMBERED = 65_536  # words looked up before: a search in the arrays takes some twenty steps


class Vocabulary(Mapping[str, int]):
    """Word to count, in order of code points; a word's place in that order is its number.

    `letters` are the words in UTF-8 with a line end after each, so no word may hold one; word i stops before `ends[i]`.
    """

    def __init__(self, letters: NDArray[np.uint8], ends: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        if len(ends) != len(counts) or len(letters) != (int(ends[-1]) + 1 if len(ends) else 0):
            raise ValueError(
                f"{len(letters)} letters, {len(ends)} ends and {len(counts)} counts are of no one vocabulary"
            )
        self._letters = np.asarray(letters).data
        self._ends = np.asarray(ends)
        self._counts = np.asarray(counts)
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._searched)

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Vocabulary:
        """The vocabulary of any mapping of words to counts."""
        found = sorted(counts)
        encoded = [word.encode() + b"\n" for word in found]
        ends = np.cumsum([len(word) for word in encoded], dtype=np.int64) - 1
        letters = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        return cls(letters, ends, np.array([counts[word] for word in found], dtype=np.int64))

    def number(self, word: str) -> int | None:
        """Place of `word` in the sorted order, from 0; None if it is not there."""
        return self._remembered(word)

    def starting_with(self, start: str) -> list[str]:
        """The words that begin with `start`, in order; no other word is read."""
        first = start.encode()
        begin, end = (bisect_left(range(len(self)), key, key=self._encoded) for key in (first, first + b"\xff"))
        if begin == end:
            return []
        place = int(self._ends[begin - 1]) + 1 if begin else 0
        return bytes(self._letters[place : int(self._ends[end - 1])]).decode().split("\n")

    def __getitem__(self, word: str) -> int:
        number = self.number(word)
        if number is None:
            raise KeyError(word)
        return int(self._counts[number])

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.number(word) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(bytes(self._letters).decode().split("\n")[:-1])

    def __len__(self) -> int:
        return len(self._ends)

    def save(self, folder: Path, name: str) -> None:
        """Write three arrays into `folder`, their names beginning with `name`. Raises OSError if it cannot."""
        for part, array in (("letters", np.asarray(self._letters)), ("ends", self._ends), ("counts", self._counts)):
            np.save(folder / f"{name}.{part}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str) -> Vocabulary:
        """The vocabulary saved under `name`, mapped into memory.

        Raises OSError, EOFError or ValueError if a file is missing, broken or of another vocabulary.
        """
        letters, ends, counts = (
            np.load(folder / f"{name}.{part}.npy", mmap_mode="r", allow_pickle=False)
            for part in ("letters", "ends", "counts")
        )
        return cls(letters, ends, counts)

    def _searched(self, word: str) -> int | None:
        sought = word.encode("utf-8", "surrogatepass")  # a question may hold half a character; no document's word does
        number = bisect_left(range(len(self)), sought, key=self._encoded)
        return number if number < len(self) and self._encoded(number) == sought else None

    def _encoded(self, number: int) -> bytes:
        start = int(self._ends[number - 1]) + 1 if number else 0
        return bytes(self._letters[start : int(self._ends[number])])
