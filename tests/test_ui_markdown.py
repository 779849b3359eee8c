"""Whatever a person or document wrote is shown by a reader of Markdown as it was written."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ragbot.ui.display import visible
from ragbot.ui.markdown import escape_markdown, item, one_line, quoted

# CommonMark with what GitHub and most editors add.
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKS = "\\`*_{}[]()#+-.!<>|~&:;=\"'1 2\ta\n\u202e\u00a0/@x"


def read(markdown: str) -> str:
    """The text that a reader of Markdown shows for the one paragraph `markdown`."""
    rendered = READER.render(markdown)
    (shown,) = re.findall(r"\A<p>(.*)</p>\n\Z", rendered, re.DOTALL)
    assert not re.search(r"<[^>]*>", shown), rendered
    return html.unescape(shown)


@given(st.text(MARKS, max_size=40).filter(lambda text: visible(text).strip()))
@example("---")
@example("a\n===")
@example("a | b\n:--|--")
@example("a\n:--")
@example("1) one")
@example("    code")
@example("two blanks  \nat the end")
@example("a\n\n\nb")
@example("# heading #")
@example("<script>alert(1)</script> <img src=x onerror=alert(1)>")
@example("![picture](http://evil.example/p.png) [here](javascript:alert(1))")
@example("[note]: http://evil.example 'x'")
@example("&lt; &#33; ~~no~~ __a__ _b_ a_b")
def test_any_text_is_shown_as_written_in_one_paragraph(text: str) -> None:
    assert read(escape_markdown(text)) == visible(text)


@given(st.text(st.characters(codec=None), max_size=40).filter(lambda text: visible(text).strip()))
def test_any_character_at_all_is_shown_as_written(text: str) -> None:
    # The reader itself shows U+FFFD for NUL and turns other line ends into \n; `visible` has dropped these before.
    assert read(escape_markdown(text)) == visible(text)


@given(st.text(MARKS, max_size=40).filter(lambda text: visible(text).strip()))
def test_a_quotation_in_an_item_of_a_list_keeps_its_words(text: str) -> None:
    rendered = READER.render(item(quoted(escape_markdown(text))))
    (shown,) = re.findall(
        r"\A<ul>\n<li>\n<blockquote>\n<p>(.*)</p>\n</blockquote>\n</li>\n</ul>\n\Z", rendered, re.DOTALL
    )
    assert html.unescape(shown) == visible(text)


@given(st.text(MARKS, max_size=40).filter(lambda text: visible(text).strip()))
def test_a_heading_holds_the_whole_line(text: str) -> None:
    rendered = READER.render(f"## {one_line(text)}")
    (shown,) = re.findall(r"\A<h2>(.*)</h2>\n\Z", rendered, re.DOTALL)
    assert html.unescape(shown) == visible(" ".join(text.split()))


@pytest.mark.parametrize(
    "text",
    ["Do not drive until the next day.", "0.5 mg/kg over 40 minutes (about $400 – 800)", "snake_case, a/b: 3 - 4"],
)
def test_ordinary_sentences_stay_as_they_are(text: str) -> None:
    assert escape_markdown(text) == text
