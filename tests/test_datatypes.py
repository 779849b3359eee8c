"""Laws of the records: spans, quotes, receipts and what they refuse."""

from __future__ import annotations

import dataclasses
import inspect
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot import datatypes
from ragbot.datatypes import (
    DISCLAIMER,
    Answer,
    Block,
    BlockKind,
    Chunk,
    Document,
    Heading,
    IndexManifest,
    Outcome,
    Quote,
    Receipt,
    Span,
    text_hash,
)


def make_document(text: str, **fields: object) -> Document:
    block = Block(Span(0, len(text)), BlockKind.PARAGRAPH)
    base = Document(doc_id="a.txt", title="A", text=text, path="/x/a.txt", sha256="0" * 64, blocks=(block,))
    return dataclasses.replace(base, **fields)  # type: ignore[arg-type]


positions = st.integers(min_value=-5, max_value=60)


@st.composite
def spans(draw: st.DrawFn, end: int = 60) -> Span:
    start = draw(st.integers(0, end - 1))
    return Span(start, draw(st.integers(start + 1, end)))


@given(positions, positions)
def test_a_span_refuses_to_be_empty_reversed_or_negative(start: int, end: int) -> None:
    if 0 <= start < end:
        assert len(Span(start, end)) == end - start
    else:
        with pytest.raises(ValueError, match=f"{start}..{end}"):
            Span(start, end)


@given(spans(), spans())
def test_overlap_counts_the_positions_that_both_spans_hold(one: Span, other: Span) -> None:
    shared = set(range(one.start, one.end)) & set(range(other.start, other.end))
    assert one.overlap(other) == other.overlap(one) == len(shared)
    assert one.contains(other) == (len(shared) == len(other))


@given(st.text(min_size=1, max_size=60), st.data())
def test_a_quote_equals_its_slice_of_the_document(text: str, data: st.DataObject) -> None:
    span = data.draw(spans(len(text)))
    quote = Quote.cut(make_document(text), span)
    assert quote.text == text[quote.span.start : quote.span.end]
    assert Receipt.of(quote, "index").matches(make_document(text))


def test_a_quote_counts_highlights_from_its_own_start() -> None:
    # "two" is 4..7 in the document, and the quote begins at 4: 0..3 in the quote
    quote = Quote.cut(make_document("one two three"), Span(4, 13), highlights=(Span(4, 7),))
    assert quote.highlights == ((0, 3),)
    assert [quote.text[a:b] for a, b in quote.highlights] == ["two"]


@pytest.mark.parametrize(
    ("span", "highlights"), [(Span(0, 99), ()), (Span(4, 7), (Span(0, 3),)), (Span(4, 7), (Span(5, 8),))]
)
def test_a_quote_or_highlight_out_of_bounds_is_refused(span: Span, highlights: tuple[Span, ...]) -> None:
    with pytest.raises(ValueError, match="out of bounds"):
        Quote.cut(make_document("one two three"), span, highlights=highlights)


def test_a_quote_takes_everything_else_from_its_document() -> None:
    document = make_document(
        "Top\nwords here",
        headings=(Heading(Span(0, 3), 1, "Top"),),
        pages=(0, 4),
        published="2024-01-02",
        kind="leaflet",
        certainty="high",
        sources=("https://a",),
    )
    quote = Quote.cut(document, Span(4, 14))
    assert (quote.document, quote.title, quote.sha256) == ("a.txt", "A", "0" * 64)
    assert (quote.section, quote.page) == (("Top",), 2)
    assert (quote.published, quote.kind, quote.certainty, quote.sources) == (
        "2024-01-02",
        "leaflet",
        "high",
        ("https://a",),
    )


def test_a_receipt_refuses_another_file_and_altered_words() -> None:
    document = make_document("one two three")
    receipt = Receipt.of(Quote.cut(document, Span(4, 7)), "index")
    assert receipt.matches(document)
    assert not receipt.matches(dataclasses.replace(document, text="one TWO three"))
    assert not receipt.matches(dataclasses.replace(document, sha256="1" * 64))
    assert not receipt.matches(dataclasses.replace(document, doc_id="b.txt"))


