"""`ragbot verify`: a file of answers in, one line for each quote out. Prints nothing itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ragbot.datatypes import Receipt
from ragbot.errors import AnswerFileError
from ragbot.loaders.worker import DocumentLoader
from ragbot.receipts.answer_file import QuotedAnswer, read_answers
from ragbot.receipts.checking import Checked, Finding, check_receipt
from ragbot.receipts.originals import Originals
from ragbot.rendering import visible

_SAID = {
    Finding.UNCHANGED: "the file is unchanged and holds these words there",
    Finding.FILE_CHANGED: "the file has changed since",
    Finding.FILE_GONE: "the file is gone",
    Finding.TEXT_DIFFERS: "the file is the same, but other words stand there; the answer was altered, or this version "
    "reads the file otherwise",
    Finding.UNREADABLE: "the file cannot be read",
}


def answers_in(path: Path) -> list[QuotedAnswer]:
    """The answers in the file at `path`; `-` is standard input. Raises AnswerFileError."""
    try:
        written = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise AnswerFileError(f"cannot read {path} ({error.strerror}); name a file of: ragbot ask … --json") from error
    return read_answers(written.decode("utf-8-sig", "replace"), name=str(path))


def check_answers(answers: list[QuotedAnswer], *, index: Path) -> Iterator[tuple[bool, str]]:
    """For each quote whether it still stands, and the line that says so; files are those of the index at `index`.

    Raises WorkerError if a file needs a parser's process and none can be started.
    """
    paths = Originals(index).paths()
    with DocumentLoader() as loader:
        for answer in answers:
            for number, (receipt, text) in enumerate(zip(answer.receipts, answer.texts, strict=True), start=1):
                checked = check_receipt(receipt, paths.get(receipt.document), text=text, parse=loader.parse)
                yield checked.ok, _line(answer.name, number, receipt, checked)


def _line(name: str, number: int, receipt: Receipt, checked: Checked) -> str:
    place = f"{visible(receipt.document)} {receipt.start}..{receipt.end}"
    return f"{'ok  ' if checked.ok else 'FAIL'} {visible(name)}[{number}] {place}: {_said(receipt, checked)}"


def _said(receipt: Receipt, checked: Checked) -> str:
    said = _SAID[checked.finding]
    if checked.finding is Finding.FILE_GONE:
        return f"{said}; put it back, or name its index with --index"
    if checked.reason:
        return f"{said}: {checked.reason}"
    if checked.ok:
        return said
    if checked.place is None:
        return f"{said}; these words do not stand in it" if checked.finding is Finding.FILE_CHANGED else said
    return f"{said}; these words stand at {checked.place.start}..{checked.place.end}"
