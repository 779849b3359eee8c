"""The reader alone on SQuAD: windows of whole sentences, one choice over all of them, SQuAD 2.0's figures, no index."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ragbot.cli import app
from ragbot.datatypes import Span
from ragbot.errors import DatasetError, RagbotError
from ragbot.evaluation.command import evaluate_reader
from ragbot.evaluation.datasets.squad import read_squad
from ragbot.evaluation.reader_only import (
    MAX_WINDOW_PIECES,
    Candidate,
    Prediction,
    SpanRule,
    context_windows,
    predict,
    read_contexts,
    shipped_rule,
)
from ragbot.evaluation.reader_report import MEANINGS, reader_figures
from ragbot.reader import MAX_QUESTION_PIECES, Window, WindowScores

Write = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("few_draws")
CONTEXT = "The drip runs for forty minutes. Nurses watch the pressure. It fades."
NEUTRAL = SpanRule(1.0, 0.0, 0.0)


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


class WordReader:
    """A sentence's score is how many words it shares with the question, less 1.5; its span is its last word.

    Counts as the encoder does: one piece a word. "None" stands at 2.0, so that scores must be taken against it.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[Window]]] = []

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        return words(texts)

    def score(self, question: str, windows: Sequence[Window]) -> list[WindowScores]:
        self.asked.append((question, list(windows)))
        return [self._scores(set(question.lower().strip("?").split()), window.sentences) for window in windows]

    def _scores(self, wanted: set[str], sentences: Sequence[str]) -> WindowScores:
        shared = [len(wanted & set(s.lower().strip(".").split())) - 1.5 for s in sentences]
        spans = tuple((s.rfind(" ") + 1, len(s)) for s in sentences)
        return WindowScores(np.array(shared, dtype=np.float32) + 2, 2.0, spans, np.zeros(len(spans), dtype=np.float32))


def squad(*questions: dict[str, Any], context: str = CONTEXT) -> dict[str, Any]:
    return {"data": [{"title": "Drip", "paragraphs": [{"context": context, "qas": list(questions)}]}], "other": 1}


def asked(name: str, question: str, *answers: str, context: str = CONTEXT, **more: object) -> dict[str, Any]:
    golds = [{"text": text, "answer_start": context.index(text), "worker": 3} for text in answers]
    return {"id": name, "question": question, "answers": golds, "is_impossible": not answers, **more}


