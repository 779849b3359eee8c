"""Our own collections: their form is checked by line, and an index of one finds each sentence that a question names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import subject_corpus
from dev_rows import main as dev_rows_main
from reader_data.rows import read_rows
from reader_data.subjects import read_subject

from ragbot.errors import DatasetError

ROOT = Path(__file__).parents[2]
SUBJECTS = sorted((ROOT / "train" / "subjects").glob("*.txt"))
GOOD = """# leaflet: Mending a "broken" kettle
## Before
1 Let the kettle cool for ten minutes.
2 Pull the plug out of the wall before you open it.
## After
3 It may drip for a day.
# news: Kettles
## What they cost
4 A new kettle costs more than a repair.
# QUESTIONS
lay|2,1|what do i do first
near|-|does it work for toasters
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "kettles.txt"
    path.write_text(text, "utf-8")
    return path


def test_a_subject_is_read_with_its_places(tmp_path: Path) -> None:
    subject = read_subject(written(tmp_path, GOOD))
    assert [(d.kind, d.title, [s.heading for s in d.sections]) for d in subject.documents] == [
        ("leaflet", 'Mending a "broken" kettle', ["Before", "After"]),
        ("news", "Kettles", ["What they cost"]),
    ]
    assert subject.places()[3] == (0, "It may drip for a day.")
    assert subject.places()[4] == (1, "A new kettle costs more than a repair.")
    assert [(q.style, q.right, q.text) for q in subject.questions] == [
        ("lay", (2, 1), "what do i do first"),
        ("near", (), "does it work for toasters"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("2 Pull", "3 Pull", "4: not sentence 2: '3 Pull the plug"),
        ("2 Pull", "Pull", "4: not sentence 2: 'Pull the plug"),
        ("# leaflet: Mending", "# leaflet Mending", "1: a document needs '# kind: title'"),
        ("## Before\n", "", "2: a sentence before any section"),
        ("lay|2,1|", "lay|2,9|", "11: '2,9' are not numbers of the 4 sentences"),
        ("lay|2,1|", "lay|two|", "11: invalid literal"),
        ("lay|2,1|", "lay|-|", "11: '-' are not numbers"),
        ("near|-|", "near|1|", "12: '1' are not numbers"),
        ("lay|2,1|", "slang|2,1|", "11: no question: 'slang|2,1|"),
        ("lay|2,1|what do i do first", "lay|2,1", "11: no question: 'lay|2,1'"),
        ("toasters", "ketamine", "12: speaks of ketamine"),
        (GOOD[GOOD.index("# QUESTIONS") :], "", " no question; add some"),
    ],
)
def test_what_is_not_of_the_form_is_told_with_its_line(before: str, after: str, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace(before, after, 1))
    with pytest.raises(DatasetError) as raised:
        read_subject(path)
    assert str(raised.value).startswith(f"{path}:{message}")


def test_an_index_of_a_subject_gives_rows_for_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    written(tmp_path / "in", GOOD)
    out = tmp_path / "out"
    assert subject_corpus.main([str(tmp_path / "in"), "--out", str(out)]) == 0
    assert "1 subjects, 4 sentences, 2 questions (lay 1, near 1)" in capsys.readouterr().out
    pairs = (out / "training.txt").read_text("utf-8").split() + (out / "held.txt").read_text("utf-8").split()
    assert pairs == [f"{out / 'kettles' / 'index'}={out / 'kettles' / 'questions.jsonl'}"]
    dev_rows_main([*pairs, "--collections", "--out", str(tmp_path / "rows.jsonl")])
    rows = read_rows(tmp_path / "rows.jsonl")
    right = [row.sentences[number] for row in rows for number in row.right]
    assert sorted(right) == [
        "Let the kettle cool for ten minutes.",
        "Pull the plug out of the wall before you open it.",
    ]
    assert {row.collection for row in rows} == {str(out / "kettles" / "index")}
    assert {row.question for row in rows if not row.right} >= {"does it work for toasters"}


@pytest.mark.parametrize("path", SUBJECTS, ids=lambda path: path.stem)
def test_a_shipped_subject_is_in_good_form(path: Path) -> None:
    subject = read_subject(path)
    assert len(subject.documents) >= 2
    assert len({question.text for question in subject.questions}) == len(subject.questions)


def test_the_card_says_what_there_is() -> None:
    subjects = [read_subject(path) for path in SUBJECTS]
    card = (ROOT / "train" / "subjects" / "README.md").read_text("utf-8")
    assert subject_corpus.summary(subjects) in card
    held = sorted(subject.name for subject in subjects if subject_corpus.is_held(subject))
    assert all(f"`{name}`" in card for name in held)


def test_no_question_for_training_stands_in_an_evaluation_file() -> None:
    asked = {question.text.lower() for path in SUBJECTS for question in read_subject(path).questions}
    for path in sorted((ROOT / "eval").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        measured = {row["question"].lower() for row in rows if "question" in row}
        # Short ones coincide ("does it make your hair fall out") and say nothing of ketamine.
        assert not {question for question in asked & measured if len(question.split()) > 8}
