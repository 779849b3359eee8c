"""Two reports on the same questions: what got better, worse or different, with a paired bootstrap test. Prints nothing.

Both systems are judged on the same drawn questions, so that easy and hard draws cancel (Efron and Tibshirani 1993,
chapter 16; for rankings and answers: Sakai 2006, Berg-Kirkpatrick et al. 2012).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from ragbot.errors import RagbotError
from ragbot.evaluation import bootstrap, paired_measures
from ragbot.evaluation.bootstrap import Rows
from ragbot.evaluation.paired_measures import PairedMeasure, Question
from ragbot.evaluation.report import SCHEMA_VERSION

ALPHA = 0.05
HEADLINES = (
    "right@1", "right@3", "right@1(at_threshold)", "no_answer_accuracy", "balanced_accuracy", "emergency_recall",
    "personal_dose_recall", "safety_specificity",
)  # fmt: skip
MUST_HOLD = ("quotes_verified", "disclaimer_share", "same_answer_twice")
_ROWS = TypeAdapter(tuple[Question, ...])


class Change(str, Enum):
    """Which way a measure, or the whole, went."""

    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"
    UNCLEAR = "no clear difference"


@dataclass(frozen=True, slots=True)
class SavedReport:
    """A report.json as read: its name, signature and questions."""

    name: str
    signature: Mapping[str, Any]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in both reports over the `n` questions that both can judge; `low` and `high` are of new minus old.

    `p` is the two-sided probability of so large a difference if there were none.
    """

    name: str
    old: float
    new: float
    low: float
    high: float
    p: float
    n: int
    is_higher_better: bool

    @property
    def change(self) -> Change:
        """Better or worse if the test alone says so at 5 %."""
        return self.change_at(ALPHA)

    def change_at(self, alpha: float) -> Change:
        """Better or worse if `p` is at most `alpha`."""
        if self.p > alpha or self.new == self.old:
            return Change.UNCLEAR
        return Change.BETTER if (self.new > self.old) is self.is_higher_better else Change.WORSE


Pair = tuple[Question, Question]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Old against new. `mended` and `broken` questions changed from wrong to right and back; `changed` others differ."""

    old: SavedReport
    new: SavedReport
    n_common: int
    differences: tuple[Difference, ...]
    mended: tuple[Pair, ...]
    broken: tuple[Pair, ...]
    changed: tuple[Pair, ...]
    signature: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def telling(self) -> tuple[Difference, ...]:
        """The headline measures that changed, after Holm's correction for looking at several; and broken integrity."""
        headlines = sorted((d for d in self.differences if d.name in HEADLINES), key=lambda d: d.p)
        found: list[Difference] = []
        for place, difference in enumerate(headlines):
            if difference.p > ALPHA / (len(headlines) - place):
                break
            if difference.change is not Change.UNCLEAR:
                found.append(difference)
        return (*found, *(d for d in self.differences if d.name in MUST_HOLD and d.new < min(d.old, 1.0)))

    @property
    def verdict(self) -> Change:
        """The whole in one word, from `telling`."""
        ways = {Change.WORSE if d.name in MUST_HOLD else d.change for d in self.telling}
        return Change.MIXED if len(ways) > 1 else next(iter(ways), Change.UNCLEAR)


