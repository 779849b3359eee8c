"""What the encoder reads of a chunk, and the hashes by which its vectors are found again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from ragbot.chunking import gaps_as_read
from ragbot.datatypes import Chunk, Document, Sentence
from ragbot.encoding import Passage
from ragbot.store.rows import HASH_BYTES
from ragbot.store.vector_code import encoding_signature


def passage_of(document: Document, chunk: Chunk, sentences: Sequence[Sentence]) -> Passage:
    """Title and heading path, then the chunk's own `sentences` with their spans, the same for every file format."""
    text = ""
    spans: list[tuple[int, int]] = []
    for gap, sentence in zip(gaps_as_read(document.text, sentences), sentences, strict=True):
        start = len(text) + len(gap)
        text += gap + sentence.span.cut(document.text)
        spans.append((start, len(text)))
    return Passage(chunk.under(document.title), text, tuple(spans))


def passage_hash(passage: Passage) -> bytes:
    """16 bytes, equal exactly for what the encoder cannot tell apart, wherever it stands, and reads in the same way."""
    told = json.dumps([encoding_signature(), passage.prefix, passage.text, passage.sentences])
    return hashlib.blake2b(told.encode("ascii"), digest_size=HASH_BYTES).digest()  # JSON is ASCII: any text has one


def sentence_hash(text: str) -> int:
    """A number below 2**64, equal for sentences of the same words, however they are spaced or capitalised."""
    plain = " ".join(text.casefold().split()).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(plain, digest_size=8).digest(), "little")
