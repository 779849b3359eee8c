"""The journal: one JSON line an event, no question unless it is wanted, no text that could forge a line."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from ragbot.ui.journal import Journal, journal, request_id

NOW = datetime(2026, 11, 22, 9, 5, 1, 250_000, tzinfo=UTC)


def lines(*, questions: bool) -> list[str]:
    out = io.StringIO()
    told = Journal(out, questions=questions, now=lambda: NOW)
    told.asked("page", request="ab12", question='May I\n{"event": "forged"}?', outcome="answered", seconds=0.0412)
    told.note("stop", everybody_answered=True)
    return out.getvalue().splitlines()


def test_a_question_is_a_line_with_request_outcome_and_milliseconds_and_without_its_text() -> None:
    first, second = map(json.loads, lines(questions=False))
    assert first == {
        "time": "2026-11-22T09:05:01.250Z", "event": "question", "request": "ab12", "door": "page",
        "outcome": "answered", "milliseconds": 41.2,
    }  # fmt: skip
    assert second == {"time": "2026-11-22T09:05:01.250Z", "event": "stop", "everybody_answered": True}


def test_the_text_is_there_if_wanted_and_forges_no_line() -> None:
    told = lines(questions=True)
    assert len(told) == 2
    assert json.loads(told[0])["question"] == 'May I\n{"event": "forged"}?'


@pytest.mark.parametrize("outcome", ["emergency", "limited", "full", "stopping", "failed"])
def test_the_words_of_someone_who_may_be_in_danger_are_never_written_down(outcome: str) -> None:
    out = io.StringIO()
    told = Journal(out, questions=True, now=lambda: NOW)
    told.asked("page", request="ab12", question="I cannot go on", outcome=outcome, seconds=0.01)
    assert json.loads(out.getvalue())["outcome"] == outcome
    assert "cannot" not in out.getvalue()


def test_a_journal_says_whether_it_keeps_questions() -> None:
    assert Journal(io.StringIO(), questions=True).keeps_questions
    assert not Journal(io.StringIO()).keeps_questions
    assert not Journal(None, questions=True).keeps_questions


def test_nothing_is_written_when_it_is_off_or_to_a_terminal() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    import sys

    before, sys.stderr = sys.stderr, Terminal()
    try:
        for setting in ("off", "auto"):
            journal(setting, questions=True).note("start")
        assert sys.stderr.getvalue() == ""
        journal("json", questions=True).note("start")
        assert json.loads(sys.stderr.getvalue())["event"] == "start"
    finally:
        sys.stderr = before


def test_no_two_requests_have_the_same_identifier() -> None:
    assert len({request_id() for _ in range(1000)}) == 1000
