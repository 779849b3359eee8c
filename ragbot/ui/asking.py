"""What a visitor asks, read from whatever the browser sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ragbot.ui.state import MAX_TURNS, Turn

_MOST_NUMBER = 1_000_000


@dataclass(frozen=True, slots=True)
class Asking:
    """A question; `alone` it is asked without regard to the turns before, `as_typed` only its own words are searched.

    `shown` are the questions before it on the visitor's page, each with the number of its turn: a page outlives what
    the server remembers of it. `values` hold what else was sent.
    """

    question: str
    alone: bool
    as_typed: bool
    shown: tuple[tuple[int, str], ...]
    values: Mapping[str, object]

    @classmethod
    def read(cls, event: object) -> Asking:
        """The question in `event`; what cannot be used of it is as if it was not sent.

        >>> asked = Asking.read({"question": "And for me?", "alone": 1, "asTyped": True})
        >>> asked.question, asked.alone, asked.as_typed
        ('And for me?', False, True)
        """
        values = event if isinstance(event, Mapping) else {}
        question = values.get("question")
        return cls(
            question if isinstance(question, str) else "",
            values.get("alone") is True,
            values.get("asTyped") is True,
            tuple(_shown(values.get("shown"))),
            values,
        )

    def number(self, turns: Sequence[Turn]) -> int:
        """The number of the turn that this question begins: no turn on the page has it already."""
        return max([turns[-1].number if turns else 0, *(number for number, _ in self.shown)]) + 1

    def forgotten(self, turns: Sequence[Turn]) -> tuple[str, ...]:
        """The questions on the page that are older than all of `turns`: a restart or an hour's rest lost their turns."""
        return tuple(question for number, question in self.shown if not turns or number < turns[0].number)


def _shown(sent: object) -> Iterator[tuple[int, str]]:
    """The turns that can be used of those that were sent, with rising numbers; at most as many as the server keeps."""
    last = 0
    for one in sent[-MAX_TURNS:] if isinstance(sent, list) else ():
        match one:
            case [int(number), str(question)] if last < number <= _MOST_NUMBER and question.strip():
                last = number
                yield number, question
