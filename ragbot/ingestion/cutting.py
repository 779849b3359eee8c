"""Documents to rows: sentences, chunks, and the hash of what the encoder will read of each. Embeds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ragbot.chunking import Chunking, Measure, chunk_document
from ragbot.datatypes import Chunk, Document, Sentence
from ragbot.encoding import Encoder, Passage
from ragbot.sentences import split_sentences
from ragbot.store import DocumentRows, passage_hash, passage_of, rows_of, sentence_hash
from ragbot.tokens import count_tokens


def cut_document(
    document: Document, chunking: Chunking, encoder: Encoder
) -> tuple[tuple[Sentence, ...], tuple[Chunk, ...]]:
    """Sentences and chunks of `document`, no chunk longer than `encoder` reads beside its two special tokens."""
    readable = replace(chunking, max_pieces=min(chunking.max_pieces, encoder.max_pieces - 2))
    return chunk_document(document, split_sentences(document), chunking=readable, measure=_measure(encoder))


def cut_rows(document: Document, chunking: Chunking, encoder: Encoder) -> DocumentRows:
    """The document as rows of a generation."""
    sentences, chunks = cut_document(document, chunking, encoder)
    passages = passages_of(document, sentences, chunks)
    hashes = [sentence_hash(s.span.cut(document.text)) for s in sentences]
    return rows_of(chunks, sentences, [passage_hash(passage) for passage in passages], hashes)


def passages_of(document: Document, sentences: Sequence[Sentence], chunks: Sequence[Chunk]) -> list[Passage]:
    """What the encoder reads of each chunk."""
    return [passage_of(document, chunk, sentences[slice(*chunk.sentences)]) for chunk in chunks]


def retitled(document: Document, rows: DocumentRows) -> DocumentRows:
    """Rows of a document with the same text and blocks as the one that `rows` are of, but maybe another title."""
    passages = (passage_of(document, chunk, sentences) for chunk, sentences in rows.cut(document))
    hashes = b"".join(passage_hash(passage) for passage in passages)
    return replace(rows, passages=np.frombuffer(hashes, dtype=np.uint8).reshape(rows.passages.shape))


def _measure(encoder: Encoder) -> Measure:
    def sizes(texts: Sequence[str]) -> list[tuple[int, int]]:
        distinct = list(dict.fromkeys(texts))  # what stands between sentences is mostly the same
        pieces = encoder.count_pieces(distinct)
        known = {text: (count_tokens(text), n) for text, n in zip(distinct, pieces, strict=True)}
        return [known[text] for text in texts]

    return sizes
