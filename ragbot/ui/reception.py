"""One question's way to an answer, whichever door it comes by: rate limit, place in the lobby, and a line in the journal.

Whoever cannot be answered now and is in danger gets the fixed help instead of a refusal: the gate needs no place.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from ragbot.datatypes import Answer
from ragbot.errors import RagbotError
from ragbot.ui.journal import Journal
from ragbot.ui.limits import RateLimit
from ragbot.ui.lobby import FullError, Lobby, StoppingError
from ragbot.ui.state import Gate

T = TypeVar("T")


class LimitedError(RagbotError):
    """This address has asked too much; `wait_s` seconds from now it may ask again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many questions from your address; ask again in {wait_s} seconds")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asks what: the `door` it came by, the `address` it came from, and the request's identifier."""

    question: str
    door: str
    address: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True)
class Reception:
    """What all doors share. `limit` None lets everybody ask as much as they like."""

    lobby: Lobby = field(default_factory=Lobby)
    limit: RateLimit | None = None
    journal: Journal = field(default_factory=lambda: Journal(None))
    gate: Gate | None = None

    async def answer(self, inquiry: Inquiry, work: Callable[[], T], *, outcome: Callable[[T], str]) -> T:
        """What `work` returns when its turn has come; `outcome` names it for the journal.

        Raises LimitedError, FullError or StoppingError if it never comes, and whatever `work` raises.
        """
        started, name = time.perf_counter(), "failed"
        try:
            wait_s = 0 if self.limit is None else self.limit.take(inquiry.address)  # an unused limit is empty, so false
            if wait_s:
                raise LimitedError(wait_s)
            result = await self.lobby.run(work)
            name = outcome(result)
        except (LimitedError, FullError, StoppingError) as error:
            name = type(error).__name__.removesuffix("Error").lower()
            raise
        finally:
            seconds = time.perf_counter() - started
            self.journal.asked(
                inquiry.door, request=inquiry.request, question=inquiry.question, outcome=name, seconds=seconds
            )
        return result

    async def help_first(self, question: str) -> Answer | None:
        """The fixed help, if `question` comes from someone in danger, without waiting for anybody else."""
        return None if self.gate is None else await run_in_threadpool(self.gate, question)
