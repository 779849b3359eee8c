"""The set of benchmark_scale.py: real chunks, encoded once, and copies of them as far off as real neighbours are.

Keeps everything in a folder that other processes read; grown_set.py makes the copies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import grown_set
import numpy as np

if TYPE_CHECKING:
    from ragbot.datatypes import Document
    from ragbot.encoding import Encoder, Vectors

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Source:
    """Documents in seeded random order, with the hash of what they were read from, and questions on them."""

    name: str
    digest: str
    documents: list[Document]
    questions: list[str]


def read_source(file: Path | None, asked: int) -> Source:
    """Texts and questions of a file with rows of answer, focus and question; of the repository if there is none."""
    random = np.random.default_rng(grown_set.SEED)
    if file is None:
        documents = _corpus()
        digest = hashlib.sha256(json.dumps([document.sha256 for document in documents]).encode()).hexdigest()
        shuffled = [documents[i] for i in random.permutation(len(documents))]
        return Source("corpus/", digest, shuffled, grown_set.dev_questions(ROOT / "eval" / "questions.jsonl", asked))
    rows = grown_set.read_rows(file)
    chosen = random.choice(len(rows), min(asked, len(rows)), replace=False)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Source(file.name, digest, grown_set.documents_of(rows), [rows[i]["question"] for i in chosen])


def _corpus() -> list[Document]:
    from ragbot.loaders import find_files, load_document

    return [load_document(file.path, file.doc_id) for file in find_files([ROOT / "corpus"])]


def real_set(
    source: Source, encoder: Encoder, *, cache: Path, n: int, minutes: float
) -> tuple[Path, grown_set.Cut, grown_set.Encoded]:
    """Folder of the set of `n` chunks, and at most so many real ones, cut and encoded; `minutes` as encode_cached."""
    blocks = grown_set.set_folder(cache, source.digest, encoder)
    cut, encoded = grown_set.encode_cached(source.documents, encoder, blocks / "blocks", n=n, minutes=minutes)
    folder = blocks / f"scale-{n}-of-{len(cut.chunks)}"
    folder.mkdir(exist_ok=True)
    return folder, cut, encoded


def write_set(folder: Path, source: Source, encoder: Encoder, cut: grown_set.Cut, real: Vectors, n: int) -> None:
    """Write the real texts, all vectors, and the questions with theirs into `folder`, for the processes that measure."""
    texts = [f"{passage.prefix} {passage.text}" for passage in cut.passages]
    (folder / "texts.json").write_text(json.dumps(texts), "utf-8")
    (folder / "questions.json").write_text(json.dumps(source.questions), "utf-8")
    np.save(folder / "questions.npy", encoder.encode(source.questions))
    if not (folder / "vectors.npy").is_file():
        write_vectors(folder / "vectors.npy", real, n)


def write_vectors(path: Path, real: Vectors, n: int) -> None:
    """`n` unit vectors in half precision: the `real` ones, then copies as far off as real neighbours are."""
    apart, random = grown_set.neighbour_distances(real), np.random.default_rng(grown_set.SEED)
    beside = path.with_suffix(".part")
    kept = np.lib.format.open_memmap(beside, mode="w+", dtype=np.float16, shape=(n, real.shape[1]))
    for copy in range(-(-n // len(real))):
        start = copy * len(real)
        distances = random.choice(apart, len(real)) if copy else np.zeros(len(real))
        kept[start : start + len(real)] = grown_set.turned(real, distances, seed=grown_set.SEED + copy)[: n - start]
    kept.flush()
    beside.replace(path)


def grown(texts: Sequence[str], n: int) -> Iterator[str]:
    """`n` texts: those given, then copies of them with names and numbers exchanged, made as they are asked for."""
    names = grown_set.names_in(texts)

    def all_copies() -> Iterator[str]:
        yield from texts
        for copy in range(1, -(-n // len(texts))):
            yield from map(grown_set.exchanged(names, copy), texts)

    return islice(all_copies(), n)
