"""Measures of a confidence, against brute force and values worked by hand."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.evaluation import selective

PAIR = st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), st.booleans())
PAIRS = st.lists(PAIR, min_size=1, max_size=20)
FEW_PAIRS = st.lists(PAIR, min_size=1, max_size=5)
Pairs = list[tuple[float, bool]]


@given(PAIRS)
def test_auroc_agrees_with_counting_all_pairs(pairs: Pairs) -> None:
    right = [confidence for confidence, is_right in pairs if is_right]
    wrong = [confidence for confidence, is_right in pairs if not is_right]
    won = sum((r > w) + 0.5 * (r == w) for r in right for w in wrong)
    expected = won / (len(right) * len(wrong)) if right and wrong else None
    assert selective.auroc(*zip(*pairs, strict=True)) == (None if expected is None else pytest.approx(expected))


@given(FEW_PAIRS)
def test_aurc_is_the_mean_over_all_orders_of_equal_confidences(pairs: Pairs) -> None:
    # Brute force: every order of the questions, sorted with ties left as they came, mean risk of its prefixes.
    values = []
    for order in permutations(pairs):
        wrong = [not is_right for _, is_right in sorted(order, key=lambda pair: -pair[0])]
        values.append(sum(sum(wrong[:n]) / n for n in range(1, len(wrong) + 1)) / len(wrong))
    assert selective.aurc(*zip(*pairs, strict=True)) == pytest.approx(sum(values) / len(values))


@given(PAIRS)
def test_full_coverage_has_the_risk_of_all_questions(pairs: Pairs) -> None:
    last = selective.risk_coverage(*zip(*pairs, strict=True))[-1]
    assert last.coverage == pytest.approx(1.0)
    assert last.risk == pytest.approx(sum(not is_right for _, is_right in pairs) / len(pairs))


def test_an_inverted_score_has_the_opposite_auroc_and_a_higher_aurc() -> None:
    confidences, right = [0.9, 0.8, 0.6, 0.3, 0.2], [True, True, False, True, False]
    inverted = [1 - confidence for confidence in confidences]
    # pairs: 0.9, 0.8 beat both wrong ones, 0.3 beats one of two: 5 of 6
    assert selective.auroc(confidences, right) == pytest.approx(5 / 6)
    assert selective.auroc(inverted, right) == pytest.approx(1 / 6)
    straight, upside_down = selective.aurc(confidences, right), selective.aurc(inverted, right)
    assert straight is not None
    assert upside_down is not None
    assert straight < upside_down


def test_coverage_counts_a_precision_that_is_just_reached() -> None:
    confidences = [0.99 - n / 100 for n in range(10)] + [0.1]
    right = [True] * 9 + [False, False]  # the first ten: 9 of 10 right; all eleven: 9 of 11
    assert selective.coverage_at(confidences, right, precision=0.90) == pytest.approx(10 / 11)
    assert selective.coverage_at(confidences, right, precision=0.95) == pytest.approx(9 / 11)


@given(st.lists(st.tuples(PAIR, st.booleans()), min_size=1, max_size=12), st.sampled_from([0.5, 0.75, 0.9]))
def test_answerable_coverage_agrees_with_trying_every_threshold(
    rows: list[tuple[tuple[float, bool], bool]], precision: float
) -> None:
    triples = [(confidence, is_right and answerable, answerable) for (confidence, is_right), answerable in rows]
    n_answerable = sum(answerable for *_, answerable in triples)
    best = 0.0
    for threshold in {confidence for confidence, *_ in triples}:
        shown = [(is_right, answerable) for confidence, is_right, answerable in triples if confidence >= threshold]
        if sum(is_right for is_right, _ in shown) >= precision * len(shown) and n_answerable:
            best = max(best, sum(answerable for _, answerable in shown) / n_answerable)
    found = selective.answerable_coverage_at(*zip(*triples, strict=True), precision=precision)
    assert found == (pytest.approx(best) if n_answerable else None)


def test_a_threshold_cannot_part_equal_confidences() -> None:
    assert selective.coverage_at([0.5, 0.5], [True, False], precision=0.9) == 0.0


def test_calibration_of_four_questions() -> None:
    confidences, right = [0.72, 0.78, 0.21, 0.29], [True, False, False, False]
    # bins 0.7..0.8: confidence 0.75, right 0.5; 0.2..0.3: confidence 0.25, right 0.0; half of the questions each
    assert selective.ece(confidences, right) == pytest.approx(0.25)
    # (0.28² + 0.78² + 0.21² + 0.29²) / 4
    assert selective.brier(confidences, right) == pytest.approx(0.20375)


def test_a_confidence_of_one_falls_into_the_last_bin() -> None:
    (only,) = selective.reliability([1.0], [True])
    assert (only.low, only.high, only.n) == (0.9, 1.0, 1)


def test_nothing_can_be_judged_of_no_questions() -> None:
    assert selective.auroc([], []) is None
    assert selective.aurc([], []) is None
    assert selective.coverage_at([], [], precision=0.9) is None
    assert selective.brier([], []) is None
    assert selective.ece([], []) is None


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 confidences for 1 questions"):
        selective.brier([0.1, 0.2], [True])


@given(PAIRS, st.sampled_from([0.5, 0.9, 0.95, 1.0]))
def test_coverage_agrees_with_trying_every_threshold(pairs: Pairs, precision: float) -> None:
    best = 0.0
    for threshold in {confidence for confidence, _ in pairs}:
        shown = [is_right for confidence, is_right in pairs if confidence >= threshold]
        if sum(shown) >= precision * len(shown) - 1e-9:
            best = max(best, len(shown) / len(pairs))
    assert selective.coverage_at(*zip(*pairs, strict=True), precision=precision) == pytest.approx(best)
