"""Answers as HTML: verbatim, sourced, never without the disclaimer, and hostile text stays text."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

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
from ragbot.scope import Scope
from ragbot.ui.answers import conversation_html, turn_html
from ragbot.ui.state import Turn
from ragbot.ui.words import load_words

ENGLISH = load_words("en")

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> ${1+1} {{value}} `x` ![a](http://evil.example/x) \"'&"
TEXT = "# Driving\n\nDo not drive until the next day. Rest at home."
DOCUMENT = Document(
    doc_id="a.md",
    title="After a session",
    text=TEXT,
    path="a.md",
    sha256="ab12",
    blocks=(Block(Span(2, 9), BlockKind.HEADING, 1), Block(Span(11, len(TEXT)), BlockKind.PARAGRAPH)),
    headings=(Heading(Span(2, 9), 1, "Driving"),),
    published="2025-01-21",
    reviewed="2026-03",
    kind="patient information",
    sources=("FDA-2023", "SREMS"),
)
# "Do not drive until the next day." starts at 11 and has 32 characters; "until the next day" starts at 24.
QUOTE = Quote.cut(DOCUMENT, Span(11, 43), highlights=(Span(24, 42),))


def shown_text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


class Elements(HTMLParser):
    """Collects element and attribute names."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def elements(markup: str) -> Elements:
    parser = Elements()
    parser.feed(markup)
    return parser


def answered(*quotes: Quote, confidence: float = 0.9) -> Answer:
    return Answer("May I drive?", Outcome.ANSWERED, quotes=quotes or (QUOTE,), confidence=confidence)


def test_a_quote_is_shown_word_for_word_with_the_answering_words_marked() -> None:
    markup = turn_html(Turn(1, "May I drive?", answered()), ENGLISH)
    assert "Do not drive <mark>until the next day</mark>." in markup


def test_the_source_line_names_title_section_kind_and_dates() -> None:
    shown = shown_text(turn_html(Turn(1, "q", answered()), ENGLISH))
    for part in ("After a session", "Driving", "patient information", "published 21 January 2025"):
        assert part in shown
    assert "sources reviewed to March 2026" in shown
    assert "FDA-2023, SREMS" in shown


def test_an_old_or_superseded_source_says_so_in_words() -> None:
    cautions = (
        Caution("published", year=2012),
        Caution("reviewed", year=2015),
        Caution("superseded", document="b.md", title="<b>New</b>"),
        Caution("superseded", document="<c>.md"),
    )
    answer = Answer("?", Outcome.ANSWERED, quotes=(replace(QUOTE, cautions=cautions),))
    text = shown_text(turn_html(Turn(1, "?", answer), ENGLISH))
    assert "This source was published in 2012 and may be out of date." in text
    assert "The sources of this document were last reviewed in 2015; it may be out of date." in text
    assert "This document is superseded by “<b>New</b>”." in text
    assert "superseded by <c>.md, which is not among the documents here." in text


def test_what_was_searched_stands_on_answers_and_refusals() -> None:
    scope = Scope(kinds=("leaflet",))
    for answer in (
        Answer("?", Outcome.ANSWERED, quotes=(QUOTE,), scope=scope),
        Answer("?", Outcome.NO_ANSWER, message="No.", unknown_words=("zebra",), scope=scope),
    ):
        text = shown_text(turn_html(Turn(1, "?", answer), ENGLISH))
        assert "Searched only in: leaflet" in text
        assert ("None of the chosen documents contains zebra." in text) == bool(answer.unknown_words)


def test_a_page_number_is_named_only_where_there_is_one() -> None:
    assert "page 4" in turn_html(Turn(1, "q", answered(replace(QUOTE, page=4))), ENGLISH)
    assert "page" not in shown_text(turn_html(Turn(1, "q", answered()), ENGLISH))


def test_show_in_document_carries_the_place_and_hash_of_the_quote() -> None:
    markup = turn_html(Turn(1, "q", answered()), ENGLISH)
    assert 'data-document="a.md" data-start="11" data-end="43" data-sha256="ab12"' in markup


