"""Sentences to quotes: short, quotable, whole, each claim once; another number or a "not" is another claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pytest

from ragbot.answering import Bot
from ragbot.datatypes import Quote, Receipt
from ragbot.features import NAMES
from ragbot.reading import reading_model, shipped_model
from ragbot.rereading import ALL_NAMES
from ragbot.runs import MAX_QUOTE_WORDS
from ragbot.sentences import is_quotable

BuildBot = Callable[[Mapping[str, str | bytes]], Bot]

LONG = "Nausea " + "and more of the same and then again some " * 8 + "ends it."
FILES = {
    "effects.md": (
        "---\ntitle: Effects\n---\n# What are the effects?\n\nIs nausea common? Effects of ketamine are:\n\n"
        "- nausea\n- dizziness\n- blurred vision\n\nNausea fades within two hours of the infusion. It can come back.\n"
    ),
    "driving.txt": "Driving\n\nDo not drive until the next day. Ask somebody to take you home after the infusion.\n",
    "cost.md": "# Cost\n\nMost plans refuse to pay for the infusion. The price is set by the clinic.\n",
}


def quotes(bot: Bot, question: str) -> tuple[Quote, ...]:
    return bot.trace(question).reading.quotes


QUESTIONS = ["what are the effects of ketamine", "is nausea common", "can i drive", "who pays", "how long is it"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_quotes_are_slices_of_quotable_sentences_and_share_none(build_bot: BuildBot, question: str) -> None:
    bot = build_bot(FILES)
    found = quotes(bot, question)
    assert 1 <= len(found) <= 3
    assert all(is_quotable(m.text, m.sentence.kind) for run in bot.trace(question).reading.runs for m in run.members)
    for quote in found:
        document = bot.index.document(quote.document)
        assert quote.text == document.text[quote.span.start : quote.span.end]
        assert Receipt.of(quote, bot.index.fingerprint).matches(document)
        assert all(0 <= start < end <= len(quote.text) for start, end in quote.highlights)
        assert quote.highlights
    places = sorted((q.document, q.span.start, q.span.end) for q in found)
    assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(places))


def test_a_heading_a_question_or_an_announcement_is_never_quoted_even_if_it_says_just_that(build_bot: BuildBot) -> None:
    bot = build_bot(FILES)
    for question in ("What are the effects?", "Is nausea common?", "Effects of ketamine are:", "Driving", "Cost"):
        for quote in quotes(bot, question):
            assert "?" not in quote.text
            assert not quote.text.rstrip().endswith(":")
            assert quote.text not in ("Driving", "# Cost", "Cost", "# What are the effects?")


def test_a_sentence_too_long_to_read_at_a_glance_comes_after_all_others(build_bot: BuildBot) -> None:
    assert len(LONG.split()) > MAX_QUOTE_WORDS
    bot = build_bot({"a.md": f"# Nausea\n\n{LONG}\n\nThe price is set by the clinic.\n"})
    found = quotes(bot, LONG)
    assert found[0].text == "The price is set by the clinic."
    assert [q.text for q in found[1:]] == [LONG]


def test_the_same_claim_in_two_documents_is_one_quote_with_two_sources(build_bot: BuildBot) -> None:
    claim = "Ketamine was made in 1962 by the chemist Calvin Stevens."
    bot = build_bot(
        {
            "a.md": f"---\ntitle: First\npublished: 2024-01-02\n---\n\n{claim} It is old.\n",
            "b.md": f"---\ntitle: Second\npublished: 2025-03-04\n---\n\nOther words stand before. {claim}\n",
            "c.md": "Nobody here speaks of chemists.\n",
        }
    )
    best = quotes(bot, "who made ketamine")[0]
    assert claim in best.text
    (source,) = best.also_in
    assert {best.document, source.document} == {"a.md", "b.md"}
    other = bot.index.document(source.document)
    assert claim in other.text[source.start : source.end]
    assert (source.title, source.published) == (other.title, other.published)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do drive home after the infusion of ketamine.", "Do not drive home after the infusion of ketamine."),
        (
            "Wait for 24 hours before you drive after the infusion in the clinic of your town.",
            "Wait for 48 hours before you drive after the infusion in the clinic of your town.",
        ),
        (
            "Wait for two hours before you drive after the infusion in the clinic of your town.",
            "Wait for three hours before you drive after the infusion in the clinic of your town.",
        ),
    ],
)
def test_sentences_that_contradict_each_other_are_never_folded(build_bot: BuildBot, one: str, other: str) -> None:
    found = quotes(build_bot({"a.md": f"{one}\n", "b.md": f"{other}\n"}), "when may i drive after the infusion")
    assert sorted(q.text for q in found) == sorted([one, other])
    assert [q.also_in for q in found] == [(), ()]


def test_a_corpus_without_a_quotable_sentence_has_no_quotes(build_bot: BuildBot) -> None:
    reading = build_bot({"a.md": "# Only a heading\n\nIs it so?\n"}).trace("is it so").reading
    assert (reading.runs, reading.quotes, len(reading.sentences)) == ((), (), 0)


@pytest.mark.parametrize("with_reader", [False, True])
def test_the_shipped_weights_cover_every_feature_with_finite_numbers(with_reader: bool) -> None:
    model = shipped_model(with_reader=with_reader)
    for column in (model.weights, model.mean, model.scale):
        assert column.shape == (len(ALL_NAMES if with_reader else NAMES),)
        assert np.isfinite(column).all()
    assert (model.scale > 0).all()
    assert model.word_cost >= 0
    assert np.abs(model.weights).sum() > 0


def test_a_model_without_a_feature_is_refused() -> None:
    full = {part: dict.fromkeys(NAMES, 1.0) for part in ("weights", "mean", "scale")} | {"word_cost": 0.0}
    assert reading_model(full, NAMES).word_cost == 0
    with pytest.raises(KeyError, match=NAMES[0]):
        reading_model(full | {"mean": dict.fromkeys(NAMES[1:], 0.0)}, NAMES)


def test_scores_are_linear_in_the_standardised_features() -> None:
    parts = {name: dict.fromkeys(NAMES, value) for name, value in (("weights", 2.0), ("mean", 1.0), ("scale", 4.0))}
    model = reading_model(parts | {"word_cost": 0.0}, NAMES)
    # Each feature gives (5 - 1) / 4 * 2 = 2; in the second row 0.
    rows = np.array([[5.0] * len(NAMES), [1.0] * len(NAMES)], dtype=np.float32)
    np.testing.assert_allclose(model.scores(rows), [2 * len(NAMES), 0])
