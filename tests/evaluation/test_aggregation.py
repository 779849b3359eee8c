"""Figures of a small evaluation, worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ragbot.datatypes import Outcome, Span
from ragbot.evaluation.aggregation import RANKERS, aggregate, breakdown, measure_names
from ragbot.evaluation.bootstrap import NOT_JUDGED, Metric
from ragbot.evaluation.cost import Cost
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.runner import Result, run_examples
from ragbot.evaluation.table import SECTIONS

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
        ("answerable_coverage@90", 1 / 4, 7),  # A alone of A B C D
        ("success@1(lexical)", 1.0, 4),
        ("success@1(dense)", 0.0, 4),
        ("success@5(dense)", 1.0, 4),
        ("mrr(fused)", 0.5, 4),  # dense, which has it second, counts twice
        ("mrr(dense)", 0.5, 4),
        ("recall@10(dense)", 1.0, 4),
        ("ndcg@10(lexical)", 1.0, 4),
        ("success@20(final)", 1.0, 4),
        ("recall@100(fused)", 1.0, 4),
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
    # Not expected as emergency: three to six, of which four is taken as one; as personal_dose: all but three, two taken.
    assert (figures["emergency_specificity"].value, figures["emergency_specificity"].n) == (3 / 4, 4)
    assert (figures["personal_dose_specificity"].value, figures["personal_dose_specificity"].n) == (4 / 5, 5)
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


def test_lists_are_judged_item_by_item_and_other_kinds_are_not(write_rows: Write, fake: type) -> None:
    items = [{"document": "a.md", "text": text} for text in ("Nausea", "Rest at home afterwards.")]
    rows = [
        {"question": "both", "answers": items, "kind": "list"},  # 2/2 and 2/2
        {
            "question": "one",
            "answers": items,
            "kind": "list",
        },  # 1/2 and 1/2, below the threshold and judged all the same
        {"question": "none", "answers": items, "kind": "list"},  # nothing quoted: 0
        {"question": "other", "answers": items, "kind": "who"},
        {"question": "refused", "kind": "list"},
    ]
    said = {"both": ([REST, NAUSEA], 0.9), "one": ([LASTS, REST], 0.1), "other": ([REST], 0.9)}
    figures = aggregate(run_examples(fake(said), read_examples([write_rows(*rows)])))
    assert [figures[name].n for name in ("item_precision", "item_recall", "item_f1")] == [3, 3, 3]
    assert figures["item_precision"].value == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert figures["item_f1"].value == pytest.approx((1 + 1 / 2 + 0) / 3)


def test_sides_are_judged_only_where_the_row_names_them(write_rows: Write, fake: type) -> None:
    def gold(text: str, side: str | None) -> dict[str, str]:
        return {"document": "a.md", "text": text} | ({"side": side} if side else {})

    sides = [gold("Nausea", "yes"), gold("Rest at home afterwards.", "no")]
    rows = [
        {"question": "shown", "answers": sides, "kind": "conflict"},
        {"question": "refused", "answers": sides, "kind": "conflict"},
        {"question": "half", "answers": sides, "kind": "conflict"},
        {"question": "unmarked", "answers": [gold("Nausea", None), gold("Rest at home afterwards.", None)]},
    ]
    both = [REST, NAUSEA]
    said = {"shown": (both, 0.9), "refused": (both, 0.1), "half": ([REST], 0.9), "unmarked": (both, 0.9)}
    figures = aggregate(run_examples(fake(said), read_examples([write_rows(*rows)])))
    assert (figures["both_sides"].value, figures["both_sides"].n) == (pytest.approx(2 / 3), 3)
    assert (figures["both_sides(at_threshold)"].value, figures["both_sides(at_threshold)"].n) == (
        pytest.approx(1 / 3),
        3,
    )


def test_questions_with_relevant_documents_alone_are_judged_by_retrieval_alone(fake: type, tmp_path: Path) -> None:
    (tmp_path / "queries.tsv").write_text("q1\tA\nq2\tE\n", "utf-8")
    (tmp_path / "qrels.txt").write_text("q1 0 a.md 2\nq2 0 a.md 1\nq2 0 gone.md 1\n", "utf-8")
    examples = read_examples([tmp_path / "queries.tsv", tmp_path / "qrels.txt"])
    results = run_examples(fake(SAID), examples)
    figures = aggregate(results)
    judged = {name.partition("(")[0] for name, figure in figures.items() if figure.n}
    retrieval = {"success@1", "success@20", "recall@5", "recall@100", "mrr", "ndcg@10"}
    others = {"ungated_questions", "quotes_verified", "disclaimer_share", "same_answer_twice", "latency_p50"}
    assert retrieval | others <= judged
    assert not judged & {"right@1", "right@3", "exact_match", "token_f1", "answered_share", "auroc", "aurc", "brier"}
    assert (figures["recall@10(dense)"].value, figures["recall@10(dense)"].n) == (3 / 4, 2)  # 1/1 and 1/2
    assert figures["ndcg@10(lexical)"].value == pytest.approx((1 + 1 / (1 + 0.63093)) / 2, abs=1e-5)
    assert breakdown(results, "kind") == {}


def test_a_short_answer_is_compared_as_its_row_states_it(fake: type, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text("question,answer,document\nA,40 minutes,a.md\n", "utf-8")
    figures = aggregate(run_examples(fake(SAID), read_examples([path])))
    assert figures["right@1"].value == 1.0
    assert figures["exact_match"].value == 0.0
    assert figures["token_f1"].value == pytest.approx(2 / 3)  # "sessions last 40 minutes": 2/4 and 2/2


def test_what_is_read_once_has_itself_as_its_interval(results: list[Result]) -> None:
    figures = aggregate(results, cost=Cost(peak_memory_mb=512.5, index_mb=None))
    assert figures["peak_memory_mb"] == Metric(512.5, 512.5, 512.5, 7)
    assert figures["index_mb"] == NOT_JUDGED


def test_every_measure_has_words_in_the_table() -> None:
    shown = {name for rows in SECTIONS.values() for name, _ in rows}
    of_rankers = {name for name in measure_names() if name.endswith(tuple(f"({ranker})" for ranker in RANKERS))}
    assert shown | of_rankers == set(measure_names())
    assert not shown & of_rankers


def test_the_names_that_others_rely_on_are_all_there() -> None:
    wanted = "right@1 right@3 exact_match token_f1 answerable_token_f1 no_answer_accuracy auroc aurc coverage@90"
    wanted += " coverage@95 refusal_precision refusal_recall refusal_f1 balanced_accuracy median_quote_words"
    wanted += " latency_p50 latency_p95 quotes_verified disclaimer_share emergency_recall personal_dose_recall"
    wanted += " safety_specificity ece brier success@1(lexical) success@5(dense) success@10(fused) mrr(lexical)"
    assert set(wanted.split()) <= set(measure_names())
