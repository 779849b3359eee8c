"""Is a new generation what was written, and does it find its own passages? Asked before it becomes current."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ragbot.encoding import Encoder, Passage, Vectors
from ragbot.errors import IndexMismatchError
from ragbot.lexical import terms
from ragbot.store import Index, check_generation, passage_of

N_QUESTIONS = 8
_FIRST = 10
_RARE_TERMS = 8
_ALIKE = 1e-3  # passages nearer than half precision can tell share a rank
# A passage that holds all the rare terms has at least this share of the best score: BM25's count of a term saturates
# at 1 + K1 of its first occurrence, and a passage is at most twice as long as the mean. Others hold few of them.
_SHARE_OF_BEST = 0.25


def check_answers(folder: Path, generation: str, *, encoder: Encoder | None) -> Index:
    """Open a generation, compare its files with their hashes, and look for eight of its passages, spread evenly.

    A passage must be among the first by its vector, made anew where an `encoder` is loaded, and by its rare words.
    Raises IndexMismatchError, naming the passage, if it is not.
    """
    index = check_generation(folder, generation)
    rows = sorted({int(row) for row in np.linspace(0, index.manifest.n_chunks - 1, N_QUESTIONS)})
    stored = index.dense.vectors(rows)
    passages = list(_passages(index, rows))
    asked = stored if encoder is None else encoder.encode_passages(passages)[0]
    for row, passage, own, question in zip(rows, passages, stored, asked, strict=True):
        if not _is_near(index, row, own, question):
            raise _refusal(folder, index.chunk(row).chunk_id, "vector")
        if not _is_found_by_words(index, row, f"{passage.prefix} {passage.text}"):
            raise _refusal(folder, index.chunk(row).chunk_id, "words")
    return index


def _passages(index: Index, rows: list[int]) -> Iterator[Passage]:
    for row in rows:
        chunk = index.chunk(row)
        yield passage_of(index.document(chunk.doc_id), chunk, index.sentences(chunk))


def _is_near(index: Index, row: int, own: Vectors, question: Vectors) -> bool:
    found, similarities = index.dense.search(question, _FIRST)
    return row in found or float(own @ question) >= float(similarities[-1]) - _ALIKE


def _is_found_by_words(index: Index, row: int, text: str) -> bool:
    rare = sorted(set(terms(text)), key=lambda term: (-index.lexical.idf(term), term))[:_RARE_TERMS]
    if not rare:
        return True  # function words alone, which BM25 does not index
    scores = index.lexical.scores(rare)
    return bool(scores[row] > 0 and scores[row] >= _SHARE_OF_BEST * scores.max())


def _refusal(folder: Path, chunk_id: str, by: str) -> IndexMismatchError:
    return IndexMismatchError(f"the new index at {folder} does not find {chunk_id} by its {by}; the old index stays")
