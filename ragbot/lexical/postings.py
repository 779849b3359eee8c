"""Texts as words, one pass over them, to BM25's matrix by term. Bounded in memory: holds no text, five bytes a posting.

Knows neither how text is cut into words nor how the matrix is searched. (A posting is one term in one text.)
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ragbot.lexical.vocabulary import Vocabulary

BLOCK = 4_096  # texts counted at a time; a text's place in its block fits 16 bits
_NO_TERM = -1


@dataclass(frozen=True, slots=True)
class Matrix:
    """BM25 of every term in every text that holds it, term by term in order of the vocabulary, texts ascending.

    Term t's postings are `starts[t]` to `starts[t + 1]` of `scores` and `rows`. `terms` counts the texts that hold a
    term, `words` the places where a word stands.
    """

    scores: NDArray[np.float32]
    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    terms: Vocabulary
    words: Vocabulary
    n_texts: int


@dataclass(frozen=True, slots=True)
class _Block:
    """Postings of a few texts, sorted by term, then text: `sizes[i]` of them belong to `terms[i]`."""

    terms: NDArray[np.int32]
    sizes: NDArray[np.int32]
    rows: NDArray[np.uint16]
    repeats: NDArray[np.uint16]
    lengths: NDArray[np.int32]


class _Numbers(dict[str, int]):
    """Numbers words in the order in which they are first asked for."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


class _Counter:
    """What was counted so far; `term_of` is asked once a word and gives None for one that is not indexed."""

    def __init__(self, term_of: Callable[[str], str | None]) -> None:
        self._term_of = term_of
        self.words, self.terms = _Numbers(), _Numbers()
        self._term_numbers = array("i")  # of each word
        self.word_counts = np.zeros(0, dtype=np.int64)

    def block(self, texts: Sequence[Sequence[str]]) -> _Block:
        """Postings of `texts`; their words are counted."""
        found = array("i")
        for text in texts:
            found.extend(map(self.words.__getitem__, text))
        numbers = np.frombuffer(found, dtype=np.int32)
        self._count(numbers)
        terms = np.array(self._term_numbers, dtype=np.int64)[numbers]
        rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        indexed = terms != _NO_TERM
        postings, repeats = np.unique(terms[indexed] * BLOCK + rows[indexed], return_counts=True)
        distinct, sizes = np.unique(postings // BLOCK, return_counts=True)
        return _Block(
            distinct.astype(np.int32),
            sizes.astype(np.int32),
            (postings % BLOCK).astype(np.uint16),
            np.minimum(repeats, 65_535).astype(np.uint16),  # BM25 is saturated long before
            np.bincount(rows[indexed], minlength=len(texts)).astype(np.int32),
        )

    def _count(self, numbers: NDArray[np.int32]) -> None:
        for word in islice(self.words, len(self._term_numbers), None):
            term = self._term_of(word)
            self._term_numbers.append(_NO_TERM if term is None else self.terms[term])
        counts = np.bincount(numbers, minlength=len(self.words))
        counts[: len(self.word_counts)] += self.word_counts
        self.word_counts = counts


def bm25_matrix(texts: Iterable[Sequence[str]], term_of: Callable[[str], str | None], *, k1: float, b: float) -> Matrix:
    """BM25 (Robertson and Zaragoza 2009, Lucene's idf) of texts given as words; None is the term of a word left out."""
    counter = _Counter(term_of)
    blocks = [counter.block(group) for group in _groups(texts)]
    terms = _document_frequencies(blocks, counter.terms)
    words = Vocabulary.of(dict(zip(counter.words, counter.word_counts.tolist(), strict=True)))
    columns = np.array([terms.number(term) for term in counter.terms], dtype=np.int64)
    return _filled(blocks, columns, terms, words, k1=k1, b=b)


def _groups(texts: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    rest = iter(texts)
    while group := list(islice(rest, BLOCK)):
        yield group


def _document_frequencies(blocks: Sequence[_Block], terms: _Numbers) -> Vocabulary:
    frequencies = np.zeros(len(terms), dtype=np.int64)
    for block in blocks:
        frequencies[block.terms] += block.sizes
    return Vocabulary.of(dict(zip(terms, frequencies.tolist(), strict=True)))


def _filled(
    blocks: Sequence[_Block], columns: NDArray[np.int64], terms: Vocabulary, words: Vocabulary, *, k1: float, b: float
) -> Matrix:
    frequencies = np.array([terms[term] for term in terms], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(frequencies)])
    lengths = np.concatenate([block.lengths for block in blocks]) if blocks else np.zeros(0, dtype=np.int32)
    n = len(lengths)
    idf = np.log(1 + (n - frequencies + 0.5) / (frequencies + 0.5))
    weights = k1 * (1 - b + b * lengths / max(1e-9, float(lengths.mean()) if n else 0.0))
    scores, rows = np.empty(starts[-1], dtype=np.float32), np.empty(starts[-1], dtype=np.int32)
    free, first = starts[:-1].copy(), 0
    for block in blocks:
        column, sizes = columns[block.terms], block.sizes
        begins = np.cumsum(sizes) - sizes
        places = np.repeat(free[column] - begins, sizes) + np.arange(len(block.rows))
        found = first + block.rows.astype(np.int64)
        rows[places] = found
        scores[places] = np.repeat(idf[column], sizes) * block.repeats / (block.repeats + weights[found])
        free[column] += sizes
        first += len(block.lengths)
    return Matrix(scores, rows, starts, terms, words, n)
