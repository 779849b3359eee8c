"""Print how chunk size and overlap change what is found: `python scripts/tune_chunking.py FOLDER=QUESTIONS.jsonl …`

For each setting every corpus is cut and indexed anew in a temporary folder. Printed per setting, over the dev questions
that have an answer: the share whose gold sentence lies in the first 10 and 20 fused chunks, the share that does within
the first 1,000 words of them (so that large chunks win nothing by being large), and right@1 and right@3 of the whole bot
when it must answer.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ragbot.chunking import Chunking
from ragbot.encoding import Encoder, MiniLmEncoder
from ragbot.evaluation.dataset import Example, read_examples
from ragbot.evaluation.golds import Gold, resolve_golds
from ragbot.evaluation.measures import covers, right_ranks
from ragbot.ingestion import ingest
from ragbot.query import build_query, clean_question
from ragbot.reading import READ_CHUNKS, read
from ragbot.retrieval import retrieve
from ragbot.store import Index

WORDS = 1_000


def main() -> None:
    """Print one line per setting."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="+", metavar="FOLDER=QUESTIONS")
    parser.add_argument("--tokens", type=int, nargs="+", default=[60, 90, 120, 160])
    parser.add_argument("--overlap", type=int, nargs="+", default=[0, 1])
    options = parser.parse_args()
    encoder = MiniLmEncoder()
    print(f"tokens overlap chunks  in10  in20  in{WORDS}w right@1 right@3")
    for max_tokens, overlap in itertools.product(options.tokens, options.overlap):
        chunking = Chunking(max_tokens=max_tokens, overlap_sentences=overlap)
        rows = [row for pair in options.pairs for row in corpus_rows(pair, chunking, encoder)]
        n_chunks = sum(index.manifest.n_chunks for index in {row[0] for row in rows})
        figures = np.array([measured(row[0], row[1], row[2], encoder) for row in rows]).mean(axis=0)
        print(
            f"{max_tokens:6d} {overlap:7d} {n_chunks:6d} " + " ".join(f"{value:6.3f}" for value in figures), flush=True
        )


def corpus_rows(pair: str, chunking: Chunking, encoder: Encoder) -> list[tuple[Index, Example, tuple[Gold, ...]]]:
    """The answerable single dev questions of one FOLDER=FILE pair, with a fresh index cut by `chunking`."""
    folder, _, file = pair.partition("=")
    target = Path(tempfile.mkdtemp(prefix="ragbot-tune-"))
    ingest([Path(folder)], index=target, encoder=encoder, chunking=chunking)
    index = Index(target)
    examples = [e for e in read_examples([Path(file)]) if e.is_answerable and len(e.turns) == 1]
    return [(index, e, g) for e, g in zip(examples, resolve_golds(examples, index.document), strict=True)]


def measured(index: Index, example: Example, golds: Sequence[Gold], encoder: Encoder) -> tuple[float, ...]:
    """Gold in 10 chunks, in 20, within WORDS words, right@1, right@3; each 0 or 1."""
    query = build_query(clean_question(example.question), index.lexical)
    retrieval = retrieve(query, index, encoder, k=READ_CHUNKS)
    chunks = [candidate.chunk for candidate in retrieval.candidates]
    held = [any(covers(chunk.doc_id, chunk.span, gold) for gold in golds) for chunk in chunks]
    words = np.cumsum([len(chunk.text.split()) for chunk in chunks])
    ranks = right_ranks(read(query, retrieval, index).quotes, golds)
    within = [hold for hold, total in zip(held, words, strict=True) if total <= WORDS]
    return float(any(held[:10])), float(any(held[:20])), float(any(within)), float(1 in ranks), float(bool(ranks))


if __name__ == "__main__":
    main()
