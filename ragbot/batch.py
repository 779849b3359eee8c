"""A file of questions to one JSON object a row, in order. A row that cannot be used gets its line too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ragbot.answering import Bot
from ragbot.datatypes import Answer, Outcome
from ragbot.errors import DatasetError, QuestionError
from ragbot.rendering import answer_to_json


def answer_rows(bot: Bot, path: Path, *, threshold: float | None) -> Iterator[dict[str, Any]]:
    """The answers to the rows of a JSONL file, in the shape that the README shows; blank lines are no rows.

    Raises DatasetError if the file cannot be read.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig", "replace").split("\n")
    except OSError as error:
        raise DatasetError(f"cannot read {path} ({error.strerror}); name a JSONL file") from error
    for line in lines:
        if line.strip():
            row_id, turns, problem = _parsed(line)
            yield answer_to_json(_answer(bot, turns, problem, threshold), row_id=row_id)


def unusable_answer(question: str, reason: str, bot: Bot) -> Answer:
    """The answer to a question that cannot be asked: no_answer, with the reason and the next step as its message."""
    return Answer(question=question, outcome=Outcome.NO_ANSWER, message=reason, index=bot.index.fingerprint)


def _answer(bot: Bot, turns: list[str], problem: str | None, threshold: float | None) -> Answer:
    if problem is not None:
        return unusable_answer(turns[-1] if turns else "", problem, bot)
    try:
        return bot.ask_turns(turns, threshold=threshold)
    except QuestionError as error:
        return unusable_answer(turns[-1], str(error), bot)


def _parsed(line: str) -> tuple[str, list[str], str | None]:
    """Id, turns, and what is wrong with the row if anything."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return "", [], "this row is not JSON; correct it and run it again"
    if not isinstance(row, dict):
        return "", [], 'this row is not an object; write {"id": …, "question": …}'
    row_id = row.get("id", "")
    row_id = row_id if isinstance(row_id, str) else json.dumps(row_id)
    turns = row.get("turns", [row.get("question")])
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        return row_id, [], 'this row has no "question" (text) or "turns" (list of texts); add one'
    return row_id, turns, None