def test_the_first_quote_is_open_and_the_others_are_folded() -> None:
    opened, folded = turn_html(Turn(1, "q", answered(QUOTE, QUOTE, QUOTE)), ENGLISH).split('<details class="more">')
    assert (opened.count("<blockquote"), folded.count("<blockquote")) == (1, 2)
    assert "2 more quotations" in folded


def test_all_items_of_a_list_answer_are_open() -> None:
    item = replace(QUOTE, group="list")
    opened, folded = turn_html(Turn(1, "q", answered(item, item, QUOTE)), ENGLISH).split('<details class="more">')
    assert (opened.count("<blockquote"), folded.count("<blockquote")) == (2, 1)


def test_a_list_is_a_list_under_its_announcement_with_a_source_for_each_item() -> None:
    item = replace(QUOTE, group="list", lead_in="After a session <b>do not</b>:")
    markup = turn_html(Turn(1, "q", answered(item, replace(item, document="b.md"), QUOTE)), ENGLISH)
    (listed,) = re.findall(r'<section class="list">(.*?)</section>', markup, re.DOTALL)
    assert listed.startswith(
        '<p class="lead-in" dir="auto" data-say>After a session &lt;b&gt;do not&lt;/b&gt;:</p><ul>'
    )
    assert listed.count("<li>") == 2
    assert re.findall(r'data-document="([^"]+)"', listed) == ["a.md", "b.md"]


def test_a_list_without_announcement_says_its_first_item() -> None:
    item = replace(QUOTE, group="list")
    markup = turn_html(Turn(1, "q", answered(item, item)), ENGLISH)
    assert markup.count("data-say") == 1
    assert 'class="lead-in"' not in markup


def test_two_sides_stand_beside_each_other_under_a_heading_without_a_verdict() -> None:
    one, other = replace(QUOTE, group="side-a"), replace(QUOTE, group="side-b", document="b.md")
    opened, folded = turn_html(Turn(1, "q", answered(one, other, QUOTE)), ENGLISH).split('<details class="more">')
    (sides,) = re.findall(r'<section class="sides">(.*?)</section>', opened, re.DOTALL)
    assert "The documents differ on this" in shown_text(sides)
    assert re.findall(r'data-document="([^"]+)"', sides) == ["a.md", "b.md"]
    assert folded.count("<blockquote") == 1
    first, rest = turn_html(Turn(1, "q", answered(QUOTE, one, other)), ENGLISH).split('<section class="sides">')
    assert (first.count("<blockquote"), rest.count("<blockquote")) == (1, 2)


def test_other_documents_that_say_the_same_can_be_opened_too() -> None:
    also = Source("b.md", "Going home", 5, 20, "2024-02")
    markup = turn_html(Turn(1, "q", answered(replace(QUOTE, also_in=(also,)))), ENGLISH)
    assert 'data-document="b.md" data-start="5" data-end="20"' in markup
    assert "published February 2024" in markup


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.95, "Close match"), (0.7, "Close match"), (0.5, "Likely match"), (0.49, "Possible match")],
)
def test_confidence_is_told_in_words(confidence: float, words: str) -> None:
    assert words in turn_html(Turn(1, "q", answered(confidence=confidence)), ENGLISH)


def test_confidence_is_explained_as_a_frequency_and_never_as_certainty() -> None:
    assert "about 7 in 10" in turn_html(Turn(1, "q", answered(confidence=0.75)), ENGLISH)
    assert "about 9 in 10" in turn_html(Turn(1, "q", answered(confidence=1.0)), ENGLISH)
    assert "fewer than 1 in 10" in turn_html(Turn(1, "q", answered(confidence=0.04)), ENGLISH)


