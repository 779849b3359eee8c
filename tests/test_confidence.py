"""A probability from plain numbers: bounded, monotone, complete, and told apart from the threshold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.answering import Bot
from ragbot.confidence import (
    ALL_FEATURES,
    FEATURES,
    ConfidenceModel,
    confidence_features,
    confidence_model,
    shipped_confidence,
)
from ragbot.features import ScoredSentence
from ragbot.rereading import READER_NAMES

BuildBot = Callable[[Mapping[str, str | bytes]], Bot]

FILES = {"a.md": "Do not drive home after the infusion.\n", "b.md": "Plans refuse to pay for it in full.\n"}

FLAT = {
    "weights": dict.fromkeys(FEATURES, 0.0) | {"similarity": 2.0},
    "mean": dict.fromkeys(FEATURES, 0.0) | {"similarity": 0.5},
    "scale": dict.fromkeys(FEATURES, 1.0) | {"similarity": 0.25},
    "bias": 1.0,
    "threshold": 0.4,
}


def values(similarity: float) -> dict[str, float]:
    return dict.fromkeys(FEATURES, 0.0) | {"similarity": similarity}


def test_the_probability_is_the_logistic_of_the_weighted_values() -> None:
    # (0.75 - 0.5) / 0.25 * 2 + 1 = 3; 1 / (1 + e^-3) = 0.95257.
    assert confidence_model(FLAT, FEATURES).probability(values(0.75)) == pytest.approx(0.952574, abs=1e-6)


@given(st.lists(st.floats(-1e6, 1e6), min_size=len(FEATURES), max_size=len(FEATURES)))
def test_a_probability_lies_between_0_and_1_whatever_the_values(numbers: list[float]) -> None:
    for model in (confidence_model(FLAT, FEATURES), shipped_confidence(with_reader=False)):
        assert 0 <= model.probability(dict(zip(FEATURES, numbers, strict=True))) <= 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_value_of_a_positive_weight_is_never_less_likely(one: float, two: float) -> None:
    low, high = sorted((one, two))
    model = confidence_model(FLAT, FEATURES)
    assert model.probability(values(low)) <= model.probability(values(high))


@pytest.mark.parametrize("part", ["weights", "mean", "scale"])
def test_a_model_that_lacks_a_feature_is_refused_by_name(part: str) -> None:
    with pytest.raises(KeyError, match="log_terms"):
        confidence_model(FLAT | {part: {name: 1.0 for name in FEATURES if name != "log_terms"}}, FEATURES)


@pytest.mark.parametrize("with_reader", [False, True])
def test_the_shipped_model_is_complete_and_its_threshold_can_be_passed_and_missed(with_reader: bool) -> None:
    model = shipped_confidence(with_reader=with_reader)
    assert model.names == (ALL_FEATURES if with_reader else FEATURES)
    assert isinstance(model, ConfidenceModel)
    assert (model.scale > 0).all()
    assert np.abs(model.weights).sum() > 0
    assert 0 < model.threshold < 1


@pytest.mark.parametrize(
    "question", ["Can I drive home after the infusion?", "zebra crossing", "what is it", "the infusion of the quagga"]
)
def test_features_are_finite_and_shares_stay_shares(build_bot: BuildBot, question: str) -> None:
    bot = build_bot(FILES)
    trace = bot.trace(question)
    found = confidence_features(trace.query, trace.retrieval, trace.reading, bot.index)
    assert tuple(found) == FEATURES
    assert np.isfinite(list(found.values())).all()
    for share in ("top_probability", "overlap", "overlap_chunk", "expanded", "unknown_share", "unknown_named_share"):
        assert 0 <= found[share] <= 1.00001
    assert found["unknown_named_share"] <= found["unknown_share"]


def test_words_that_no_document_holds_weigh_as_the_rarest(build_bot: BuildBot) -> None:
    bot = build_bot(FILES)

    def shares(question: str) -> tuple[float, float]:
        trace = bot.trace(question)
        found = confidence_features(trace.query, trace.retrieval, trace.reading, bot.index)
        return float(found["unknown_share"]), float(found["unknown_named_share"])

    assert shares("drive after the infusion") == (0, 0)
    # n = 2: idf of a stem in one chunk is ln(1 + 1.5 / 1.5) = 0.693, of an unknown one ln(1 + 2.5 / 0.5) = 1.792.
    # "mountain" is an everyday word, "zolpidem" is a name.
    assert shares("drive mountain") == (pytest.approx(1.792 / (1.792 + 0.693), abs=1e-3), 0)
    share, named = shares("drive zolpidem")
    assert share == named == pytest.approx(1.792 / (1.792 + 0.693), abs=1e-3)


def test_what_the_reader_makes_of_all_windows_counts_each_window_once(build_bot: BuildBot) -> None:
    bot = build_bot({"a.md": "Do not drive home after the infusion. Rest until the next day.\n", "b.md": FILES["b.md"]})
    trace = bot.trace("Can I drive home after the infusion?")
    margins = {"Do not drive": 2.0, "Rest until t": 0.0, "Plans refuse": -4.0}

    def read_as(sentence: ScoredSentence) -> ScoredSentence:
        row = np.zeros(len(READER_NAMES), dtype=np.float32)
        row[READER_NAMES.index("reader")] = margins[sentence.text[:12]]
        return replace(sentence, values=np.concatenate([sentence.values, row]))

    runs = tuple(replace(run, best=read_as(run.best)) for run in trace.reading.runs)
    reading = replace(trace.reading, runs=runs, sentences=tuple(map(read_as, trace.reading.sentences)))
    found = confidence_features(trace.query, trace.retrieval, reading, bot.index)
    assert set(found) == set(ALL_FEATURES)
    assert found["reader_best"] == 2
    assert found["reader_window_mean"] == pytest.approx(((2 + 0) / 2 - 4) / 2)
    assert found["reader_quarter"] == pytest.approx(-2)  # halfway from -4 to 0
