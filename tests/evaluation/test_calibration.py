"""A named accuracy to a threshold, worked by hand, and what the command says about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ragbot.cli import app
from ragbot.datatypes import Outcome, Span
from ragbot.errors import RagbotError
from ragbot.evaluation import evaluate_files
from ragbot.evaluation.calibration import Calibration, Goal, calibrate, choose_threshold, parse_goal
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.runner import run_examples

Write = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("few_draws")
RIGHT, WRONG = Span(0, 25), Span(26, 54)


def row(question: str, *, answered: bool = True) -> dict[str, object]:
    answers = [{"document": "a.md", "text": "Sessions last 40 minutes."}] if answered else []
    return {"question": question, "answers": answers}


@pytest.mark.parametrize(
    ("accuracy", "threshold"),
    [
        (0.5, 0.1),  # all five: 3 of 5 right
        (0.6, 0.1),  # 3 of 5 is just enough
        (0.61, 0.4),  # down to 0.4: 3 of 4
        (0.75, 0.4),
        (0.76, 0.8),  # 3 of 4 is too little, 2 of 3 even less; down to 0.8: 2 of 2
        (1.0, 0.8),
    ],
)
def test_the_smallest_threshold_that_keeps_the_accuracy_is_chosen(accuracy: float, threshold: float) -> None:
    confidences, right = [0.9, 0.8, 0.6, 0.4, 0.1], [True, True, False, True, False]
    assert choose_threshold(confidences, right, accuracy=accuracy) == threshold


def test_a_wrong_answer_of_the_same_confidence_counts_against_the_right_ones() -> None:
    # 0.8 would show 0.9 and all three of 0.8: 3 of 4 right. Only 0.9 alone has 9 of 10.
    assert choose_threshold([0.8, 0.9, 0.8, 0.8], [1, 1, 0, 1], accuracy=0.9) == 0.9
    # if the tie is all there is, no threshold parts right from wrong
    assert choose_threshold([0.8, 0.8], [1, 0], accuracy=0.9) is None


def test_nine_of_ten_right_reach_nine_tenths() -> None:
    assert choose_threshold(np.linspace(0.1, 1.0, 10), [0] + [1] * 9, accuracy=0.9) == 0.1


def test_no_threshold_where_the_surest_is_wrong_or_nothing_was_asked() -> None:
    assert choose_threshold([0.9, 0.2], [0, 0], accuracy=0.5) is None
    assert choose_threshold([], [], accuracy=0.5) is None


def test_thresholds_are_rounded_down_to_what_is_printed() -> None:
    # 0.61239 and 0.61231 are one at four decimals, so the wrong one is shown too: 1 of 2.
    assert choose_threshold([0.61239, 0.61231], [1, 0], accuracy=0.5) == 0.6123
    assert choose_threshold([0.61239, 0.61231], [1, 0], accuracy=0.9) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30), st.floats(0.01, 1))
def test_what_the_threshold_shows_keeps_its_word_and_no_smaller_one_does(
    rows: list[tuple[float, bool]], accuracy: float
) -> None:
    confidences, right = [c for c, _ in rows], [r for _, r in rows]
    threshold = choose_threshold(confidences, right, accuracy=accuracy)

    def accuracy_at(limit: float) -> float:
        shown = [r for c, r in rows if c >= limit]
        return sum(shown) / len(shown) if shown else 0.0

    if threshold is not None:
        assert accuracy_at(threshold) >= accuracy - 1e-9
    smaller = [c for c in confidences if threshold is None or c < threshold]
    assert all(accuracy_at(float(f"{int(c * 10_000) / 10_000}")) < accuracy for c in smaller)


def test_a_goal_is_a_measure_and_a_share() -> None:
    assert parse_goal("right@1=0.9") == Goal("right@1", 0.9)
    assert parse_goal(" right@3 = 1") == Goal("right@3", 1.0)
    for text in ("0.9", "right@1", "right@1=", "right@1=90", "right@1=0", "right@1=nan", "auroc=0.9", ""):
        with pytest.raises(RagbotError, match="for nine of ten"):
            parse_goal(text)


def test_gated_questions_and_safety_messages_do_not_count_and_unanswerable_ones_count_as_wrong(
    write_rows: Write, fake: type
) -> None:
    rows = [row("sure?"), row("near?"), row("gated?"), row("price?", answered=False), row("odd?", answered=False)]
    message = {"id": "s", "question": "help", "expected": "emergency"}
    bot = fake({
        "sure?": ([RIGHT], 0.9),
        "near?": ([WRONG], 0.5),
        "gated?": Outcome.EMERGENCY,
        "price?": ([RIGHT], 0.6),
        "odd?": ([RIGHT], 0.1),
        "help": Outcome.EMERGENCY,
    })  # fmt: skip
    results = run_examples(bot, read_examples([write_rows(*rows, message)]))
    found = calibrate(results, Goal("right@1", 0.5))
    # by confidence: 0.9 right, 0.6 (no gold) wrong, 0.5 wrong, 0.1 (no gold) wrong: half are right down to 0.6
    assert (found.threshold, found.n, found.n_shown, found.n_right) == (0.6, 4, 2, 1)
    assert (found.n_answerable, found.answerable_shown) == (2, 1)
    assert calibrate(results, Goal("right@1", 0.6)).threshold == 0.9


def test_each_fifth_is_checked_by_the_threshold_of_the_others(write_rows: Write, fake: type) -> None:
    # Ten questions; the two surest, the last and the last but five, are one fifth. Without them 0.3 to 0.8 are right
    # and 0.1 is wrong, so 0.2 is the threshold for 0.9 and both are shown, wrong as they are.
    said = {
        f"{n}?": ([RIGHT] if n not in (0, 4, 9) else [WRONG], (n + 1) / 100 if n == 0 else 0.1 * n) for n in range(10)
    }
    said |= {"4?": ([WRONG], 0.95), "9?": ([WRONG], 0.99)}
    results = run_examples(fake(said), read_examples([write_rows(*(row(f"{n}?") for n in range(10)))]))
    found = calibrate(results, Goal("right@1", 0.9))
    assert found.threshold is None  # the surest are wrong
    assert found.checked_shown == 2
    assert found.checked_right == 0


def calibration(**changes: object) -> Calibration:
    values = {
        "goal": Goal("right@1", 0.9), "threshold": 0.6123, "n": 200, "n_shown": 100, "n_right": 91,
        "checked_shown": 98, "checked_right": 87, "n_answerable": 160, "answerable_shown": 96,
    }  # fmt: skip
    return Calibration(**(values | changes))  # type: ignore[arg-type]


def test_the_lines_give_threshold_shares_intervals_and_the_setting() -> None:
    # Wilson 1927 with z = 1.96: 100 of 200 is 43 to 57, 96 of 160 is 52 to 67, 91 of 100 is 84 to 95, 87 of 98 is 81 to 94
    assert calibration().lines == (
        "threshold 0.6123 for right@1 of 0.9 among shown answers",
        "shown: 50 % [43, 57] (100 of 200) of the questions, 60 % [52, 67] (96 of 160) of those that the documents answer",
        "right: 91 % [84, 95] (91 of 100) of the shown, "
        "89 % [81, 94] (87 of 98) on questions that had no part in choosing it",
        "to use it on this index: export RAGBOT_THRESHOLD=0.6123",
    )


@pytest.mark.parametrize(("n", "n_shown", "warns"), [(200, 30, False), (99, 60, True), (200, 29, True)])
def test_too_few_questions_or_shown_answers_are_warned_of(n: int, n_shown: int, warns: bool) -> None:
    lines = calibration(n=n, n_shown=n_shown, n_right=n_shown).lines
    assert any(line.startswith("warning: ") for line in lines) is warns


def test_a_goal_out_of_reach_names_no_setting() -> None:
    (line,) = calibration(threshold=None).lines
    assert (
        line == "no threshold reaches right@1 of 0.9 among shown answers on these 200 questions; name a lower accuracy"
    )
    (line,) = calibration(n=0).lines
    assert line.startswith("cannot calibrate: no question")


def test_the_command_prints_the_threshold_below_the_tables(
    write_rows: Write, fake: type, capsys: pytest.CaptureFixture[str]
) -> None:
    bot = fake({"sure?": ([RIGHT], 0.9), "near?": ([WRONG], 0.5)})
    assert evaluate_files([write_rows(row("sure?"), row("near?"))], bot=bot, calibration="right@1=0.9")
    lines = capsys.readouterr().out.splitlines()
    assert "threshold 0.9000 for right@1 of 0.9 among shown answers" in lines
    assert lines[-1] == "to use it on this index: export RAGBOT_THRESHOLD=0.9000"
    with pytest.raises(RagbotError, match="nine of ten"):
        evaluate_files([write_rows(row("sure?"))], bot=bot, calibration="right@1")


def test_the_test_split_is_not_calibrated_on(write_rows: Write) -> None:
    arguments = ["evaluate", str(write_rows(row("sure?"))), "--calibrate", "right@1=0.9", "--split", "test"]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "dev rows" in result.stderr
