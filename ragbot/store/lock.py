"""One writer at a time: the index folder's lock, which the operating system lets go when its process dies."""

from __future__ import annotations

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
