"""Sizes and hashes of a generation's files, noted when it was written and compared when it is opened or reused."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from ragbot.errors import IndexMismatchError
from ragbot.store.layout import MANIFEST, PARTS, generation_root, mend


def write_parts(root: Path) -> None:
    """Note size and sha256 of every file of the generation at `root`, and the time; the last file to be written."""
    noted = {name: [(root / name).stat().st_size, file_sha256(root / name)] for name in _names(root)}
    built = datetime.now(UTC).isoformat(timespec="seconds")
    (root / PARTS).write_text(json.dumps({"built": built, "parts": noted}, indent=1), "utf-8")


def built_at(root: Path) -> datetime:
    """When the generation at `root` was written. Raises OSError, ValueError or LookupError if that cannot be read."""
    return datetime.fromisoformat(json.loads((root / PARTS).read_text("utf-8"))["built"])


def wrong_parts(folder: Path, generation: str) -> list[str]:
    """Files beside the manifest that are missing or of another size than when they were written; reads none of them.

    Raises IndexMismatchError if what was noted cannot be read.
    """
    root = generation_root(folder, generation)
    noted = _noted(folder, root).items()
    return [name for name, (size, _) in noted if name != MANIFEST and not _has_size(root / name, size)]


def altered_parts(folder: Path, generation: str) -> list[str]:
    """Files of the generation whose bytes are not those that were written; reads them all, from disk where it can.

    Raises IndexMismatchError if what was noted cannot be read.
    """
    root = generation_root(folder, generation)
    return [
        name for name, (size, sha256) in _noted(folder, root).items() if not _is_as_noted(root / name, size, sha256)
    ]


def file_sha256(path: Path, *, from_disk: bool = False) -> str:
    """SHA-256 of a file's bytes; `from_disk` asks the system to forget what it holds of it in memory before."""
    with path.open("rb") as file:
        if from_disk and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _names(root: Path) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and p.name != PARTS)


def _noted(folder: Path, root: Path) -> dict[str, tuple[int, str]]:
    try:
        noted = json.loads((root / PARTS).read_text("utf-8"))["parts"]
        return {str(name): (int(size), str(sha256)) for name, (size, sha256) in noted.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise IndexMismatchError(f"index at {folder} is damaged ({PARTS}); {mend(folder)}") from error


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _is_as_noted(path: Path, size: int, sha256: str) -> bool:
    try:
        return _has_size(path, size) and file_sha256(path, from_disk=True) == sha256
    except OSError:
        return False
