"""Which files under the given paths are documents, and what each is called. Reads folders, never file contents."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from ragbot.errors import CorpusError

NEVER_DOCUMENTS = ("SOURCES.md", "README.md", "LICENSE*", ".*", "_*")
IGNORE_FILE = ".ragbotignore"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may become a document; `doc_id` is its path relative to the given one, with `/`."""

    path: Path
    doc_id: str


def find_files(paths: Sequence[Path], *, without: Path | None = None) -> list[FoundFile]:
    """Files under `paths`, in order of `doc_id`; no file twice. A path may be a folder or a single file.

    Where two paths hold the same relative name, the later one is prefixed with its folder's name. Nothing under the
    folder `without` (the index) is found. A folder that cannot be read is returned itself, so that it can be reported.
    Raises CorpusError if a path does not exist or its own name is not UTF-8.
    """
    found: dict[str, FoundFile] = {}
    seen: set[str] = set()
    for root in paths:
        if not os.path.exists(root):  # unlike Path.exists, False for a name that is too long
            raise CorpusError(f"no such file or folder: {root}; name a folder of documents")
        if any("\ud800" <= character <= "\udfff" for character in str(root)):
            raise CorpusError(f"the name of {root} is not UTF-8; rename it")
        for path, name in _walk(root, os.path.realpath(without) if without else None):
            resolved = os.path.realpath(path)  # unlike Path.resolve, not upset by a link that points at itself
            if resolved in seen:
                continue
            seen.add(resolved)
            doc_id = _free_name(name, root, found)
            found[doc_id] = FoundFile(path, doc_id)
    return [found[doc_id] for doc_id in sorted(found)]


def _walk(root: Path, without: str | None) -> Iterator[tuple[Path, str]]:
    if root.is_file():
        if not _matches(root.name, NEVER_DOCUMENTS):
            yield root, root.name
        return
    unreadable: list[OSError] = []
    for folder, subfolders, names in os.walk(root, onerror=unreadable.append):  # links to folders are not followed
        here = Path(folder)
        patterns = NEVER_DOCUMENTS + _ignored_patterns(here)
        subfolders[:] = sorted(
            n for n in subfolders if not _matches(n, patterns) and os.path.realpath(here / n) != without
        )
        for name in sorted(names):
            if not _matches(name, patterns):
                yield here / name, (here / name).relative_to(root).as_posix()
    for error in unreadable:
        yield Path(error.filename), os.path.relpath(error.filename, root)


def _ignored_patterns(folder: Path) -> tuple[str, ...]:
    try:
        lines = (folder / IGNORE_FILE).read_text("utf-8-sig", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern.rstrip("/")) for pattern in patterns)


def _free_name(name: str, root: Path, taken: dict[str, FoundFile]) -> str:
    if name not in taken:
        return name
    folder = root.resolve().name if root.is_dir() else root.resolve().parent.name
    candidate, number = f"{folder}/{name}", 2
    while candidate in taken:
        candidate, number = f"{folder}-{number}/{name}", number + 1
    return candidate