FILE = squad(
    asked("q1", "How long does the drip runs for?", "minutes", "forty minutes"),
    asked("q2", "What do nurses watch?", "the pressure", note="unknown keys are ignored"),
    asked("q3", "Who pays?"),
    asked("q4", "Does the drip hurt?"),
)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(value: object, name: str = "dev.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(value), "utf-8")
        return path

    return written


def run(path: Path, **options: Any) -> bool:
    reader = WordReader()
    return evaluate_reader([path], encoder=reader, reader=reader, **({"report": None} | options))  # type: ignore[arg-type]


# --- windows ---


def test_a_short_context_is_one_window_and_a_line_end_ends_a_sentence() -> None:
    (window,) = context_windows("First point\nSecond one. Third.\n\n", words, max_pieces=20)
    assert window == (Span(0, 11), Span(12, 23), Span(24, 30))


def test_a_long_context_becomes_the_fewest_windows_about_equally_full() -> None:
    context = " ".join(f"Number {n} is here." for n in range(5))  # 5 sentences of 4 words
    # 16 words hold 4 sentences, so two windows are needed: 3 and 2, not 4 and 1
    assert [len(window) for window in context_windows(context, words, max_pieces=16)] == [3, 2]
    assert [len(window) for window in context_windows(context, words, max_pieces=4)] == [1] * 5


def test_a_sentence_over_the_limit_is_cut_and_nothing_is_lost() -> None:
    context = "one two three four five six seven eight nine ten. Short one."
    windows = context_windows(context, words, max_pieces=4)
    pieces = [span.cut(context) for window in windows for span in window]
    assert " ".join(pieces) == context
    assert all(sum(words([span.cut(context) for span in window])) <= 4 for window in windows)


@given(st.text(alphabet="ab .!?\n,\u00a0\u200b", max_size=200).filter(lambda text: text.strip()), st.integers(1, 12))
def test_windows_hold_every_word_once_in_order_within_the_limit(context: str, most: int) -> None:
    windows = context_windows(context, words, max_pieces=most)
    spans = [span for window in windows for span in window]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    kept = "".join(span.cut(context) for span in spans)
    assert "".join(kept.split()) == "".join(context.split())
    for window in windows:
        sizes = words([span.cut(context) for span in window])
        assert window
        assert sum(sizes) <= most or len(window) == 1


def test_no_window_is_longer_than_the_network_reads() -> None:
    special = 3  # one before and one after the question, one at the end
    assert special + MAX_QUESTION_PIECES + MAX_WINDOW_PIECES <= 512  # positions of all-MiniLM-L6-v2


# --- choosing ---


def test_both_scores_are_weighed_and_none_must_lead_by_more_than_the_threshold() -> None:
    candidates = (Candidate(Span(0, 3), 2.0, -4.0), Candidate(Span(4, 8), 1.0, 3.0))
    # sentences alone: 2.0 against 1.0; half and half: -1.0 against 2.0, so "none" trails by 2
    assert predict("The drip", candidates, SpanRule(1.0, 0.0, -2.0)) == Prediction("The", -2.0, is_refused=False)
    assert predict("The drip", candidates, SpanRule(0.5, 0.5, -2.0)) == Prediction("drip", -2.0, is_refused=False)
    refused = predict("The drip", candidates, SpanRule(0.5, 0.5, -2.1))
    assert (refused.text, refused.said, refused.is_refused) == ("drip", "", True)


def test_a_context_without_words_is_refused() -> None:
    assert predict("\u200b", (), NEUTRAL).said == ""


def test_the_best_span_over_all_windows_is_the_answer(write: Write) -> None:
    filler = " ".join(f"Filler {n} says little more than that." for n in range(60))  # 420 words: three windows
    context = f"{filler} Nurses watch the pressure."
    path = write(squad(asked("q", "What do nurses watch?", "pressure", context=context), context=context))
    reader = WordReader()
    (question,) = read_squad(path, path.read_text("utf-8"))
    (candidates,) = read_contexts([question], reader, words)  # type: ignore[arg-type]
    ((_, windows),) = reader.asked
    assert len(windows) == 3
    assert all(window.prefix == "" for window in windows)
    assert predict(context, candidates, NEUTRAL).text == "pressure."


# --- figures ---


def test_the_figures_are_those_of_squad_2(write: Write) -> None:
    path = write(FILE)
    questions = read_squad(path, path.read_text("utf-8"))
    reader = WordReader()
    found = read_contexts(questions, reader, words)  # type: ignore[arg-type]
    said = [predict(q.context, candidates, NEUTRAL) for q, candidates in zip(questions, found, strict=True)]
    # Words shared: q1 the, drip, runs, for = 4; q2 nurses, watch = 2; q3 none; q4 the, drip = 2. Less 1.5, so q3 is
    # refused and q4 wrongly answered.
    assert [(p.said, p.none) for p in said] == [("minutes.", -2.5), ("pressure.", -0.5), ("", 1.5), ("minutes.", -0.5)]
    figures = {name: metric.value for name, metric in reader_figures(questions, said).items()}
    # q1 exact; q2 "pressure" against "pressure" once "the" is dropped: exact; q3 rightly empty; q4 wrong
    assert figures == {
        "exact_match": 0.75,
        "token_f1": 0.75,
        "answerable_exact_match": 1.0,
        "answerable_token_f1": 1.0,
        "no_answer_accuracy": 0.5,
        "answered_answerable": 1.0,
        "auroc": 0.875,  # of 4 pairs: q1 above both, q2 above q3 and level with q4
    }
    assert list(figures) == list(MEANINGS)


def test_answerable_token_f1_is_of_the_span_that_must_be_given(write: Write) -> None:
    path = write(FILE)
    questions = read_squad(path, path.read_text("utf-8"))[:2]
    said = [Prediction("minutes", 1.0, is_refused=True), Prediction("pressure rises", -1.0, is_refused=False)]
    figures = reader_figures(questions, said)
    # refused "minutes" is worth 0 in SQuAD 2.0 and 1 when it must answer; "pressure rises": precision 1/2, recall 1
    assert figures["token_f1"].value == pytest.approx((0 + 2 / 3) / 2)
    assert figures["answerable_token_f1"].value == pytest.approx((1 + 2 / 3) / 2)
    assert figures["no_answer_accuracy"].value is None
    assert figures["no_answer_accuracy"].n == 0


# --- the command ---


def test_the_report_holds_the_figures_and_every_question(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(write(FILE), report=tmp_path / "out")
    stdout, stderr = capsys.readouterr()
    assert "answerable_token_f1" in stdout
    assert f"wrote {tmp_path / 'out' / 'report.json'}" in stderr
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert {"exact_match", "token_f1", "answerable_token_f1", "no_answer_accuracy"} < set(report["aggregated"])
    assert report["aggregated"]["n"] == 4
    assert set(report["aggregated"]["token_f1"]) == {"value", "low", "high", "n"}
    assert report["aggregated"]["answerable_token_f1"]["n"] == 2
    assert [row["id"] for row in report["per_question"]] == ["q1", "q2", "q3", "q4"]
    assert report["per_question"][0]["best"] == "minutes."


def test_a_measure_below_its_minimum_fails_and_unknown_ones_are_named(write: Write) -> None:
    path = write(FILE)
    assert run(path, minimum=["answerable_token_f1=0.5"])
    assert not run(path, minimum=["answerable_token_f1=1.1"])
    with pytest.raises(RagbotError, match="no measure 'right@1'; the measures are: exact_match, "):
        run(path, minimum=["right@1=0.5"])


def test_other_files_are_refused(write: Write, tmp_path: Path) -> None:
    rows = tmp_path / "q.jsonl"
    rows.write_text('{"question": "Why?"}\n')
    with pytest.raises(DatasetError, match="is not SQuAD JSON"):
        run(rows)
    with pytest.raises(DatasetError, match="holds no question"):
        run(write({"data": []}))


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, and the reader of this module in place of the models."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ragbot.encoding.MiniLmEncoder", WordReader)
    monkeypatch.setattr("ragbot.reader.Reader", lambda encoder: encoder)
    return tmp_path


def test_no_index_is_needed_and_options_without_a_use_are_said(write: Write, light: Path) -> None:
    write(FILE)
    result = CliRunner().invoke(app, ["evaluate", "dev.json", "--reader-only", "--report", "out"])
    assert result.exit_code == 0, result.stderr
    assert (light / "out" / "report.json").is_file()
    assert not (light / "index").exists()
    result = CliRunner().invoke(app, ["evaluate", "dev.json", "--reader-only", "--threshold", "0"])
    assert result.exit_code == 0
    assert "not used: --threshold" in result.stderr


@pytest.mark.parametrize("contradiction", [["--reader", "none"], ["--calibrate", "right@1=0.9"]])
def test_what_contradicts_the_reader_alone_is_refused(write: Write, light: Path, contradiction: list[str]) -> None:
    write(FILE)
    result = CliRunner().invoke(app, ["evaluate", "dev.json", "--reader-only", *contradiction])
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


def test_the_shipped_rule_can_be_read() -> None:
    rule = shipped_rule()
    assert rule.sentence_weight >= 0
    assert rule.span_weight >= 0
    assert rule.sentence_weight + rule.span_weight > 0


def test_every_measure_is_explained_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text("utf-8").split("## The reader alone")[1]
    assert [name for name in MEANINGS if f"`{name}`" not in text.split("\n## ")[0]] == []
