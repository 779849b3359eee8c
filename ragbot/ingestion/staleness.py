"""When an index should be rebuilt. Loads no model and opens no large part."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ragbot.chunking import Chunking
from ragbot.errors import IndexMismatchError, IndexNotBuiltError
from ragbot.ingestion.previous import indexed_paths
from ragbot.ingestion.signature import reading_signature
from ragbot.loaders import find_files
from ragbot.store import current_generation, read_manifest, wrong_parts

UNREADABLE = "unreadable"
"""Stands for the hash of a file that cannot be read."""


def stale_reason(index: Path, *, encoder_name: str | None = None, chunking: Chunking | None = None) -> str | None:
    """Why the index should be rebuilt, in a few words, or None if it is current. Loads no model.

    Raises CorpusError if a folder that it was built from is gone, or if there is an index that does not tell from which.
    """
    roots = indexed_paths(index)
    try:
        manifest = read_manifest(index)
        is_damaged = bool(wrong_parts(index, current_generation(index)))
    except IndexNotBuiltError:
        return "there is no index yet"
    except IndexMismatchError:
        return "the index is of another format or damaged"
    ways = (
        (is_damaged, "the index is of another format or damaged"),
        (encoder_name not in (None, manifest.encoder), "it was built with another encoder"),
        (manifest.chunking != (chunking or Chunking()).signature, "it was cut with other settings"),
        (manifest.reading != reading_signature(), "this version reads documents otherwise"),
    )
    if reason := next((reason for stale, reason in ways if stale), None):
        return reason
    if manifest.files != {f.doc_id: file_hash(f.path) for f in find_files(roots, without=index)}:
        return "documents were added, changed or removed"
    return None


def file_hash(path: Path) -> str:
    """SHA-256 of the file's bytes, or UNREADABLE."""
    try:
        if not path.is_file():  # opening a named pipe would wait for ever
            return UNREADABLE
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return UNREADABLE
