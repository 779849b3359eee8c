"""Where questions wait for their turn: first come, first served, a few at once, and never more than fit.

Page, API and tool share one, so that none of them can crowd out the others. Knows nothing of questions or of the web.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from ragbot.errors import RagbotError

AT_ONCE = 4
MOST_WAITING = 200
_LOOK_AGAIN_SECONDS = 0.02

T = TypeVar("T")


class FullError(RagbotError):
    """So many are waiting that one more cannot."""


class StoppingError(RagbotError):
    """The server is being stopped and takes no more questions."""


class Lobby:
    """Runs pieces of work in `at_once` threads, in the order in which they came; `most_waiting` may wait.

    For any number of event loops and threads at once.
    """

    def __init__(self, *, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="ragbot-answer")
        self._places = at_once + most_waiting
        self._inside: set[Future[object]] = set()
        self._stopping = False
        self._lock = threading.Lock()

    @property
    def stopping(self) -> bool:
        """True once nobody is let in any more."""
        return self._stopping

    @property
    def n_inside(self) -> int:
        """How many are waiting or at work."""
        return len(self._inside)

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns, when its turn has come; whatever it raises is raised.

        Raises FullError or StoppingError instead of waiting in vain. If nobody waits for the result any more, work
        that has not begun never begins.
        """
        future = self._enter(work)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if self._stopping and future.cancelled():  # by `drain`, not by the one who waits
                raise StoppingError("the server is being stopped; ask again in a moment") from None
            raise

    async def drain(self, seconds: float) -> bool:
        """Let nobody in any more and give those inside `seconds` to finish; False if some had to be turned away."""
        with self._lock:
            self._stopping = True
        deadline = time.monotonic() + seconds
        while self._inside and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        waiting = [future for future in tuple(self._inside) if future.cancel()]
        self._threads.shutdown(wait=False)
        return not waiting and not self._inside

    def _enter(self, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._stopping:
                raise StoppingError("the server is being stopped; ask again in a moment")
            if len(self._inside) >= self._places:
                raise FullError(f"{len(self._inside)} questions are waiting already; ask again in a minute")
            future = self._threads.submit(work)
            self._inside.add(future)  # type: ignore[arg-type]  # a set of futures of any kind
        future.add_done_callback(self._inside.discard)
        return future
