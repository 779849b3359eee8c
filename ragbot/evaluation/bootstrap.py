"""Bootstrap intervals: the questions are drawn again with replacement, the measure is taken of each draw.

Knows nothing of questions; rows are numbers, one row per question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N_RESAMPLES = 1_000
SEED = 20_250_101
Rows = NDArray[np.float64]
Statistic = Callable[[Rows], float | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure's value over `n` questions with its 95 % interval; all None and `n` 0 if it cannot be judged."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def to_json(self) -> dict[str, float | int | None]:
        """Plain values, ready for `json.dumps`."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


NOT_JUDGED = Metric(None, None, None, 0)


def mean_metric(values: Sequence[float | None]) -> Metric:
    """Mean of the values that are not None, with its interval.

    >>> mean_metric([1.0, 1.0, None])
    Metric(value=1.0, low=1.0, high=1.0, n=2)
    """
    judged = np.array([value for value in values if value is not None], dtype=np.float64)
    if not judged.size:
        return NOT_JUDGED
    means = judged[_draws(judged.size)].mean(axis=1)
    return _metric(float(judged.mean()), means, judged.size)


def metric(rows: Sequence[Sequence[float]], statistic: Statistic) -> Metric:
    """`statistic` of an array (n questions, columns), with its interval; draws that cannot be judged are left out.

    Percentile bootstrap (Efron and Tibshirani 1993), 1,000 draws, seeded: the same rows give the same interval.
    """
    table = np.array(rows, dtype=np.float64)
    value = statistic(table) if table.size else None
    if value is None:
        return NOT_JUDGED
    drawn = [statistic(table[draw]) for draw in _draws(len(table))]
    return _metric(value, np.array([v for v in drawn if v is not None]), len(table))


def _metric(value: float, drawn: Rows, n: int) -> Metric:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Metric(value, float(low), float(high), int(n))


def _draws(n: int) -> NDArray[np.int64]:
    return np.random.default_rng(SEED).integers(0, n, size=(N_RESAMPLES, n))
