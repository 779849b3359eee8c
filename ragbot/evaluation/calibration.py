"""A named accuracy to a threshold: "9 of 10 shown answers right" on the questions of one corpus. Pure; writes nothing.

The confidence says how sure the bot is; how sure it must be is the operator's choice, and what a confidence is worth
differs from corpus to corpus.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ragbot.datatypes import Outcome
from ragbot.errors import RagbotError
from ragbot.evaluation.plots import wilson_interval
from ragbot.evaluation.runner import Result
from ragbot.evaluation.wording import FEW

MEASURES = {"right@1": 1, "right@3": 3}
"""What may be named, with how many of the shown quotes count."""
ENOUGH = 100  # questions; with fewer the threshold moves far with each of them
FOLDS = 5
_STEP = 10_000  # thresholds have four decimals, so that what is printed is what was counted


@dataclass(frozen=True, slots=True)
class Goal:
    """The share of shown answers that must be right by `measure`."""

    measure: str
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The `threshold` that reaches a goal on `n` questions, None if none does; of these `n_shown` are answered.

    `n_right` of the shown are right. `checked_shown` and `checked_right` count the same where each fifth of the
    questions is judged by the threshold that the other four gave. `n_answerable` questions have an answer, of which
    `answerable_shown` are answered.
    """

    goal: Goal
    threshold: float | None
    n: int
    n_shown: int
    n_right: int
    checked_shown: int
    checked_right: int
    n_answerable: int
    answerable_shown: int

    @property
    def is_too_few(self) -> bool:
        """True if so few questions or shown answers stand behind it that it says little."""
        return self.n < ENOUGH or self.n_shown < FEW

    @property
    def lines(self) -> tuple[str, ...]:
        """What a person should read, one statement a line."""
        if not self.n:
            return ("cannot calibrate: no question was left to judge; name a file with questions on your documents",)
        if self.threshold is None:
            return (f"no threshold reaches {_goal(self.goal)} on these {self.n} questions; name a lower accuracy",)
        said = [
            f"threshold {self.threshold:.4f} for {_goal(self.goal)}",
            f"shown: {_share(self.n_shown, self.n)} of the questions, "
            f"{_share(self.answerable_shown, self.n_answerable)} of those that the documents answer",
            f"right: {_share(self.n_right, self.n_shown)} of the shown, "
            f"{_share(self.checked_right, self.checked_shown)} on questions that had no part in choosing it",
        ]
        if self.is_too_few:
            said.append(
                f"warning: {self.n} questions with {self.n_shown} shown answers are too few to trust this; "
                f"ask at least {ENOUGH}, so that at least {FEW} are shown"
            )
        return (*said, f"to use it on this index: export RAGBOT_THRESHOLD={self.threshold:.4f}")


def parse_goal(text: str) -> Goal:
    """The goal in `MEASURE=ACCURACY`. Raises RagbotError for another form, measure or a value outside 0..1.

    >>> parse_goal("right@1=0.9")
    Goal(measure='right@1', accuracy=0.9)
    """
    name, _, number = text.rpartition("=")
    try:
        accuracy = float(number)
    except ValueError:
        accuracy = -1.0
    if name.strip() not in MEASURES or not 0 < accuracy <= 1:
        raise RagbotError(
            f"--calibrate {text!r} is not one of {', '.join(MEASURES)} = a share above 0 and at most 1; "
            "write --calibrate right@1=0.9 for nine of ten"
        )
    return Goal(name.strip(), accuracy)


def calibrate(results: Iterable[Result], goal: Goal) -> Calibration:
    """The threshold for `goal` on the questions that the safety gate let pass; safety messages do not count."""
    rated = (Outcome.ANSWERED, Outcome.NO_ANSWER)
    questions = [r for r in results if not r.example.is_safety and not r.example.is_ranking_only]
    judged = [r for r in questions if r.answer.outcome in rated]
    confidences = np.array([r.answer.confidence for r in judged], dtype=np.float64)
    right = np.array([r.is_right(k=MEASURES[goal.measure]) for r in judged], dtype=bool)
    answerable = np.array([r.example.is_answerable for r in judged], dtype=bool)
    threshold = choose_threshold(confidences, right, accuracy=goal.accuracy)
    shown = confidences >= (np.inf if threshold is None else threshold)
    checked = _shown_by_others(confidences, right, goal.accuracy)
    return Calibration(
        goal=goal,
        threshold=threshold,
        n=len(judged),
        n_shown=int(shown.sum()),
        n_right=int(right[shown].sum()),
        checked_shown=int(checked.sum()),
        checked_right=int(right[checked].sum()),
        n_answerable=int(answerable.sum()),
        answerable_shown=int((shown & answerable).sum()),
    )


def choose_threshold(confidences: ArrayLike, right: ArrayLike, *, accuracy: float) -> float | None:
    """The smallest threshold whose shown answers are right in a share of at least `accuracy`; None if there is none.

    Thresholds are confidences that occur, rounded down to four decimals. Answers of equal confidence are shown or
    refused together, so a wrong one among them counts against all.

    >>> choose_threshold([0.9, 0.8, 0.6, 0.3], [1, 1, 0, 1], accuracy=0.75)  # 3 of 4 right
    0.3
    >>> choose_threshold([0.9, 0.8, 0.8, 0.3], [1, 1, 0, 0], accuracy=0.75)  # 0.8 would show 2 of 3
    0.9
    """
    scores, labels = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    for threshold in np.unique(np.floor(scores * _STEP) / _STEP):
        shown = scores >= threshold
        if shown.any() and labels[shown].mean() >= accuracy - 1e-12:  # 0.9 is a little more than nine tenths
            return float(threshold)
    return None


def _shown_by_others(confidences: NDArray[np.float64], right: NDArray[np.bool_], accuracy: float) -> NDArray[np.bool_]:
    """Which questions are shown (n,) if the threshold for each fifth of them is chosen on the other four."""
    shown = np.zeros(len(confidences), dtype=bool)
    fold = np.arange(len(confidences)) % FOLDS
    for number in range(FOLDS):
        own = fold == number
        threshold = choose_threshold(confidences[~own], right[~own], accuracy=accuracy)
        if threshold is not None:
            shown[own] = confidences[own] >= threshold
    return shown


def _goal(goal: Goal) -> str:
    return f"{goal.measure} of {goal.accuracy:g} among shown answers"


def _share(part: int, whole: int) -> str:
    """A share in percent with its 95 % interval and the counts.

    >>> _share(9, 10)
    '90 % [60, 98] (9 of 10)'
    """
    if not whole:
        return "none"
    low, high = wilson_interval(part / whole, whole)
    return f"{100 * part / whole:.0f} % [{100 * low:.0f}, {100 * high:.0f}] ({part} of {whole})"
