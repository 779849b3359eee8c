"""Bootstrap intervals: seeded, as wide as theory says, and silent where nothing can be judged."""

from __future__ import annotations

import pytest

from ragbot.evaluation.bootstrap import NOT_JUDGED, Rows, mean_metric, metric


def test_the_interval_of_a_mean_is_as_wide_as_the_normal_one() -> None:
    # 400 questions, half right: 1.96 * sqrt(0.25 / 400) = 0.049 to each side
    figure = mean_metric([0.0, 1.0] * 200)
    assert (figure.value, figure.n) == (0.5, 400)
    assert figure.low == pytest.approx(0.451, abs=0.006)
    assert figure.high == pytest.approx(0.549, abs=0.006)


def test_the_general_interval_agrees_with_the_one_of_the_mean() -> None:
    values = [0.0, 1.0, 1.0, 0.25] * 10
    general = metric([[value] for value in values], lambda table: float(table.mean()))
    assert general == mean_metric(values)


def test_the_same_rows_give_the_same_interval() -> None:
    assert mean_metric([0.0, 0.5, 1.0]) == mean_metric([0.0, 0.5, 1.0])


def test_values_that_cannot_be_judged_are_left_out_and_not_zero() -> None:
    assert mean_metric([1.0, None, 1.0]) == mean_metric([1.0, 1.0])
    assert mean_metric([None, None]) == NOT_JUDGED
    assert metric([], lambda table: 1.0) == NOT_JUDGED
    assert metric([[1.0]], lambda table: None) == NOT_JUDGED


def test_draws_that_cannot_be_judged_are_left_out() -> None:
    def only_with_both(table: Rows) -> float | None:
        return 1.0 if 0 < table.sum() < len(table) else None

    figure = metric([[0.0], [1.0]], only_with_both)
    assert (figure.value, figure.low, figure.high, figure.n) == (1.0, 1.0, 1.0, 2)