def test_every_turn_carries_the_disclaimer_once() -> None:
    answers = [Answer("q", outcome, quotes=(QUOTE,) if outcome is Outcome.ANSWERED else ()) for outcome in Outcome]
    for turn in [*(Turn(1, "q", answer) for answer in answers), Turn(1, "q", notice="the question is empty")]:
        assert shown_text(turn_html(turn, ENGLISH)).count(DISCLAIMER) == 1


def test_a_refusal_shows_message_unknown_words_and_nearest_passages() -> None:
    answer = Answer(
        "moon?",
        Outcome.NO_ANSWER,
        nearest=(QUOTE,),
        message="The documents do not answer this.",
        unknown_words=("moon",),
    )
    shown = shown_text(turn_html(Turn(1, "moon?", answer), ENGLISH))
    assert "The documents do not answer this." in shown
    assert "No document contains moon." in shown
    assert "Do not drive until the next day." in shown


def test_an_emergency_message_keeps_its_words_and_makes_its_numbers_links() -> None:
    message = "You deserve help.\n**Call now.**\nUS, Canada: **911**\nUK: **999**\nLifeline 0808 808 8000"
    markup = turn_html(Turn(1, "q", Answer("q", Outcome.EMERGENCY, message=message)), ENGLISH)
    paragraphs = [shown_text(p) for p in re.findall(r"<p>(.*?)</p>", markup)]
    assert paragraphs == ["You deserve help.", "Call now.", "US, Canada: 911", "UK: 999", "Lifeline 0808 808 8000"]
    text, _, bar = markup.partition("<template")
    assert re.findall(r'href="([^"]+)"', text) == ["tel:911", "tel:999", "tel:08088088000"]
    assert re.findall(r'href="([^"]+)"', bar) == ["tel:911", "tel:999", "tel:08088088000"]


def test_a_follow_up_shows_how_it_was_read_and_offers_the_typed_words() -> None:
    answer = replace(answered(), question="and a taxi?", understood="May I take a taxi?", searched_also=("cab", "lift"))
    markup = turn_html(Turn(2, "and a taxi?", answer), ENGLISH)
    assert "May I take a taxi?" in markup
    assert 'data-ask="and a taxi?" data-alone' in markup
    assert "cab, lift" in markup


def test_a_safety_line_stands_under_the_answer_with_links() -> None:
    markup = turn_html(Turn(1, "q", replace(answered(), footer="US: call or text 988.")), ENGLISH)
    assert '<a href="tel:988">988</a>' in markup


def test_hostile_text_in_every_field_stays_text() -> None:
    source = Source(HOSTILE, HOSTILE, 1, 2, HOSTILE)
    quote = replace(
        QUOTE, document=HOSTILE, title=HOSTILE, section=(HOSTILE,), text=HOSTILE, highlights=((0, 9),), sha256=HOSTILE,
        published=HOSTILE, reviewed=HOSTILE, kind=HOSTILE, sources=(HOSTILE,), also_in=(source,),
    )  # fmt: skip
    common = Answer(
        HOSTILE, Outcome.ANSWERED, (quote,), (quote,), 0.9, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,), HOSTILE
    )
    turns = [Turn(1, HOSTILE, replace(common, outcome=outcome)) for outcome in Outcome]
    markup = conversation_html([*turns, Turn(6, HOSTILE, notice=HOSTILE)], ENGLISH)
    found = elements(markup)
    assert not found.names & {"script", "img", "iframe", "style", "svg", "object"}
    assert not {name for name in found.attributes if name.startswith("on") or name in ("src", "style")}
    assert not set("${}`") & set(markup)
    assert HOSTILE in shown_text(markup)


def test_a_failed_turn_is_marked_so_that_the_question_goes_back_into_the_box() -> None:
    assert "data-failed" in turn_html(Turn(1, "q", notice="the question is empty; type one"), ENGLISH)
    assert "data-failed" not in turn_html(Turn(1, "q", answered()), ENGLISH)


def test_a_notice_reads_as_a_sentence() -> None:
    assert "The question is empty; type one." in turn_html(
        Turn(1, "", notice="the question is empty; type one"), ENGLISH
    )
