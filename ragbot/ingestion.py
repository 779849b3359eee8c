"""Folders of files to a new index generation. Ties loaders, chunking, encoding and store together; prints nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ragbot.abbreviations import learn_abbreviations
from ragbot.chunking import Chunking, Measure, chunk_document
from ragbot.config import DEFAULT_CORPUS
from ragbot.datatypes import Chunk, Document, IndexManifest, Sentence
from ragbot.encoding import Encoder, MiniLmEncoder, Passage, Vectors
from ragbot.errors import CorpusError, DocumentError, IndexMismatchError, IndexNotBuiltError
from ragbot.lexical import LexicalIndex
from ragbot.loaders import find_files, load_document
from ragbot.sentences import split_sentences
from ragbot.store import (
    FORMAT_VERSION,
    content_fingerprint,
    has_abbreviations,
    read_manifest,
    write_generation,
    writing,
)
from ragbot.tokens import count_tokens

Progress = Callable[[str, int, int], None]
"""Called with the stage (`reading`, `embedding`, `writing`), how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not become a document, and why, in one line."""

    doc_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run did. `duplicates` are files with the same bytes as another, which are indexed once."""

    n_documents: int
    n_chunks: int
    n_sentences: int
    skipped: tuple[Skipped, ...]
    duplicates: tuple[Skipped, ...]
    fingerprint: str


