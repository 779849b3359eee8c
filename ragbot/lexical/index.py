"""The BM25 index over chunks: built in one pass over their texts, mapped into memory when opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragbot.lexical.postings import bm25_matrix
from ragbot.lexical.stems import is_content_word, stem, words
from ragbot.lexical.vocabulary import Vocabulary

K1, B = 1.2, 0.5  # Lucene's K1; less length correction than its 0.75, since chunks are of nearly equal length


class LexicalIndex:
    """BM25 (Robertson and Zaragoza 2009, Lucene's idf) over stems of chunks; read-only once built.

    `vocabulary` counts the words as they stand there; `abbreviations` are short forms with what the documents say that
    they stand for.
    """

    def __init__(
        self,
        bm25: Any,
        document_frequency: Vocabulary,
        vocabulary: Vocabulary,
        n: int,
        abbreviations: Mapping[str, str] | None = None,
    ) -> None:
        self._bm25 = bm25
        self._document_frequency = document_frequency
        self.vocabulary = vocabulary
        self.abbreviations = abbreviations or {}
        self.n_chunks = n
        self._idf_of_unknown = float(np.log(1 + (n + 0.5) / 0.5))

    @classmethod
    def build(cls, texts: Iterable[str], *, abbreviations: Mapping[str, str] | None = None) -> LexicalIndex:
        """Index `texts`, one entry per chunk, in order; they are read once and not kept."""
        import bm25s

        matrix = bm25_matrix(map(words, texts), _term, k1=K1, b=B)
        bm25 = bm25s.BM25(k1=K1, b=B, method="lucene", backend="numpy")
        bm25.vocab_dict = {}  # bm25s would keep the terms as one JSON object, to be read whole
        bm25.scores = {
            "data": matrix.scores,
            "indices": matrix.rows,
            "indptr": matrix.starts,
            "num_docs": matrix.n_texts,
        }
        bm25.nonoccurrence_array = None
        return cls(bm25, matrix.terms, matrix.words, matrix.n_texts, abbreviations)

    def scores(self, query_terms: Sequence[str]) -> NDArray[np.float32]:
        """BM25 score of every chunk (n_chunks,); zeros if no term is known."""
        known = [number for term in query_terms if (number := self._document_frequency.number(term)) is not None]
        if not known:
            return np.zeros(self.n_chunks, dtype=np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores_from_ids(known)
        return scores

    def idf(self, term: str) -> float:
        """Inverse document frequency of a stem over chunks; highest for a stem that no chunk holds.

        Robertson and Zaragoza 2009, with Lucene's +1 that keeps it positive.
        """
        df = self._document_frequency.get(term)
        return self._idf_of_unknown if df is None else float(np.log(1 + (self.n_chunks - df + 0.5) / (df + 0.5)))

    def knows(self, term: str) -> bool:
        """True if some chunk holds the stem."""
        return term in self._document_frequency

    def save(self, folder: Path) -> dict[str, int]:
        """Write the arrays into `folder`; returns how many there are of each, which the caller keeps as JSON."""
        self._bm25.save(str(folder), show_progress=False)
        (folder / "vocab.index.json").unlink()  # empty; the terms are in arrays
        self._document_frequency.save(folder, "terms")
        self.vocabulary.save(folder, "words")
        return self._sizes()

    @classmethod
    def load(
        cls, folder: Path, sizes: Mapping[str, Any], n: int, *, abbreviations: Mapping[str, str] | None = None
    ) -> LexicalIndex:
        """The index saved in `folder`, its arrays mapped into memory; sizes and abbreviations come from the caller.

        Raises OSError, EOFError, ValueError, TypeError or AttributeError if a file is missing, broken or of another index.
        """
        import bm25s

        bm25 = bm25s.BM25.load(str(folder), mmap=True, allow_pickle=False, load_vocab=False, show_progress=False)
        bm25.scores |= {name: np.asarray(bm25.scores[name]) for name in ("data", "indices", "indptr")}
        terms, vocabulary = Vocabulary.load(folder, "terms"), Vocabulary.load(folder, "words")
        index = cls(bm25, terms, vocabulary, n, abbreviations)
        if index._sizes() != sizes or bm25.scores["num_docs"] != n:
            raise ValueError(f"{folder} holds {index._sizes()}, not {dict(sizes)}")
        return index

    def _sizes(self) -> dict[str, int]:
        scores = self._bm25.scores
        return {
            "chunks": int(scores["num_docs"]),
            "terms": len(self._document_frequency),
            "words": len(self.vocabulary),
            "postings": len(scores["data"]),
            "rows": len(scores["indices"]),
            "starts": len(scores["indptr"]),
        }


def _term(word: str) -> str | None:
    return stem(word) if is_content_word(word) else None
