"""Answers before and after a rebuild to what changed for the person who asks. Pure; asks and prints nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ragbot.datatypes import Answer, Outcome
from ragbot.evaluation.dataset import Example

MAX_DRIFT = 0.1  # of confidence; smaller moves come with any new document, which changes how rare each word is


class Change(str, Enum):
    """What became of an answer, the gravest first."""

    VANISHED = "vanished"
    APPEARED = "appeared"
    CHANGED = "changed"
    CONFIDENCE = "confidence"


MEANINGS = {
    Change.VANISHED: "answered before, not any more",
    Change.APPEARED: "not answered before, answered now",
    Change.CHANGED: "another first quote, another document or another outcome",
    Change.CONFIDENCE: f"the same, but the confidence moved by more than {MAX_DRIFT}",
}


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """One question whose answer is not what it was."""

    example: Example
    change: Change
    old: Answer
    new: Answer

    def to_json(self) -> dict[str, Any]:
        """Plain values: the question, what became of it, and both answers in short."""
        return {
            "id": self.example.example_id,
            "question": self.example.question,
            "change": self.change.value,
            "old": _answer_json(self.old),
            "new": _answer_json(self.new),
        }


@dataclass(frozen=True, slots=True)
class AnswerDiff:
    """What a rebuild does to the answers to `n_questions`; `changes` has the gravest first."""

    n_questions: int
    changes: tuple[AnswerChange, ...]

    @property
    def counts(self) -> dict[Change, int]:
        """How many answers each change has; those that stayed are in none."""
        found = Counter(one.change for one in self.changes)
        return {change: found[change] for change in Change}

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        return {
            "n_questions": self.n_questions,
            "n_same": self.n_questions - len(self.changes),
            **{f"n_{change.value}": n for change, n in self.counts.items()},
            "changes": [one.to_json() for one in self.changes],
        }


def diff_answers(examples: Sequence[Example], old: Sequence[Answer], new: Sequence[Answer]) -> AnswerDiff:
    """The changes from `old` to `new`, answers to the same examples in the same order."""
    rows = zip(examples, old, new, strict=True)
    changes = [
        AnswerChange(example, change, was, now) for example, was, now in rows if (change := change_between(was, now))
    ]
    order = list(Change)
    return AnswerDiff(len(examples), tuple(sorted(changes, key=lambda one: order.index(one.change))))


def change_between(old: Answer, new: Answer) -> Change | None:
    """What became of the answer, None if it is the same to the person who asks."""
    was, now = old.outcome is Outcome.ANSWERED, new.outcome is Outcome.ANSWERED
    if was != now:
        return Change.VANISHED if was else Change.APPEARED
    if old.outcome is not new.outcome or _first(old) != _first(new):
        return Change.CHANGED
    # rounded as shown: 0.4 - 0.3 is a little more than 0.1 in binary
    moved = round(abs(round(new.confidence, 3) - round(old.confidence, 3)), 3)
    return Change.CONFIDENCE if moved > MAX_DRIFT else None


def _first(answer: Answer) -> tuple[str, str] | None:
    return (answer.quotes[0].text, answer.quotes[0].document) if answer.quotes else None


def _answer_json(answer: Answer) -> dict[str, Any]:
    values: dict[str, Any] = {"outcome": answer.outcome.value, "confidence": round(answer.confidence, 3)}
    if not answer.quotes:
        return values
    quote = answer.quotes[0]
    return values | {
        "text": quote.text,
        "document": quote.document,
        "title": quote.title,
        "page": quote.page,
        "start": quote.span.start,
        "end": quote.span.end,
    }
