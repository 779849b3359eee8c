"""The generations that are kept: what they hold, going back to one, removing old ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ragbot.errors import IndexMismatchError, IndexNotBuiltError
from ragbot.store.generations import current_generation, generation_names, make_current, pointed_at
from ragbot.store.index import Index
from ragbot.store.layout import generation_root, option
from ragbot.store.manifest import read_manifest
from ragbot.store.parts import altered_parts, built_at


@dataclass(frozen=True, slots=True)
class Generation:
    """One kept generation. Counts and time are None where it is of another format or damaged."""

    name: str
    n_bytes: int
    is_current: bool
    n_documents: int | None = None
    n_chunks: int | None = None
    built: datetime | None = None


def kept_generations(folder: Path) -> list[Generation]:
    """All generations of the index at `folder`, oldest first."""
    current = pointed_at(folder)
    return [_described(folder, name, is_current=name == current) for name in generation_names(folder)]


def roll_back(folder: Path, name: str | None = None) -> str:
    """Make the generation `name` current, or without a name the one before the current; returns its name.

    It is opened and its files are compared with their hashes before; the caller holds the folder's lock. Raises
    IndexNotBuiltError if there is no such generation, IndexMismatchError if it is damaged or of another format.
    """
    chosen = name or _before_current(folder)
    if chosen not in generation_names(folder):
        raise IndexNotBuiltError(f"no generation {chosen} in {folder}; see: ragbot index list{option(folder)}")
    check_generation(folder, chosen)
    make_current(folder, chosen)
    return chosen


def check_generation(folder: Path, name: str) -> Index:
    """Open a generation and compare its files with the hashes noted when it was written.

    Raises IndexMismatchError if it cannot be opened or a file was altered.
    """
    opened = Index(folder, generation=name)
    if altered := altered_parts(folder, name):
        raise IndexMismatchError(f"generation {name} in {folder} is damaged: {', '.join(altered)}; it is not used")
    return opened


def _before_current(folder: Path) -> str:
    current = current_generation(folder)
    older = [name for name in generation_names(folder) if name < current]
    if not older:
        raise IndexNotBuiltError(
            f"no generation before {current} in {folder}; name one of: ragbot index list{option(folder)}"
        )
    return older[-1]


def _described(folder: Path, name: str, *, is_current: bool) -> Generation:
    root = generation_root(folder, name)
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    try:
        manifest = read_manifest(folder, generation=name)
        built = built_at(root)
    except (IndexMismatchError, OSError, ValueError, LookupError):
        return Generation(name, size, is_current)
    return Generation(name, size, is_current, manifest.n_documents, manifest.n_chunks, built)
