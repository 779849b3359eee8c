"""An Answer as JSON (the contract of DESIGN.md section 4) and as text for a terminal."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import (
    DISCLAIMER,
    Answer,
    Block,
    BlockKind,
    Caution,
    Definition,
    Document,
    Heading,
    Outcome,
    Quote,
    Source,
    Span,
)
from ragbot.rendering import answer_to_json, answer_to_text, json_line, quote_to_json, scope_text, source_line, visible
from ragbot.scope import Scope

TEXT = "# Driving\n\nDo not drive until the next day. Rest at home."
DOCUMENT = Document(
    doc_id="sub/a.md",
    title="After a session",
    text=TEXT,
    path="sub/a.md",
    sha256="ab" * 32,
    blocks=(Block(Span(2, 9), BlockKind.HEADING, 1), Block(Span(11, len(TEXT)), BlockKind.PARAGRAPH)),
    headings=(Heading(Span(2, 9), 1, "Driving"),),
    pages=(0,),
    published="2025-01-21",
)
# "Do not drive until the next day." starts at 11 and has 32 characters; "until the next day" starts at 24.
QUOTE = Quote.cut(DOCUMENT, Span(11, 43), highlights=(Span(24, 42),))
ANSWERED = Answer(
    question="Can I drive?",
    outcome=Outcome.ANSWERED,
    quotes=(QUOTE,),
    confidence=0.93456,
    index="f00d",
    seconds=0.041234,
)
REFUSED = Answer(
    question="Can I drive?",
    outcome=Outcome.NO_ANSWER,
    nearest=(QUOTE,),
    confidence=0.1,
    message="The documents do not answer this.",
    footer="Do not drive.",
    understood="Can I drive after it?",
    searched_also=("car",),
    unknown_words=("zebra",),
    also_asked=("Who pays?",),
    try_instead=("Can I take a taxi?",),
    as_typed=True,
    definitions=(Definition("Drive", QUOTE, 0, 7, 12),),
    index="f00d",
    seconds=0.1,
)


# --- JSON ---


def test_what_was_searched_is_told_if_it_was_not_everything() -> None:
    scoped = replace(REFUSED, scope=Scope(("a.md",), since="2023"))
    assert answer_to_json(scoped)["scope"] == {"documents": ["a.md"], "since": "2023"}
    assert "scope" not in answer_to_json(REFUSED)
    text = answer_to_text(scoped)
    assert "Searched only in a.md; since 2023\n" in text
    assert "Words that no chosen document holds: zebra" in text


def test_a_scope_of_many_documents_names_the_first_five() -> None:
    scope = Scope(tuple(f"{n}.md" for n in range(7)), kinds=("", "leaf\u202elet"))
    assert scope_text(scope) == "in 0.md, 1.md, 2.md, 3.md, 4.md and 2 more; of kind not stated, leaf\\u202elet"


def test_a_superseded_source_names_what_takes_its_place() -> None:
    quote = Quote.cut(replace(DOCUMENT, superseded_by="new.md"), Span(11, 43))
    assert quote_to_json(quote)["superseded_by"] == "new.md"
    assert "superseded_by" not in quote_to_json(QUOTE)


def test_an_answer_is_exactly_the_object_of_the_contract() -> None:
    assert answer_to_json(ANSWERED, row_id="q1") == {
        "id": "q1",
        "question": "Can I drive?",
        "outcome": "answered",
        "confidence": 0.935,
        "message": None,
        "quotes": [
            {
                "text": "Do not drive until the next day.",
                "highlights": [[13, 31]],
                "document": "sub/a.md",
                "title": "After a session",
                "section": ["Driving"],
                "page": 1,
                "start": 11,
                "end": 43,
                "sha256": "ab" * 32,
                "published": "2025-01-21",
            }
        ],
        "nearest": [],
        "disclaimer": DISCLAIMER,
        "index": "f00d",
        "seconds": 0.0412,
    }


def test_the_keys_come_in_the_order_of_the_contract() -> None:
    keys = ["question", "outcome", "confidence", "message", "quotes", "nearest", "disclaimer", "index", "seconds"]
    assert list(answer_to_json(ANSWERED)) == keys
    assert list(answer_to_json(ANSWERED, row_id="")) == ["id", *keys]


def test_optional_fields_appear_only_when_they_hold_something() -> None:
    optional = {"footer", "understood", "searched_also", "unknown_words", "also_asked", "try_instead"}
    optional |= {"as_typed", "definitions"}
    assert not optional & set(answer_to_json(ANSWERED))
    values = answer_to_json(REFUSED)
    assert {name: values[name] for name in optional} == {
        "footer": "Do not drive.",
        "understood": "Can I drive after it?",
        "searched_also": ["car"],
        "unknown_words": ["zebra"],
        "also_asked": ["Who pays?"],
        "try_instead": ["Can I take a taxi?"],
        "as_typed": True,
        "definitions": [
            {
                "term": "Drive",
                "quote": 0,
                "at": [7, 12],
                "text": "Do not drive until the next day.",
                "document": "sub/a.md",
                "start": 11,
                "end": 43,
                "sha256": "ab" * 32,
            }
        ],
    }
    assert values["quotes"] == []
    assert values["nearest"] == [quote_to_json(QUOTE)]


def test_a_folded_source_and_a_group_are_told() -> None:
    quote = replace(QUOTE, also_in=(Source("b.md", "Other", 3, 9, None),), group="list", sources=("FDA",))
    values = quote_to_json(quote)
    assert values["also_in"] == [{"document": "b.md", "title": "Other", "start": 3, "end": 9, "published": None}]
    assert (values["group"], values["sources"]) == ("list", ["FDA"])
    assert not {"also_in", "group", "sources"} & set(quote_to_json(QUOTE))


anything = st.text(st.characters(exclude_categories=()), max_size=60)


@given(anything, anything, st.floats(0, 1))
def test_any_answer_is_one_line_of_ascii_that_every_reader_of_json_takes(
    question: str, row_id: str, confidence: float
) -> None:
    values = answer_to_json(replace(ANSWERED, question=question, confidence=confidence), row_id=row_id)
    line = json_line(values)
    assert line.isascii()
    assert line.isprintable()
    read = json.loads(line)
    json.dumps(read, ensure_ascii=False).encode("utf-8")  # a lone surrogate would be refused here
    assert read["question"] == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in question)
    assert 0 <= read["confidence"] <= 1


# --- text ---


def test_an_answer_reads_as_numbered_quotes_with_sources_and_the_disclaimer() -> None:
    assert answer_to_text(ANSWERED) == (
        "[1] “Do not drive until the next day.”\n"
        "    After a session › Driving · page 1 · 2025-01-21 · sub/a.md\n\n" + DISCLAIMER
    )


def test_a_refusal_names_unknown_words_the_nearest_passages_and_other_questions() -> None:
    assert answer_to_text(REFUSED) == (
        "Understood as: Can I drive after it?\n\n"
        "The documents do not answer this.\n\n"
        "Words that no document holds: zebra\n\n"
        "The nearest passages:\n"
        "– “Do not drive until the next day.”\n"
        "    After a session › Driving · page 1 · 2025-01-21 · sub/a.md\n\n"
        "Questions that the documents answer:\n"
        "– Can I take a taxi?\n\n"
        "You also asked; ask one question at a time:\n"
        "– Who pays?\n\n"
        "Do not drive.\n\n" + DISCLAIMER
    )


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_ends_with_the_disclaimer(outcome: Outcome) -> None:
    answer = Answer(question="?", outcome=outcome, message="**Call now: 999**")
    assert answer_to_text(answer).endswith(DISCLAIMER)
    assert "**" not in answer_to_text(answer)
    assert answer_to_json(answer)["disclaimer"] == DISCLAIMER


def test_a_list_stands_under_its_announcement_and_two_sides_under_a_heading() -> None:
    item = replace(QUOTE, group="list", lead_in="Do not:")
    parts = answer_to_text(replace(ANSWERED, quotes=(item, item, QUOTE))).split("\n\n")
    assert [part[:3] for part in parts] == ["Do ", "[1]", "[2]", "[3]", DISCLAIMER[:3]]
    assert parts[0] == "Do not:"
    one, other = replace(QUOTE, group="side-a"), replace(QUOTE, group="side-b")
    parts = answer_to_text(replace(ANSWERED, quotes=(QUOTE, one, other))).split("\n\n")
    assert [part[:3] for part in parts] == ["[1]", "The", "[2]", "[3]", DISCLAIMER[:3]]
    assert parts[1] == "The documents differ on this:"
    assert quote_to_json(item)["lead_in"] == "Do not:"
    assert "lead_in" not in quote_to_json(QUOTE)


def test_a_refusal_shows_three_passages_even_of_a_long_list() -> None:
    assert answer_to_text(replace(REFUSED, nearest=(QUOTE,) * 9)).count("– “") == 3


def test_other_sources_of_a_quote_are_listed_under_it() -> None:
    quote = replace(QUOTE, also_in=(Source("b.md", "Other", 3, 9, None),))
    assert "    also in: Other · b.md" in answer_to_text(replace(ANSWERED, quotes=(quote,))).splitlines()


def test_a_title_that_is_also_its_heading_is_said_once() -> None:
    quote = replace(QUOTE, title="Driving", section=("Driving",), page=None, published=None)
    assert source_line(quote) == "Driving · sub/a.md"


def test_why_a_source_may_no_longer_hold_stands_under_it() -> None:
    cautions = (
        Caution("published", year=2012),
        Caution("reviewed", year=2015),
        Caution("superseded", document="b.md", title="New\u202e edition"),
        Caution("superseded", document="c.md"),
    )
    lines = answer_to_text(replace(ANSWERED, quotes=(replace(QUOTE, cautions=cautions),))).splitlines()
    assert lines[2:6] == [
        "    This source was published in 2012 and may be out of date.",
        "    The sources of this document were last reviewed in 2015; it may be out of date.",
        "    This document is superseded by “New\\u202e edition” (b.md).",
        "    This document is superseded by c.md, which is not among the documents.",
    ]


def test_hidden_characters_of_a_document_are_shown_and_never_sent_to_the_terminal() -> None:
    quote = replace(QUOTE, text="\x1b[31mred\u202e\nnext\x00", document="a\x07\n.md", title="\u200bT")
    text = answer_to_text(replace(ANSWERED, quotes=(quote,)))
    assert "\\u001b[31mred\\u202e next\\u0000" in text
    assert "\\u200bT" in text
    assert "a\\u0007 .md" in text
    assert all(c.isprintable() or c == "\n" for c in text)


@given(anything)
def test_visible_text_is_one_printable_line(text: str) -> None:
    shown = visible(text)
    assert "\n" not in shown
    shown.encode("utf-8")
    assert visible(shown) == shown
