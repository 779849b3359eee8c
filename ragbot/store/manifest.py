"""A generation's manifest on disk, and the fingerprint in it: what an index was made of and by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ragbot.datatypes import IndexManifest
from ragbot.errors import IndexMismatchError
from ragbot.store.generations import current_generation, generation_names, pointed_at
from ragbot.store.layout import FORMAT_VERSION, MANIFEST, generation_root, mend


def read_manifest(folder: Path, *, generation: str | None = None) -> IndexManifest:
    """The manifest of `generation`, or of the current one.

    Raises IndexNotBuiltError if there is none, IndexMismatchError if it is of another format or unreadable.
    """
    path = generation_root(folder, generation or current_generation(folder)) / MANIFEST
    try:
        values = json.loads(path.read_text("utf-8"))
        version = values["format_version"]
        if version == FORMAT_VERSION:
            return IndexManifest(**values | {"paths": tuple(values["paths"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexMismatchError(f"index at {folder} is damaged; {mend(folder)}") from error
    raise IndexMismatchError(f"index at {folder} has format {version}, this is {FORMAT_VERSION}; {mend(folder)}")


def recorded_paths(folder: Path) -> tuple[str, ...]:
    """The paths that the index was built from, relative to `folder`, even of another format or damaged elsewhere.

    Those of the current generation, or of the newest that tells them; none if no generation does.
    """
    for name in (pointed_at(folder), *reversed(generation_names(folder))):
        if name and (paths := _paths_in(generation_root(folder, name) / MANIFEST)):
            return paths
    return ()


def _paths_in(path: Path) -> tuple[str, ...]:
    try:
        paths = json.loads(path.read_text("utf-8"))["paths"]
    except (OSError, ValueError, LookupError, TypeError):
        return ()
    are_told = isinstance(paths, list) and all(isinstance(one, str) and one and "\0" not in one for one in paths)
    return tuple(paths) if are_told else ()


def write_manifest(root: Path, manifest: IndexManifest) -> None:
    """Write `manifest` into the generation at `root`."""
    (root / MANIFEST).write_text(json.dumps(manifest.to_json(), indent=1), "utf-8")


def content_fingerprint(files: Mapping[str, str], settings: Sequence[str]) -> tuple[str, str]:
    """SHA-256 of the documents (name and hash, sorted), and of documents and settings together (first 16 digits)."""
    corpus = hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()
    whole = hashlib.sha256(json.dumps([corpus, *settings]).encode()).hexdigest()
    return corpus, whole[:16]
