"""Measures worked out from the rows of a report.json, for comparing two of them question by question.

Each gives what one question contributes (None: it cannot be judged) and the statistic of all; the names are those of
`aggregation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath

from ragbot.datatypes import Outcome
from ragbot.evaluation import measures, selective
from ragbot.evaluation.bootstrap import Rows


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """One entry of `per_question`, as far as a comparison needs it."""

    id: str
    file: str
    turns: tuple[str, ...]
    answerable: bool | None
    expected: str | None
    outcome: str
    confidence: float
    right_rank: int | None
    miss: str | None
    exact_match: float | None
    token_f1: float | None
    quotes: tuple[Place, ...]
    gold_ranks: dict[str, tuple[int, ...]]
    n_relevant: int
    verified: bool
    has_disclaimer: bool
    repeats: bool | None
    seconds: float
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, tuple[str, ...]]:
        """What makes it the same question in another report, wherever the file then lay."""
        return PurePath(self.file).name, self.id, self.turns

    @property
    def is_shown(self) -> bool:
        """True if the person saw quotes."""
        return self.outcome == Outcome.ANSWERED.value

    @property
    def is_gated(self) -> bool:
        """True if the safety gate took it."""
        return self.outcome in (Outcome.EMERGENCY.value, Outcome.PERSONAL_DOSE.value)

    @property
    def first_quote(self) -> Place | None:
        """Where the best quote stands, shown or not."""
        return self.quotes[0] if self.quotes else None

    def is_right(self, k: int) -> bool:
        """True if one of the first `k` quotes is right."""
        return self.right_rank is not None and self.right_rank <= k


Values = tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class PairedMeasure:
    """A measure's name, what one question contributes, the statistic of these rows, and which way is better."""

    name: str
    values: Callable[[Question], Values]
    statistic: Callable[[Rows], float | None]
    is_higher_better: bool = True


def measures_of(pairs: Iterable[tuple[Question, Question]]) -> list[PairedMeasure]:
    """All measures, with those of the rankers and the further scores that these questions have."""
    questions = [question for pair in pairs for question in pair]
    rankers = dict.fromkeys(ranker for question in questions for ranker in question.gold_ranks)
    names = dict.fromkeys(name for question in questions for name in question.scores)
    return [
        *_ANSWERS,
        *(_mean(name, partial(_score, name=name)) for name in names),
        *_REFUSALS,
        *_CONFIDENCE,
        *(measure for ranker in rankers for measure in _ranking(ranker)),
        *_SAFETY,
        *_INTEGRITY,
        PairedMeasure("latency_p50", lambda q: (1000 * q.seconds,), _median, is_higher_better=False),
    ]


def _mean(name: str, value: Callable[[Question], float | None]) -> PairedMeasure:
    def values(question: Question) -> Values:
        own = value(question)
        return None if own is None else (own,)

    return PairedMeasure(name, values, lambda table: float(table.mean()))


def _score(question: Question, name: str) -> float | None:
    return question.scores.get(name)


def _median(table: Rows) -> float | None:
    return measures.percentile(table[:, 0], q=50)


def _if_answerable(value: Callable[[Question], float | None]) -> Callable[[Question], float | None]:
    return lambda q: value(q) if q.answerable else None


def _if_unanswerable(value: Callable[[Question], float | None]) -> Callable[[Question], float | None]:
    return lambda q: value(q) if q.answerable is False else None


def _asked(question: Question) -> Values:
    """Whether a refusal is wanted, and whether it was refused; None for safety messages."""
    if question.answerable is None:
        return None
    return float(not question.answerable), float(not question.is_shown)


def _shown_right(question: Question) -> Values:
    return None if question.answerable is None else (float(question.is_shown), float(question.is_right(1)))


def _rated(question: Question) -> Values:
    """Confidence and whether the first quote is right, where the gate and small talk had no say."""
    if question.answerable is None or question.outcome not in (Outcome.ANSWERED.value, Outcome.NO_ANSWER.value):
        return None
    return question.confidence, float(question.is_right(1))


