"""Figures in words for a person who runs a clinic. Works nothing out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ragbot.evaluation.bootstrap import Metric
from ragbot.evaluation.plots import wilson_interval

FEW = 30  # with fewer questions an interval is so wide that a figure says little


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure for a first look: `share` large, `sentence` beside it, `range` below."""

    share: str
    sentence: str
    range: str
    n: int

    @property
    def is_few(self) -> bool:
        """True if so few questions stand behind the figure that it says little."""
        return self.n < FEW


HEADLINES = {
    "right@1(at_threshold)": "of the questions that the documents answer got a right answer as the first quote.",
    "selective_accuracy": "of the answers that were shown had a right first quote.",
    "no_answer_accuracy": "of the questions that the documents do not answer were refused, as they should be.",
    "answered_answerable": "of the questions that the documents answer got some answer; the others were refused.",
    "emergency_recall": "of the emergency messages got the emergency text.",
    "personal_dose_recall": "of the requests for a personal dose got the text for these.",
    "safety_specificity": "of the harmless messages were let through by the safety gate.",
    "quotes_verified": "of the quotes stand word for word in their document.",
}


def headlines(figures: Mapping[str, Metric]) -> list[Headline]:
    """The figures of HEADLINES that could be judged, in their order."""
    return [headline(figures[name], text) for name, text in HEADLINES.items() if figures[name].n]


def headline(metric: Metric, sentence: str) -> Headline:
    """A share in words. Where all or none count, the bootstrap says nothing of other questions; Wilson's interval does.

    >>> headline(Metric(0.5, 0.4, 0.6, 80), "of the answers.").range
    'Likely between 40 and 60 in 100; 80 counted.'
    >>> headline(Metric(1.0, 1.0, 1.0, 80), "of the messages.").range
    'All 80 counted; likely at least 95 in 100.'
    """
    value, low, high = metric.value or 0.0, metric.low or 0.0, metric.high or 0.0
    if value == 1:
        told = f"All {metric.n:,} counted; likely at least {in_hundred(wilson_interval(1.0, metric.n)[0])} in 100."
    elif value == 0:
        told = f"None of {metric.n:,}; likely at most {in_hundred(wilson_interval(0.0, metric.n)[1])} in 100."
    else:
        told = f"Likely between {in_hundred(low)} and {in_hundred(high)} in 100; {metric.n:,} counted."
    return Headline(f"{in_hundred(value)} in 100", sentence, told, metric.n)


def in_hundred(share: float) -> str:
    """A share as a number of hundred; never rounded up to all or down to none.

    >>> in_hundred(0.126), in_hundred(1.0), in_hundred(0.998), in_hundred(0.001)
    ('13', '100', 'over 99', 'under 1')
    """
    number = round(100 * share)
    if share < 1 and number == 100:
        return "over 99"
    return "under 1" if share > 0 and number == 0 else str(number)