def ingest(
    paths: Sequence[Path] = (),
    *,
    index: Path = Path("index"),
    encoder: Encoder | None = None,
    chunking: Chunking | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Build a new index from the documents under `paths` and make it current. The old one stays until then.

    Without `paths`: those of the index at `index`, or `corpus/` if there is none. Raises CorpusError if a path is
    missing or nothing is usable, IndexLockedError if the folder cannot be written or another run holds it.
    """
    chunking = chunking or Chunking()
    report = progress or (lambda stage, done, total: None)
    with writing(index):
        roots = [Path(path) for path in paths] or indexed_paths(index)
        documents, files, skipped, duplicates = _load(roots, index, report)
        encoder = encoder or MiniLmEncoder()
        sentences, chunks, passages = _cut(documents, _readable(chunking, encoder), _measure(encoder))
        chunk_vectors, sentence_vectors = _embed(encoder, passages, report)
        report("writing", 0, 1)
        manifest = replace(
            _manifest(documents, files, encoder, chunking),
            n_chunks=len(chunks),
            n_sentences=sum(len(v) for v in sentence_vectors),
            paths=tuple(os.path.relpath(root.resolve(), index.resolve()) for root in roots),
        )
        write_generation(
            index,
            documents=documents,
            sentences=sentences,
            chunks=chunks,
            chunk_vectors=chunk_vectors,
            sentence_vectors=sentence_vectors,
            lexical=LexicalIndex.build(
                [f"{passage.prefix} {passage.text}" for passage in passages],
                abbreviations=_abbreviations(documents, sentences),
            ),
            manifest=manifest,
        )
        report("writing", 1, 1)
    return IngestReport(len(documents), len(chunks), manifest.n_sentences, skipped, duplicates, manifest.fingerprint)


def indexed_paths(index: Path) -> list[Path]:
    """The paths that the index at `index` was built from; `corpus/` if there is no readable index."""
    try:
        stored = read_manifest(index).paths
    except (IndexNotBuiltError, IndexMismatchError):
        return [DEFAULT_CORPUS]
    return [Path(os.path.relpath((index.resolve() / path).resolve())) for path in stored]


def stale_reason(index: Path, *, encoder_name: str | None = None, chunking: Chunking | None = None) -> str | None:
    """Why the index should be rebuilt, in a few words, or None if it is current. Loads no model.

    Raises CorpusError if a folder that it was built from is gone.
    """
    try:
        manifest = read_manifest(index)
    except IndexNotBuiltError:
        return "there is no index yet"
    except IndexMismatchError:
        return "the index is of another format or damaged"
    ways = (
        (encoder_name not in (None, manifest.encoder), "it was built with another encoder"),
        (manifest.chunking != (chunking or Chunking()).signature, "it was cut with other settings"),
        (not has_abbreviations(index), "it was built before abbreviations were learned from the documents"),
    )
    if reason := next((reason for stale, reason in ways if stale), None):
        return reason
    if manifest.files != {f.doc_id: _file_hash(f.path) for f in find_files(indexed_paths(index), without=index)}:
        return "documents were added, changed or removed"
    return None


def _load(
    roots: Sequence[Path], index: Path, report: Progress
) -> tuple[list[Document], dict[str, str], tuple[Skipped, ...], tuple[Skipped, ...]]:
    found = find_files(roots, without=index)
    documents: list[Document] = []
    skipped: list[Skipped] = []
    duplicates: list[Skipped] = []
    first_with: dict[str, str] = {}
    files: dict[str, str] = {}
    for number, file in enumerate(found):
        report("reading", number, len(found))
        try:
            document = load_document(file.path, file.doc_id)
        except DocumentError as error:
            skipped.append(Skipped(file.doc_id, str(error)))
            files[file.doc_id] = _file_hash(file.path)
            continue
        files[file.doc_id] = document.sha256
        twin = first_with.setdefault(document.sha256, document.doc_id)
        if twin != document.doc_id:
            duplicates.append(Skipped(file.doc_id, f"same content as {twin}"))
            continue
        documents.append(document)
    report("reading", len(found), len(found))
    if not documents:
        reason = f" ({skipped[0].doc_id}: {skipped[0].reason})" if skipped else ""
        names = ", ".join(str(root) for root in roots)
        raise CorpusError(f"no usable document in {names}{reason}; add .md, .txt or .html files and run it again")
    return documents, files, tuple(skipped), tuple(duplicates)


def _manifest(
    documents: Sequence[Document], files: dict[str, str], encoder: Encoder, chunking: Chunking
) -> IndexManifest:
    """What the content and the settings decide; the caller fills in paths and the counts of chunks and sentences."""
    corpus_sha256, fingerprint = content_fingerprint(
        {d.doc_id: d.sha256 for d in documents},
        [str(FORMAT_VERSION), encoder.name, chunking.signature, "abbreviations"],
    )
    return IndexManifest(
        format_version=FORMAT_VERSION,
        encoder=encoder.name,
        dimension=encoder.dimension,
        chunking=chunking.signature,
        n_documents=len(documents),
        n_chunks=0,
        n_sentences=0,
        corpus_sha256=corpus_sha256,
        fingerprint=fingerprint,
        paths=(),
        files=files,
    )


def _readable(chunking: Chunking, encoder: Encoder) -> Chunking:
    """The same chunking, with no chunk longer than `encoder` reads beside its two special tokens."""
    return replace(chunking, max_pieces=min(chunking.max_pieces, encoder.max_pieces - 2))


def _cut(
    documents: Sequence[Document], chunking: Chunking, measure: Measure
) -> tuple[list[tuple[Sentence, ...]], list[Chunk], list[Passage]]:
    all_sentences: list[tuple[Sentence, ...]] = []
    all_chunks: list[Chunk] = []
    passages: list[Passage] = []
    for document in documents:
        sentences, chunks = chunk_document(document, split_sentences(document), chunking=chunking, measure=measure)
        all_sentences.append(sentences)
        all_chunks += chunks
        passages += [_passage(document, chunk, sentences) for chunk in chunks]
    return all_sentences, all_chunks, passages


def _abbreviations(documents: Sequence[Document], sentences: Sequence[Sequence[Sentence]]) -> dict[str, str]:
    return learn_abbreviations(
        sentence.span.cut(document.text) for document, own in zip(documents, sentences, strict=True) for sentence in own
    )


def _passage(document: Document, chunk: Chunk, sentences: Sequence[Sentence]) -> Passage:
    """What the encoder reads: title and heading path, then the chunk."""
    start = chunk.span.start
    own = sentences[slice(*chunk.sentences)]
    return Passage(
        chunk.under(document.title), chunk.text, tuple((s.span.start - start, s.span.end - start) for s in own)
    )


def _measure(encoder: Encoder) -> Measure:
    def sizes(texts: Sequence[str]) -> list[tuple[int, int]]:
        return [(count_tokens(text), pieces) for text, pieces in zip(texts, encoder.count_pieces(texts), strict=True)]

    return sizes


def _embed(encoder: Encoder, passages: Sequence[Passage], report: Progress) -> tuple[Vectors, list[Vectors]]:
    done = 0

    def advance(n: int) -> None:
        nonlocal done
        done += n
        report("embedding", done, len(passages))

    report("embedding", 0, len(passages))
    return encoder.encode_passages(passages, progress=advance)


def _file_hash(path: Path) -> str:
    try:
        if not path.is_file():  # opening a named pipe would wait for ever
            return "unreadable"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"
