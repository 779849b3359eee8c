"""Golds find their place in the index's documents, or say which row does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Document, Span
from ragbot.errors import DatasetError
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.golds import Gold, find_text, resolve_golds

Write = Callable[..., Path]
SHA256 = "5" * 64


@pytest.fixture
def lookup(fake: type) -> Callable[[str], Document]:
    document: Callable[[str], Document] = fake({}).index.document
    return document


@pytest.fixture
def resolve(write_rows: Write, lookup: Callable[[str], Document]) -> Callable[..., list[tuple[Gold, ...]]]:
    def run(*answers: object) -> list[tuple[Gold, ...]]:
        path = write_rows(*({"question": f"q{n}", "answers": [one]} for n, one in enumerate(answers)))
        return resolve_golds(read_examples([path]), lookup)

    return run


def test_a_gold_text_becomes_its_place(resolve: Callable[..., list[tuple[Gold, ...]]]) -> None:
    ((gold,),) = resolve({"document": "a.md", "text": "Sessions last 40 minutes.", "span": "40 minutes"})
    assert (gold.document, gold.sentence, gold.answer) == ("a.md", Span(0, 25), Span(14, 24))
    assert gold.text == "Sessions last 40 minutes."


def test_a_list_item_is_preferred_to_the_same_word_in_a_sentence(
    resolve: Callable[..., list[tuple[Gold, ...]]],
) -> None:
    # "Nausea" stands at 26 (begins a sentence) and at 55 (the whole list item).
    ((gold,),) = resolve({"document": "a.md", "text": "Nausea"})
    assert gold.sentence == Span(55, 61)


def test_words_that_are_no_whole_sentence_count_at_each_place(
    resolve: Callable[..., list[tuple[Gold, ...]]],
) -> None:
    (golds,) = resolve({"document": "a.md", "text": "ession"})
    assert [gold.sentence for gold in golds] == [Span(1, 7), Span(47, 53)]
    assert {gold.number for gold in golds} == {0}


def test_offsets_are_taken_when_the_hash_agrees(resolve: Callable[..., list[tuple[Gold, ...]]]) -> None:
    ((gold,),) = resolve({"document": "a.md", "start": 62, "end": 86, "sha256": SHA256, "span": [70, 74]})
    assert (gold.sentence, gold.answer, gold.text) == (Span(62, 86), Span(70, 74), "Rest at home afterwards.")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"document": "b.md", "text": "x"}, ":1: answers[0].document: no document 'b.md' in the index"),
        ({"document": "a.md", "text": "not there"}, ":1: answers[0].text: not found in 'a.md'"),
        (
            {"document": "a.md", "start": 0, "end": 5, "sha256": "6" * 64},
            ":1: answers[0].sha256: 'a.md' is another version",
        ),
        ({"document": "a.md", "start": 0, "end": 500, "sha256": SHA256}, ":1: answers[0].end: 500 lies after the end"),
        (
            {"document": "a.md", "text": "Nausea may follow a session.", "span": "vomiting"},
            ":1: answers[0].span: 'vomiting' does not stand",
        ),
        (
            {"document": "a.md", "start": 0, "end": 25, "sha256": SHA256, "span": [20, 30]},
            ":1: answers[0].span: Span(start=20, end=30) does not stand",
        ),
    ],
)
def test_a_gold_without_a_place_names_its_row(
    resolve: Callable[..., list[tuple[Gold, ...]]], answer: object, says: str
) -> None:
    with pytest.raises(DatasetError) as caught:
        resolve(answer)
    assert says in str(caught.value)


def test_the_other_failing_rows_are_counted(resolve: Callable[..., list[tuple[Gold, ...]]]) -> None:
    bad = {"document": "b.md", "text": "x"}
    with pytest.raises(DatasetError, match=r":1: .* \(and 2 more rows fail\)"):
        resolve(bad, {"document": "a.md", "text": "Nausea"}, bad, bad)


@given(st.text("ab \n", min_size=1), st.text("ab \n"), st.text("ab \n"))
def test_text_is_found_wherever_it_was_put(wanted: str, before: str, after: str) -> None:
    places = find_text(before + wanted + after, wanted)
    assert bool(places) == bool(wanted.strip())
    assert all(span.cut(before + wanted + after).split() == wanted.split() for span in places)
