"""A set of any size from the texts of a file: cut and encoded once, then copied as far off as real neighbours are.

Encodings stay in a folder and are taken up where a killed run left them. Times nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ragbot.datatypes import Block, Chunk, Document, Sentence
    from ragbot.encoding import Encoder, Passage, Vectors

BLOCK_DOCUMENTS = 64  # encoded and kept together: what a kill may lose
SEED = 20
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")  # a capital inside a sentence


@dataclass(frozen=True, slots=True)
class Cut:
    """Documents cut as ingestion cuts them; `sentences` is per document, `passages` per chunk."""

    documents: list[Document]
    sentences: list[tuple[Sentence, ...]]
    chunks: list[Chunk]
    passages: list[Passage]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Vectors (n, dimension) of chunks, and those of their sentences (m, dimension), one array per chunk."""

    chunks: Vectors
    sentences: list[Vectors]


def large_set(file: Path, encoder: Encoder, *, cache: Path, n: int, minutes: float) -> tuple[Path, str]:
    """The index folder of `n` chunks under `cache` and how it was made; encodes what it lacks, `minutes` long."""
    folder = set_folder(cache, hashlib.sha256(file.read_bytes()).hexdigest(), encoder)
    documents = documents_of(read_rows(file))
    cut, encoded = encode_cached(documents, encoder, folder / "blocks", n=n, minutes=minutes)
    n_real, n_documents = len(cut.chunks), len(cut.documents)
    index = folder / f"index-{n}-of-{n_real}"
    if not (index / "current").is_file():
        build_index(index, *filled(cut, encoded, n), encoder)
    return index, how_made(file.name, n_documents, len(documents), encoded.chunks, n)


def how_made(name: str, n_used: int, n_documents: int, vectors: Vectors, n: int) -> str:
    """One sentence on a set of `n` chunks, grown from real ones with these `vectors`, of the texts in `name`."""
    made = f"{len(vectors):,} pieces of {n_used:,} texts of {name} encoded (of {n_documents:,}, shuffled)"
    if n <= len(vectors):
        return made
    low, middle, high = np.percentile(neighbour_distances(vectors), [10, 50, 90])
    return (
        f"{made}; {n - len(vectors):,} more are the same texts with names and numbers exchanged, their vectors the "
        f"real ones plus seeded noise, re-normalised, as far off as real neighbours are "
        f"(10, 50, 90 %: {low:.2f}, {middle:.2f}, {high:.2f})"
    )


def set_folder(cache: Path, digest: str, encoder: Encoder) -> Path:
    """Where the encodings of the texts with `digest` are kept under `cache`: a name for texts, encoder and chunking."""
    from ragbot.chunking import Chunking

    source = f"{digest} {encoder.name} {Chunking().signature} {BLOCK_DOCUMENTS}"
    folder = cache / hashlib.sha256(source.encode()).hexdigest()[:16]
    (folder / "blocks").mkdir(parents=True, exist_ok=True)
    return folder


