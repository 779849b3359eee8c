"""Question files: what is read, what is chosen by split, and what each broken row is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ragbot.datatypes import Outcome, Span
from ragbot.errors import DatasetError
from ragbot.evaluation.dataset import read_examples

Write = Callable[..., Path]
SHA = "ab" * 32


def test_a_question_row_keeps_all_its_fields(write_rows: Write) -> None:
    path = write_rows(
        {
            "id": "q1",
            "question": "How long?",
            "answers": [{"document": "a.md", "text": "It lasts an hour.", "span": "an hour"}],
            "kind": "how_long",
            "style": "lay",
            "topic": "sessions",
            "split": "dev",
        }
    )
    (example,) = read_examples([path])
    assert (example.example_id, example.turns, example.question) == ("q1", ("How long?",), "How long?")
    assert (example.kind, example.style, example.topic, example.split) == ("how_long", "lay", "sessions", "dev")
    assert (example.golds[0].document, example.golds[0].text, example.golds[0].span) == (
        "a.md",
        "It lasts an hour.",
        "an hour",
    )
    assert example.is_answerable
    assert not example.is_safety


def test_the_last_turn_is_the_question(write_rows: Write) -> None:
    (example,) = read_examples([write_rows({"id": "t", "turns": ["How long?", "and for pain?"], "answers": []})])
    assert example.turns == ("How long?", "and for pain?")
    assert example.question == "and for pain?"


@pytest.mark.parametrize("row", [{"id": "u", "question": "Price?"}, {"id": "u", "question": "Price?", "answers": []}])
def test_a_row_without_answers_is_not_answerable(write_rows: Write, row: dict[str, object]) -> None:
    (example,) = read_examples([write_rows(row)])
    assert not example.is_answerable
    assert not example.is_safety


def test_a_gold_may_be_given_by_offsets_and_hash(write_rows: Write) -> None:
    gold = {"document": "a.txt", "start": 3, "end": 9, "sha256": SHA, "span": [4, 6]}
    (example,) = read_examples([write_rows({"id": "o", "question": "How?", "answers": [gold]})])
    assert (example.golds[0].at, example.golds[0].text, example.golds[0].sha256) == (Span(3, 9), None, SHA)
    assert example.golds[0].span == Span(4, 6)


@pytest.mark.parametrize(
    ("expected", "gate"),
    [("emergency", Outcome.EMERGENCY), ("personal_dose", Outcome.PERSONAL_DOSE), ("none", None)],
)
def test_a_row_with_expected_is_a_safety_message(write_rows: Write, expected: str, gate: Outcome | None) -> None:
    row = {"id": "s", "question": "help", "expected": expected, "type": "information"}
    (example,) = read_examples([write_rows(row)])
    assert (example.is_safety, example.expected, example.kind) == (True, gate, "information")


@pytest.mark.parametrize(("split", "ids"), [(None, "ac"), ("dev", "ac"), ("test", "bc"), ("all", "abc")])
def test_rows_without_a_split_are_always_used(write_rows: Write, split: str | None, ids: str) -> None:
    path = write_rows(
        {"id": "a", "question": "one", "split": "dev"},
        {"id": "b", "question": "two", "split": "test"},
        {"id": "c", "question": "three"},
    )
    assert "".join(example.example_id for example in read_examples([path], split=split)) == ids


def test_a_row_without_id_is_named_by_file_and_line(write_rows: Write) -> None:
    (example,) = read_examples([write_rows("", {"question": "one"})])
    assert example.example_id == "q:2"


def test_line_separators_inside_a_string_do_not_end_the_row(write_rows: Write) -> None:
    path = write_rows('\ufeff{"question": "one\u2028two"}\r')
    assert read_examples([path])[0].question == "one\u2028two"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{not json", ":2: row: not JSON"),
        ("[1, 2]", ":2: row: not a JSON object"),
        ("[" * 100_000, ":2: row: not JSON"),
        ({"id": 7, "question": "x"}, ":2: id: 7 is not text"),
        ({"id": "first", "question": "x"}, ":2: id: 'first' already stands in line 1"),
        ({"id": "x"}, ":2: question: needs either"),
        ({"question": "x", "turns": ["x"]}, ":2: question: needs either"),
        ({"question": " "}, ":2: question: must be text"),
        ({"turns": []}, ":2: turns: must be text"),
        ({"turns": ["x", 3]}, ":2: turns: must be text"),
        ({"question": "x", "split": "train"}, ":2: split: 'train' is not a split"),
        ({"question": "x", "expected": "danger"}, ":2: expected: 'danger' is none of"),
        ({"question": "x", "expected": ["none"]}, ":2: expected: ['none'] is none of"),
        ({"question": "x", "scope": "a.md"}, ":2: scope: "),
        ({"question": "x", "scope": {"since": "soon"}}, ":2: scope: cannot search since 'soon'"),
        ({"question": "x", "answers": "text"}, ":2: answers: must be a list"),
        ({"question": "x", "answers": ["text"]}, ":2: answers[0]: must be an object"),
        ({"question": "x", "answers": [{"text": "t"}]}, ":2: answers[0].document: missing"),
        ({"question": "x", "answers": [{"document": "a", "txt": "t"}]}, ":2: answers[0].txt: unknown"),
        ({"question": "x", "answers": [{"document": "a"}]}, ":2: answers[0]: needs `text`"),
        ({"question": "x", "answers": [{"document": "a", "start": 1, "end": 2}]}, ":2: answers[0].sha256: missing"),
        (
            {"question": "x", "answers": [{"document": "a", "start": 2, "end": 2, "sha256": SHA}]},
            ":2: answers[0].start: [2, 2] is no place",
        ),
        (
            {"question": "x", "answers": [{"document": "a", "start": 2, "sha256": SHA}]},
            ":2: answers[0].start: [2, None] is no place",
        ),
        (
            {"question": "x", "answers": [{"document": "a", "text": "t", "span": [5]}]},
            ":2: answers[0].span: [5] is no place",
        ),
    ],
)
def test_a_broken_row_is_named_by_file_line_and_field(write_rows: Write, row: object, says: str) -> None:
    path = write_rows({"id": "first", "question": "fine"}, row)
    with pytest.raises(DatasetError) as caught:
        read_examples([path])
    assert str(caught.value).startswith(f"{path}{says}")
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_one_that_is_not_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"cannot read .*gone\.jsonl .*; check"):
        read_examples([tmp_path / "gone.jsonl"])
    (tmp_path / "bytes.jsonl").write_bytes(b'{"question": "\xff"}')
    with pytest.raises(DatasetError, match=r"bytes\.jsonl is not UTF-8"):
        read_examples([tmp_path / "bytes.jsonl"])


def test_no_row_left_says_how_to_get_some(write_rows: Write) -> None:
    path = write_rows({"question": "x", "split": "test"})
    with pytest.raises(DatasetError, match=r"no question of split dev .* use --split all"):
        read_examples([path])
    with pytest.raises(DatasetError, match="one JSON object a line"):
        read_examples([write_rows("")])
    with pytest.raises(DatasetError, match="no split 'train'"):
        read_examples([path], split="train")


def test_files_of_several_kinds_are_read_in_order(write_rows: Write, tmp_path: Path) -> None:
    sheet = tmp_path / "clinic.csv"
    sheet.write_text("question,answer,document\nHow long?,An hour,a.md\n", "utf-8")
    rows = read_examples([sheet, write_rows({"id": "x", "question": "Who?"})])
    assert [example.example_id for example in rows] == ["clinic:2", "x"]


def test_a_gold_may_name_its_side(write_rows: Write) -> None:
    gold = {"document": "a.md", "text": "It works.", "side": "works"}
    (example,) = read_examples([write_rows({"question": "Does it work?", "answers": [gold]})])
    assert example.golds[0].side == "works"
    with pytest.raises(DatasetError, match=r":1: answers\[0\]\.side: 2 is not text"):
        read_examples([write_rows({"question": "Does it work?", "answers": [gold | {"side": 2}]})])


def test_a_folder_that_is_no_benchmark_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"is no BEIR folder \(corpus\.jsonl is missing\)"):
        read_examples([tmp_path])
