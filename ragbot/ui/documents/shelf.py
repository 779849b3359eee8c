"""The folders of the index as the documents page may change them: add a file, retire one, put it back. Draws nothing.

A file only ever gets into the first folder, under a name made safe here, and never in place of another by accident.
Nothing is deleted: what is retired or replaced moves to `_retired/WHEN/` under its folder, which is never indexed.
"""

from __future__ import annotations

import os
import re
import secrets
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ragbot.errors import CorpusError, DocumentError
from ragbot.ingestion import indexed_paths
from ragbot.loaders import MAX_BYTES, SUFFIXES, FoundFile, find_files
from ragbot.loaders.files import NEVER_DOCUMENTS

RETIRED = "_retired"
_WHEN = "%Y-%m-%dT%H-%M-%S"
_ARRIVING = ".arriving-"  # begins with a point: never a document
_ABANDONED_AFTER_S = 3_600
_MAX_NAME_BYTES = 200  # file systems take 255; room for a number or a suffix of theirs
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')  # what some file system or other forbids


@dataclass(frozen=True, slots=True)
class Retired:
    """A file in `_retired`: `key` names it for `put_back`, `name` is where it stood in its folder."""

    key: str
    name: str
    when: datetime
    path: Path


def safe_name(name: str) -> str:
    r"""`name` as a plain file name for any system: no folder, no hidden character, no point or dash in front.

    Raises DocumentError, with the next step, if no document can be called so.

    >>> safe_name("C:\\leaflets\\..\\ Drip <2>.PDF")
    'Drip -2-.PDF'
    """
    printable = "".join(character for character in " ".join(name.split()) if character.isprintable())
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", printable))[-1]
    plain = _NOT_IN_NAMES.sub("-", last).strip(" .").lstrip("._-~ ")
    stem, dot, suffix = plain.rpartition(".")
    if not dot or f".{suffix.lower()}" not in SUFFIXES:
        raise DocumentError(f"{last or '(no name)'} is of an unsupported type; supported: {', '.join(SUFFIXES)}")
    room = _MAX_NAME_BYTES - len(suffix) - 1
    short = stem.strip().encode("utf-8", "replace")[:room].decode("utf-8", "ignore").strip()
    if not short:
        raise DocumentError(f"{last} has no usable name; rename the file")
    if any(fnmatch(f"{short}.{suffix}", pattern) for pattern in NEVER_DOCUMENTS):
        raise DocumentError(f"{short}.{suffix} is never indexed, by its name; rename the file")
    return f"{short}.{suffix}"


