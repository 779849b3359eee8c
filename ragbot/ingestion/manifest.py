"""What the content of the files and the settings decide of a generation's manifest. Reads no file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ragbot.chunking import Chunking
from ragbot.datatypes import IndexManifest
from ragbot.ingestion.signature import reading_signature
from ragbot.store import FORMAT_VERSION, FileRecord, content_fingerprint


def manifest_of(
    files: Mapping[str, FileRecord], *, folder: Path, roots: Sequence[Path], encoder: str, chunking: Chunking
) -> IndexManifest:
    """The manifest of an index at `folder`, without the dimension and the counts, which the draft fills in."""
    corpus_sha256, fingerprint = content_fingerprint(
        {name: record.sha256 for name, record in files.items() if record.is_document},
        [str(FORMAT_VERSION), encoder, chunking.signature, reading_signature()],
    )
    here = folder.resolve()
    return IndexManifest(
        format_version=FORMAT_VERSION,
        encoder=encoder,
        dimension=0,
        chunking=chunking.signature,
        n_documents=0,
        n_chunks=0,
        n_sentences=0,
        corpus_sha256=corpus_sha256,
        fingerprint=fingerprint,
        paths=tuple(os.path.relpath(root.resolve(), here) for root in roots),
        files={name: record.sha256 for name, record in files.items()},
        reading=reading_signature(),
    )
