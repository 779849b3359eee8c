"""A document's passages and sentences as rows of numbers, the form in which a generation holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import BlockKind, Chunk, Document, Sentence, Span

KINDS = tuple(BlockKind)
HASH_BYTES = 16


@dataclass(frozen=True, slots=True)
class DocumentRows:
    """What one document is cut into, without its text.

    `chunks` (n, 5) holds start, end, first and last sentence row counted within the document, tokens; `sentences`
    (m, 4) start, end, block and kind, in the order of the chunks, so that a chunk's rows are contiguous. `passages`
    (n, 16) are hashes of what the encoder reads, `sentence_hashes` (m,) of the words of each sentence.
    """

    chunks: NDArray[np.int32]
    sentences: NDArray[np.int32]
    passages: NDArray[np.uint8]
    sentence_hashes: NDArray[np.uint64]

    def cut(self, document: Document) -> Iterator[tuple[Chunk, list[Sentence]]]:
        """The chunks with their sentences, put together with the text again; `Chunk.sentences` count within these rows."""
        for start, end, first, last, tokens in self.chunks.tolist():
            sentences = sentences_of(self.sentences[first:last])
            yield chunk_of(document, Span(start, end), sentences, tokens=tokens, rows=(first, last)), sentences


def rows_of(
    chunks: Sequence[Chunk], sentences: Sequence[Sentence], passages: Sequence[bytes], sentence_hashes: Sequence[int]
) -> DocumentRows:
    """Rows of a document's `chunks`; `sentences` and their hashes are the document's, each once and in order."""
    starts = np.cumsum([0, *(chunk.sentences[1] - chunk.sentences[0] for chunk in chunks)]).tolist()
    order = [number for chunk in chunks for number in range(*chunk.sentences)]
    rows = [
        [chunk.span.start, chunk.span.end, first, last, chunk.token_count]
        for chunk, first, last in zip(chunks, starts, starts[1:], strict=False)
    ]
    table = [[s.span.start, s.span.end, s.block, KINDS.index(s.kind)] for s in (sentences[n] for n in order)]
    return DocumentRows(
        chunks=np.array(rows, dtype=np.int32).reshape(-1, 5),
        sentences=np.array(table, dtype=np.int32).reshape(-1, 4),
        passages=np.frombuffer(b"".join(passages), dtype=np.uint8).reshape(-1, HASH_BYTES),
        sentence_hashes=np.array([sentence_hashes[n] for n in order], dtype=np.uint64),
    )


def sentences_of(rows: NDArray[np.int32]) -> list[Sentence]:
    """The sentences in rows of start, end, block and kind."""
    return [Sentence(Span(start, end), block, KINDS[kind]) for start, end, block, kind in rows.tolist()]


def chunk_of(
    document: Document, span: Span, sentences: Sequence[Sentence], *, tokens: int, rows: tuple[int, int]
) -> Chunk:
    """The chunk at `span`, under the headings of its first sentence that is none itself."""
    body = next((s for s in sentences if s.kind is not BlockKind.HEADING), None)
    path = document.heading_path(body.span.start if body else span.start)
    return Chunk(document.doc_id, span, span.cut(document.text), path, tokens, rows)
