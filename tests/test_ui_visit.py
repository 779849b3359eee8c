"""A question on the page: answered in its turn, or told in words why not; help in danger whatever stands in the way."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Sequence

import pytest

from ragbot.datatypes import Answer, Outcome
from ragbot.ui.chat import Chat
from ragbot.ui.journal import Journal
from ragbot.ui.limits import RateLimit
from ragbot.ui.lobby import Lobby
from ragbot.ui.reception import Reception
from ragbot.ui.state import Turn
from ragbot.ui.visit import Shown, Visitor, ask_in_turn
from ragbot.ui.words import load_words

DANGER = "I want to kill myself"


class Bot:
    """Greets everybody."""

    fingerprint = "held"

    @property
    def index(self) -> Bot:
        return self

    def ask_turns(
        self,
        turns: Sequence[str],
        *,
        threshold: object = None,
        alone: bool = False,
        as_typed: bool = False,
        scope: object = None,
    ) -> Answer:
        return Answer(turns[-1], Outcome.SMALL_TALK, message=f"Turn {len(turns)}.")


def help_first(question: str) -> Answer | None:
    return Answer(question, Outcome.EMERGENCY, message="Call 112.") if question == DANGER else None


def ask(reception: Reception, question: object, turns: Sequence[Turn] = (), language: str = "en") -> Shown:
    chat = Chat(Bot, words=load_words(language), examples=[], gate=help_first)
    event = {"question": question, "alone": False}
    return asyncio.run(ask_in_turn(chat, reception, event, list(turns), Visitor("192.0.2.1", "ab12")))


def limited() -> Reception:
    reception = Reception(limit=RateLimit(1, clock=lambda: 0.0), gate=help_first)
    ask(reception, "first")
    return reception


def full() -> Reception:
    return Reception(lobby=Lobby(at_once=1, most_waiting=-1), gate=help_first)


def stopping() -> Reception:
    reception = Reception(gate=help_first)
    asyncio.run(reception.lobby.drain(0))
    return reception


def test_a_question_is_answered_after_those_before_it() -> None:
    _, _, turns = ask(Reception(), "one")
    html, ready, turns = ask(Reception(), "two", turns)
    assert ready
    assert [turn.number for turn in turns] == [1, 2]
    assert "Turn 2." in html


@pytest.mark.parametrize(
    ("reception", "english", "german"),
    [
        (
            limited,
            "Too many questions from your address; ask again in 60 seconds.",
            "Zu viele Fragen von Ihrer Adresse;",
        ),
        (full, "0 questions are waiting already; ask again in a minute.", "0 Fragen warten schon;"),
        (stopping, "The server is being stopped; ask again in a moment.", "Der Server wird gerade angehalten;"),
    ],
)
def test_who_cannot_be_answered_is_told_in_words_and_keeps_the_conversation(
    reception: object, english: str, german: str
) -> None:
    _, _, before = ask(Reception(), "one")
    html, ready, turns = ask(reception(), "two", before)  # type: ignore[operator]
    assert english in html
    assert "data-failed" in html, "the question goes back into the box"
    assert "Turn 1." in html
    assert ready
    assert [(turn.number, turn.answer is None) for turn in turns] == [(1, False), (2, True)]
    assert german in ask(reception(), "two", before, language="de")[0]  # type: ignore[operator]


@pytest.mark.parametrize("reception", [limited, full, stopping])
def test_whoever_is_in_danger_is_helped_all_the_same(reception: object) -> None:
    html, _, turns = ask(reception(), DANGER)  # type: ignore[operator]
    assert "Call <a" in html
    assert turns[-1].answer is not None
    assert turns[-1].answer.outcome is Outcome.EMERGENCY


@pytest.mark.parametrize(
    ("reception", "outcome"), [(Reception, "small_talk"), (limited, "limited"), (full, "full"), (stopping, "stopping")]
)
def test_what_came_of_it_is_in_the_journal(reception: object, outcome: str) -> None:
    out = io.StringIO()
    made = reception()  # type: ignore[operator]
    ask(Reception(made.lobby, made.limit, Journal(out), made.gate), "May I rest?")
    line = json.loads(out.getvalue())
    assert (line["door"], line["outcome"], line["request"]) == ("page", outcome, "ab12")
    assert "question" not in line


@pytest.mark.parametrize("nonsense", [None, 7, ["x"], {"a": 1}])
def test_nonsense_from_the_browser_is_an_empty_question(nonsense: object) -> None:
    html, _, _ = ask(Reception(), nonsense)
    assert "Turn 1." in html