class Shelf:
    """The folders and files that the index at `index` is built from."""

    def __init__(self, index: Path) -> None:
        self._index = index

    @property
    def roots(self) -> list[Path]:
        """The folders, and files named by themselves, that the next rebuild reads; none if the index tells none."""
        try:
            return indexed_paths(self._index)
        except CorpusError:
            return []

    def files(self) -> list[FoundFile]:
        """What the next rebuild reads, by name. Raises CorpusError if a folder is missing or none is known."""
        return find_files(indexed_paths(self._index), without=self._index)

    def holds(self, name: str) -> bool:
        """True if the first folder already has something called `name`."""
        return os.path.lexists(self._first_folder() / name)

    @contextmanager
    def arriving(self) -> Iterator[tuple[Path, BinaryIO]]:
        """A new hidden file in the first folder to write to; removed after the block unless `add` took it.

        Raises CorpusError if there is no such folder or nothing can be written there.
        """
        folder = self._first_folder()
        _sweep(folder)
        path = folder / f"{_ARRIVING}{secrets.token_hex(8)}"
        try:
            file = path.open("xb")  # not a temporary file of 0600: others may run the next ingest
        except OSError as error:
            raise CorpusError(f"cannot write to {folder} ({error.strerror}); check its permissions") from error
        try:
            with file:
                yield path, file
        except OSError as error:
            raise CorpusError(f"cannot write to {folder} ({error.strerror}); make room and upload again") from error
        finally:
            path.unlink(missing_ok=True)

    def add(self, arrived: Path, name: str, *, replace: bool = False) -> None:
        """Make the file at `arrived` the document `name` of the first folder; with `replace` retire the old one.

        Raises DocumentError if there is one already and `replace` is off, CorpusError if it cannot be written.
        """
        folder = self._first_folder()
        target = folder / safe_name(name)
        try:
            if replace and os.path.lexists(target):
                _move_away(target, folder)
            _move_to_free(arrived, target)
        except FileExistsError as error:
            raise DocumentError(f"{target.name} is already there; replace it, or rename the file") from error
        except OSError as error:
            raise CorpusError(f"cannot write {target.name} to {folder} ({error.strerror})") from error

    def retire(self, doc_id: str) -> str:
        """Move the document's file to `_retired`; the key to put it back with.

        Raises DocumentError if there is no such file, or none in a folder of the index.
        """
        file = next((file for file in self.files() if file.doc_id == doc_id), None)
        if file is None:
            raise DocumentError(f"{doc_id} is not in the folder any more; look at the list again")
        for number, root in enumerate(self.roots):
            if root.is_dir() and file.path.is_relative_to(root):
                try:
                    return f"{number}/{_move_away(file.path, root)}"
                except OSError as error:
                    raise DocumentError(f"{doc_id} cannot be moved ({error.strerror}); check permissions") from error
        raise DocumentError(f"{doc_id} was named by itself; leave it out with: ragbot ingest and the other paths")

    def retired(self) -> list[Retired]:
        """All retired files, last retired first."""
        found = [
            Retired(f"{number}/{path.relative_to(root / RETIRED).as_posix()}", name, when, path)
            for number, root in enumerate(self.roots)
            if root.is_dir()
            for path, name, when in _retired_under(root / RETIRED)
        ]
        return sorted(found, key=lambda one: (one.when, one.name), reverse=True)

    def put_back(self, key: str) -> str:
        """Move a retired file back to where it stood; its name there.

        Raises DocumentError if there is no such file or its place is taken.
        """
        one = next((one for one in self.retired() if one.key == key), None)
        if one is None:
            raise DocumentError("this file is not among the retired ones any more; look at the list again")
        target = self.roots[int(key.partition("/")[0])] / one.name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _move_to_free(one.path, target)
        except FileExistsError as error:
            raise DocumentError(f"{one.name} is there again; retire that one first") from error
        except OSError as error:
            raise DocumentError(f"{one.name} cannot be moved ({error.strerror}); check permissions") from error
        _remove_empty(one.path.parent)
        return one.name

    def _first_folder(self) -> Path:
        roots = indexed_paths(self._index)
        folder = next((root for root in roots if root.is_dir()), None)
        if folder is None:
            names = ", ".join(str(root) for root in roots)
            raise CorpusError(f"no folder to add files to: {names} is missing or a file; make the folder")
        return folder


def too_large() -> DocumentError:
    """What is said of a file that no loader would read."""
    return DocumentError(f"larger than {MAX_BYTES // 1_000_000} MB; split the file")


def _move_to_free(source: Path, target: Path) -> None:
    """Move a file to a name that is free. Raises FileExistsError if it is not; never leaves an empty file there."""
    try:
        os.link(source, target, follow_symlinks=os.link not in os.supports_follow_symlinks)
    except FileExistsError:
        raise
    except OSError:  # the file system has no hard links, or allows none to another user's file
        _claim(source, target)
        return
    source.unlink()


def _claim(source: Path, target: Path) -> None:
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        source.replace(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _move_away(path: Path, root: Path) -> str:
    """Move `path` to `_retired/WHEN/` under `root`, where it keeps its place; that new place, relative to `_retired`."""
    name = path.relative_to(root)
    when = datetime.now().strftime(_WHEN)
    for attempt in range(1, 1_000):
        stamp = when if attempt == 1 else f"{when}-{attempt}"
        target = root / RETIRED / stamp / name
        if not os.path.lexists(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)
            return PurePosixPath(stamp, name.as_posix()).as_posix()
    raise FileExistsError(f"no free place for {name} in {RETIRED}")


def _retired_under(folder: Path) -> Iterator[tuple[Path, str, datetime]]:
    for stamp in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            when = datetime.strptime(stamp.name[:19], _WHEN)
        except ValueError:  # somebody's own file or folder
            continue
        for path in sorted(stamp.rglob("*")):
            if path.is_file() or path.is_symlink():
                yield path, path.relative_to(stamp).as_posix(), when


def _remove_empty(folder: Path) -> None:
    """Remove `folder` and those around it as far as they are empty, up to `_retired` itself."""
    while folder.name != RETIRED:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def _sweep(folder: Path) -> None:
    """Remove what uploads left that a crash broke off."""
    for path in folder.glob(f"{_ARRIVING}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
                path.unlink()
