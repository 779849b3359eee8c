"""Figures of a small evaluation, worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ragbot.datatypes import Outcome, Span
from ragbot.evaluation.aggregation import aggregate, breakdown, measure_names
from ragbot.evaluation.bootstrap import NOT_JUDGED
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.runner import Result, run_examples

pytestmark = pytest.mark.usefixtures("few_draws")
Write = Callable[..., Path]
LASTS, MAY_FOLLOW, NAUSEA, REST = Span(0, 25), Span(26, 54), Span(55, 61), Span(62, 86)
GOLD = [{"document": "a.md", "text": "Sessions last 40 minutes."}]

# Threshold 0.5. Four answerable: right and shown, second right and shown, wrong and shown, right but refused.
# Three not answerable: refused, refused, shown.
SAID = {
    "A": ([LASTS], 0.9),
    "B": ([NAUSEA, LASTS], 0.8),
    "C": ([MAY_FOLLOW, NAUSEA, REST], 0.6),
    "D": ([LASTS, REST], 0.3),
    "E": ([REST], 0.4),
    "F": ([REST], 0.2),
    "G": ([REST], 0.7),
}
ROWS = [
    {"question": "A", "answers": GOLD, "kind": "how_long", "style": "plain"},
    {"question": "B", "answers": GOLD, "kind": "how_long", "style": "lay"},
    {"question": "C", "answers": GOLD, "kind": "who", "style": "lay"},
    {"question": "D", "answers": GOLD, "kind": "who"},
    {"question": "E"},
    {"question": "F"},
    {"question": "G"},
]


@pytest.fixture
def results(write_rows: Write, fake: type) -> list[Result]:
    return run_examples(fake(SAID), read_examples([write_rows(*ROWS)]))


@pytest.mark.parametrize(
    ("name", "value", "n"),
    [
        ("right@1", 2 / 4, 4),  # A, D
        ("right@3", 3 / 4, 4),  # A, B, D
        ("right@1(at_threshold)", 1 / 4, 4),  # A
        ("right@3(at_threshold)", 2 / 4, 4),  # A, B
        ("selective_accuracy", 1 / 4, 4),  # of A, B, C, G
        ("answered_share", 4 / 7, 7),
        ("exact_match", 3 / 7, 7),  # A, E, F
        # A, E, F 1; D and G 0; B "nausea" 0; C "nausea may follow session" against "sessions last 40 minutes" 0
        ("token_f1", 3 / 7, 7),
        ("answerable_token_f1", 1 / 4, 4),
        ("no_answer_accuracy", 2 / 3, 3),
        ("median_quote_words", 4.0, 7),  # 4 1 5 4 4 4 4
        ("refusal_precision", 2 / 3, 7),  # of D, E, F
        ("refusal_recall", 2 / 3, 7),  # of E, F, G
        ("refusal_f1", 2 / 3, 7),
        ("answered_answerable", 3 / 4, 4),
        ("balanced_accuracy", (3 / 4 + 2 / 3) / 2, 7),
        # answerable 0.9 0.8 0.6 0.3 against 0.7 0.4 0.2: won 3 + 3 + 2 + 1 of 12
        ("auroc", 9 / 12, 7),
        # right A 0.9, D 0.3 against five: won 5 + 1 of 10
        ("auroc(right)", 6 / 10, 7),
        # order A B G C E D F, wrong 0 1 1 1 1 0 1: risks 0 1/2 2/3 3/4 4/5 4/6 5/7
        ("aurc", (0 + 1 / 2 + 2 / 3 + 3 / 4 + 4 / 5 + 4 / 6 + 5 / 7) / 7, 7),
        ("coverage@90", 1 / 7, 7),
        ("success@1(lexical)", 1.0, 4),
        ("success@1(dense)", 0.0, 4),
        ("success@5(dense)", 1.0, 4),
        ("mrr(fused)", 1.0, 4),
        ("mrr(dense)", 0.5, 4),
        ("recall@10(dense)", 1.0, 4),
        ("ndcg@10(lexical)", 1.0, 4),
        ("quotes_verified", 1.0, 11),
        ("disclaimer_share", 1.0, 7),
        ("same_answer_twice", 1.0, 7),
    ],
)
def test_figures_of_seven_questions(results: list[Result], name: str, value: float, n: int) -> None:
    figure = aggregate(results)[name]
    assert figure.value == pytest.approx(value)
    assert figure.n == n


def test_a_shuffled_ranking_has_a_lower_mrr(write_rows: Write, fake: type) -> None:
    examples = read_examples([write_rows(*ROWS)])
    good = aggregate(run_examples(fake(SAID, order=(0, 1)), examples))["mrr(lexical)"].value
    bad = aggregate(run_examples(fake(SAID, order=(1, 0)), examples))["mrr(lexical)"].value
    assert (good, bad) == (1.0, 0.5)


def test_right_answers_by_kind_and_style(results: list[Result]) -> None:
    by_kind = breakdown(results, "kind")
    assert {kind: figures["right@1"].value for kind, figures in by_kind.items()} == {"how_long": 0.5, "who": 0.5}
    assert {kind: figures["right@3"].value for kind, figures in by_kind.items()} == {"how_long": 1.0, "who": 0.5}
    assert {style: figures["right@1"].n for style, figures in breakdown(results, "style").items()} == {
        "lay": 2,
        "plain": 1,
    }
    assert breakdown(results, "topic") == {}


def test_recall_of_the_gates_and_specificity(write_rows: Write, fake: type) -> None:
    said = {
        "one": Outcome.EMERGENCY,
        "two": Outcome.PERSONAL_DOSE,
        "three": ([REST], 0.9),
        "four": Outcome.EMERGENCY,
        "five": Outcome.SMALL_TALK,
    }
    rows = [
        {"question": "one", "expected": "emergency"},
        {"question": "two", "expected": "emergency"},  # by the other gate: missed as emergency, yet gated
        {"question": "three", "expected": "personal_dose"},
        {"question": "four", "expected": "none"},
        {"question": "five", "expected": "none"},
        {"question": "six", "expected": "none"},
    ]
    figures = aggregate(run_examples(fake(said), read_examples([write_rows(*rows)])))
    assert figures["emergency_recall"].value == 1 / 2
    assert figures["personal_dose_recall"].value == 0.0
    assert figures["gated_recall"].value == pytest.approx(2 / 3)
    assert figures["safety_specificity"].value == pytest.approx(2 / 3)
    assert figures["right@1"] == NOT_JUDGED  # no question at all is not a zero
    assert figures["auroc"] == NOT_JUDGED


def test_answerable_questions_alone_judge_no_refusal(write_rows: Write, fake: type) -> None:
    figures = aggregate(run_examples(fake(SAID), read_examples([write_rows(*ROWS[:4])])))
    for name in ("refusal_precision", "refusal_recall", "refusal_f1", "balanced_accuracy", "auroc"):
        assert figures[name] == NOT_JUDGED, name
    assert figures["right@1"].value == 0.5


def test_the_gate_takes_no_part_in_calibration(write_rows: Write, fake: type) -> None:
    said = SAID | {"C": Outcome.EMERGENCY}
    figures = aggregate(run_examples(fake(said), read_examples([write_rows(*ROWS)])))
    assert (figures["brier"].n, figures["auroc"].n) == (6, 7)
    assert figures["ungated_questions"].value == pytest.approx(6 / 7)


def test_the_names_that_others_rely_on_are_all_there() -> None:
    wanted = "right@1 right@3 exact_match token_f1 answerable_token_f1 no_answer_accuracy auroc aurc coverage@90"
    wanted += " coverage@95 refusal_precision refusal_recall refusal_f1 balanced_accuracy median_quote_words"
    wanted += " latency_p50 latency_p95 quotes_verified disclaimer_share emergency_recall personal_dose_recall"
    wanted += " safety_specificity ece brier success@1(lexical) success@5(dense) success@10(fused) mrr(lexical)"
    assert set(wanted.split()) <= set(measure_names())
