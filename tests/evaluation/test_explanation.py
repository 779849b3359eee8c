"""`ragbot ask --explain`: the same trace as in a report, as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ragbot.answering import Bot
from ragbot.cli import app
from ragbot.evaluation.explanation import explain
from ragbot.evaluation.stages import trace_stages

FILES = {
    "driving.md": "# Driving\n\nDo not drive until the next day after a session. Ask for a lift home.\n",
    "nausea.md": "# Nausea\n\nNausea fades within two hours of the infusion. It can come\u202e back.\n",
}
ASKED = "Can I drive after a zebra session?"


@pytest.fixture
def bot(build_bot: Callable[..., Bot]) -> Bot:
    return build_bot(FILES)


def test_every_stage_is_named_with_its_figures(bot: Bot) -> None:
    trace = bot.trace(ASKED)
    text = explain(trace, bot.index, threshold=0.4)
    stages = trace_stages(trace, ())
    best = stages.sentences[0]
    assert f"Searched: {trace.query.text}" in text
    assert "Words that no document holds: zebra" in text
    assert "Passages: 2 read, the first 2 after reading" in text
    assert f"{best.score:.2f}  {best.text} (driving.md {best.span.start}-{best.span.end})" in text
    decision = "answered" if trace.confidence >= 0.4 else "refused"
    assert f"Confidence: {trace.confidence:.3f}, threshold 0.400: {decision}, from" in text
    assert "top_probability" in text


def test_the_threshold_decides_what_it_says(bot: Bot) -> None:
    trace = bot.trace(ASKED)
    assert "threshold 0.000: answered" in explain(trace, bot.index, threshold=0.0)
    assert "threshold 1.000: refused" in explain(trace, bot.index, threshold=1.0)


def test_hidden_characters_are_shown(bot: Bot) -> None:
    text = explain(bot.trace("Does nausea come back?"), bot.index, threshold=0.0)
    assert "come\\u202e back" in text
    assert "\u202e" not in text


def test_the_command_prints_answer_and_trace(
    light_models: None, build_bot: Callable[..., Bot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_bot(FILES)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["ask", ASKED, "--threshold", "0", "--explain"])
    assert result.exit_code == 0, result.stderr
    answer, _, trace = result.stdout.partition("\nSearched: ")
    assert "not medical advice" in answer
    assert "threshold 0.000: answered" in trace
    for extra in (["--json"], ["--questions", "q.jsonl"]):
        question = [] if "--questions" in extra else [ASKED]
        refused = CliRunner().invoke(app, ["ask", *question, "--explain", *extra])
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "leave out --json and --questions" in refused.stderr