def encode_cached(
    documents: Sequence[Document], encoder: Encoder, folder: Path, *, n: int, minutes: float
) -> tuple[Cut, Encoded]:
    """The first documents that give `n` chunks, cut and encoded; each block is kept in `folder` as it is done.

    A block that a kill left unwritten is encoded again, nothing else is. Stops early when `minutes` are over, but
    returns at least one block.
    """
    deadline = time.monotonic() + 60 * minutes
    cut = Cut([], [], [], [])
    chunk_vectors: list[Vectors] = []
    sentence_vectors: list[Vectors] = []
    for begin in range(0, len(documents), BLOCK_DOCUMENTS):
        path = folder / f"{begin // BLOCK_DOCUMENTS:05}.npz"
        if len(cut.chunks) >= n or (chunk_vectors and not path.is_file() and time.monotonic() > deadline):
            break
        block = cut_documents(documents[begin : begin + BLOCK_DOCUMENTS], encoder)
        encoded = _block(path, block.passages, encoder)
        for part in Cut.__slots__:
            getattr(cut, part).extend(getattr(block, part))
        chunk_vectors.append(encoded.chunks)
        sentence_vectors += encoded.sentences
        print(f"\r{len(cut.chunks):,} of {n:,} pieces", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return _shortened(cut, Encoded(np.concatenate(chunk_vectors), sentence_vectors), n)


def _block(path: Path, passages: Sequence[Passage], encoder: Encoder) -> Encoded:
    """The vectors kept at `path`, or made and kept there; written beside and renamed, so that no half one is read."""
    sizes = [len(passage.sentences) for passage in passages]
    if not path.is_file():
        chunks, sentences = encoder.encode_passages(passages)
        beside = path.with_suffix(".part")
        with beside.open("wb") as file:
            np.savez(file, chunks=chunks, sentences=np.concatenate(sentences).astype(np.float16))
        beside.replace(path)
    with np.load(path) as kept:
        stacked: Vectors = kept["sentences"].astype(np.float32)
        return Encoded(kept["chunks"], np.split(stacked, np.cumsum(sizes)[:-1]))


def cut_documents(documents: Sequence[Document], encoder: Encoder) -> Cut:
    """`documents` cut by ingestion's own functions, so that the benchmark cannot drift from them."""
    from ragbot.chunking import Chunking
    from ragbot.ingestion import cut_document, passages_of

    whole = Cut(list(documents), [], [], [])
    for document in documents:
        sentences, chunks = cut_document(document, Chunking(), encoder)
        whole.sentences.append(sentences)
        whole.chunks.extend(chunks)
        whole.passages.extend(passages_of(document, sentences, chunks))
    return whole


def _shortened(cut: Cut, encoded: Encoded, n: int) -> tuple[Cut, Encoded]:
    """At most `n` chunks; the documents stay whole, the last may lose chunks."""
    return replace(cut, chunks=cut.chunks[:n], passages=cut.passages[:n]), Encoded(
        encoded.chunks[:n], encoded.sentences[:n]
    )


def filled(cut: Cut, encoded: Encoded, n: int) -> tuple[Cut, Encoded]:
    """`n` chunks: the real ones, then changed copies of them, round after round."""
    if len(cut.chunks) >= n:
        return cut, encoded
    random = np.random.default_rng(SEED)
    apart = neighbour_distances(encoded.chunks)
    sentences_apart = neighbour_distances(np.concatenate(encoded.sentences))
    chunk_vectors, sentence_vectors = [encoded.chunks], list(encoded.sentences)
    whole = Cut(*(list(getattr(cut, part)) for part in Cut.__slots__))
    stacked = np.concatenate(encoded.sentences)
    ends = np.cumsum([len(vectors) for vectors in encoded.sentences])[:-1]
    for number in range(1, -(-n // len(cut.chunks))):
        copy = changed_copy(cut, number)
        for part in Cut.__slots__:
            getattr(whole, part).extend(getattr(copy, part))
        chunk_vectors.append(turned(encoded.chunks, random.choice(apart, len(encoded.chunks)), seed=SEED + number))
        moved = turned(stacked, random.choice(sentences_apart, len(stacked)), seed=SEED + 1_000 + number)
        sentence_vectors += np.split(moved, ends)
    return _shortened(whole, Encoded(np.concatenate(chunk_vectors), sentence_vectors), n)


def neighbour_distances(vectors: Vectors, *, sample: int = 1_000) -> NDArray[np.float64]:
    """Euclidean distance from each of a seeded `sample` of unit vectors (n, dimension) to its nearest other."""
    chosen = np.sort(np.random.default_rng(SEED).choice(len(vectors), min(sample, len(vectors)), replace=False))
    similarities = vectors[chosen] @ vectors.T
    similarities[np.arange(len(chosen)), chosen] = -1.0
    distances: NDArray[np.float64] = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * similarities.max(axis=1).astype(np.float64)))
    return distances


def turned(vectors: Vectors, distances: NDArray[np.float64], *, seed: int) -> Vectors:
    """Unit vectors (n, dimension) plus seeded noise, re-normalised; row i ends up `distances[i]` (below 1.4) away.

    Noise at right angles and as long as the tangent of the angle does that exactly: a chord d spans cos = 1 - d²/2.
    """
    noise = np.random.default_rng(seed).standard_normal(vectors.shape, dtype=np.float32)
    noise -= (noise * vectors).sum(axis=1, keepdims=True) * vectors
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    cosines = 1.0 - np.minimum(distances, 1.4) ** 2 / 2.0
    tangents = np.sqrt(1.0 - cosines**2) / cosines
    moved = vectors + noise * tangents[:, None].astype(np.float32)
    unit: Vectors = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
    return unit


def changed_copy(cut: Cut, number: int) -> Cut:
    """Copy `number` of `cut`: other digits, and names exchanged for others of equal length, so every offset holds."""
    changed = exchanged(names_in(document.text for document in cut.documents), number)
    documents = [replace(d, doc_id=f"copy{number}/{d.doc_id}", text=changed(d.text)) for d in cut.documents]
    texts = {document.doc_id: document.text for document in documents}
    chunks = [
        replace(c, doc_id=f"copy{number}/{c.doc_id}", text=c.span.cut(texts[f"copy{number}/{c.doc_id}"]))
        for c in cut.chunks
    ]
    passages = [replace(p, text=chunk.text) for p, chunk in zip(cut.passages, chunks, strict=True)]
    return Cut(documents, list(cut.sentences), chunks, passages)


def names_in(texts: Iterable[str]) -> set[str]:
    """Words of `texts` that look like names."""
    return {name for text in texts for name in _NAME.findall(text)}


def exchanged(names: set[str], number: int) -> Callable[[str], str]:
    """What copy `number` makes of a text: other digits, and each of `names` exchanged for another of its length."""
    random = np.random.default_rng(SEED + number)
    exchange = _exchange(names, random)
    digits = str.maketrans("123456789", "".join(random.permutation(list("123456789"))))

    def changed(text: str) -> str:
        return _NAME.sub(lambda match: exchange.get(match[0], match[0]), text).translate(digits)

    return changed


def _exchange(names: set[str], random: np.random.Generator) -> dict[str, str]:
    """Each name to another of the same length."""
    exchange: dict[str, str] = {}
    for length in {len(name) for name in names}:
        group = sorted(name for name in names if len(name) == length)
        exchange |= dict(zip(group, random.permutation(group).tolist(), strict=True))
    return exchange


def build_index(folder: Path, cut: Cut, encoded: Encoded, encoder: Encoder) -> None:
    """Write `cut` as an index generation through ragbot's own store."""
    from whole_index import write_generation

    from ragbot.chunking import Chunking
    from ragbot.datatypes import IndexManifest
    from ragbot.lexical import LexicalIndex
    from ragbot.store import FORMAT_VERSION, content_fingerprint, writing

    settings = [str(FORMAT_VERSION), encoder.name, Chunking().signature]
    corpus, fingerprint = content_fingerprint({d.doc_id: d.sha256 for d in cut.documents}, settings)
    manifest = IndexManifest(
        format_version=FORMAT_VERSION,
        encoder=encoder.name,
        dimension=encoder.dimension,
        chunking=Chunking().signature,
        n_documents=len(cut.documents),
        n_chunks=len(cut.chunks),
        n_sentences=sum(len(vectors) for vectors in encoded.sentences),
        corpus_sha256=corpus,
        fingerprint=fingerprint,
        paths=(),
    )
    with writing(folder):
        write_generation(
            folder,
            documents=cut.documents,
            sentences=cut.sentences,
            chunks=cut.chunks,
            chunk_vectors=encoded.chunks,
            sentence_vectors=encoded.sentences,
            lexical=LexicalIndex.build([f"{p.prefix} {p.text}" for p in cut.passages]),
            manifest=manifest,
        )


def dev_questions(file: Path, n: int) -> list[str]:
    """At most `n` dev questions of a question file, evenly spaced."""
    found = [r["question"] for r in read_rows(file) if "question" in r and r.get("split", "dev") == "dev"]
    return found[:: max(1, len(found) // n)][:n]


def read_rows(file: Path) -> list[dict[str, str]]:
    """The rows of a JSONL file."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def documents_of(rows: Sequence[dict[str, str]]) -> list[Document]:
    """The distinct answers as documents, one block per line, in seeded random order: any beginning is a fair sample."""
    from ragbot.datatypes import Document, text_hash

    answers = {row["answer"]: row["focus"] for row in rows if row["answer"].strip()}
    documents = [
        Document(f"{number:05}.txt", title, text, "", text_hash(text), tuple(_blocks(text)))
        for number, (text, title) in enumerate(answers.items())
    ]
    return [documents[i] for i in np.random.default_rng(SEED).permutation(len(documents))]


def _blocks(text: str) -> Iterator[Block]:
    from ragbot.datatypes import Block, BlockKind, Span

    for line in re.finditer(r"[^\s\n][^\n]*", text):
        yield Block(Span(line.start(), line.start() + len(line[0].rstrip())), BlockKind.PARAGRAPH)
