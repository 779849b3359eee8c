"""Dev questions of an index as rows to train the reader on: the very windows that ragbot reads for them, right and wrong.

Written to a file of rows by `python scripts/dev_rows.py`, which train_reader.py takes as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ragbot.encoding import Encoder
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.golds import Gold, resolve_golds
from ragbot.evaluation.measures import covers
from ragbot.features import ChunkView, chunk_view, sentence_features
from ragbot.query import build_query, clean_question
from ragbot.reading import READ_CHUNKS, shipped_model
from ragbot.rereading import best_windows
from ragbot.retrieval import retrieve
from ragbot.store import Index
from reader_data.rows import Row

RIGHT_WINDOWS, WRONG_WINDOWS = 5, 4  # of each question; the wrong ones are those that rank highest


def dev_rows(index: Index, questions: Path, encoder: Encoder, *, collection: str = "") -> list[list[Row]]:
    """Rows of each single-turn dev question of `questions`, in the order of the file, all of one `collection`."""
    examples = [e for e in read_examples([questions], split="dev") if len(e.turns) == 1 and not e.is_safety]
    golds = resolve_golds(examples, index.document)
    return [
        [replace(row, collection=collection) for row in _rows(index, e.question, own, encoder)]
        for e, own in zip(examples, golds, strict=True)
    ]


def _rows(index: Index, question: str, golds: Sequence[Gold], encoder: Encoder) -> list[Row]:
    query = build_query(clean_question(question), index.lexical)
    retrieval = retrieve(query, index, encoder, k=READ_CHUNKS)
    sentences = sentence_features(query, retrieval, index)
    scores = shipped_model(with_reader=False).scores(np.stack([s.values for s in sentences]))
    chunks = {candidate.number: candidate.chunk for candidate in retrieval.candidates}
    rows = [
        _row(question, chunk_view(index, chunks[number]), golds)
        for number in best_windows(sentences, scores, READ_CHUNKS)
    ]
    right = [row for row in rows if row.right]
    # A window that only touches an answer is neither right nor wrong.
    wrong = [row for row in rows if not row.right and not row.ignored]
    return right[:RIGHT_WINDOWS] + wrong[: WRONG_WINDOWS + (not golds)]


def _row(question: str, view: ChunkView, golds: Sequence[Gold]) -> Row:
    spans = [sentence.span for sentence in view.sentences]
    doc_id = view.document.doc_id
    right = tuple(i for i in view.quotable if any(covers(doc_id, spans[i], gold) for gold in golds))
    touched = tuple(
        i
        for i, span in enumerate(spans)
        if i not in right and any(gold.document == doc_id and span.overlap(gold.sentence) for gold in golds)
    )
    return Row(question, view.texts, right, touched, prefix=view.window.prefix, source="dev")