def test_the_heading_path_drops_headings_of_the_same_and_lower_levels() -> None:
    # positions: H1 "a" at 0, H2 "b" at 10, H3 "c" at 20, H2 "d" at 30, H1 "e" at 40
    levels = [(0, 1, "a"), (10, 2, "b"), (20, 3, "c"), (30, 2, "d"), (40, 1, "e")]
    headings = tuple(Heading(Span(start, start + 1), level, title) for start, level, title in levels)
    document = make_document("x" * 50, headings=headings)
    assert [document.heading_path(p) for p in (5, 15, 25, 35, 45)] == [
        ("a",),
        ("a", "b"),
        ("a", "b", "c"),
        ("a", "d"),
        ("e",),
    ]


def test_a_position_before_the_first_heading_has_no_heading_path() -> None:
    assert make_document("x" * 50, headings=(Heading(Span(9, 10), 1, "a"),)).heading_path(8) == ()


def test_pages_count_from_one_and_a_format_without_pages_has_none() -> None:
    paged = make_document("x" * 30, pages=(0, 10, 20))
    assert [paged.page(p) for p in (0, 9, 10, 29)] == [1, 1, 2, 3]
    assert make_document("x" * 30).page(3) is None


def test_citations_number_the_quotes_from_one_in_order() -> None:
    document = make_document("one two three")
    quotes = (Quote.cut(document, Span(4, 7)), Quote.cut(document, Span(0, 3)))
    answer = Answer(question="q", outcome=Outcome.ANSWERED, quotes=quotes, index="fp")
    assert [(c.number, c.quote.text, c.receipt.index) for c in answer.citations] == [(1, "two", "fp"), (2, "one", "fp")]
    assert all(c.receipt.matches(document) for c in answer.citations)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_carries_the_disclaimer_word_for_word(outcome: Outcome) -> None:
    assert Answer(question="q", outcome=outcome).disclaimer == DISCLAIMER
    assert DISCLAIMER == (
        "These are quotations from documents, not medical advice. They have not been checked by a clinician and may "
        "not fit your situation. Ask a doctor or pharmacist before you decide anything. In an emergency call your "
        "local emergency number."
    )


def test_every_record_is_frozen_and_slotted() -> None:
    records = [c for _, c in inspect.getmembers(datatypes, dataclasses.is_dataclass)]
    assert len(records) >= 12
    for record in records:
        assert record.__dataclass_params__.frozen, record
        assert "__slots__" in vars(record), record


def test_a_manifest_survives_json() -> None:
    manifest = IndexManifest(1, "enc", 3, "cut", 1, 2, 3, "c" * 64, "f" * 16, ("a", "b"), {"x.md": "h"})
    values = json.loads(json.dumps(manifest.to_json()))
    assert IndexManifest(**values | {"paths": tuple(values["paths"])}) == manifest


@given(st.text(st.characters(codec=None), max_size=5), st.text(st.characters(codec=None), max_size=5))
def test_any_text_has_a_hash_and_different_texts_have_different_ones(one: str, other: str) -> None:
    assert (text_hash(one) == text_hash(other)) == (one == other)


def test_a_lone_surrogate_has_a_hash() -> None:
    assert text_hash("\ud800") != text_hash("?")


@pytest.mark.parametrize(
    ("title", "prefix"),
    [
        ("After the infusion", "After the infusion. Driving"),
        ("000 c4f56737c1903365", "Driving"),  # a file name of digits and letters is no word
        ("12 3", "Driving"),
        ("Driving", "Driving"),
    ],
)
def test_a_chunk_is_read_under_its_headings_and_a_title_of_words(title: str, prefix: str) -> None:
    chunk = Chunk("a.txt", Span(0, 3), "abc", ("Driving",), 1, (0, 1))
    assert chunk.under(title) == prefix
