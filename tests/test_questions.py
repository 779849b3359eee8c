"""Several questions in one message are told apart; one question and what goes on with it stay together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.questions import asked_questions


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("can i drive? and how much does it cost?", ["can i drive?", "how much does it cost?"]),
        ("Is it safe? (And is it legal?)", ["Is it safe?", "is it legal?"]),
        ("can i drive?how much is it?", ["can i drive?", "how much is it?"]),
        ("Can I drive?! Also, when can I eat??", ["Can I drive?!", "when can I eat??"]),
        ("What is it? Does it hurt? Who pays?", ["What is it?", "Does it hurt?", "Who pays?"]),
    ],
)
def test_each_question_is_named_in_order(message: str, shown: list[str]) -> None:
    assert [question.shown for question in asked_questions(message)] == shown


@pytest.mark.parametrize(
    "message",
    [
        "Can I drive?",
        "can i drive",
        "I had an infusion. I feel odd. Can I drive?",
        "How long does it last? Weeks or months?",  # goes on with the question before
        "Can I drive? Can I drive?",  # says nothing new
        "Can I drive? Is it so?",
        "What? Why?",
        "I took it at 3.30. Dr. Hall said no... can I drive?",
        "look at www.example.com?page=1 please",
        "???",
        "",
        "?" * 2_000,
        "a. " * 600,
    ],
)
def test_one_question_is_left_whole(message: str) -> None:
    assert asked_questions(message) == []


def test_what_goes_on_with_a_question_stays_with_it() -> None:
    first, second = asked_questions("How long does it last? Weeks or months? And who pays?")
    assert (first.shown, second.shown) == ("How long does it last? Weeks or months?", "who pays?")


def test_the_story_goes_with_each_question() -> None:
    first, second = asked_questions("Mum starts Spravato on Monday. Can she drive? I work. And who pays for it?")
    assert first.searched == "Mum starts Spravato on Monday. Can she drive? I work."
    assert second.searched == "Mum starts Spravato on Monday. I work. who pays for it?"


@given(
    st.lists(
        st.sampled_from(["Can I drive", "and what is it", "ok", "?", "!", ".", " ", "(", ")", "é", '"']), max_size=30
    )
)
def test_any_message_is_told_apart_without_inventing_words(parts: list[str]) -> None:
    message = "".join(parts)
    questions = asked_questions(message)
    assert len(questions) != 1
    for question in questions:
        assert question.shown
        assert set(question.searched.split()) <= set(message.split()) | set(question.shown.split())
        assert all(word in message for word in question.shown.split())
