"""What happened, as JSON lines: request, outcome, milliseconds. What was asked only if the operator wants it."""

from __future__ import annotations

import json
import secrets
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO, Literal

_MAX_QUESTION_CHARS = 2_000
# Of all others the text may be that of someone in danger: an emergency, or one whom nobody answered.
_WRITTEN_DOWN = {"answered", "no_answer", "personal_dose", "small_talk"}


def request_id() -> str:
    """A new identifier of a request, unlike any other."""
    return secrets.token_hex(8)


class Journal:
    """Writes one line an event to `out`; None writes nothing. `now` is the time in UTC. Safe to share by threads."""

    def __init__(
        self,
        out: IO[str] | None,
        *,
        questions: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._out = out
        self._questions = questions
        self._now = now
        self._lock = threading.Lock()

    @property
    def keeps_questions(self) -> bool:
        """True if what is asked is written down."""
        return self._out is not None and self._questions

    def asked(self, door: str, *, request: str, question: str, outcome: str, seconds: float) -> None:
        """A question came in by `door` (page, api or mcp) and got `outcome` after `seconds`.

        Its words are never written down if it got emergency help or no answer at all.
        """
        what: dict[str, object] = {"door": door, "outcome": outcome, "milliseconds": round(seconds * 1000, 1)}
        if self._questions and outcome in _WRITTEN_DOWN:
            what["question"] = question[:_MAX_QUESTION_CHARS]
        self.note("question", request=request, **what)

    def note(self, event: str, **what: object) -> None:
        """Something else happened."""
        if self._out is None:
            return
        moment = self._now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"time": moment, "event": event, **what})  # ASCII, so that no text can forge a line
        with self._lock:
            self._out.write(line + "\n")
            self._out.flush()


def journal(log: Literal["auto", "json", "off"], *, questions: bool) -> Journal:
    """The journal that the settings want, on stderr; "auto" writes none to a terminal."""
    wanted = log == "json" or (log == "auto" and not sys.stderr.isatty())
    return Journal(sys.stderr if wanted else None, questions=questions)
