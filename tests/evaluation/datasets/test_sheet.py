"""A clinic's own sheet: what is read whichever way it was saved, and what each broken row is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragbot.errors import DatasetError
from ragbot.evaluation.dataset import read_examples

ROWS = "Question,Answer,Document\nHow long?,Sessions last 40 minutes.,a.md\nPrice?,,\n"


def sheet(folder: Path, content: str | bytes, name: str = "clinic.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_sheet_reads_the_same_however_it_was_saved(
    tmp_path: Path, delimiter: str, line_end: str, encoding: str
) -> None:
    lines = ["Question|ANSWER| document ", "Wie lange, Zürich?|It’s 40 minutes – or more; sometimes less.|Blätter.md"]
    text = line_end.join(lines).replace(",", "\0").replace(";", "\1") + line_end
    text = text.replace("|", delimiter)
    cells = {"\0": ",", "\1": ";"}
    for mark, character in cells.items():
        text = text.replace(mark, character)
    if delimiter != "\t":  # a cell that holds the delimiter stands in quotation marks
        text = text.replace("Wie lange, Zürich?", '"Wie lange, Zürich?"')
        text = text.replace(
            "It’s 40 minutes – or more; sometimes less.", '"It’s 40 minutes – or more; sometimes less."'
        )
    (example,) = read_examples([sheet(tmp_path, text.encode(encoding))])
    assert example.question == "Wie lange, Zürich?"
    assert example.golds[0].text == "It’s 40 minutes – or more; sometimes less."
    assert (example.golds[0].document, example.golds[0].is_excerpt) == ("Blätter.md", True)


def test_the_kind_is_told_by_the_header_and_not_by_the_name(tmp_path: Path) -> None:
    assert len(read_examples([sheet(tmp_path, ROWS, "questions.jsonl")])) == 2


def test_columns_stand_in_any_order_and_others_are_left_alone(tmp_path: Path) -> None:
    text = "Checked by,document,Kind,QUESTION,answer,id\nMary,sub\\a.md,list,What?,Nausea,c1\n"
    (example,) = read_examples([sheet(tmp_path, text)])
    assert (example.example_id, example.kind, example.question) == ("c1", "list", "What?")
    assert (example.golds[0].document, example.golds[0].field) == ("sub/a.md", "answer (column E)")


def test_an_empty_answer_means_that_the_documents_do_not_answer(tmp_path: Path) -> None:
    answerable, other = read_examples([sheet(tmp_path, ROWS)])
    assert answerable.is_answerable
    assert not other.is_answerable
    assert (answerable.example_id, other.example_id) == ("clinic:2", "clinic:3")


def test_blank_rows_and_the_line_that_declares_the_delimiter_are_no_questions(tmp_path: Path) -> None:
    text = "sep=;\nquestion;answer;document\n;;\nHow long?;40 minutes;a.md\n\n;;\n"
    (example,) = read_examples([sheet(tmp_path, text)])
    assert (example.question, example.place.line) == ("How long?", 4)


def test_rows_with_the_same_question_are_its_answers(tmp_path: Path) -> None:
    text = "question,answer,document,side\nIs it safe?,Yes,a.md,a\nWho?,Nurses,a.md,\nis it  safe?,No,b.md,b\n"
    safe, who = read_examples([sheet(tmp_path, text)])
    assert [(gold.document, gold.side) for gold in safe.golds] == [("a.md", "a"), ("b.md", "b")]
    assert len(who.golds) == 1


def test_a_cell_may_hold_line_ends_and_lines_are_counted_in_the_file(tmp_path: Path) -> None:
    text = 'question,answer,document\n"How\nlong?","40\nminutes",a.md\nWho?,Nurses,\n'
    with pytest.raises(DatasetError, match=r"clinic\.csv:5: document \(column C\): is empty"):
        read_examples([sheet(tmp_path, text)])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("question,answer\nx,y\n", ":1: header: no column `document`"),
        ("question,answer,document,Answer\n", ":1: header: a second column `answer` (column D)"),
        ("title,answer,document\nx,y,z\n", ":1: header: no column `question`"),
        ("question,answer,document\n,y,z\n", ":2: question (column A): is empty"),
        ("question,answer,document\nx,y\n", ":2: row: only 2 of 3 cells"),
        ("question,answer,document\nx,y,\n", ":2: document (column C): is empty"),
        ('question,answer,document\nx,y,z\n"open,y,z\nmore,y,z\n', ":3: row: a quotation mark is not closed"),
        ('question,answer,document\n"x" y,y,z\n', ":2: row: a quotation mark is not closed or stands alone"),
        ("question,answer,document\nx,y,z\nX,,\n", ":3: question: stands in line 2 too"),
        ("question,answer,document,id\nx,y,z,1\nw,y,z,1\n", ":3: id: '1' already stands in line 2"),
        ("question,answer,document,split\nx,y,z,train\n", ":2: split (column D): 'train' is not a split"),
        ("question,answer,document\nx,yes, it is,z\n", ":2: row: 4 cells, the header has 3"),
    ],
)
def test_a_broken_sheet_is_named_by_file_line_and_column(tmp_path: Path, text: str, says: str) -> None:
    path = sheet(tmp_path, text)
    with pytest.raises(DatasetError) as caught:
        read_examples([path])
    assert str(caught.value).startswith(f"{path}{says}")
    assert "\n" not in str(caught.value)


def test_a_workbook_is_told_to_be_saved_as_csv(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"clinic\.xlsx is a workbook .* save the sheet as CSV"):
        read_examples([sheet(tmp_path, b"PK\x03\x04rest", "clinic.xlsx")])
