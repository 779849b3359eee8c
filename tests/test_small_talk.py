"""Greetings and thanks get a fixed reply; a question hidden behind one is still a question."""

from __future__ import annotations

import pytest

from ragbot.small_talk import _ABOUT, _GOODBYE, _GREETING, _THANKS, small_talk_reply


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        ("hi", _GREETING),
        ("Hello!", _GREETING),
        ("  hey there :) ", _GREETING),
        ("Good morning.", _GREETING),
        ("Bonjour", _GREETING),
        ("thanks", _THANKS),
        ("Thank you so much!!", _THANKS),
        ("ok, thanks for the help", _THANKS),
        ("great, ", _THANKS),
        ("thx", _THANKS),
        ("bye", _GOODBYE),
        ("Good night!", _GOODBYE),
        ("who are you?", _ABOUT),
        ("Are you a real person?", _ABOUT),
        ("are you a doctor", _ABOUT),
        ("what can you do?", _ABOUT),
        ("How does this work?", _ABOUT),
        ("help", _ABOUT),
    ],
)
def test_small_talk_gets_its_fixed_reply(message: str, reply: str) -> None:
    assert small_talk_reply(message) == reply


@pytest.mark.parametrize(
    "message",
    [
        "Hi, can I drive after an infusion?",
        "thanks, and for pain?",
        "hello ketamine",
        "does it help?",
        "What is ketamine?",
        "how does it work",
        "are you allowed to drive",
        "who are you going to give my data to",
        "good day surgery options",
        "is ketamine great?",
        "help me, he is not breathing",
        "goodbye everyone",
        "Goodbye. I cannot go on.",
        "hi\nCan I drive?",
        "",
        "?",
    ],
)
def test_anything_else_is_not_small_talk(message: str) -> None:
    assert small_talk_reply(message) is None


@pytest.mark.parametrize("reply", [_GREETING, _THANKS, _ABOUT, _GOODBYE])
def test_no_reply_speaks_of_medicines(reply: str) -> None:
    assert not {"ketamine", "dose", "safe", "drug"} & set(reply.casefold().replace(".", "").split())
