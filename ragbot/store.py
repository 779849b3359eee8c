"""The index folder: complete generations, one of them current, switched by one atomic rename. No pickle.

    index/current                 name of the current generation, replaced by rename
    index/lock                    held while writing; the operating system lets go when the process dies
    index/generations/NAME/       manifest.json documents.sqlite chunks.npy sentences.npy sentence_vectors.npy
                                  dense.faiss lexical/ words.json abbreviations.json

Knows nothing of questions or of how documents are loaded and cut.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import Block, BlockKind, Chunk, Document, Heading, IndexManifest, Sentence, Span
from ragbot.dense import DenseIndex
from ragbot.encoding import Vectors
from ragbot.errors import IndexLockedError, IndexMismatchError, IndexNotBuiltError
from ragbot.lexical import LexicalIndex

FORMAT_VERSION = 1
_ABBREVIATIONS = "abbreviations.json"
_KINDS = tuple(BlockKind)
_DOCUMENTS_IN_MEMORY = 256
# What readers raise when they meet a broken file.
_DAMAGE = (OSError, EOFError, ValueError, TypeError, AttributeError, RuntimeError, LookupError, sqlite3.Error)


class Index:
    """One generation, opened for reading; its large parts are mapped into memory, not read. Safe to share by threads.

    Raises IndexNotBuiltError if there is none at `folder`, IndexMismatchError if it is of another format or damaged.
    """

    def __init__(self, folder: Path, *, generation: str | None = None) -> None:
        self.folder = folder
        self.generation = generation or current_generation(folder)
        root = folder / "generations" / self.generation
        self.manifest = _manifest_of(folder, self.generation)
        try:
            self._chunks: NDArray[np.int32] = np.load(root / "chunks.npy", mmap_mode="r")
            self._sentences: NDArray[np.int32] = np.load(root / "sentences.npy", mmap_mode="r")
            self._sentence_vectors: NDArray[np.float16] = np.load(root / "sentence_vectors.npy", mmap_mode="r")
            self.dense = DenseIndex.load(root / "dense.faiss")
            counts = json.loads((root / "words.json").read_text("utf-8"))
            self.lexical = LexicalIndex.load(
                root / "lexical", counts, self.manifest.n_chunks, abbreviations=_abbreviations(root)
            )
            self._database = _open_database(root / "documents.sqlite")
            self._numbers: dict[str, int] = dict(self._database.execute("SELECT doc_id, number FROM documents"))
        except _DAMAGE as error:
            raise IndexMismatchError(
                f"index at {folder} is damaged ({type(error).__name__}); {_mend(folder)}"
            ) from error
        self._lock = threading.Lock()
        self._document = lru_cache(maxsize=_DOCUMENTS_IN_MEMORY)(self._read_document)
        if not self._is_whole():
            raise IndexMismatchError(f"index at {folder} is incomplete; {_mend(folder)}")

    @property
    def fingerprint(self) -> str:
        """Hash of content and settings: equal for equal indexes, wherever and whenever they were built."""
        return self.manifest.fingerprint

    @property
    def doc_ids(self) -> list[str]:
        """Names of all documents, sorted."""
        return sorted(self._numbers)

    def document(self, doc_id: str) -> Document:
        """The document called `doc_id`. Raises KeyError if there is none."""
        return self._document(self._numbers[doc_id])

    def chunk(self, number: int) -> Chunk:
        """Chunk `number` (row in the dense and the lexical index)."""
        doc, start, end, first, last, tokens = (int(value) for value in self._chunks[number])
        document, span = self._document(doc), Span(start, end)
        body = next((s for s in self._sentence_rows(first, last) if s.kind is not BlockKind.HEADING), None)
        path = document.heading_path(body.span.start if body else start)
        return Chunk(document.doc_id, span, span.cut(document.text), path, tokens, (first, last))

    def sentences(self, chunk: Chunk) -> list[Sentence]:
        """The sentences of a chunk of this index; `chunk.sentences` are their rows in the whole index."""
        return self._sentence_rows(*chunk.sentences)

    def sentence_vectors(self, chunk: Chunk) -> Vectors:
        """Unit vectors (m, dimension) of the chunk's sentences, read in the chunk's context."""
        return np.asarray(self._sentence_vectors[slice(*chunk.sentences)], dtype=np.float32)

    def _is_whole(self) -> bool:
        made = self.manifest
        return (
            len(self._numbers) == made.n_documents
            and {len(self._chunks), self.dense.size} == {made.n_chunks}
            and {len(self._sentences), len(self._sentence_vectors)} == {made.n_sentences}
        )

    def _sentence_rows(self, first: int, last: int) -> list[Sentence]:
        return [
            Sentence(Span(int(start), int(end)), int(block), _KINDS[kind])
            for _, start, end, block, kind in self._sentences[first:last]
        ]

    def _read_document(self, number: int) -> Document:
        with self._lock:
            row = self._database.execute("SELECT record, text FROM documents WHERE number = ?", (number,)).fetchone()
        return _document_from_json(json.loads(row[0]), row[1])


def current_generation(folder: Path) -> str:
    """Name of the current generation. Raises IndexNotBuiltError if there is none."""
    name = _pointed_at(folder)
    if not name or not (folder / "generations" / name).is_dir():
        raise IndexNotBuiltError(f"no index at {folder}/; run: ragbot ingest{_option(folder)}")
    return name


def _pointed_at(folder: Path) -> str:
    try:
        return (folder / "current").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def read_manifest(folder: Path) -> IndexManifest:
    """The current generation's manifest.

    Raises IndexNotBuiltError if there is none, IndexMismatchError if it is of another format or unreadable.
    """
    return _manifest_of(folder, current_generation(folder))


def has_abbreviations(folder: Path) -> bool:
    """False for an index of before abbreviations were learned; it answers without them. Errors as current_generation."""
    return (folder / "generations" / current_generation(folder) / _ABBREVIATIONS).is_file()


def _abbreviations(root: Path) -> dict[str, str]:
    if not (root / _ABBREVIATIONS).is_file():
        return {}
    learned = json.loads((root / _ABBREVIATIONS).read_text("utf-8"))
    return {str(short): str(long) for short, long in learned.items()}


def _manifest_of(folder: Path, generation: str) -> IndexManifest:
    path = folder / "generations" / generation / "manifest.json"
    try:
        values = json.loads(path.read_text("utf-8"))
        version = values["format_version"]
        if version == FORMAT_VERSION:
            return IndexManifest(**values | {"paths": tuple(values["paths"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexMismatchError(f"index at {folder} is damaged; {_mend(folder)}") from error
    raise IndexMismatchError(f"index at {folder} has format {version}, this is {FORMAT_VERSION}; {_mend(folder)}")


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
    """Write a complete generation beside the old one, check it, make it current by one rename, drop the oldest.

    `sentences` is per document, `sentence_vectors` per chunk; chunks are grouped by document in the order of
    `documents`. The caller holds the lock. Nothing of the old generation is touched before the new one is whole; it
    stays beside the new one, for a running chat may still be reading it. Raises IndexLockedError if the disk is full.
    """
    generations = folder / "generations"
    root = generations / f".writing-{os.getpid()}"
    try:
        _clear_leftovers(generations)
        root.mkdir(parents=True)
        _write_parts(
            root,
            documents=documents,
            sentences=sentences,
            chunks=chunks,
            chunk_vectors=chunk_vectors,
            sentence_vectors=sentence_vectors,
            lexical=lexical,
            manifest=manifest,
        )
        name = _next_name(generations, manifest.fingerprint)
        root.rename(generations / name)
        _sync_path(generations)
        Index(folder, generation=name)
        previous = _pointed_at(folder)
        _make_current(folder, name)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise IndexLockedError(f"cannot write the index to {folder} ({reason}); the old index stays") from error
    _prune(generations, keep=(name, previous))


def _clear_leftovers(generations: Path) -> None:
    for leftover in generations.glob(".writing-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _write_parts(
    root: Path,
    *,
    documents: Sequence[Document],
    sentences: Sequence[Sequence[Sentence]],
    chunks: Sequence[Chunk],
    chunk_vectors: Vectors,
    sentence_vectors: Sequence[Vectors],
    lexical: LexicalIndex,
    manifest: IndexManifest,
) -> None:
    _write_documents(root / "documents.sqlite", documents)
    numbers = {document.doc_id: number for number, document in enumerate(documents)}
    np.save(root / "chunks.npy", _chunk_rows(chunks, sentences, numbers))
    np.save(root / "sentences.npy", _sentence_table(chunks, sentences, numbers))
    stacked = np.concatenate(list(sentence_vectors)) if len(sentence_vectors) else np.zeros((0, manifest.dimension))
    np.save(root / "sentence_vectors.npy", stacked.astype(np.float16))
    DenseIndex.build(chunk_vectors).save(root / "dense.faiss")
    counts = lexical.save(root / "lexical")
    (root / "words.json").write_text(json.dumps(counts), "utf-8")
    (root / _ABBREVIATIONS).write_text(json.dumps(dict(lexical.abbreviations)), "utf-8")
    (root / "manifest.json").write_text(json.dumps(manifest.to_json(), indent=1), "utf-8")
    _sync(root)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the index folder for writing; one process at a time.

    Raises IndexLockedError if another process holds it or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
        lock = FileLock(folder / "lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise IndexLockedError(f"another ingest is writing {folder}; wait for it to end, then run it again") from error
    except OSError as error:
        raise IndexLockedError(f"cannot write to {folder} ({error.strerror}); name another with --index") from error
    try:
        yield
    finally:
        lock.release()


def content_fingerprint(files: dict[str, str], settings: Sequence[str]) -> tuple[str, str]:
    """SHA-256 of the documents (name and hash, sorted), and of documents and settings together (first 16 digits)."""
    corpus = hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()
    whole = hashlib.sha256(json.dumps([corpus, *settings]).encode()).hexdigest()
    return corpus, whole[:16]


def _write_documents(path: Path, documents: Sequence[Document]) -> None:
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE documents (number INTEGER PRIMARY KEY, doc_id TEXT UNIQUE, record TEXT, text TEXT)"
        )
        rows = ((number, d.doc_id, json.dumps(_document_to_json(d)), d.text) for number, d in enumerate(documents))
        database.executemany("INSERT INTO documents VALUES (?, ?, ?, ?)", rows)
    database.close()


def _open_database(path: Path) -> sqlite3.Connection:
    # `immutable` opens without locks or journal: a generation never changes, and its folder may be read-only.
    return sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False)


def _document_to_json(document: Document) -> dict[str, Any]:
    record = {
        name: getattr(document, name) for name in Document.__slots__ if name not in ("text", "blocks", "headings")
    }
    record["blocks"] = [[b.span.start, b.span.end, b.kind.value, b.level] for b in document.blocks]
    record["headings"] = [[h.span.start, h.span.end, h.level, h.title] for h in document.headings]
    return record


def _document_from_json(record: dict[str, Any], text: str) -> Document:
    return Document(
        **record
        | {
            "text": text,
            "blocks": tuple(Block(Span(a, b), BlockKind(kind), level) for a, b, kind, level in record["blocks"]),
            "headings": tuple(Heading(Span(a, b), level, title) for a, b, level, title in record["headings"]),
            "pages": tuple(record["pages"]),
            "sources": tuple(record["sources"]),
        }
    )


def _chunk_rows(
    chunks: Sequence[Chunk], sentences: Sequence[Sequence[Sentence]], numbers: dict[str, int]
) -> NDArray[np.int32]:
    """(n, 6): document, start, end, first and last sentence row of the whole index, tokens."""
    rows, row = [], 0
    for chunk in chunks:
        size = chunk.sentences[1] - chunk.sentences[0]
        rows.append([numbers[chunk.doc_id], chunk.span.start, chunk.span.end, row, row + size, chunk.token_count])
        row += size
    return np.array(rows, dtype=np.int32).reshape(-1, 6)


def _sentence_table(
    chunks: Sequence[Chunk], sentences: Sequence[Sequence[Sentence]], numbers: dict[str, int]
) -> NDArray[np.int32]:
    """(m, 5): document, start, end, block, kind; in the order of the chunks, so that a chunk's rows are contiguous."""
    rows = [
        [numbers[chunk.doc_id], s.span.start, s.span.end, s.block, _KINDS.index(s.kind)]
        for chunk in chunks
        for s in sentences[numbers[chunk.doc_id]][slice(*chunk.sentences)]
    ]
    return np.array(rows, dtype=np.int32).reshape(-1, 5)


def _next_name(generations: Path, fingerprint: str) -> str:
    taken = [int(p.name.split("-")[0]) for p in generations.iterdir() if p.name.split("-")[0].isdigit()]
    return f"{max(taken, default=0) + 1:06d}-{fingerprint}"


def _make_current(folder: Path, name: str) -> None:
    pointer = folder / f".current-{os.getpid()}"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(folder / "current")
    _sync_path(folder)


def _prune(generations: Path, *, keep: Sequence[str]) -> None:
    for path in generations.iterdir():
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


def _sync(root: Path) -> None:
    for path in sorted(root.rglob("*")):
        _sync_path(path)
    _sync_path(root)


def _sync_path(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _option(folder: Path) -> str:
    return "" if folder.name == "index" and not folder.is_absolute() else f" --index {folder}"


def _mend(folder: Path) -> str:
    return f"rebuild it with: ragbot ingest{_option(folder)}"
