"""What counts as a change between two answers: the person who asks sees something else, or is told it less surely."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Answer, Document, Outcome, Quote, Span
from ragbot.evaluation.dataset import Example
from ragbot.evaluation.datasets.records import Place
from ragbot.rebuilding.diff import AnswerDiff, Change, change_between, diff_answers

TEXT = "Do not drive. Ask for a lift."
FIRST = Span(0, 13)


def quote(document: str = "a.md", span: Span = FIRST) -> Quote:
    source = Document(doc_id=document, title="Driving", text=TEXT, path=document, sha256="0" * 64, blocks=())
    return Quote.cut(source, span)


def answered(confidence: float = 0.8, *quotes: Quote) -> Answer:
    return Answer("Can I drive?", Outcome.ANSWERED, quotes=quotes or (quote(),), confidence=confidence)


def refused(confidence: float = 0.3) -> Answer:
    return Answer("Can I drive?", Outcome.NO_ANSWER, confidence=confidence)


def example(number: int = 1) -> Example:
    return Example(f"q{number}", ("Can I drive?",), (), Place("q.txt", number))


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (answered(), answered(), None),
        (answered(0.8), refused(0.3), Change.VANISHED),
        (refused(0.3), answered(0.8), Change.APPEARED),
        (answered(), answered(0.8, quote("b.md")), Change.CHANGED),
        (answered(), answered(0.8, quote(span=Span(14, 29))), Change.CHANGED),
        (refused(), Answer("x", Outcome.EMERGENCY), Change.CHANGED),
        (answered(0.8), answered(0.69), Change.CONFIDENCE),
        (refused(0.3), refused(0.45), Change.CONFIDENCE),
        (answered(0.4), answered(0.3), None),  # 0.4 - 0.3 is 0.10000000000000003 in binary, and not more than 0.1
        (answered(0.8), answered(0.8, quote(), quote("b.md")), None),  # only the first quote is the answer
    ],
)
def test_an_answer_appears_vanishes_changes_or_is_the_same(old: Answer, new: Answer, change: Change | None) -> None:
    assert change_between(old, new) is change


def test_the_gravest_changes_come_first_and_each_is_counted() -> None:
    old = [answered(0.8), refused(), answered(), answered(), answered()]
    new = [answered(0.5), answered(), answered(), refused(), refused()]
    diff = diff_answers([example(n) for n in range(5)], old, new)
    assert [(one.change, one.example.example_id) for one in diff.changes] == [
        (Change.VANISHED, "q3"), (Change.VANISHED, "q4"), (Change.APPEARED, "q1"), (Change.CONFIDENCE, "q0"),
    ]  # fmt: skip
    assert diff.counts == {Change.VANISHED: 2, Change.APPEARED: 1, Change.CHANGED: 0, Change.CONFIDENCE: 1}


def test_as_json_both_answers_stand_beside_each_other() -> None:
    values = diff_answers([example()], [answered(0.81234)], [refused(0.3)]).to_json()
    (change,) = values.pop("changes")
    assert values == {
        "n_questions": 1, "n_same": 0, "n_vanished": 1, "n_appeared": 0, "n_changed": 0, "n_confidence": 0,
    }  # fmt: skip
    assert change == {
        "id": "q1",
        "question": "Can I drive?",
        "change": "vanished",
        "old": {
            "outcome": "answered", "confidence": 0.812, "text": "Do not drive.", "document": "a.md",
            "title": "Driving", "page": None, "start": 0, "end": 13,
        },
        "new": {"outcome": "no_answer", "confidence": 0.3},
    }  # fmt: skip


some_answers = st.builds(
    lambda confidence, quotes: answered(confidence, *quotes) if quotes else refused(confidence),
    st.floats(0, 1),
    st.lists(st.sampled_from([quote(), quote("b.md"), quote(span=Span(14, 29))]), max_size=2),
)


@given(st.lists(some_answers, max_size=5))
def test_nothing_changes_between_answers_and_themselves(answers: list[Answer]) -> None:
    assert diff_answers([example(n) for n in range(len(answers))], answers, answers) == AnswerDiff(len(answers), ())


@given(some_answers, some_answers)
def test_back_is_the_opposite_of_forth(old: Answer, new: Answer) -> None:
    opposite = {Change.VANISHED: Change.APPEARED, Change.APPEARED: Change.VANISHED}
    forth, back = change_between(old, new), change_between(new, old)
    assert back is (opposite.get(forth, forth) if forth else None)
