"""The index before, as far as a new one can be made from it: its files' records, its documents, its vectors."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from ragbot.chunking import Chunking
from ragbot.config import DEFAULT_CORPUS
from ragbot.datatypes import IndexManifest
from ragbot.errors import CorpusError, IndexMismatchError, IndexNotBuiltError
from ragbot.ingestion.signature import reading_signature
from ragbot.store import (
    FileRecord,
    Index,
    check_generation,
    current_generation,
    is_begun,
    option,
    read_files,
    read_manifest,
    recorded_paths,
    wrong_parts,
)


class Previous:
    """The current generation at `folder`, or nothing where there is none that can be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.generation = ""
        self.manifest: IndexManifest | None = None
        self.files: dict[str, FileRecord] = {}
        self._is_damaged = False
        try:
            self.generation = current_generation(folder)
            self.manifest = read_manifest(folder, generation=self.generation)
            self.files = read_files(folder, self.generation)
            self._is_damaged = bool(wrong_parts(folder, self.generation))
        except (IndexNotBuiltError, IndexMismatchError):
            self.manifest = None

    @property
    def roots(self) -> list[Path]:
        """As `indexed_paths`."""
        return indexed_paths(self._folder)

    def is_cut_alike(self, encoder: str, chunking: Chunking) -> bool:
        """True if it is whole, and the same code cut its documents with the same settings for the same encoder."""
        told = self.manifest
        return (
            told is not None
            and not self._is_damaged
            and (told.encoder, told.chunking, told.reading)
            == (
                encoder,
                chunking.signature,
                reading_signature(),
            )
        )

    @cached_property
    def index(self) -> Index | None:
        """The generation, its files compared with their hashes; None where that fails, so that no damage is copied."""
        if self.manifest is None:
            return None
        try:
            return check_generation(self._folder, self.generation)
        except IndexMismatchError:
            return None


def indexed_paths(index: Path) -> list[Path]:
    """The paths that the index at `index` was built from, even if no more of it can be read; `corpus/` without an index.

    Raises CorpusError if there is an index that does not tell them: it may be a clinic's, never to be overwritten.
    """
    if paths := recorded_paths(index):
        return [Path(os.path.relpath((index.resolve() / path).resolve())) for path in paths]
    if is_begun(index):
        again = f"name the folders: ragbot ingest FOLDER{option(index)}"
        raise CorpusError(f"the index at {index} does not tell from which folders it was built; {again}")
    return [DEFAULT_CORPUS]
