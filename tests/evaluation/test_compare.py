"""Two reports side by side: which way each measure went, which questions changed, and what is refused."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from ragbot.datatypes import Outcome, Span
from ragbot.errors import RagbotError
from ragbot.evaluation import evaluate
from ragbot.evaluation.compare import Change, Comparison, compare, difference_of, read_report, two_sided_p
from ragbot.evaluation.compare_table import render_comparison, verdict_line
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.paired_measures import measures_of
from ragbot.evaluation.report import EvalReport

Write = Callable[..., Path]
N_DRAWS = 300
LASTS, REST = Span(0, 25), Span(62, 86)
GOLD = [{"document": "a.md", "text": "Sessions last 40 minutes."}]
RIGHT, WRONG, SECOND = ([LASTS, REST], 0.9), ([REST], 0.6), ([REST, LASTS], 0.7)


@pytest.fixture(autouse=True)
def fewer_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many draws that a p below a sixth of 5 % is possible, as Holm's correction wants."""
    monkeypatch.setattr("ragbot.evaluation.bootstrap.N_RESAMPLES", N_DRAWS)


@pytest.fixture
def report_of(write_rows: Write, fake: type) -> Callable[..., EvalReport]:
    """The report of a bot that says this to questions q0, q1 …, all answered by the same sentence."""

    def make(*said: object, threshold: float | None = None) -> EvalReport:
        rows = [{"id": f"q{n}", "question": f"Q{n}", "answers": GOLD} for n in range(len(said))]
        bot = fake({f"Q{n}": one for n, one in enumerate(said)})
        return evaluate(bot, read_examples([write_rows(*rows)]), threshold=threshold)

    return make


@pytest.fixture
def compared(tmp_path: Path) -> Callable[..., Comparison]:
    def make(old: EvalReport, new: EvalReport) -> Comparison:
        for name, report in (("old", old), ("new", new)):
            (tmp_path / f"{name}.json").write_text(json.dumps(report.to_json()), "utf-8")
        return compare(read_report(tmp_path / "old.json"), read_report(tmp_path / "new.json"))

    return make


def shown(comparison: Comparison) -> str:
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(render_comparison(comparison))
    return "\n".join(" ".join(line.replace("│", " ").split()) for line in console.export_text().splitlines())


def test_a_report_against_itself_shows_no_difference(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison]
) -> None:
    report = report_of(RIGHT, WRONG, SECOND)
    comparison = compared(report, report)
    assert comparison.verdict is Change.UNCLEAR
    assert {d.change for d in comparison.differences} == {Change.UNCLEAR}
    assert {d.p for d in comparison.differences} == {1.0}
    assert (comparison.mended, comparison.broken, comparison.changed, comparison.signature) == ((), (), (), ())
    assert verdict_line(comparison).startswith("NO CLEAR DIFFERENCE: ")


def test_the_values_are_those_of_the_reports(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison]
) -> None:
    old, new = report_of(RIGHT, WRONG, SECOND, ([LASTS], 0.3)), report_of(RIGHT, RIGHT, WRONG, ([REST], 0.2))
    for difference in compared(old, new).differences:
        if not difference.name.startswith("latency"):
            assert difference.old == pytest.approx(old.aggregated[difference.name].value), difference.name
            assert difference.new == pytest.approx(new.aggregated[difference.name].value), difference.name


def test_a_clear_gain_is_better_and_its_reverse_worse(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison]
) -> None:
    bad, good = report_of(*[RIGHT] * 5, *[WRONG] * 15), report_of(*[RIGHT] * 20)
    better = compared(bad, good)
    assert better.verdict is Change.BETTER
    (right,) = [d for d in better.differences if d.name == "right@1"]
    assert (right.old, right.new, right.n) == (0.25, 1.0, 20)
    assert right.low <= 0.75 <= right.high
    assert right.p == pytest.approx(2 / (N_DRAWS + 1))  # no draw on the other side, and one for the draw unseen
    assert [pair[1].id for pair in better.mended] == [f"q{n}" for n in range(5, 20)]
    worse = compared(good, bad)
    assert worse.verdict is Change.WORSE
    assert len(worse.broken) == 15


def test_one_question_more_is_no_clear_difference(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison]
) -> None:
    comparison = compared(report_of(*[RIGHT] * 9, WRONG), report_of(*[RIGHT] * 10))
    assert comparison.verdict is Change.UNCLEAR
    assert len(comparison.mended) == 1


def test_a_measure_where_lower_is_better_is_judged_so(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison]
) -> None:
    # the same answers, sure where they were unsure: squared error 0.49 before, 0.01 now
    before, after = report_of(*[([LASTS], 0.3)] * 12), report_of(*[([LASTS], 0.9)] * 12)
    (brier,) = [d for d in compared(before, after).differences if d.name == "brier"]
    assert (brier.old, brier.new) == (pytest.approx(0.49), pytest.approx(0.01))
    assert brier.change is Change.BETTER


