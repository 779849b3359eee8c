"""Which generation is current, what the next one is called, and the one rename that switches. Opens none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ragbot.errors import IndexNotBuiltError
from ragbot.store.layout import CURRENT, GENERATIONS, PARTIAL, UNFINISHED, generation_root, option, sync_path


def current_generation(folder: Path) -> str:
    """Name of the current generation. Raises IndexNotBuiltError if there is none."""
    name = pointed_at(folder)
    if not name or not generation_root(folder, name).is_dir():
        raise IndexNotBuiltError(f"no index at {folder}/; run: ragbot ingest{option(folder)}")
    return name


def pointed_at(folder: Path) -> str:
    """The name in the pointer file, or nothing; the generation itself may be gone."""
    try:
        return (folder / CURRENT).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def generation_names(folder: Path) -> list[str]:
    """Names of the accepted generations, oldest first."""
    try:
        return sorted(p.name for p in (folder / GENERATIONS).iterdir() if p.is_dir() and not p.name.startswith("."))
    except OSError:
        return []


def is_begun(folder: Path) -> bool:
    """True if an index is at `folder`, or what is left of one, even if it cannot be read."""
    try:
        if CURRENT in os.listdir(folder):
            return True
        return any(not name.startswith(".") for name in os.listdir(folder / GENERATIONS))
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def next_name(folder: Path, fingerprint: str) -> str:
    """A name for a new generation: a number above all that are there, and the fingerprint."""
    numbers = [name.split("-")[0] for name in generation_names(folder)]
    return f"{max((int(n) for n in numbers if n.isdigit()), default=0) + 1:06d}-{fingerprint}"


def make_current(folder: Path, name: str) -> None:
    """Point to the generation `name`, by one rename: readers see the old one or the new one."""
    pointer = folder / f".current-{os.getpid()}"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(folder / CURRENT)
    sync_path(folder)


def sweep(folder: Path) -> None:
    """Remove what runs that were killed left behind."""
    for leftover in [
        *(folder / GENERATIONS).glob(f"{UNFINISHED}*"),
        *folder.glob(".current-*"),
        *folder.glob(".probe-*"),
    ]:
        remove(leftover)


def tidy(folder: Path) -> None:
    """Remove what runs that were killed left behind, and vectors that nobody needs since the index is as it should be."""
    sweep(folder)
    remove(folder / PARTIAL)


def prune(folder: Path, *, keep: int, spare: str = "") -> list[str]:
    """Remove all but the current generation and the newest others, `keep` in all, and `spare`; returns the removed.

    A reader may be about to open `spare`: the one that was current a moment ago.
    """
    current = pointed_at(folder)
    others = [name for name in generation_names(folder) if name != current]
    removed = [name for name in others[: max(0, len(others) - (keep - 1))] if name != spare]
    for name in removed:
        remove(generation_root(folder, name))
    return removed


def remove(path: Path) -> None:
    """Remove a file or a whole folder; what cannot be removed stays for the next sweep."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
