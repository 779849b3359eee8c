"""What the index folder's parts are called, how they are flushed to disk, and how refusals that concern it end."""

from __future__ import annotations

import os
from pathlib import Path

FORMAT_VERSION = 2
GENERATIONS = "generations"
CURRENT = "current"
PARTIAL = "partial"
UNFINISHED = ".writing-"
"""A generation being written or not yet accepted has a name that begins so; the next run sweeps it away."""

NUMBERS = "<f2"
"""How vectors are stored: half precision."""

MANIFEST = "manifest.json"
PARTS = "parts.json"
FILES = "files.json"
DOCUMENTS = "documents.sqlite"
CHUNKS = "chunks.npy"
SENTENCES = "sentences.npy"
SENTENCE_VECTORS = "sentence_vectors.npy"
PASSAGE_HASHES = "passages.npy"
SENTENCE_HASHES = "sentence_hashes.npy"
DENSE = "dense.faiss"
LEXICAL = "lexical"
WORDS = "words.json"
ABBREVIATIONS = "abbreviations.json"


def generation_root(folder: Path, generation: str) -> Path:
    """Where the parts of `generation` lie."""
    return folder / GENERATIONS / generation


def sync(root: Path) -> None:
    """Flush everything under `root` to disk."""
    for path in sorted(root.rglob("*")):
        sync_path(path)
    sync_path(root)


def sync_path(path: Path) -> None:
    """Flush one file or folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def option(folder: Path) -> str:
    """The option that names `folder` in a command, or nothing for the default one."""
    return "" if folder.name == "index" and not folder.is_absolute() else f" --index {folder}"


def mend(folder: Path) -> str:
    """The next step where the index at `folder` cannot be used."""
    return f"rebuild it with: ragbot ingest{option(folder)}"
