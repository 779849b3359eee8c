"""What is done survives Ctrl-C, and only the very same evaluation goes on with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ragbot.answering import Bot
from ragbot.datatypes import Answer, Outcome, Span
from ragbot.errors import RagbotError
from ragbot.evaluation import evaluate
from ragbot.evaluation.dataset import Example, read_examples
from ragbot.evaluation.journal import Journal
from ragbot.evaluation.runner import run_examples

pytestmark = pytest.mark.usefixtures("few_draws")
Write = Callable[..., Path]
GOLD = [{"document": "a.md", "text": "Sessions last 40 minutes."}]
SAID = {"A": ([Span(0, 25)], 0.9), "B": ([Span(55, 61)], 0.8), "C": ([Span(0, 25)], 0.3), "D": Outcome.EMERGENCY}
ROWS = [
    {"question": "A", "answers": GOLD},
    {"question": "B", "answers": GOLD},
    {"question": "C", "answers": []},
    {"question": "D", "expected": "none"},
]


@pytest.fixture
def examples(write_rows: Write) -> list[Example]:
    return read_examples([write_rows(*ROWS)])


@pytest.fixture
def stopping(fake: type) -> Callable[..., Any]:
    """A bot at which Ctrl-C is pressed when it is asked this question."""

    class Stopping(fake):  # type: ignore[misc]
        stop: str | None = None

        def ask_turns(self, turns: Sequence[str], **how: Any) -> Answer:
            if turns[-1] == self.stop:
                raise KeyboardInterrupt
            answer: Answer = super().ask_turns(turns, **how)
            return answer

    def make(stop: str | None = None) -> Any:
        bot = Stopping(SAID)
        bot.stop = stop
        return bot

    return make


def asked(bot: Any) -> set[str]:
    return {turns[-1] for turns, _ in bot.asked} - {"Is this the first question?"}


def test_after_ctrl_c_the_same_evaluation_goes_on(
    stopping: Callable[..., Any], examples: list[Example], tmp_path: Path
) -> None:
    with pytest.raises(RagbotError, match="stopped after 2 of 4 questions; run the same command to go on from there"):
        evaluate(stopping("C"), examples, journals=tmp_path / "j")
    bot = stopping()
    seen: list[int] = []
    report = evaluate(bot, examples, journals=tmp_path / "j", progress=lambda done, total: seen.append(done))
    assert asked(bot) == {"C", "D"}
    assert seen == [0, 1, 2, 3, 4]
    whole = evaluate(stopping(), examples)
    old, new = whole.to_json(), report.to_json()
    for values in (old, new):  # the clock and the memory are all that may differ
        values["aggregated"] = {n: m for n, m in values["aggregated"].items() if not n.startswith(("latency", "peak"))}
        values["per_question"] = [row | {"seconds": 0} for row in values["per_question"]]
    assert new == old


def test_nothing_is_left_when_it_is_done(stopping: Callable[..., Any], examples: list[Example], tmp_path: Path) -> None:
    evaluate(stopping(), examples, journals=tmp_path / "no-index" / "j")
    assert not (tmp_path / "no-index").exists()


def test_without_a_journal_ctrl_c_is_left_alone(stopping: Callable[..., Any], examples: list[Example]) -> None:
    with pytest.raises(KeyboardInterrupt):
        evaluate(stopping("C"), examples)


def interrupted(bot: Any, examples: list[Example], folder: Path, threshold: float | None = None) -> None:
    with pytest.raises(RagbotError, match="stopped after"):
        evaluate(bot, examples, journals=folder, threshold=threshold)


def test_results_of_another_index_are_never_used(
    stopping: Callable[..., Any], examples: list[Example], tmp_path: Path
) -> None:
    interrupted(stopping("D"), examples, tmp_path / "j")
    bot = stopping()
    bot.index.fingerprint = "beef"
    evaluate(bot, examples, journals=tmp_path / "j")
    assert asked(bot) == {"A", "B", "C", "D"}
    again = stopping()  # the first index's results are still there for the first index
    evaluate(again, examples, journals=tmp_path / "j")
    assert asked(again) == {"D"}


def test_another_threshold_or_code_starts_anew(
    stopping: Callable[..., Any], examples: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(stopping("D"), examples, tmp_path / "j")
    bot = stopping()
    evaluate(bot, examples, journals=tmp_path / "j", threshold=0.2)
    assert asked(bot) == {"A", "B", "C", "D"}
    monkeypatch.setattr("ragbot.evaluation.signature.program", lambda package: {"code_sha256": "other code"})
    bot = stopping()
    evaluate(bot, examples, journals=tmp_path / "j")
    assert asked(bot) == {"A", "B", "C", "D"}


def test_a_changed_question_is_asked_again(stopping: Callable[..., Any], write_rows: Write, tmp_path: Path) -> None:
    signature = {"index": "f00d"}
    journal = Journal(tmp_path, signature)
    run_examples(stopping(), read_examples([write_rows(*ROWS)]), journal=journal)
    rows = [ROWS[0] | {"answers": []}, ROWS[1], ROWS[2] | {"question": "B"}, ROWS[3] | {"expected": "emergency"}]
    bot = stopping()
    run_examples(bot, read_examples([write_rows(*rows)]), journal=Journal(tmp_path, signature))
    assert asked(bot) == {"A", "B", "D"}
    assert [turns[-1] for turns, _ in bot.asked].count("B") == 2  # the third row and its repetition, not the second


def test_a_line_that_was_cut_off_is_asked_again(
    stopping: Callable[..., Any], examples: list[Example], tmp_path: Path
) -> None:
    interrupted(stopping("D"), examples, tmp_path / "j")
    (path,) = (tmp_path / "j").iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    interrupted(stopping("D"), examples, tmp_path / "j")
    lines = path.read_text("utf-8").splitlines()
    assert [bool(line) and json.loads(line)["key"] != "" for line in (lines[0], lines[1], lines[-1])] == [True] * 3
    bot = stopping()
    evaluate(bot, examples, journals=tmp_path / "j")
    assert asked(bot) == {"D"}


def test_where_nothing_can_be_written_it_says_so(
    stopping: Callable[..., Any], examples: list[Example], tmp_path: Path
) -> None:
    (tmp_path / "j").write_text("a file where a folder should be")
    assert evaluate(stopping(), examples, journals=tmp_path / "j").results
    with pytest.raises(RagbotError, match=r"stopped; .*j cannot be written, so the next run starts anew"):
        evaluate(stopping("C"), examples, journals=tmp_path / "j")


def test_what_is_kept_of_a_real_bot_comes_back_whole(
    build_bot: Callable[..., Bot], write_rows: Write, tmp_path: Path
) -> None:
    text = "# Sessions\n\nSessions last 40 minutes. Nausea may follow.\n\n- Rest\n- Drink water\n"
    bot = build_bot({"a.md": text, "b.md": "# More\n\nSessions last 40 minutes. Nurses stay.\n"})
    rows = [
        {"question": "How long do sessions last?\ud800", "answers": GOLD, "kind": "list"},
        {"turns": ["How long do sessions last?", "and nausea?"], "answers": GOLD},
    ]
    examples = read_examples([write_rows(*rows)])
    results = run_examples(bot, examples, threshold=0.0, journal=Journal(tmp_path / "j", {"index": "f"}))
    kept = Journal(tmp_path / "j", {"index": "f"})
    assert len(kept) == 2
    assert [kept.find(result.example, result.golds) for result in results] == results


def test_a_journal_that_nobody_went_on_with_is_removed(tmp_path: Path) -> None:
    import os

    old, young = tmp_path / "old.jsonl", tmp_path / "young.jsonl"
    for path in (old, young):
        path.write_text("{}\n")
    os.utime(old, (0, 0))
    Journal(tmp_path, {"index": "f"})
    assert (old.exists(), young.exists()) == (False, True)
