"""The tables that a terminal shows."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from ragbot.datatypes import Outcome, Span
from ragbot.evaluation import EvalReport, evaluate, render_table
from ragbot.evaluation.dataset import read_examples

pytestmark = pytest.mark.usefixtures("few_draws")
Write = Callable[..., Path]
GOLD = [{"document": "a.md", "text": "Sessions last 40 minutes."}]


def shown(report: EvalReport) -> list[str]:
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(render_table(report))
    return [" ".join(line.replace("│", " ").split()) for line in console.export_text().splitlines()]


def test_figures_stand_with_their_interval_and_number_of_questions(write_rows: Write, fake: type) -> None:
    path = write_rows({"question": "A", "answers": GOLD, "kind": "how[long]"}, {"question": "B", "answers": GOLD})
    report = evaluate(fake({"A": ([Span(0, 25)], 0.9)}), read_examples([path]), minimum={"right@1": 0.9})
    lines = shown(report)
    assert "right@1 0.500 [0.000, 1.000] 2 first quote right" in lines
    assert "mrr 1.00 [1.00, 1.00] 0.50 [0.50, 0.50] 0.50 [0.50, 0.50] 0.75 [0.50, 1.00]" in lines
    assert "how[long] 1 1.000 [1.000, 1.000] 1.000 [1.000, 1.000]" in lines
    assert "below the minimum: right@1 is 0.5000, wanted at least 0.9" in lines


def test_what_cannot_be_judged_is_left_out(write_rows: Write, fake: type) -> None:
    path = write_rows({"question": "[bold]help", "expected": "emergency"}, {"question": "hello", "expected": "none"})
    report = evaluate(fake({"hello": Outcome.SMALL_TALK}), read_examples([path]))
    text = "\n".join(shown(report))
    assert "emergency_recall 0.000" in text
    assert "Safety messages taken wrongly: 1" in text
    assert "q:1 emergency no_answer [bold]help" in text
    assert "right@1" not in text
    assert "mrr" not in text
