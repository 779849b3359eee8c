"""Our own questions for the reader are in good form, as their card says, and the checker finds what is not."""

from __future__ import annotations

import json
from pathlib import Path

import check_reader_questions as checker
import pytest

ROOT = Path(__file__).parents[2]
GOOD = {
    "id": "a0000", "hand": "a", "collection": "c", "passage": "1", "sentences": [[0, 9], [10, 17]],
    "question": "does it help", "right": [0],
}  # fmt: skip


def test_the_shipped_questions_are_in_good_form_and_as_many_as_their_card_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert checker.main([]) == 0
    printed = capsys.readouterr().out
    assert printed == (
        "10485 questions (a 461, b 254, c 669, d 834, e 625, f 745, g 986, h 1077, i 1233, j 976, k 1007, l 793, m 825), "
        "3020 unanswerable, 1128 passages, 0 problems\n"
    )
    card = (ROOT / "train" / "reader" / "README.md").read_text("utf-8")
    for figures in (
        "| `a` | 461 | 112 | 72 |",
        "| `d` | 834 | 235 | 117 |",
        "| `m` | 825 | 256 | 80 |",
        "| all | 10,485 | 3,020 | 1,128 |",
    ):
        assert figures in card


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "b0000"}, "id 'b0000' must be the hand's letter"),
        ({"question": " spaces "}, "question ' spaces ' must have letters"),
        ({"question": "???"}, "question '???' must have letters"),
        ({"question": "is Ketamine safe"}, "a question on ketamine"),
        ({"question": None}, "question must be text"),
        ({"sentences": []}, "sentences must be [start, end]"),
        ({"sentences": [[0, 9], [8, 17]]}, "sentences must be [start, end]"),
        ({"sentences": [[0, 9], [12, 12]]}, "sentences must be [start, end]"),
        ({"sentences": [[0, 9], [10, "17"]]}, "sentences must be [start, end]"),
        ({"right": [2]}, "right [2] must be numbers of the 2 sentences"),
        ({"right": [True]}, "right [True] must be numbers of the 2 sentences"),
        ({"right": [0, 0]}, "right [0, 0] has a number twice"),
        ({"more": 1}, "keys ['collection', 'hand', 'id', 'more'"),
    ],
)
def test_a_row_in_bad_form_is_one_line_with_file_and_line(
    change: dict[str, object], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps(GOOD) + "\n" + json.dumps(GOOD | {"id": "a0001", "question": "other"} | change) + "\n")
    assert checker.main([str(path)]) == 1
    problem, _ = capsys.readouterr().out.splitlines()
    assert problem.startswith(f"{path}:2: {message}")


def test_a_question_or_an_id_that_comes_twice_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "q.jsonl"
    rows = [GOOD, GOOD | {"question": "other"}, GOOD | {"id": "a0001"}, GOOD | {"id": "b0000", "hand": "b"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert checker.main([str(path)]) == 1
    assert capsys.readouterr().out.splitlines()[:-1] == [
        f"{path}:2: id a0000 a second time",
        f"{path}:3: the same question on the same passage by the same hand",
    ]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("It helps. Really. And so on.", None),
        ("It helps, really, and so on.", None),  # whole words is all that can be told without splitting anew
        ("It helped. Really. And so on.", "a sentence of c 1 is not in its answer as whole words"),
        ("It helps.", "a sentence of c 1 is not in its answer as whole words"),
        ("It helps. Really. Ketamine too.", "answer c 1 speaks of ketamine"),
    ],
)
def test_with_the_texts_every_sentence_must_stand_there(
    answer: str, problem: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions, medquad = tmp_path / "q.jsonl", tmp_path / "medquad.jsonl"
    questions.write_text(json.dumps(GOOD) + "\n")
    medquad.write_text(json.dumps({"collection": "c", "qid": "1", "focus": "Rest", "answer": answer}) + "\n")
    assert checker.main([str(questions), "--medquad", str(medquad)]) == (1 if problem else 0)
    assert capsys.readouterr().out.splitlines()[:-1] == ([f"{questions}:1: {problem}"] if problem else [])


def test_a_broken_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "q.jsonl").write_text(json.dumps(GOOD) + "\n{\n")
    assert checker.main([str(tmp_path / "q.jsonl")]) == 1
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'q.jsonl'}:2: no JSON (")
