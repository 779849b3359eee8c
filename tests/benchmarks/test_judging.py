"""One rule for all: a passage holds an answer if it covers the answering words or 60 % of a gold sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.judging import Judge, Places
from benchmarks.records import Passage
from ragbot.datatypes import Block, BlockKind, Document, Span
from ragbot.evaluation.golds import Gold

#       0         10        20        30        40
TEXT = "Rest at home.\n\nSessions last 40 minutes.  Eat\nlater."
SENTENCE = Span(15, 40)  # 25 characters, so 15 of them are 60 %
GOLD = Gold("a.md", SENTENCE, Span(29, 39), SENTENCE.cut(TEXT), 0)
PLAIN = Gold("a.md", SENTENCE, None, SENTENCE.cut(TEXT), 0)


def judge(*golds: tuple[Gold, ...]) -> Judge:
    document = Document("a.md", "A", TEXT, "a.md", "0" * 64, (Block(Span(0, len(TEXT)), BlockKind.PARAGRAPH),))
    return Judge(golds, {"a.md": document})


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Rest at home. Sessions last 40 minutes.", True),
        ("Sessions last 40 mi", False),  # without "nutes": the answering words are cut
        ("40 minutes. Eat later.", True),
        ("Rest at home.", False),
        ("sessions last 40 minutes.", False),  # not as it stands in the file
        ("", False),
    ],
)
def test_a_passage_is_right_if_it_covers_the_answering_words(text: str, right: bool) -> None:
    short = Gold("a.md", Span(0, 40), Span(29, 39), "", 0)  # of this sentence no passage but the first has 60 %
    assert judge().holds_answer(Passage("a.md", text), [short]) is right


@pytest.mark.parametrize(("end", "right"), [(30, True), (29, False)])  # 15 of 25 characters, 14 of 25
def test_a_passage_is_right_from_sixty_percent_of_a_sentence_on(end: int, right: bool) -> None:
    assert judge().holds_answer(Passage("a.md", TEXT[15:end]), [PLAIN]) is right
    assert judge().holds_answer(Passage("a.md", "told apart by its place", (15, end)), [PLAIN]) is right


def test_a_passage_of_another_document_is_never_right() -> None:
    assert not judge().holds_answer(Passage("b.md", TEXT), [GOLD])


def test_quality_counts_questions_and_not_passages() -> None:
    rest, answer = Passage("a.md", "Rest at home."), Passage("a.md", "Sessions last 40 minutes.")
    returned = [[answer, answer, rest], [rest, answer, answer], [], [rest, rest, rest, answer]]
    found = judge((GOLD,), (GOLD,), (GOLD,), (GOLD,)).quality(returned)
    assert (found.first.value, found.first.n) == (0.25, 4)  # the first question
    assert found.three.value == 0.5  # the first two: the fourth passage of the last does not count
    assert found.words == 3.0  # 4, 3 and 3 words; the question without passages has none


def test_a_first_quote_above_the_limit_is_wrong_and_a_later_one_is_not() -> None:
    answer = Passage("a.md", "Sessions last 40 minutes.")
    found = judge((GOLD,), (GOLD,)).quality([[answer], [answer, answer]], max_first_words=3)
    assert (found.first.value, found.three.value) == (0.0, 0.5)


def test_passages_that_stand_nowhere_in_their_document_are_counted() -> None:
    passages = [Passage("a.md", "Sessions last an hour."), Passage("b.md", "unknown"), Passage("a.md", "Rest")]
    assert judge((GOLD,)).quality([passages]).lost == 1


@given(st.text(alphabet="ab \n", min_size=1), st.data())
def test_every_piece_of_a_text_is_found_where_it_was_cut(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    piece = text[start : data.draw(st.integers(start + 1, len(text)))]
    stripped = piece.strip()
    if stripped:
        at = start + piece.index(stripped)
        assert Span(at, at + len(stripped)) in Places(text).find(" ".join(piece.split()))
    else:
        assert Places(text).find(piece) == []
