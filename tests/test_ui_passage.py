"""A document in the side panel: laid out by blocks, the quote marked exactly, its text never markup."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Block, BlockKind, Document, Heading, Span
from ragbot.ui.passage import passage_html
from ragbot.ui.words import load_words

ENGLISH = load_words("en")

PARTS = [
    ("After a session", BlockKind.HEADING, 1),
    ("Driving", BlockKind.HEADING, 2),
    ("Do not drive. Take a taxi & rest.", BlockKind.PARAGRAPH, 0),
    ("No alcohol", BlockKind.LIST_ITEM, 1),
    ("No <b>machines</b>", BlockKind.LIST_ITEM, 2),
    ("| drug | wait |", BlockKind.TABLE_ROW, 0),
]


def document() -> Document:
    text, blocks, headings = "", [], []
    for part, kind, level in PARTS:
        span = Span(len(text), len(text) + len(part))
        blocks.append(Block(span, kind, level))
        if kind is BlockKind.HEADING:
            headings.append(Heading(span, level, part))
        text += part + "\n"
    return Document(
        "a.md", "After a session", text, "a.md", "ab", tuple(blocks), tuple(headings), published="2025-01-21"
    )


def marked(markup: str) -> str:
    return "".join(html.unescape(m) for m in re.findall(r"<mark>(.*?)</mark>", markup, re.DOTALL))


def test_blocks_become_headings_paragraphs_lists_and_tables() -> None:
    markup = passage_html(document(), None, ENGLISH)
    assert '<h3 id="section-16" tabindex="-1" dir="auto">Driving</h3>' in markup
    assert '<ul><li class="depth-1" dir="auto">No alcohol</li><li class="depth-2"' in markup
    assert "No &lt;b&gt;machines&lt;/b&gt;" in markup
    assert "<tr><td" in markup


def test_an_opening_heading_that_repeats_the_title_is_shown_once() -> None:
    assert passage_html(document(), None, ENGLISH).count("After a session") == 1


def test_the_quote_is_marked_word_for_word() -> None:
    start = document().text.index("Take a taxi & rest.")
    assert marked(passage_html(document(), Span(start, start + 19), ENGLISH)) == "Take a taxi & rest."


def test_a_quote_over_two_list_items_is_marked_in_both() -> None:
    start = document().text.index("No alcohol")
    assert marked(passage_html(document(), Span(start, start + 29), ENGLISH)) == "No alcoholNo <b>machines</b>"


@given(st.data())
def test_any_quote_inside_one_paragraph_is_marked_exactly(data: st.DataObject) -> None:
    block = document().blocks[2].span
    start = data.draw(st.integers(block.start, block.end - 1))
    end = data.draw(st.integers(start + 1, block.end))
    assert marked(passage_html(document(), Span(start, end), ENGLISH)) == document().text[start:end]


def test_without_a_quote_nothing_is_marked_and_the_notice_says_why() -> None:
    markup = passage_html(document(), None, ENGLISH, notice="It has changed.")
    assert marked(markup) == ""
    assert "It has changed." in markup


def test_the_panel_says_that_no_clinician_reviewed_the_article() -> None:
    assert "not been reviewed by a clinician" in passage_html(document(), None, ENGLISH)


def test_the_contents_lead_to_each_heading_that_is_drawn() -> None:
    markup = passage_html(document(), None, ENGLISH)
    assert re.findall(r'data-heading="(\d+)" dir="auto">(.*?)</button>', markup) == [("16", "Driving")]


def test_a_document_without_headings_has_no_contents() -> None:
    plain = Document("a.md", "A", "Rest.", "a.md", "ab", (Block(Span(0, 5), BlockKind.PARAGRAPH),))
    assert 'class="contents"' not in passage_html(plain, None, ENGLISH)
    assert "Rest." in passage_html(plain, None, ENGLISH)
