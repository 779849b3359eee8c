"""Which kind of question file this is, told by what stands in it and not by its name. Reads files, parses no rows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ragbot.errors import DatasetError
from ragbot.evaluation.datasets.decoding import read_bytes, sheet_text, utf8_text
from ragbot.evaluation.datasets.sheet import sheet_delimiter
from ragbot.evaluation.datasets.trec import QRELS_HEADER

_QRELS_LINE = re.compile(r"\S+\s+\S+\s+\S+\s+-?\d+\s*")
_QUERY_LINE = re.compile(r"[^\t]*\S[^\t]*\t.*\S.*")
_SQUAD_HEAD = re.compile(r'"(?:data|paragraphs|qas)"\s*:\s*\[')
_ZIP = b"PK\x03\x04"


class DatasetKind(str, Enum):
    """The kinds of question files."""

    JSONL = "jsonl"
    SQUAD = "squad"
    BEIR = "beir"
    QRELS = "qrels"
    QUERIES = "queries"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Source:
    """A question file or folder, its kind, and its text (none for a folder)."""

    path: Path
    kind: DatasetKind
    text: str = ""


def recognised(path: Path) -> Source:
    """The file or folder at `path` with its kind and text.

    Raises DatasetError if it cannot be read, or is a spreadsheet's own format.
    """
    if path.is_dir():
        return Source(path, DatasetKind.BEIR)
    data = read_bytes(path)
    if data.startswith(_ZIP):
        raise DatasetError(f"{path} is a workbook or an archive; save the sheet as CSV (UTF-8) and name that file")
    loose = sheet_text(data)
    kind = text_kind(loose, suffix=path.suffix.lower())
    return Source(path, kind, loose if kind is DatasetKind.SHEET else utf8_text(path, data))


def text_kind(text: str, *, suffix: str = "") -> DatasetKind:
    """The kind of a file with this text; `suffix` decides only where the text says nothing.

    >>> text_kind("Question;Answer;Document\\n").value, text_kind("q1 0 d7 2\\n").value, text_kind("q1\\twhy?\\n").value
    ('sheet', 'qrels', 'queries')
    >>> text_kind('{"data": []}').value, text_kind('{"question": "x"}').value
    ('squad', 'jsonl')
    """
    first = next((line for line in text.split("\n") if line.strip()), "")
    if text.lstrip()[:1] in ("{", "["):
        return _json_kind(text, first)
    if sheet_delimiter(text) is not None:
        return DatasetKind.SHEET
    if _QRELS_LINE.fullmatch(first) or first.casefold().startswith(QRELS_HEADER):
        return DatasetKind.QRELS
    if suffix == ".csv":
        return DatasetKind.SHEET
    return DatasetKind.QUERIES if _QUERY_LINE.fullmatch(first) else DatasetKind.JSONL


def _json_kind(text: str, first: str) -> DatasetKind:
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return DatasetKind.SQUAD if _SQUAD_HEAD.search(text[:100_000]) else DatasetKind.JSONL
    if not isinstance(row, dict):
        return DatasetKind.JSONL
    if isinstance(row.get("data"), list):
        return DatasetKind.SQUAD
    return DatasetKind.QUERIES if {"_id", "text"} <= set(row) and "question" not in row else DatasetKind.JSONL
