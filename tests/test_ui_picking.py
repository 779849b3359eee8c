"""A document to choose a sentence of: each that may answer is a choice with its place, and nothing of it is lost."""

from __future__ import annotations

import html
import re

import pytest

from ragbot.datatypes import Block, BlockKind, Document, Heading, Span
from ragbot.ui.picking import choices_html

#       0         10        20        30        40
TEXT = "Driving\n\nDo not drive today. May I? Rest now & <b>sleep</b> well.\n\nFever\n\nA cough"
DOCUMENT = Document(
    "a<b>.md",
    "Going home",
    TEXT,
    "a.md",
    "ab12",
    blocks=(
        Block(Span(0, 7), BlockKind.HEADING, 1),
        Block(Span(9, 65), BlockKind.PARAGRAPH),
        Block(Span(67, 72), BlockKind.LIST_ITEM),
        Block(Span(74, 81), BlockKind.LIST_ITEM),
    ),
    headings=(Heading(Span(0, 7), 1, "Driving"),),
)


def places(markup: str) -> list[Span]:
    found = re.findall(r'<input type="radio" name="choice" data-start="(\d+)" data-end="(\d+)">', markup)
    return [Span(int(start), int(end)) for start, end in found]


def test_sentences_and_list_items_are_choices_and_headings_and_questions_are_not() -> None:
    markup = choices_html(DOCUMENT, None)
    assert [span.cut(TEXT) for span in places(markup)] == [
        "Do not drive today.", "Rest now & <b>sleep</b> well.", "Fever", "A cough"
    ]  # fmt: skip


def test_the_whole_text_is_there_in_its_order_and_as_text() -> None:
    shown = html.unescape(re.sub(r"<[^>]+>", " ", choices_html(DOCUMENT, None)))
    assert shown.split() == TEXT.split()


def test_items_of_a_list_stand_in_one_list() -> None:
    assert re.findall(r"<(ul|h3|p|li)\b", choices_html(DOCUMENT, None)) == ["h3", "p", "ul", "li", "li"]


@pytest.mark.parametrize(
    ("quote", "start"), [(Span(36, 40), 36), (Span(29, 35), 36), (Span(0, 7), 9), (Span(80, 81), 74)]
)
def test_the_first_choice_at_the_quote_or_after_it_is_marked(quote: Span, start: int) -> None:
    # "Do not drive today." is 9..28, the question "May I?" 29..35, "Rest …" 36..65, "A cough" 74..81.
    near = re.findall(r'data-near><input type="radio" name="choice" data-start="(\d+)"', choices_html(DOCUMENT, quote))
    assert near == [str(start)]


def test_a_place_behind_the_end_marks_nothing() -> None:
    assert "data-near" not in choices_html(DOCUMENT, Span(500, 600))


def test_the_place_names_document_and_version() -> None:
    assert '<div class="document" data-document="a&lt;b&gt;.md" data-sha256="ab12">' in choices_html(DOCUMENT, None)
