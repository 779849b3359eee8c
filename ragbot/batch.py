"""Rows that ask something to one JSON object each: of a file, in order, or one from elsewhere. None goes without answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from ragbot.datatypes import Answer, Outcome
from ragbot.errors import DatasetError, QuestionError, ScopeError
from ragbot.rendering import answer_to_json
from ragbot.scope import Scope


class Fingerprinted(Protocol):
    """The part of an index that a row's answer names."""

    @property
    def fingerprint(self) -> str:
        """Hash of its content and settings."""


class RowBot(Protocol):
    """The part of `ragbot.answering.Bot` that answers rows."""

    @property
    def index(self) -> Fingerprinted:
        """The present index."""

    def ask_turns(self, turns: Sequence[str], *, threshold: float | None = None, scope: Scope | None = None) -> Answer:
        """The answer to the last of `turns`. Raises QuestionError if it cannot be asked."""

    def help_first(self, turns: Sequence[str]) -> Answer | None:
        """What the gate answers to the last of `turns`; None if it lets it through."""


def answer_rows(
    bot: RowBot, path: Path, *, threshold: float | None, scope: Scope | None = None
) -> Iterator[dict[str, Any]]:
    """The answers to the rows of a JSONL file, in the shape that the README shows; blank lines are no rows.

    A row's own "scope", in the shape in which an answer tells it, takes the place of `scope`. Raises DatasetError if
    the file cannot be read.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig", "replace").split("\n")
    except OSError as error:
        raise DatasetError(f"cannot read {path} ({error.strerror}); name a JSONL file") from error
    for line in lines:
        if line.strip():
            yield {"id": ""} | answer_row(bot, _parsed(line), threshold=threshold, scope=scope)


def answer_row(
    bot: RowBot, row: object, *, threshold: float | None = None, scope: Scope | None = None
) -> dict[str, Any]:
    """The answer to one row, `{"question": …}` or `{"turns": […]}`, as plain values, with the row's `id` if it has one.

    A row that cannot be used gets the outcome no_answer, with the reason and the next step as its message.
    """
    read = _read(row)
    return answer_to_json(_answer(bot, read, threshold, scope), row_id=read.row_id)


def unusable_answer(question: str, reason: str, bot: RowBot) -> Answer:
    """The answer to a question that cannot be asked: no_answer, with the reason and the next step as its message."""
    return Answer(question=question, outcome=Outcome.NO_ANSWER, message=reason, index=bot.index.fingerprint)


def asked_of(row: object) -> str:
    """The question that a row asks, an empty text if it asks none.

    >>> asked_of({"turns": ["Is it safe?", "And for me?"]}), asked_of({"question": "Is it safe?"}), asked_of(7)
    ('And for me?', 'Is it safe?', '')
    """
    return (_read(row).turns or [""])[-1]


class _NotJson:
    """Stands for a line that is not JSON, which has no value."""


class _Row(NamedTuple):
    """One row; `problem` is why it has no turns, and `scope` is not yet understood."""

    row_id: str | None
    turns: list[str]
    problem: str = ""
    scope: object = None


def _answer(bot: RowBot, row: _Row, threshold: float | None, scope: Scope | None) -> Answer:
    if not row.turns:
        return unusable_answer("", row.problem, bot)
    try:
        own = scope if row.scope is None else Scope.from_json(row.scope)
    except ScopeError as error:  # whatever is wrong with it, the question may come from someone in danger
        return bot.help_first(row.turns) or unusable_answer(row.turns[-1], str(error), bot)
    try:
        return bot.ask_turns(row.turns, threshold=threshold, scope=own)
    except QuestionError as error:
        return unusable_answer(row.turns[-1], str(error), bot)


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return _NotJson()


def _read(row: object) -> _Row:
    if isinstance(row, _NotJson):
        return _Row(None, [], "this row is not JSON; correct it and run it again")
    if not isinstance(row, dict):
        return _Row(None, [], 'this row is not an object; write {"id": …, "question": …}')
    row_id = row.get("id")
    if "id" in row and not isinstance(row_id, str):
        row_id = json.dumps(row_id)
    turns = row.get("turns", [row.get("question")])
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        return _Row(row_id, [], 'this row has no "question" (text) or "turns" (list of texts); add one')
    return _Row(row_id, turns, scope=row.get("scope"))
