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
from ragbot.evaluation.datasets.records import Example, GoldAnswer, Place
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


def test_text_beside_offsets_is_found_again_after_the_file_changed(
    resolve: Callable[..., list[tuple[Gold, ...]]],
) -> None:
    # The row was written when the sentence stood at 5..29 of another version; in this one it stands at 62..86.
    place = {"document": "a.md", "start": 5, "end": 29, "sha256": "6" * 64}
    ((gold,),) = resolve(place | {"text": "Rest at home afterwards."})
    assert gold.sentence == Span(62, 86)


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


def excerpt(text: str, *, document: str = "a.md", at: Span | None = None) -> Example:
    gold = GoldAnswer(document, text, at, None, None, "answer (column B)", is_excerpt=True)
    return Example("q", ("q",), (gold,), Place("sheet.csv", 2))


def test_words_within_a_sentence_are_the_answering_words_of_it(lookup: Callable[[str], Document]) -> None:
    ((gold,),) = resolve_golds([excerpt("40   minutes")], lookup)
    assert (gold.sentence, gold.answer, gold.stated) == (Span(0, 25), Span(14, 24), "40   minutes")
    assert gold.text == "Sessions last 40 minutes."


def test_of_an_excerpt_over_several_sentences_each_is_a_gold(lookup: Callable[[str], Document]) -> None:
    # From the middle of the first sentence (11 of its 25 characters) over the second to the list item.
    (golds,) = resolve_golds([excerpt("40 minutes. Nausea may follow a session. Nausea")], lookup)
    assert [(gold.sentence, gold.answer) for gold in golds] == [(Span(26, 54), None), (Span(55, 61), None)]


def test_an_excerpt_that_covers_no_sentence_of_several_is_one_gold(lookup: Callable[[str], Document]) -> None:
    ((gold,),) = resolve_golds([excerpt("minutes. Nausea")], lookup)
    assert (gold.sentence, gold.answer) == (Span(0, 54), Span(17, 32))


def test_an_excerpt_that_is_a_whole_word_is_not_found_inside_others(lookup: Callable[[str], Document]) -> None:
    # "session" stands at 46 as a word, and at 1 of "Sessions" only without its capital.
    (golds,) = resolve_golds([excerpt("session")], lookup)
    assert [gold.answer for gold in golds] == [Span(46, 53)]
    (inside,) = resolve_golds([excerpt("ession")], lookup)  # nowhere whole: then anywhere
    assert [gold.answer for gold in inside] == [Span(1, 7), Span(47, 53)]


def test_an_excerpt_with_a_place_counts_there_alone_unless_the_text_is_another(
    lookup: Callable[[str], Document],
) -> None:
    ((there,),) = resolve_golds([excerpt("Nausea", at=Span(26, 32))], lookup)
    assert (there.sentence, there.answer) == (Span(26, 54), Span(26, 32))
    ((found,),) = resolve_golds([excerpt("Nausea", at=Span(0, 6))], lookup)
    assert found.sentence == Span(55, 61)


def test_the_ending_of_a_document_may_be_left_off_in_a_sheet(lookup: Callable[[str], Document]) -> None:
    ((gold,),) = resolve_golds([excerpt("40 minutes", document="a")], lookup)
    assert gold.document == "a.md"


@pytest.mark.parametrize(
    ("example", "says"),
    [
        (excerpt("an hour"), "sheet.csv:2: answer (column B): not found in 'a.md'; copy the sentence word for word"),
        (excerpt("an hour", document="b.md"), "sheet.csv:2: answer (column B): no document 'b.md' in the index"),
    ],
)
def test_an_excerpt_without_a_place_names_line_and_column(
    lookup: Callable[[str], Document], example: Example, says: str
) -> None:
    with pytest.raises(DatasetError) as caught:
        resolve_golds([example], lookup)
    assert str(caught.value).startswith(says)


def test_quotes_and_dashes_are_alike_where_no_text_is_the_same() -> None:
    assert find_text("It doesn’t last 40–60 minutes", "doesn't last 40-60") == [Span(3, 21)]
    assert find_text("40–60 or 40-60", "40-60") == [Span(9, 14)]


def relevant(*documents: str) -> Example:
    golds = tuple(GoldAnswer(d, None, None, None, None, "document", relevance=2) for d in documents)
    return Example("q", ("q",), golds, Place("qrels.tsv", 3))


def test_a_relevant_document_need_not_be_in_the_index_if_another_is(lookup: Callable[[str], Document]) -> None:
    (golds, other) = resolve_golds([relevant("a.md", "gone"), relevant("lost")], lookup)
    assert [(gold.document, gold.relevance, gold.answer) for gold in golds] == [("a.md", 2, None), ("gone", 2, None)]
    assert [gold.document for gold in other] == ["lost"]
    with pytest.raises(DatasetError, match=r"qrels\.tsv:3: document: no document 'gone' in the index"):
        resolve_golds([relevant("gone"), relevant("lost")], lookup)


def test_the_side_of_a_gold_is_kept(resolve: Callable[..., list[tuple[Gold, ...]]]) -> None:
    ((gold,),) = resolve({"document": "a.md", "text": "Rest at home afterwards.", "side": "rest"})
    assert gold.side == "rest"
