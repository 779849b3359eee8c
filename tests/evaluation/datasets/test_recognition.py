"""The kind of a question file is told by its content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ragbot.errors import DatasetError
from ragbot.evaluation.datasets.recognition import DatasetKind, recognised, text_kind

SQUAD = {"data": [{"title": "x", "paragraphs": []}]}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"question": "x"}\n{"question": "y"}\n', DatasetKind.JSONL),
        ('\n\n{"question": "question,answer,document"}\n', DatasetKind.JSONL),
        ("{not json\n", DatasetKind.JSONL),
        ("", DatasetKind.JSONL),
        (json.dumps(SQUAD), DatasetKind.SQUAD),
        (json.dumps(SQUAD, indent=2), DatasetKind.SQUAD),
        (json.dumps(SQUAD, indent=2)[:-20], DatasetKind.SQUAD),  # cut off: its own reader says where
        ('{"_id": "q1", "text": "why"}\n', DatasetKind.QUERIES),
        ("q1\twhy do they ask\n", DatasetKind.QUERIES),
        ("301 0 FBIS3-10082 1\n301 0 FBIS3-10169 0\n", DatasetKind.QRELS),
        ("query-id\tcorpus-id\tscore\n1\t2\t1\n", DatasetKind.QRELS),
        ("Question,Answer,Document\n", DatasetKind.SHEET),
        ("document\tanswer\tQUESTION\n", DatasetKind.SHEET),
        ('"Answer";"Question"\n', DatasetKind.SHEET),
        ("sep=;\nanswer;question\n", DatasetKind.SHEET),
    ],
)
def test_the_content_tells_the_kind(text: str, kind: DatasetKind) -> None:
    assert text_kind(text) is kind


def test_a_folder_is_beir_and_a_missing_file_is_named(tmp_path: Path) -> None:
    assert recognised(tmp_path).kind is DatasetKind.BEIR
    with pytest.raises(DatasetError, match=r"cannot read .*gone\.csv"):
        recognised(tmp_path / "gone.csv")


def test_json_that_is_not_utf8_is_refused_and_a_sheet_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes('{"question": "Zürich"}'.encode("cp1252"))
    with pytest.raises(DatasetError, match=r"a\.jsonl is not UTF-8 text \(byte 15\)"):
        recognised(tmp_path / "a.jsonl")
    (tmp_path / "a.csv").write_bytes("question;answer;document\nZürich;;\n".encode("cp1252"))
    assert "Zürich" in recognised(tmp_path / "a.csv").text
