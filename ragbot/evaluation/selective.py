"""Measures of a confidence: does it rank right above wrong, what does refusing buy, is it calibrated. Pure functions.

`confidences` lie in 0..1, `right` says of each whether it should be high; both have the same length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

N_BINS = 10


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Answering only above a `threshold` answers a `coverage` of the questions, of which a `risk` are wrong."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions with a confidence in `low..high`: their mean confidence, the share of right ones, and how many."""

    low: float
    high: float
    confidence: float
    accuracy: float
    n: int


def auroc(confidences: ArrayLike, right: ArrayLike) -> float | None:
    """Probability that a right one has the higher confidence than a wrong one, ties half (Hanley and McNeil 1982).

    None if all or none are right.

    >>> auroc([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0])  # 4 pairs: 3 won, 1 tied
    0.875
    """
    scores, labels = _arrays(confidences, right)
    n_right = int(labels.sum())
    n_wrong = labels.size - n_right
    if not n_right or not n_wrong:
        return None
    wrong = np.sort(scores[labels == 0])
    below = np.searchsorted(wrong, scores[labels == 1], "left")
    not_above = np.searchsorted(wrong, scores[labels == 1], "right")
    return float((below + not_above).sum() / (2 * n_right * n_wrong))


def aurc(confidences: ArrayLike, right: ArrayLike) -> float | None:
    """Area under the risk-coverage curve: mean risk over the coverages 1/n..1 (Geifman and El-Yaniv 2017).

    Lower is better. Equal confidences share their wrong answers evenly, so the order of the questions does not matter.

    >>> aurc([0.9, 0.8, 0.1], [1, 1, 0])  # risks 0, 0, 1/3
    0.1111111111111111
    >>> aurc([0.5, 0.5], [1, 0])  # risks 1/2 expected, 1/2
    0.5
    """
    scores, labels = _arrays(confidences, right)
    if not scores.size:
        return None
    _, counts, wrong = _by_confidence(scores, labels)
    share = np.repeat(wrong / counts, counts)  # expected wrong answers at each place, ties spread evenly
    return float((np.cumsum(share) / np.arange(1, scores.size + 1)).mean())


def risk_coverage(confidences: ArrayLike, right: ArrayLike) -> list[CurvePoint]:
    """The curve (El-Yaniv and Wiener 2010), one point per different confidence, from the strictest to full coverage.

    >>> [(p.coverage, p.risk) for p in risk_coverage([0.9, 0.9, 0.2, 0.1], [1, 0, 1, 1])]
    [(0.5, 0.5), (0.75, 0.3333333333333333), (1.0, 0.25)]
    """
    points = zip(*_curve(*_arrays(confidences, right)), strict=True)
    return [CurvePoint(float(threshold), float(coverage), float(risk)) for threshold, coverage, risk in points]


def coverage_at(confidences: ArrayLike, right: ArrayLike, *, precision: float) -> float | None:
    """Largest share that can be answered by any one threshold with at least this precision; 0.0 if none reaches it.

    A point of the risk-coverage curve (El-Yaniv and Wiener 2010), whose risk is 1 - precision.

    >>> coverage_at([0.9, 0.8, 0.7, 0.1], [1, 1, 0, 0], precision=0.9)
    0.5
    """
    _, coverages, risks = _curve(*_arrays(confidences, right))
    if not coverages.size:
        return None
    # 1e-12: 1 - 0.9 is a little less than a risk of exactly one in ten
    return float(coverages[risks <= 1 - precision + 1e-12].max(initial=0.0))


def answerable_coverage_at(
    confidences: ArrayLike, right: ArrayLike, answerable: ArrayLike, *, precision: float
) -> float | None:
    """Largest share of the `answerable` questions answered by one threshold with at least this precision over all.

    An answer to an unanswerable question is a wrong one. None if nothing is answerable. As `coverage_at`, but only what
    could have been answered counts as missed (El-Yaniv and Wiener 2010).

    >>> answerable_coverage_at([0.9, 0.8, 0.7, 0.1], [1, 1, 0, 0], [1, 1, 0, 1], precision=0.9)
    0.6666666666666666
    """
    scores, labels = _arrays(confidences, right)
    wanted = np.asarray(answerable, dtype=bool)
    if not wanted.any():
        return None
    thresholds, _, risks = _curve(scores, labels)
    kept = thresholds[risks <= 1 - precision + 1e-12]
    return float((scores[wanted] >= kept.min()).mean()) if kept.size else 0.0


def brier(confidences: ArrayLike, right: ArrayLike) -> float | None:
    """Mean squared difference of confidence and outcome (Brier 1950); lower is better, a constant 0.5 gets 0.25.

    >>> brier([1.0, 0.5], [1, 0])
    0.125
    """
    scores, labels = _arrays(confidences, right)
    return float(((scores - labels) ** 2).mean()) if scores.size else None


def ece(confidences: ArrayLike, right: ArrayLike) -> float | None:
    """Expected calibration error: mean gap of confidence and accuracy over ten equal bins (Guo et al. 2017).

    >>> ece([0.75, 0.75, 0.25, 0.25], [1, 1, 0, 1])  # gaps 0.25 and 0.25, half of the questions each
    0.25
    """
    bins = reliability(confidences, right)
    total = sum(b.n for b in bins)
    return sum(b.n * abs(b.confidence - b.accuracy) for b in bins) / total if total else None


def reliability(confidences: ArrayLike, right: ArrayLike) -> list[Bin]:
    """The bins of the reliability diagram that hold a question, lowest first; only the last holds its upper edge.

    Ten bins of equal width (DeGroot and Fienberg 1983).

    >>> [(b.low, b.high, b.accuracy, b.n) for b in reliability([0.1, 0.15, 1.0], [0, 1, 1])]
    [(0.1, 0.2, 0.5, 2), (0.9, 1.0, 1.0, 1)]
    """
    scores, labels = _arrays(confidences, right)
    numbers = np.minimum((scores * N_BINS).astype(int), N_BINS - 1)
    return [
        Bin(i / N_BINS, (i + 1) / N_BINS, float(scores[own].mean()), float(labels[own].mean()), int(own.sum()))
        for i in range(N_BINS)
        if (own := numbers == i).any()
    ]


def _arrays(confidences: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    scores, labels = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if scores.shape != labels.shape:
        raise ValueError(f"{scores.size} confidences for {labels.size} questions")
    return scores, labels


def _curve(
    scores: NDArray[np.float64], labels: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Thresholds, highest first, with the coverage and the risk of each."""
    thresholds, counts, wrong = _by_confidence(scores, labels)
    answered = np.cumsum(counts)
    return thresholds, answered / max(1, scores.size), np.cumsum(wrong) / answered


def _by_confidence(
    scores: NDArray[np.float64], labels: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """Different confidences, highest first, with how many questions and how many wrong ones have each."""
    values, place, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    return -values, counts, np.bincount(place, weights=1 - labels).astype(np.float64)
