"""Fitting the span rule: the best threshold of all, whatever the scores, and weights that follow the better score."""

from __future__ import annotations

import numpy as np
import pytest
from fit_reader_span import Case, best_threshold, cross_rules, fit, held_back
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Span
from ragbot.evaluation.datasets.records import Place
from ragbot.evaluation.datasets.squad import SquadAnswer, SquadQuestion
from ragbot.evaluation.reader_only import Candidate

ROWS = st.lists(st.tuples(st.integers(-5, 5), st.sampled_from([0.0, 0.5, 1.0]), st.booleans()), min_size=1, max_size=20)


def case(*scores: tuple[float, float], f1: tuple[float, ...], document: str = "a") -> Case:
    answers = (SquadAnswer("x", Span(0, 1)),) if any(f1) else ()
    question = SquadQuestion("q", "?", "x y z", answers, not answers, document, 0, Place("f", 1))
    return Case(question, tuple(Candidate(Span(0, 1), *pair) for pair in scores), f1)


@given(ROWS)
def test_no_other_threshold_is_better(rows: list[tuple[int, float, bool]]) -> None:
    none, f1, refused = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    threshold, mean = best_threshold(none, f1, refused)

    def mean_at(limit: float) -> float:
        return float(np.where(none > limit, refused, f1).mean())

    assert mean == pytest.approx(mean_at(threshold))
    assert mean >= max(mean_at(limit) for limit in np.arange(-6, 7)) - 1e-9


def test_the_weights_follow_the_score_that_finds_the_answer() -> None:
    # The sentence score puts the wrong candidate first in every case, the span score the right one.
    cases = [case((2.0, -3.0), (1.0, 3.0), f1=(0.0, 1.0)) for _ in range(4)]
    cases += [case((-1.0, -2.0), (-2.0, -1.0), f1=(0.0, 0.0)) for _ in range(4)]
    rule, total = fit(cases)
    assert rule.span_weight > 0.14  # 2a - 3b < a + 3b as soon as b > a / 6
    assert total == pytest.approx(2.0)  # all answered rightly, all others refused


def test_an_article_is_judged_by_what_the_others_gave() -> None:
    answered = {"f1": (1.0,)}
    cases = [case((1.0, 1.0), **answered), case((-1.0, -1.0), f1=(0.0,))]
    cases += [case((9.0, 9.0), document="b", **answered), case((5.0, 5.0), f1=(0.0,), document="b")]
    of_a, _, of_b, _ = cross_rules(cases)
    # The rule for "a" comes from "b", where "none" trails by 9 or 5: -7 lies between. That for "b": 0, between -1 and 1.
    assert (of_a.threshold, of_b.threshold) == (-7.0, 0.0)


def test_the_last_articles_are_the_ones_held_back() -> None:
    questions = [case((0.0, 0.0), f1=(1.0,), document=name).question for name in "abca"]
    assert [q.document for q in held_back(questions, 1)] == ["c"]
    assert [q.document for q in held_back(questions, 2)] == ["b", "c"]
