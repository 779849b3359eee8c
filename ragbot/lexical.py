"""Words, stems and BM25, through PyStemmer and bm25s. Their only home; knows nothing of vectors or answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.5  # Lucene's K1; less length correction than its 0.75, since chunks are of nearly equal length

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_STOPWORDS = frozenset(
    """a about above after again all am an and any are as at be because been before being between both but by can
    cannot could did do does doing done down during each few for from further get gets getting go going got had has
    have having he her here hers him his how i if in into is it its itself just like lot make me mean more most much
    my myself no nor not now of off on once one only or other our out over own per please put really same say see
    she should so some such tell than thank thanks that the their them then there these they thing things this those
    through to too under until up us use used very want was way we well were what when where which while who whom
    why will with without would you your yours yes im ive ill id dont doesnt didnt cant couldnt isnt arent wasnt
    wont whats hows theres thats hi hello okay ok know need anyone someone something anything everything ever even
    still also may might must""".split()  # noqa: SIM905 - two hundred quoted words would be harder to read
)


def words(text: str) -> list[str]:
    """Lower-case words of `text` in order, look-alike forms folded (NFKC), accents and hidden characters dropped.

    >>> words("Esketamine’s 2-hour WAIT")
    ['esketamine', '2', 'hour', 'wait']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    return [_without_apostrophe(word) for word in _WORD.findall(folded)]


def content_words(text: str) -> list[str]:
    """Words of `text` that are not function or question words, in order."""
    return [word for word in words(text) if word not in _STOPWORDS]


def stem(word: str) -> str:
    """Snowball (Porter2) stem of one lower-case word.

    >>> stem("infusions")
    'infus'
    """
    return str(_stemmer().stemWord(word))


def terms(text: str) -> list[str]:
    """Stems of the content words of `text`, in order: what BM25 indexes."""
    return list(_stemmer().stemWords(content_words(text)))


class LexicalIndex:
    """BM25 (Robertson and Zaragoza 2009, Lucene's idf) over stems of chunks; read-only once built.

    `vocabulary` counts the words as they stand there; `abbreviations` are short forms with what the documents say that
    they stand for.
    """

    def __init__(
        self,
        bm25: Any,
        document_frequency: Mapping[str, int],
        vocabulary: Mapping[str, int],
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
    def build(cls, texts: Sequence[str], *, abbreviations: Mapping[str, str] | None = None) -> LexicalIndex:
        """Index `texts`, one entry per chunk, in order."""
        import bm25s

        bm25 = bm25s.BM25(k1=K1, b=B, method="lucene")
        tokenised = [terms(text) for text in texts]
        bm25.index([t or [""] for t in tokenised], show_progress=False)
        vocabulary = _counts(words(text) for text in texts)
        return cls(bm25, _counts(set(t) for t in tokenised), vocabulary, len(texts), abbreviations)

    def scores(self, query_terms: Sequence[str]) -> NDArray[np.float32]:
        """BM25 score of every chunk (n_chunks,); zeros if no term is known."""
        known = [term for term in query_terms if term in self._document_frequency]
        if not known:
            return np.zeros(self.n_chunks, dtype=np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores(known)
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

    def save(self, folder: Path) -> dict[str, Any]:
        """Write the arrays into `folder`; returns the counts, which the caller keeps as JSON."""
        self._bm25.save(str(folder), show_progress=False)
        return {"document_frequency": dict(self._document_frequency), "vocabulary": dict(self.vocabulary)}

    @classmethod
    def load(
        cls, folder: Path, counts: Mapping[str, Any], n: int, *, abbreviations: Mapping[str, str] | None = None
    ) -> LexicalIndex:
        """The index saved in `folder`, its arrays mapped into memory; counts and abbreviations come from the caller."""
        import bm25s

        bm25 = bm25s.BM25.load(str(folder), mmap=True, allow_pickle=False, show_progress=False)
        return cls(bm25, counts["document_frequency"], counts["vocabulary"], n, abbreviations)


def _counts(groups: Iterable[Iterable[str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for group in groups:
        for item in group:
            counts[item] = counts.get(item, 0) + 1
    return dict(sorted(counts.items()))


def _without_apostrophe(word: str) -> str:
    for mark in ("'", "’"):
        if mark in word:
            head, tail = word.split(mark, 1)
            return head if tail == "s" else head + tail
    return word


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
