"""Questions to replay come in any form that a person has them in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ragbot.errors import DatasetError
from ragbot.rebuilding.questions import read_questions

ROWS = [
    {"id": "a", "question": "Can I drive?", "answers": [{"document": "a.md", "text": "No."}], "split": "dev"},
    {"id": "b", "turns": ["What is nausea?", "And how long?"]},
    {"id": "c", "question": "Only for the last test?", "split": "test"},
]


def read(tmp_path: Path, name: str, text: str) -> list[tuple[str, str, int]]:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return [(one.example_id, one.question, len(one.golds)) for one in read_questions(path)]


def test_plain_lines_are_questions_named_by_their_line(tmp_path: Path) -> None:
    text = "\ufeffCan I drive?\r\n\n  Does it hurt? \n"
    assert read(tmp_path, "mine.txt", text) == [("mine:1", "Can I drive?", 0), ("mine:3", "Does it hurt?", 0)]


def test_question_files_of_evaluate_are_read_as_there(tmp_path: Path) -> None:
    text = "".join(json.dumps(row) + "\n" for row in ROWS)
    assert read(tmp_path, "q.jsonl", text) == [("a", "Can I drive?", 1), ("b", "And how long?", 0)]
    sheet = "Question;Answer;Document\nCan I drive?;No.;a.md\n"
    assert [row[1:] for row in read(tmp_path, "q.csv", sheet)] == [("Can I drive?", 1)]


def test_queries_without_their_judgements_are_questions(tmp_path: Path) -> None:
    assert read(tmp_path, "queries.tsv", "q7\tCan I drive?\nq8\tWhy?\n") == [
        ("q7", "Can I drive?", 0), ("q8", "Why?", 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("q.txt", " \n\n", "no question in "),
        ("q.jsonl", '{"id": "a"}\n', "q.jsonl:1: question: needs either `question` or `turns`"),
        ("q.jsonl", '{"question": "x"\n', "q.jsonl:1: row: not JSON"),
    ],
)
def test_a_file_without_questions_is_one_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(DatasetError) as error:
        read(tmp_path, name, text)
    assert said in str(error.value)
    assert str(error.value).isprintable()


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"cannot read .*none\.txt"):
        read_questions(tmp_path / "none.txt")
