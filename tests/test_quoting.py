"""What is made of ranked runs: whole lists, both sides, sentences with their support, one claim from its best source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest

from ragbot.answering import Bot
from ragbot.datatypes import Quote
from ragbot.runs import MAX_QUOTE_WORDS

BuildBot = Callable[[Mapping[str, str | bytes]], Bot]

EFFECTS = (
    "# Side effects\n\nThe side effects of the spray are:\n\n- dizziness of the side\n- nausea\n- a headache\n"
    "- blurred vision\n- thirst at night\n\nThe clinic is open at night.\n"
)
OTHER = "# Sleep\n\nPeople may have thirst at night. The bus goes at ten.\n"


def quotes(bot: Bot, question: str) -> tuple[Quote, ...]:
    return bot.trace(question).reading.quotes


def test_a_question_for_a_list_gets_every_item_in_order_each_with_its_source(build_bot: BuildBot) -> None:
    bot = build_bot({"a.md": EFFECTS, "b.md": OTHER})
    found = quotes(bot, "what are the side effects of the spray")
    items = [quote for quote in found if quote.group == "list"]
    assert [q.text for q in items] == [
        "dizziness of the side",
        "nausea",
        "a headache",
        "blurred vision",
        "thirst at night",
    ]
    assert found[: len(items)] == tuple(items)
    assert {q.lead_in for q in items} == {"The side effects of the spray are:"}
    for quote in found:
        document = bot.index.document(quote.document)
        assert quote.text == document.text[quote.span.start : quote.span.end]
        assert quote.highlights
    places = sorted((q.document, q.span) for q in found)
    assert all(a[0] != b[0] or a[1].end <= b[1].start for a, b in pairwise(places))


def test_the_same_words_asked_otherwise_get_no_list(build_bot: BuildBot) -> None:
    bot = build_bot({"a.md": EFFECTS, "b.md": OTHER})
    assert not any(quote.group for quote in quotes(bot, "does the spray cause nausea"))


def test_an_item_that_another_document_repeats_is_one_quote_with_both_sources(build_bot: BuildBot) -> None:
    claim = "swelling of the left ankle"
    bot = build_bot(
        {
            "a.md": f"# Side effects\n\nThe side effects of the spray are:\n\n- nausea of the side\n- {claim}\n- {claim}\n",
            "b.md": f"# Ankles\n\nThe spray has these effects:\n\n- {claim}\n- a long walk\n",
        }
    )
    found = quotes(bot, "what are the side effects of the spray")
    (quote,) = [q for q in found if claim in q.text]
    assert (quote.document, quote.group) == ("a.md", "list")
    assert [source.document for source in quote.also_in] == ["b.md"]


DENIED = "Ketamine is addictive when it is used in a clinic."
DENIAL = "Ketamine is not addictive when it is used in a clinic."


def test_documents_that_exclude_each_other_are_shown_as_two_sides(build_bot: BuildBot) -> None:
    bot = build_bot({"a.md": f"{DENIED}\n", "b.md": f"{DENIAL}\n", "c.md": "The clinic of the town opens at nine.\n"})
    found = quotes(bot, "is ketamine addictive in a clinic")
    assert [quote.group for quote in found] == ["side-a", "side-b", None]
    assert {quote.text for quote in found[:2]} == {DENIED, DENIAL}
    assert found[0].document != found[1].document


def test_one_passage_that_says_both_is_no_disagreement(build_bot: BuildBot) -> None:
    bot = build_bot({"a.md": f"{DENIED} {DENIAL}\n", "c.md": "The clinic of the town opens at nine.\n"})
    assert not any(quote.group for quote in quotes(bot, "is ketamine addictive in a clinic"))


def test_sides_are_shown_only_where_the_question_is_about_them(build_bot: BuildBot) -> None:
    bot = build_bot(
        {"a.md": f"{DENIED}\n", "b.md": f"{DENIAL}\n", "c.md": "The clinic bus in town leaves at nine daily.\n"}
    )
    assert not any(quote.group for quote in quotes(bot, "which bus leaves in town daily at nine"))


def test_a_quote_that_opens_with_a_pronoun_brings_the_sentence_before_it(build_bot: BuildBot) -> None:
    bot = build_bot(
        {
            "a.md": "Ketamine raises the blood pressure of most people. It returns within forty minutes or so afterwards.\n",
            "b.md": "The clinic opens at nine.\n",
        }
    )
    (quote, *_) = quotes(bot, "returns within forty minutes or so afterwards")
    assert quote.text.startswith("Ketamine raises")
    assert quote.text.endswith("afterwards.")
    assert len(quote.text.split()) <= MAX_QUOTE_WORDS


@pytest.mark.parametrize("selling", ["a.md", "b.md"])
def test_of_two_sources_the_one_that_sells_nothing_is_shown(build_bot: BuildBot, selling: str) -> None:
    claim = "Ketamine was made in 1962 by the chemist Calvin Stevens."
    plain = {"a.md": "b.md", "b.md": "a.md"}[selling]
    bot = build_bot(
        {
            selling: f"---\npublished: 2026-01-01\n---\n{claim}\n\nContact us today. Our clinic is glad to help.\n",
            plain: f"---\npublished: 2020-01-01\n---\n{claim}\n\nA history of chemists.\n",
        }
    )
    quote = quotes(bot, "who made ketamine")[0]
    assert (quote.document, [source.document for source in quote.also_in]) == (plain, [selling])


def test_of_two_sources_that_sell_nothing_the_later_one_is_shown(build_bot: BuildBot) -> None:
    claim = "Ketamine was made in 1962 by the chemist Calvin Stevens."
    bot = build_bot(
        {
            "a.md": f"---\npublished: 2020-01-01\n---\n{claim}\n",
            "b.md": f"---\npublished: 2024-01-01\n---\n{claim}\n",
            "c.md": f"{claim}\n",
        }
    )
    quote = quotes(bot, "who made ketamine")[0]
    assert quote.document == "b.md"
    assert {source.document for source in quote.also_in} == {"a.md", "c.md"}