def test_a_quote_that_no_longer_checks_is_worse_whatever_else_is_better(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison], tmp_path: Path
) -> None:
    compared(report_of(*[WRONG] * 20), report_of(*[RIGHT] * 20))
    values = json.loads((tmp_path / "new.json").read_text("utf-8"))
    values["per_question"][3]["verified"] = False
    (tmp_path / "new.json").write_text(json.dumps(values), "utf-8")
    comparison = compare(read_report(tmp_path / "old.json"), read_report(tmp_path / "new.json"))
    assert comparison.verdict is Change.MIXED
    assert "quotes_verified 1.000 to 0.950" in verdict_line(comparison)


def test_questions_that_came_out_otherwise_are_listed(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison]
) -> None:
    old = report_of(RIGHT, WRONG, WRONG, Outcome.EMERGENCY)
    text = shown(compared(old, report_of(WRONG, RIGHT, SECOND, WRONG)))
    assert "Now right: 1" in text
    assert "q1 ranking, answered (a.md 62-86) right, answered (a.md 0-25) Q1" in text
    assert "Now wrong: 1" in text
    assert "q0 right, answered (a.md 0-25) ranking, answered (a.md 62-86) Q0" in text
    assert "Otherwise different: 1" in text
    assert "q3 gate, emergency ranking, answered (a.md 62-86) Q3" in text


def test_what_the_reports_were_made_of_is_named_where_it_differs(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison]
) -> None:
    comparison = compared(report_of(RIGHT), report_of(RIGHT, threshold=0.95))
    assert comparison.signature == (("threshold", "0.5", "0.95"),)
    assert "threshold 0.5 0.95" in shown(comparison)


def test_only_questions_of_both_are_compared(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison]
) -> None:
    comparison = compared(report_of(RIGHT, RIGHT, RIGHT), report_of(RIGHT, WRONG))
    assert comparison.n_common == 2
    assert "2 questions in both; left out 1 only in old, 0 only in new: 0 now right, 1 now wrong" in shown(comparison)


def test_reports_on_other_questions_are_refused(
    report_of: Callable[..., EvalReport], tmp_path: Path, compared: Callable[..., Comparison]
) -> None:
    report = report_of(RIGHT)
    compared(report, report)
    values = json.loads((tmp_path / "new.json").read_text("utf-8"))
    values["per_question"][0]["turns"] = ["Another?"]
    (tmp_path / "other.json").write_text(json.dumps(values), "utf-8")
    with pytest.raises(RagbotError, match="have no question in common"):
        compare(read_report(tmp_path / "old.json"), read_report(tmp_path / "other.json"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON; name a report.json that ragbot evaluate wrote"),
        ("[]", "is no evaluation report; name a report.json"),
        ('{"id": "q1"}', "is no evaluation report; name a report.json"),
        ('{"schema_version": 1}', "is a report of schema 1, this ragbot compares schema 2; evaluate again"),
        ('{"schema_version": "2\\n"}', "is a report of schema '2\\\\n', this ragbot compares schema 2"),
        ('{"schema_version": 2}', "per_question. cannot be read; evaluate again"),
        ('{"schema_version": 2, "per_question": [{"id": 3}]}', r"per_question\.0\.\w+ cannot be read; evaluate again"),
    ],
)
def test_a_file_of_another_schema_is_one_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(content, "utf-8")
    with pytest.raises(RagbotError, match=rf"r\.json:? {said}|r\.json: {said}") as caught:
        read_report(path)
    assert str(caught.value).isprintable()


def test_a_missing_report_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RagbotError, match=r"cannot read .*none\.json .*; name a report\.json"):
        read_report(tmp_path / "none.json")


def test_p_is_uniform_enough_where_nothing_changed(
    report_of: Callable[..., EvalReport], compared: Callable[..., Comparison]
) -> None:
    """Shuffling right and wrong among two reports is called a difference about once in twenty times, not more."""
    rng = np.random.default_rng(7)
    pairs: list[Any] = list(compared(report_of(*[RIGHT] * 40), report_of(*[WRONG] * 40)).mended)
    pairs = pairs or list(compared(report_of(*[WRONG] * 40), report_of(*[RIGHT] * 40)).mended)
    measure = next(m for m in measures_of(pairs) if m.name == "right@1")
    called = 0
    for _ in range(40):
        swapped = [pair if side else pair[::-1] for pair, side in zip(pairs, rng.integers(0, 2, 40), strict=True)]
        difference = difference_of(measure, swapped)
        assert difference is not None
        called += difference.change is not Change.UNCLEAR
    assert called <= 7  # 2 expected; 8 or more of 40 at 5 % happen less than once in a thousand


def test_the_test_is_two_sided() -> None:
    # of 9 draws 1 below, 8 above: twice (1 + 1) / 10
    assert two_sided_p(np.array([-1.0] + [1.0] * 8)) == pytest.approx(0.4)
    assert two_sided_p(np.array([1.0] + [-1.0] * 8)) == pytest.approx(0.4)
