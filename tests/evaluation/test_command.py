"""`ragbot evaluate`: tables on stdout, the rest on stderr, and the gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ragbot.datatypes import Span
from ragbot.errors import RagbotError
from ragbot.evaluation import evaluate_files
from ragbot.evaluation.command import parse_minimum

Write = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("few_draws")
ROW = {"question": "How long?", "answers": [{"document": "a.md", "text": "Sessions last 40 minutes."}]}


def test_figures_go_to_stdout_and_the_rest_to_stderr(
    write_rows: Write, fake: type, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bot = fake({"How long?": ([Span(0, 25)], 0.9)})
    assert evaluate_files([write_rows(ROW)], bot=bot, report=tmp_path / "out")
    stdout, stderr = capsys.readouterr()
    assert "right@1 " in stdout
    assert "1.000 [1.000, 1.000]" in stdout
    assert "asking" not in stdout
    assert "wrote" not in stdout
    assert f"wrote {tmp_path / 'out' / 'report.json'}" in stderr


@pytest.mark.parametrize(("minimum", "holds"), [("right@1=1", True), ("right@1=1.01", False), ("auroc=0.5", False)])
def test_a_measure_below_its_minimum_fails_the_gate(write_rows: Write, fake: type, minimum: str, holds: bool) -> None:
    bot = fake({"How long?": ([Span(0, 25)], 0.9)})
    assert evaluate_files([write_rows(ROW)], bot=bot, minimum=[minimum]) is holds


def test_a_minimum_is_a_measure_and_a_number() -> None:
    assert parse_minimum(["mrr(dense)=0.5", "right@1 = .75"]) == {"mrr(dense)": 0.5, "right@1": 0.75}
    for text in ("right@1", "right@1=", "right@1=high", "=0.5"):
        with pytest.raises(RagbotError, match=r"is not MEASURE=VALUE|no measure ''"):
            parse_minimum([text])
    with pytest.raises(RagbotError, match="no measure 'right@2'; the measures are: right@1, "):
        parse_minimum(["right@1=0.5", "right@2=0.5"])
