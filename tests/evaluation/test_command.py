"""`ragbot evaluate`: tables on stdout, the rest on stderr, and the gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ragbot.cli import app
from ragbot.datatypes import Answer, Span
from ragbot.errors import RagbotError
from ragbot.evaluation import evaluate_files, measure_names
from ragbot.evaluation.aggregation import RANKERS
from ragbot.evaluation.command import parse_minimum
from ragbot.evaluation.misses import Miss

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
    assert f"wrote {tmp_path / 'out' / 'report.html'}" in stderr


def test_the_stages_that_lost_answers_are_counted(
    write_rows: Write, fake: type, capsys: pytest.CaptureFixture[str]
) -> None:
    bot = fake({"How long?": ([Span(0, 25)], 0.3), "Price?": ([Span(0, 25)], 0.9)})
    evaluate_files([write_rows(ROW, {"question": "Price?"})], bot=bot)
    lines = [" ".join(line.replace("│", " ").split()) for line in capsys.readouterr().out.splitlines()]
    assert "Stage that lost it: 2 of 2" in lines
    assert any(line.startswith("refused wrongly 1 the quote was right, but") for line in lines)
    assert any(line.startswith("answered wrongly 1 the documents do not answer it") for line in lines)


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


def test_two_reports_are_compared_with_exit_0_and_other_files_refused_in_one_line(
    write_rows: Write, fake: type, tmp_path: Path
) -> None:
    for name, confidence in (("old", 0.3), ("new", 0.9)):
        evaluate_files([write_rows(ROW)], bot=fake({"How long?": ([Span(0, 25)], confidence)}), report=tmp_path / name)
    old, new = tmp_path / "old" / "report.json", tmp_path / "new" / "report.json"
    result = CliRunner().invoke(app, ["evaluate", "--compare", str(old), str(new)])
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [" ".join(line.replace("│", " ").split()) for line in result.stdout.splitlines()]
    assert lines[0] == "NO CLEAR DIFFERENCE: no headline measure changed by more than chance"  # of one question
    assert lines[1] == "1 questions in both: 1 now right, 0 now wrong, 0 otherwise different"
    assert "q:1 refused wrongly, no_answer (a.md 0-25) right, answered (a.md 0-25) How long?" in lines
    result = CliRunner().invoke(app, ["evaluate", "--compare", str(old), str(tmp_path / "q.jsonl")])
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert CliRunner().invoke(app, ["evaluate", "--compare", str(old)]).exit_code == 2


def test_after_ctrl_c_the_same_command_goes_on(write_rows: Write, fake: type, tmp_path: Path) -> None:
    class Stopping(fake):  # type: ignore[misc]
        def ask_turns(self, turns: Sequence[str], **how: Any) -> Answer:
            if turns[-1] == "Price?":
                raise KeyboardInterrupt
            answer: Answer = super().ask_turns(turns, **how)
            return answer

    said = {"How long?": ([Span(0, 25)], 0.9)}
    files = [write_rows(ROW, {"question": "Price?"})]
    with pytest.raises(RagbotError, match="stopped after 1 of 2 questions; run the same command to go on from there"):
        evaluate_files(files, bot=Stopping(said), journals=tmp_path / "kept")
    bot = fake(said)
    evaluate_files(files, bot=bot, journals=tmp_path / "kept")
    assert ("How long?",) not in [turns for turns, _ in bot.asked]


def test_every_measure_and_stage_is_explained_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8")
    for name in measure_names():
        base, _, ranker = name.removesuffix(")").partition("(")
        parts = (
            (name,) if ranker not in RANKERS else (base.split("@")[0], f"@{base.split('@')[1]}" if "@" in base else "")
        )
        assert all(part in text for part in parts), name
    assert {miss.value for miss in Miss if f"| {miss.value} |" not in text} == set()
