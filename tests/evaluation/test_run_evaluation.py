"""The whole way from files to a report, with the models left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ragbot.datatypes import Span
from ragbot.errors import DatasetError, RagbotError
from ragbot.evaluation import run_evaluation

Write = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("few_draws")
ROW = {"question": "How long?", "answers": [{"document": "a.md", "text": "Sessions last 40 minutes."}]}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, fake: type) -> list[Path]:
    """The folders that were opened; each gives a bot that answers one question."""
    folders: list[Path] = []

    def open_bot(folder: Path) -> object:
        folders.append(folder)
        return fake({"How long?": ([Span(0, 25)], 0.9)})

    monkeypatch.setattr("ragbot.answering.open_bot", open_bot)
    return folders


def test_questions_are_asked_of_the_named_index_and_the_report_is_written(
    write_rows: Write, opened: list[Path], tmp_path: Path
) -> None:
    report = run_evaluation([write_rows(ROW)], index=Path("somewhere"), report=tmp_path / "out")
    assert opened == [Path("somewhere")]
    assert report.aggregated["right@1"].value == 1.0
    assert json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["aggregated"]["n"] == 1


def test_several_files_are_one_evaluation(write_rows: Write, opened: list[Path]) -> None:
    files = [write_rows(ROW), write_rows({"question": "help", "expected": "none"}, name="safety.jsonl")]
    report = run_evaluation(files, index=Path("index"), minimum={"safety_specificity": 1.0, "right@1": 1.0})
    assert (len(report.results), report.shortfalls) == (2, ())


def test_an_unknown_measure_is_named_before_anything_is_opened(write_rows: Write, opened: list[Path]) -> None:
    with pytest.raises(RagbotError, match="no measure 'right@2'; the measures are: right@1, right@3"):
        run_evaluation([write_rows(ROW)], index=Path("index"), minimum={"right@2": 0.5})
    assert opened == []


def test_a_report_folder_that_cannot_be_written_is_named_before_anything_is_opened(
    write_rows: Write, opened: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(RagbotError, match="cannot write to"):
        run_evaluation([write_rows(ROW)], index=Path("index"), report=tmp_path / "taken")
    assert opened == []


def test_a_broken_file_is_named_before_anything_is_opened(write_rows: Write, opened: list[Path]) -> None:
    with pytest.raises(DatasetError, match=":1: question: needs either"):
        run_evaluation([write_rows({})], index=Path("index"))
    assert opened == []
