"""Folders looked at again and again, and a run once they have changed and are quiet. Reads names, sizes and times only.

Looking needs no help from the system, so it works on network shares too. Knows nothing of what a run does.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ragbot.errors import RagbotError
from ragbot.loaders import find_files

Snapshot = dict[str, tuple[int, int, int]]
"""Size in bytes and times, in nanoseconds, of every file that may be a document, by its name.

The times are that of its content, which a program may set as it likes (a backup brought back), and that of any change to
it, which the system alone sets; Windows has the time of its making instead.
"""

QUIET_SECONDS = 3.0  # a file still being copied changes its size or time within this
RETRY_SECONDS = 600.0  # what failed for another reason than the documents (a full disk, a lock) is tried again


def take_snapshot(paths: Sequence[Path], *, without: Path) -> Snapshot:
    """The files under `paths` as they are now, nothing under the folder `without` (the index).

    Raises CorpusError if a path is missing: a share that is gone for a while is no empty folder.
    """
    found: Snapshot = {}
    for file in find_files(paths, without=without):
        try:
            status = os.stat(file.path)
        except OSError:  # gone since it was listed, or a link to nowhere
            continue
        found[file.doc_id] = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return found


def watch(
    look: Callable[[], Snapshot],
    run: Callable[[], None],
    *,
    fail: Callable[[RagbotError], None],
    interval: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Call `run` now and whenever what `look` gives has changed and stayed so for QUIET_SECONDS; never returns.

    A RagbotError of either is handed to `fail`, and watching goes on; a failed run is tried again after RETRY_SECONDS
    even if nothing changed. Ends by the exception of another kind, such as KeyboardInterrupt, that comes first.
    """
    done: Snapshot | None = None
    retry_at: float | None = None
    said = ""
    while True:
        try:
            seen = look()
            if seen != done or (retry_at is not None and clock() >= retry_at):
                seen = _quiet(look, seen, sleep) if done is not None else seen
                done, retry_at, said = seen, clock() + RETRY_SECONDS, ""
                run()
                retry_at = None
        except RagbotError as error:
            if str(error) != said:  # a share that stays away is told once
                said = str(error)
                fail(error)
        sleep(interval)


def _quiet(look: Callable[[], Snapshot], seen: Snapshot, sleep: Callable[[float], None]) -> Snapshot:
    """What `look` gives once it gives the same twice, QUIET_SECONDS apart."""
    while True:
        sleep(QUIET_SECONDS)
        now = look()
        if now == seen:
            return now
        seen = now


@contextmanager
def unmissable_interrupt() -> Iterator[Callable[[float], None]]:
    """A `sleep` that ends by KeyboardInterrupt if Ctrl-C was pressed at any time within the `with` block.

    Python drops an exception that is raised while it frees an object; a Ctrl-C at that moment would be lost. Only for
    the main thread.
    """
    pressed = False

    def press(_: int, __: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    def sleep(seconds: float) -> None:
        if pressed:
            raise KeyboardInterrupt
        time.sleep(seconds)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield sleep
    finally:
        signal.signal(signal.SIGINT, before)
