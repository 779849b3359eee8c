"""One rebuild of the index at a time, in a thread, with its progress and what came of it. Draws nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ragbot.errors import RagbotError
from ragbot.ingestion import IngestReport, Progress
from ragbot.ui.state import BuildProgress, BuildState

Run = Callable[[Progress], IngestReport]
"""Rebuilds the index and makes it current, telling its progress. Raises RagbotError, and the old index stays."""

_DEFECT = "the rebuild failed; the reason stands in the terminal of this page, and the old index stays"


@dataclass(frozen=True, slots=True)
class LastRun:
    """The end of a rebuild: its `report`, or the `error` in one line."""

    ended: datetime
    report: IngestReport | None
    error: str = ""


class Rebuild:
    """Runs `run` when told to. `last` is the end of the last one, None before the first."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._running = threading.Lock()
        self._state = BuildState()
        self.last: LastRun | None = None

    @property
    def running(self) -> bool:
        """True while a rebuild is under way."""
        return self._running.locked()

    @property
    def progress(self) -> BuildProgress:
        """Where the rebuild under way stands."""
        return self._state.progress

    def start(self) -> bool:
        """Begin a rebuild; False, and nothing happens, if one is under way."""
        if not self._running.acquire(blocking=False):
            return False
        self._state.update("waiting", 0, 0)
        threading.Thread(target=self._work, name="ragbot-rebuild", daemon=True).start()
        return True

    def _work(self) -> None:
        ended = LastRun(datetime.now(), None, _DEFECT)  # stays so only if something unforeseen is raised
        try:
            report = self._run(self._state.update)
            ended = LastRun(datetime.now(), report)
        except RagbotError as error:
            ended = LastRun(datetime.now(), None, str(error))
        finally:
            self.last = ended
            self._state.finish() if not ended.error else self._state.fail(ended.error)
            self._running.release()
