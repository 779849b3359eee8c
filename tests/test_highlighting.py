"""Which words of a quote are marked: the answering clause, never so that a "not" or a condition falls outside."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Span
from ragbot.highlighting import highlight
from ragbot.lexical import LexicalIndex
from ragbot.query import Query, build_query

LEXICAL = LexicalIndex.build(["Ketamine infusion clinic nurse sessions safe drive dose effect pain dizziness."])
NEGATIONS = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|unless|only|hardly|\w+n[’']t)\b", re.IGNORECASE
)


def asked(question: str) -> Query:
    return build_query(question, LEXICAL)


def marked(question: str, sentence: str) -> str:
    (span,) = highlight(asked(question), sentence, Span(0, len(sentence)))
    return span.cut(sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        (
            "how long is a session",
            "The clinic is open all week, and a session takes forty to 60 minutes there.",
            "and a session takes forty to 60 minutes there.",
        ),
        (
            "is dizziness a side effect",
            "Patients fill in a form first; dizziness follows the dose in many sessions.",
            "dizziness follows the dose in many sessions.",
        ),
        ("what is it", "One clause is the whole of it.", "One clause is the whole of it."),
    ],
)
def test_the_clause_that_answers_is_marked(question: str, sentence: str, words: str) -> None:
    assert marked(question, sentence) == words


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("It is not true that ketamine is safe for everyone, and ketamine is an infusion.", "not true"),
        ("Ketamine is safe in the clinic, but it is never safe at home without a nurse.", "never safe"),
        ("Ketamine helps with pain, although the effect has not been shown in trials.", "not been shown"),
        ("Ketamine is safe for most patients; nobody with psychosis is among them.", "nobody"),
        ("The dose is safe as an infusion – unless the blood pressure is high.", "unless"),
        ("You may drive after the infusion, as long as a full day has gone by.", "as long as"),
        ("Ketamine eases pain after the infusion, but only for a week or so.", "only"),
        ("A dose of ketamine is given by a nurse, because patients can't measure it.", "can't"),
        ("The clinic gives ketamine for pain; it hardly ever gives it for anxiety.", "hardly"),
        ("An infusion takes less time in the clinic, and a session of 40 minutes follows.", "less"),
        ("The effect of the infusion is strong, whereas esketamine failed in the trial of pain.", "failed"),
        ("It is unclear how ketamine works, and the infusion has an effect on pain.", "unclear"),
        ("Ketamine is safe for the bladder, which is a myth that sellers repeat.", "myth"),
        ("Drive home after the infusion; do that when a nurse has checked the blood pressure.", "when a nurse"),
        ("Ketamine is approved for pain, though the clinic refuses to give the dose.", "refuses"),
        ("The trial of pain lasted 24 hours, and the infusion had an effect.", "24 hours"),
    ],
)
@pytest.mark.parametrize("question", ["is ketamine safe", "does the infusion have an effect on pain", "can i drive"])
def test_words_that_change_the_meaning_are_never_left_out(question: str, sentence: str, kept: str) -> None:
    assert kept in marked(question, sentence)


CLAUSES = (
    "ketamine is safe in the clinic",
    "the infusion does not ease the pain",
    "nobody may drive after a dose",
    "the nurse checks every dose",
    "patients can’t measure the dose",
    "dizziness follows the infusion",
    "it is given without a nurse",
    "sessions take 40 minutes",
    "the effect never lasts",
    "only a clinic gives the dose",
    "the drug works unless it is swallowed",
)
JOINS = ("; ", ", and ", ", but ", ", which means that ", " – ", ": ", ", because ", ", so ")


@given(
    st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=4),
    st.lists(st.sampled_from(JOINS), min_size=3, max_size=3),
    st.sampled_from(["is ketamine safe", "how long are the sessions", "can i drive after the dose", "who gives it"]),
    st.sampled_from(["", "Before it stands another sentence. "]),
)
def test_marks_lie_inside_and_never_drop_a_negation(
    clauses: list[str], joins: list[str], question: str, before: str
) -> None:
    sentence = clauses[0] + "".join(join + clause for join, clause in zip(joins, clauses[1:], strict=False)) + "."
    text = before + sentence + " After it stands one more."
    best = Span(len(before), len(before) + len(sentence))
    (span,) = highlight(asked(question), text, best)
    assert best.contains(span)
    outside = text[best.start : span.start] + text[span.end : best.end]
    assert not NEGATIONS.search(outside)
    assert not re.search(r"\d", outside)


@given(st.text(min_size=1, max_size=80), st.text(max_size=40))
def test_any_text_can_be_marked(sentence: str, question: str) -> None:
    best = Span(0, len(sentence))
    (span,) = highlight(asked(question), sentence, best)
    assert best.contains(span)


def test_the_clause_that_the_reader_means_is_marked_if_nothing_is_lost() -> None:
    sentence = "Sessions take place in a quiet room; patients are watched by a nurse."
    whole, meant = Span(0, len(sentence)), sentence.index("watched")
    (span,) = highlight(asked("room"), sentence, whole, Span(meant, meant + 7))
    assert span.cut(sentence) == "patients are watched by a nurse."
    (span,) = highlight(asked("room"), sentence, whole, Span(0, 8))
    assert span.cut(sentence) == "Sessions take place in a quiet room"


def test_the_reader_never_makes_a_not_fall_away() -> None:
    sentence = "Sessions take place in a quiet room; patients are not watched by a nurse."
    whole = Span(0, len(sentence))
    (span,) = highlight(asked("room"), sentence, whole, Span(0, 8))
    assert span == whole
