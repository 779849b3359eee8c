"""What a visitor can keep: each turn carries its record, and the parts around it say what is kept and where."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

from ragbot.datatypes import DISCLAIMER, Answer, Block, BlockKind, Document, Outcome, Quote, Span
from ragbot.rendering import answer_to_json
from ragbot.ui.answers import turn_html
from ragbot.ui.exporting import turn_markdown
from ragbot.ui.keeping import history_html, keep_html, on_server_html, receipts_html
from ragbot.ui.state import Turn
from ragbot.ui.words import load_words

ENGLISH = load_words("en")
TEXT = "Do not drive.\u202e ${1} \ud800"
DOCUMENT = Document("a.md", "Going home", TEXT, "a.md", "ab12", (Block(Span(0, 13), BlockKind.PARAGRAPH),))
QUOTE = Quote.cut(DOCUMENT, Span(0, len(TEXT)))
ANSWER = Answer("May I drive?", Outcome.ANSWERED, (QUOTE,), confidence=0.9, index="f00d")


def record_in(markup: str) -> dict[str, object]:
    (attribute,) = re.findall(r' data-record="([^"]*)"', markup)
    assert not set("${}`<>") & set(attribute)
    return dict(json.loads(html.unescape(attribute)))


def test_a_turn_carries_the_answer_as_json_exactly_with_hidden_characters() -> None:
    record = record_in(turn_html(Turn(1, "May I drive?", ANSWER), ENGLISH))
    expected = json.loads(json.dumps(answer_to_json(ANSWER)).replace("\\ud800", "\\ufffd"))
    assert record["answer"] == expected
    assert record["sources"] == ["Going home"]


def test_a_turn_carries_its_markdown() -> None:
    for turn in (Turn(1, "May I drive?", ANSWER), Turn(2, "", notice="the question is empty")):
        assert record_in(turn_html(turn, ENGLISH))["markdown"] == turn_markdown(turn, ENGLISH)


def test_a_notice_has_no_answer_to_keep() -> None:
    assert "answer" not in record_in(turn_html(Turn(1, "", notice="the question is empty"), ENGLISH))


def test_of_a_refusal_as_many_sources_are_told_as_passages_are_shown() -> None:
    refusal = Answer("q", Outcome.NO_ANSWER, nearest=(QUOTE,) * 5, message="No.")
    assert record_in(turn_html(Turn(1, "q", refusal), ENGLISH))["sources"] == ["Going home"] * 3


def test_paper_shows_place_whole_hash_and_index_of_each_quote() -> None:
    markup = receipts_html(replace(ANSWER, quotes=(QUOTE, QUOTE)), ENGLISH)
    assert markup.count(f"<li>a.md, characters 0 to {len(TEXT)}, file ab12</li>") == 2
    assert "Index f00d" in markup
    assert receipts_html(Answer("q", Outcome.SMALL_TALK, message="Hello"), ENGLISH) == ""


def test_the_history_says_where_it_is_kept_and_carries_the_disclaimer() -> None:
    markup = history_html(ENGLISH)
    for part in ("Kept in this browser", "Delete all", DISCLAIMER):
        assert part in markup


def test_the_bar_holds_the_disclaimer_for_every_file_and_waits_for_a_conversation() -> None:
    markup = html.unescape(keep_html(ENGLISH))
    assert DISCLAIMER in markup
    assert " hidden" in markup


def test_that_questions_are_kept_is_said_in_a_sentence() -> None:
    assert "not who asked" in on_server_html(ENGLISH)
