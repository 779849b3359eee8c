"""Everything of one build at once to a new current generation, for benchmarks that make their own vectors.

`ingest` does the same piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from ragbot.datatypes import Chunk, Document, IndexManifest, Sentence
from ragbot.encoding import Vectors
from ragbot.lexical import LexicalIndex
from ragbot.store import Draft, VectorBlock, check_generation, passage_hash, passage_of, rows_of, sentence_hash

_BLOCK = 4_096


def write_generation(
    folder: Path,
    *,
    documents: Sequence[Document],
    sentences: Sequence[Sequence[Sentence]],
    chunks: Sequence[Chunk],
    chunk_vectors: Vectors,
    sentence_vectors: Sequence[Vectors],
    lexical: LexicalIndex,
    manifest: IndexManifest,
) -> None:
    """Write a generation, check it and make it current.

    `sentences` is per document, `sentence_vectors` per chunk; chunks are grouped by document in the order of
    `documents`. The caller holds the lock. Raises IndexLockedError if the disk is full.
    """
    draft = Draft(folder)
    grouped = {doc_id: list(own) for doc_id, own in groupby(chunks, key=lambda chunk: chunk.doc_id)}
    for document, its_sentences in zip(documents, sentences, strict=True):
        own = grouped.get(document.doc_id, [])
        passages = [passage_of(document, chunk, its_sentences[slice(*chunk.sentences)]) for chunk in own]
        hashes = [sentence_hash(s.span.cut(document.text)) for s in its_sentences]
        draft.add(document, rows_of(own, its_sentences, [passage_hash(p) for p in passages], hashes))
    draft.seal()
    draft.write(_blocks(chunk_vectors, sentence_vectors), lexical=lexical, manifest=manifest, files={})
    check_generation(folder, draft.name)
    draft.accept(manifest.fingerprint)


def _blocks(chunk_vectors: Vectors, sentence_vectors: Sequence[Vectors]) -> Iterator[VectorBlock]:
    for start in range(0, len(chunk_vectors), _BLOCK):
        own = sentence_vectors[start : start + _BLOCK]
        yield chunk_vectors[start : start + _BLOCK].astype(np.float16), np.concatenate(own).astype(np.float16)