def _told_apart(question: Question) -> Values:
    return None if question.answerable is None else (question.confidence, float(question.answerable))


def _taken(gate: Outcome) -> Callable[[Question], float | None]:
    return lambda q: float(q.outcome == gate.value) if q.expected == gate.value else None


def _ranking(ranker: str) -> list[PairedMeasure]:
    def with_ranks(measure: Callable[[tuple[int, ...], int], float | None]) -> Callable[[Question], float | None]:
        return lambda q: (
            measure(q.gold_ranks[ranker], q.n_relevant) if ranker in q.gold_ranks and q.n_relevant else None
        )

    return [
        _mean(f"success@10({ranker})", with_ranks(lambda ranks, n: measures.success(ranks, k=10))),
        _mean(f"recall@10({ranker})", with_ranks(lambda ranks, n: measures.recall(ranks, k=10, n_relevant=n))),
        _mean(f"mrr({ranker})", with_ranks(lambda ranks, n: measures.reciprocal_rank(ranks))),
    ]


_ANSWERS = (
    _mean("right@1", _if_answerable(lambda q: float(q.is_right(1)))),
    _mean("right@3", _if_answerable(lambda q: float(q.is_right(3)))),
    _mean("right@1(at_threshold)", _if_answerable(lambda q: float(q.is_shown and q.is_right(1)))),
    _mean("right@3(at_threshold)", _if_answerable(lambda q: float(q.is_shown and q.is_right(3)))),
    _mean("exact_match", lambda q: q.exact_match),
    _mean("token_f1", lambda q: q.token_f1),
    _mean("answerable_token_f1", _if_answerable(lambda q: q.token_f1)),
    _mean("no_answer_accuracy", _if_unanswerable(lambda q: float(not q.is_shown))),
)
_REFUSALS = (
    _mean("answered_answerable", _if_answerable(lambda q: float(q.is_shown))),
    PairedMeasure("refusal_f1", _asked, lambda t: measures.f1_of(t[:, 0], t[:, 1])),
    PairedMeasure("balanced_accuracy", _asked, lambda t: measures.balanced_accuracy(1 - t[:, 0], 1 - t[:, 1])),
    PairedMeasure("selective_accuracy", _shown_right, lambda t: measures.precision_of(t[:, 1], t[:, 0])),
)
_CONFIDENCE = (
    PairedMeasure("auroc", _told_apart, lambda t: selective.auroc(t[:, 0], t[:, 1])),
    PairedMeasure("auroc(right)", _rated, lambda t: selective.auroc(t[:, 0], t[:, 1])),
    PairedMeasure("aurc", _rated, lambda t: selective.aurc(t[:, 0], t[:, 1]), is_higher_better=False),
    PairedMeasure("coverage@90", _rated, lambda t: selective.coverage_at(t[:, 0], t[:, 1], precision=0.90)),
    PairedMeasure("ece", _rated, lambda t: selective.ece(t[:, 0], t[:, 1]), is_higher_better=False),
    PairedMeasure("brier", _rated, lambda t: selective.brier(t[:, 0], t[:, 1]), is_higher_better=False),
)
_SAFETY = (
    _mean("emergency_recall", _taken(Outcome.EMERGENCY)),
    _mean("personal_dose_recall", _taken(Outcome.PERSONAL_DOSE)),
    _mean("safety_specificity", lambda q: float(not q.is_gated) if q.expected == "none" else None),
    _mean("ungated_questions", lambda q: None if q.expected else float(not q.is_gated)),
)
_INTEGRITY = (
    _mean("quotes_verified", lambda q: float(q.verified) if q.quotes else None),
    _mean("disclaimer_share", lambda q: float(q.has_disclaimer)),
    _mean("same_answer_twice", lambda q: None if q.repeats is None else float(q.repeats)),
)
