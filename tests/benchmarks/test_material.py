"""Every system gets the same files, and only test questions that these files answer are asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.material import copy_corpus, held_questions, write_medquad

ANSWER = {"document": "a.md", "text": "Sessions last 40 minutes."}
ROWS = [
    {"id": "1", "question": "How long?", "answers": [ANSWER], "split": "test"},
    {"id": "2", "question": "How long in dev?", "answers": [ANSWER], "split": "dev"},
    {"id": "3", "turns": ["A session?", "How long?"], "answers": [ANSWER], "split": "test"},
    {"id": "4", "question": "How dear?", "answers": [], "split": "test"},
    {"id": "5", "question": "For minutes?", "answers": [ANSWER], "split": "test"},
    {"id": "6", "question": "For hours?", "answers": [ANSWER], "split": "test"},
]


def write_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    (folder / "_facts").mkdir(parents=True)
    (folder / "more").mkdir()
    (folder / "_facts" / "plain.txt").write_text("A fact.", "utf-8")
    (folder / "SOURCES.md").write_text("A source.", "utf-8")
    (folder / "a.md").write_text("# A\n\nSessions last 40 minutes.\n", "utf-8")
    (folder / "more" / "b.txt").write_text("Rest at home.", "utf-8")
    return folder


def test_the_copied_corpus_holds_the_documents_and_nothing_else(source: Path, tmp_path: Path) -> None:
    corpus = copy_corpus(source, tmp_path / "copy")
    files = sorted(path.relative_to(corpus.folder).as_posix() for path in corpus.folder.rglob("*.*"))
    assert files == ["a.md", "more/b.txt"]
    assert (corpus.n_files, corpus.n_bytes) == (2, 31 + 13)


def test_medquad_documents_are_the_first_distinct_answers(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"answer": text} for text in ("one", "one", " ", "two", "three")]
    corpus = write_medquad(write_rows(tmp_path / "m.jsonl", rows), tmp_path / "m", documents=2)
    assert [path.read_text("utf-8") for path in sorted(corpus.folder.iterdir())] == ["one", "two"]
    assert (corpus.n_files, corpus.n_bytes) == (2, 6)


def test_a_file_that_is_not_medquad_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"m\.jsonl is no MedQuAD file"):
        write_medquad(write_rows(tmp_path / "m.jsonl", [{"text": "one"}]), tmp_path / "m", documents=2)


def test_only_answerable_test_questions_without_earlier_turns_are_asked(source: Path, tmp_path: Path) -> None:
    corpus = copy_corpus(source, tmp_path / "copy")
    found = held_questions(write_rows(tmp_path / "q.jsonl", ROWS), corpus)
    assert found.texts == ("How long?", "For minutes?", "For hours?")
    assert [[gold.sentence.cut(found.documents["a.md"].text) for gold in golds] for golds in found.golds] == (
        [["Sessions last 40 minutes."]] * 3
    )


def test_fewer_questions_are_spread_over_the_file(source: Path, tmp_path: Path) -> None:
    corpus = copy_corpus(source, tmp_path / "copy")
    file = write_rows(tmp_path / "q.jsonl", ROWS)
    assert held_questions(file, corpus, most=2).texts == ("How long?", "For minutes?")  # of 3: numbers 0 and 3 // 2
    assert len(held_questions(file, corpus, most=9).texts) == 3


def test_a_file_without_a_question_to_ask_is_named(source: Path, tmp_path: Path) -> None:
    corpus = copy_corpus(source, tmp_path / "copy")
    with pytest.raises(BenchmarkError, match=r"no answerable test question in .*q\.jsonl"):
        held_questions(write_rows(tmp_path / "q.jsonl", ROWS[3:4]), corpus)
