"""One writer at a time: locks of the index folder and of single files, let go by the system when their process dies."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ragbot.errors import IndexLockedError


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the index folder for writing; one process at a time.

    Raises IndexLockedError if another process holds it or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
        lock = FileLock(folder / "lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise IndexLockedError(f"another ingest is writing {folder}; wait for it to end, then run it again") from error
    except OSError as error:
        raise IndexLockedError(f"cannot write to {folder} ({error.strerror}); name another with --index") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def holding(path: Path, *, wait_s: float) -> Iterator[None]:
    """Hold the file `path` for writing, by a lock beside it; whoever else wants it waits up to `wait_s` seconds.

    Raises TimeoutError if another holds it for longer, OSError if its folder is missing or cannot be written.
    """
    from filelock import FileLock, Timeout

    if not path.parent.is_dir():  # the lock would make it: a misspelt folder should be told, not made
        raise FileNotFoundError(errno.ENOENT, "no such folder", str(path.parent))
    lock = FileLock(f"{path}.lock")
    try:
        lock.acquire(timeout=wait_s)
    except Timeout as error:
        raise TimeoutError(f"another process has held {path} for {wait_s:g} seconds") from error
    try:
        yield
    finally:
        lock.release()
