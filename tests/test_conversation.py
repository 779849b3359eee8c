"""Follow-ups made standalone: what a short second question may mean, and which questions stand alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.conversation import is_elliptical, standalone_forms

FIRST = "Does ketamine help with depression?"


@pytest.mark.parametrize(
    "turn",
    [
        "and for chronic pain?",
        "What about PTSD?",
        "how about children",
        "how long does that last?",
        "is it safe?",
        "But why?",
        "why?",
        "and the cost?",
        "Can they drive?",
        "ok, and then?",
        "how much?",
    ],
)
def test_a_turn_that_leans_on_the_one_before_is_elliptical(turn: str) -> None:
    assert is_elliptical(turn)


@pytest.mark.parametrize(
    "turn",
    [
        "Can I drive after an esketamine session?",
        "What are the side effects of ketamine?",
        "How much does an infusion cost in the United States?",
        "Is ketamine approved for chronic pain?",
    ],
)
def test_a_turn_that_names_its_subject_stands_alone(turn: str) -> None:
    assert not is_elliptical(turn)
    assert standalone_forms([FIRST, turn]) == [turn]


@pytest.mark.parametrize(
    ("turns", "forms"),
    [
        # The first question of a talk has nothing before it.
        (["and for pain?"], ["and for pain?"]),
        (["", "how long does it last?"], ["how long does it last?"]),
        # A new subject in the old frame, and the new words before the old question.
        (
            [FIRST, "what about PTSD?"],
            ["what about PTSD?", "Does ketamine help with PTSD?", "PTSD? Does ketamine help with depression?"],
        ),
        # A new question on the old subject.
        (
            [FIRST, "how long does it last?"],
            [
                "how long does it last?",
                "how long does it last ketamine help depression?",
                "Does ketamine help with depression? how long does it last?",
            ],
        ),
        # Thanks in between are skipped: the last turn with a word of its own counts.
        (
            [FIRST, "ok, thanks", "what about PTSD?"],
            ["what about PTSD?", "Does ketamine help with PTSD?", "PTSD? Does ketamine help with depression?"],
        ),
    ],
)
def test_the_forms_that_a_follow_up_may_have(turns: list[str], forms: list[str]) -> None:
    assert standalone_forms(turns) == forms


@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_the_literal_question_always_comes_first_and_no_form_comes_twice(turns: list[str]) -> None:
    forms = standalone_forms(turns)
    assert forms[0] == turns[-1].strip()
    assert len(forms) == len(set(forms)) <= 3


@given(st.text(max_size=60))
def test_a_single_turn_has_a_single_form(turn: str) -> None:
    assert standalone_forms([turn]) == [turn.strip()]