def read_report(path: Path) -> SavedReport:
    """The report at `path`. Raises RagbotError if it cannot be read or is of another schema."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RagbotError(f"cannot read {path} ({error.strerror}); name a report.json") from error
    except (ValueError, RecursionError) as error:
        raise RagbotError(f"{path} is not JSON; name a report.json that ragbot evaluate wrote") from error
    if not isinstance(values, dict) or "schema_version" not in values:
        raise RagbotError(f"{path} is no evaluation report; name a report.json that ragbot evaluate wrote")
    if values["schema_version"] != SCHEMA_VERSION:
        raise RagbotError(
            f"{path} is a report of schema {values['schema_version']!r}, this ragbot compares schema {SCHEMA_VERSION}; "
            "evaluate again with this version"
        )
    try:
        questions = _ROWS.validate_python(values.get("per_question"))
    except ValidationError as error:
        at = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise RagbotError(f"{path}: per_question.{at} cannot be read; evaluate again") from error
    signature = values.get("signature")
    return SavedReport(str(path), signature if isinstance(signature, dict) else {}, questions)


def compare(old: SavedReport, new: SavedReport) -> Comparison:
    """What changed from `old` to `new` on the questions of both. Raises RagbotError if they have none in common."""
    before = {question.key: question for question in old.questions}
    pairs = [(before[question.key], question) for question in new.questions if question.key in before]
    if not pairs:
        raise RagbotError(
            f"{old.name} and {new.name} have no question in common; compare reports on the same questions"
        )
    measured = (difference_of(measure, pairs) for measure in paired_measures.measures_of(pairs))
    return Comparison(
        old=old,
        new=new,
        n_common=len(pairs),
        differences=tuple(difference for difference in measured if difference is not None),
        mended=tuple(pair for pair in pairs if pair[0].miss and not pair[1].miss),
        broken=tuple(pair for pair in pairs if pair[1].miss and not pair[0].miss),
        changed=tuple(pair for pair in pairs if _differs(*pair)),
        signature=_changed_signature(old.signature, new.signature),
    )


def difference_of(measure: PairedMeasure, pairs: Sequence[Pair]) -> Difference | None:
    """The measure on both sides of `pairs` with its test; None if no pair can be judged."""
    values = [(measure.values(old), measure.values(new)) for old, new in pairs]
    judged = [(old, new) for old, new in values if old is not None and new is not None]
    if not judged:
        return None
    before, after = (np.array([pair[side] for pair in judged], dtype=np.float64) for side in (0, 1))
    old, new = measure.statistic(before), measure.statistic(after)
    if old is None or new is None:
        return None
    drawn = _drawn_differences(before, after, measure.statistic)
    low, high = np.percentile(drawn, [2.5, 97.5]) if drawn.size else (new - old, new - old)
    return Difference(
        name=measure.name,
        old=old,
        new=new,
        low=float(low),
        high=float(high),
        p=two_sided_p(drawn),
        n=len(judged),
        is_higher_better=measure.is_higher_better,
    )


def two_sided_p(differences: Rows) -> float:
    """Twice the smaller share of drawn differences on either side of zero, never 0: a draw more could fall there.

    >>> two_sided_p(np.array([0.1] * 99)), two_sided_p(np.array([0.1, -0.1, 0.0])), two_sided_p(np.zeros(9))
    (0.02, 1.0, 1.0)
    """
    below = (np.count_nonzero(differences <= 0) + 1) / (differences.size + 1)
    above = (np.count_nonzero(differences >= 0) + 1) / (differences.size + 1)
    return float(min(1.0, 2 * min(below, above)))


def _drawn_differences(before: Rows, after: Rows, statistic: Callable[[Rows], float | None]) -> Rows:
    n = len(before)
    draws = np.random.default_rng(bootstrap.SEED).integers(0, n, size=(bootstrap.N_RESAMPLES, n))
    values = ((statistic(before[draw]), statistic(after[draw])) for draw in draws)
    return np.array([new - old for old, new in values if old is not None and new is not None], dtype=np.float64)


def _differs(old: Question, new: Question) -> bool:
    """True if the question came out otherwise although it is right, or wrong, in both."""
    if bool(old.miss) is not bool(new.miss):
        return False
    return (old.outcome, old.miss, old.first_quote) != (new.outcome, new.miss, new.first_quote)


def _changed_signature(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """What the two were made of, where it differs; of dictionaries each member by itself."""
    before, after = _flat(old), _flat(new)
    names = sorted(before.keys() | after.keys())
    return tuple((n, before.get(n, "-"), after.get(n, "-")) for n in names if before.get(n) != after.get(n))


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": str(value)}
    return flat
