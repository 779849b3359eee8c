"""A conversation as Markdown: verbatim, sourced, never without the disclaimer, in the language of the page."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from ragbot.datatypes import (
    DISCLAIMER,
    Answer,
    Block,
    BlockKind,
    Caution,
    Document,
    Heading,
    Outcome,
    Quote,
    Source,
    Span,
)
from ragbot.safety import emergency_text, phrase_dangers
from ragbot.scope import Scope
from ragbot.ui.exporting import conversation_markdown, heading_markdown, source_text, turn_markdown
from ragbot.ui.state import Turn
from ragbot.ui.words import load_words

ENGLISH, GERMAN = load_words("en"), load_words("de")
TEXT = "# Driving\n\nDo not drive until\nthe *next* day. Rest at home."
DOCUMENT = Document(
    doc_id="a.md",
    title="After a session",
    text=TEXT,
    path="a.md",
    sha256="0123456789abcdef" * 4,
    blocks=(Block(Span(2, 9), BlockKind.HEADING, 1), Block(Span(11, len(TEXT)), BlockKind.PARAGRAPH)),
    headings=(Heading(Span(2, 9), 1, "Driving"),),
    published="2025-01-21",
    reviewed="2026-03",
    kind="patient information",
    sources=("FDA-2023", "SREMS"),
)
QUOTE = Quote.cut(DOCUMENT, Span(11, 45))  # "Do not drive until\nthe *next* day."
ANSWER = Answer("May I drive?", Outcome.ANSWERED, (QUOTE,), confidence=0.9, index="f00d")
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(markdown: str) -> str:
    """What a reader of Markdown shows, without its layout."""
    return html.unescape(re.sub(r"<[^>]+>", "", READER.render(markdown)))


def test_a_turn_is_its_question_the_quote_its_source_and_the_version_of_the_index() -> None:
    assert turn_markdown(Turn(1, "May I drive?", ANSWER), ENGLISH) == (
        "## 1. May I drive?\n"
        "\n"
        "> Do not drive until\n"
        "> the \\*next\\* day.\n"
        "\n"
        "— [1] **After a session** › Driving · patient information · published 21 January 2025 · "
        "sources reviewed to March 2026\\\n"
        "a.md, characters 11 to 45, file 0123456789ab\\\n"
        "2 sources of this article: FDA-2023, SREMS\n"
        "\n"
        "Index f00d"
    )


def test_the_quote_is_word_for_word_what_the_document_holds() -> None:
    assert QUOTE.text in shown(turn_markdown(Turn(1, "q", ANSWER), ENGLISH))


@pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=["en", "de"])
@pytest.mark.parametrize("outcome", Outcome)
def test_every_export_opens_with_date_and_disclaimer_and_holds_every_turn(outcome: Outcome, words: object) -> None:
    answer = Answer("q", outcome, message="Call 911") if outcome is not Outcome.ANSWERED else ANSWER
    turns = [Turn(3, "first question", answer), Turn(4, "second question", notice="the question is empty")]
    text = conversation_markdown(turns, words, saved="22 November 2026")  # type: ignore[arg-type]
    assert text.index(DISCLAIMER) < text.index("## 3. first question") < text.index("## 4. second question")
    assert "22 November 2026" in text.split("\n")[2]
    assert text.endswith("\n")
    assert "{" not in text


def test_an_emergency_is_kept_whole_with_its_bold_words() -> None:
    message = emergency_text(phrase_dangers("I want to kill myself"))
    markdown = turn_markdown(Turn(1, "q", Answer("q", Outcome.EMERGENCY, message=message)), ENGLISH)
    plain = " ".join(message.replace("**", "").replace("– ", "").split())
    assert plain in " ".join(shown(markdown).split())
    assert [part for part in re.findall(r"\*\*(.+?)\*\*", message) if f"**{part}**" not in markdown] == []


def test_a_list_stays_a_list_under_its_announcement() -> None:
    item = replace(QUOTE, group="list", lead_in="After a session:")
    markdown = turn_markdown(Turn(1, "q", replace(ANSWER, quotes=(item, item))), ENGLISH)
    rendered = READER.render(markdown)
    assert rendered.count("<li>") == rendered.count("<blockquote>") == 2
    assert "<p>After a session:</p>\n<ul>" in rendered
    assert [number for number in ("[1]", "[2]") if number not in shown(markdown)] == []


def test_two_sides_stand_under_a_heading_without_a_verdict() -> None:
    one, two = replace(QUOTE, group="side-a"), replace(QUOTE, group="side-b", title="Another article")
    markdown = turn_markdown(Turn(1, "q", replace(ANSWER, quotes=(one, two, QUOTE))), ENGLISH)
    parts = [markdown.index(part) for part in ("### The documents differ on this", "[1]", "Another article", "[3]")]
    assert parts == sorted(parts)


def test_a_refusal_says_so_with_the_words_and_passages_that_came_near() -> None:
    answer = Answer(
        "moon?", Outcome.NO_ANSWER, nearest=(QUOTE,), message="The documents do not answer this.", unknown_words=("moon",),
        try_instead=("May I drive?",),
    )  # fmt: skip
    read = shown(turn_markdown(Turn(1, "moon?", answer), ENGLISH))
    for part in ("The documents do not answer this.", "No document contains moon.", "nearest passages", QUOTE.text):
        assert part in read
    assert "Questions that the documents answer:\nMay I drive?" in read.replace("\n\n", "\n")


def test_how_the_question_was_read_and_where_else_it_stands_are_told() -> None:
    also = Source("b.md", "Going home", 5, 20, "2024-02")
    answer = replace(
        ANSWER, understood="May I drive home?", searched_also=("car",), also_asked=("And fly?",), footer="US: **988**.",
        quotes=(replace(QUOTE, also_in=(also,)),),
    )  # fmt: skip
    read = shown(turn_markdown(Turn(1, "home?", answer), ENGLISH))
    for part in ("Understood as: May I drive home?", "Searched also: car", "And fly?", "US: 988."):
        assert part in read
    assert "Also in: Going home · b.md · published February 2024" in read


def test_hostile_text_in_every_field_makes_no_markup() -> None:
    hostile = "<script>x</script> ![a](http://evil.example/x) [l](javascript:x) **b** `c` | ~~d~~\n# h\n- i\n\n1. j"
    quote = replace(
        QUOTE, document=hostile, title=hostile, section=(hostile,), text=hostile, sha256=hostile, published=hostile,
        reviewed=hostile, kind=hostile, sources=(hostile,), also_in=(Source(hostile, hostile, 1, 2, hostile),),
        group="list", lead_in=hostile,
    )  # fmt: skip
    answer = Answer(
        hostile, Outcome.NO_ANSWER, (quote,), (quote,), footer=None, understood=hostile, searched_also=(hostile,),
        unknown_words=(hostile,), also_asked=(hostile,), try_instead=(hostile,), index=hostile,
    )  # fmt: skip
    rendered = READER.render(turn_markdown(Turn(1, hostile, answer), ENGLISH))
    assert set(re.findall(r"<(\w+)", rendered)) <= {"h2", "h3", "p", "ul", "li", "blockquote", "strong", "br"}
    assert "javascript:x" in html.unescape(rendered)
    assert (
        rendered.count("<strong>") == rendered.count("<br") // 3 == 2
    )  # only the titles, three lines end for each source


def test_what_was_searched_and_what_is_old_are_told() -> None:
    old = replace(
        QUOTE, cautions=(Caution("published", year=2012), Caution("superseded", document="b.md", title="*New*"))
    )
    answer = replace(ANSWER, quotes=(old,), scope=Scope(("a.md",), (), "2023"))
    read = shown(turn_markdown(Turn(1, "q", answer), ENGLISH))
    for part in (
        "Searched only in: After a session, since 2023",
        "published in 2012 and may be",
        "superseded by “*New*”",
    ):
        assert part in read
    assert source_text(old, ENGLISH).endswith("This document is superseded by “*New*”.")


def test_the_german_export_is_german_around_the_fixed_disclaimer() -> None:
    text = conversation_markdown([Turn(1, "q", ANSWER)], GERMAN, saved="22. November 2026")
    for part in ("Fragen und Antworten", "Gespeichert am 22. November 2026", DISCLAIMER, "veröffentlicht: 21. Januar"):
        assert part in text
    assert GERMAN.page.disclaimer_line.split(".")[0] in text


def test_the_heading_leaves_the_date_to_be_filled_in() -> None:
    assert "Saved on {saved}" in heading_markdown(ENGLISH)
    assert "{" not in conversation_markdown([], ENGLISH, saved="today")


def test_a_source_in_plain_text_is_one_line_of_what_is_known() -> None:
    assert source_text(QUOTE, ENGLISH) == (
        "After a session › Driving · patient information · published 21 January 2025 · sources reviewed to March 2026"
    )
    bare = replace(QUOTE, title=" ", section=(), kind=None, published=None, reviewed=None, page=4)
    assert source_text(bare, ENGLISH) == "a.md · page 4"
