"""What visitors asked or corrected, as rows of a question file that `ragbot ask` and `ragbot evaluate` read.

Only where the operator names such a file. A row holds a question as understood by itself, what came of it and the day:
no address, no session, no turn before it. Messages that the safety gate took are never written. Knows no page.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ragbot.datatypes import Answer, Document, Outcome, Quote, Span
from ragbot.errors import RecordingError
from ragbot.rendering import json_line
from ragbot.store.lock import holding

MAX_FILE_BYTES = 50_000_000  # some 100,000 rows; a person must look at the file long before
_WAIT_S = 5.0
_WRITTEN = (Outcome.ANSWERED, Outcome.NO_ANSWER)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Seven digits and more, with the marks that people put between them: telephone, record and insurance numbers, birthdays.
_NUMBER = re.compile(r"(?<![\w.])\+?(?:\d[ ()/.-]{0,2}){6,}\d(?!\w)")


class Gold(NamedTuple):
    """A place that answers a question: the sentence or quote at `span` of a document. `side` as in a question file."""

    document: str
    span: Span
    text: str
    sha256: str
    side: str | None = None

    @classmethod
    def cut(cls, document: Document, span: Span) -> Gold:
        """The words at `span` of `document`."""
        return cls(document.doc_id, span, span.cut(document.text), document.sha256)


class RowFile:
    """A JSONL file that rows are added to; whole rows only, by one process at a time, up to `max_bytes`.

    Raises RecordingError if it cannot be written, with the name of the `setting` that chose it.
    """

    def __init__(self, path: Path, *, setting: str, max_bytes: int = MAX_FILE_BYTES) -> None:
        self.path = path
        self._setting = setting
        self._max_bytes = max_bytes
        self._append(b"")

    def append(self, row: dict[str, Any]) -> None:
        """Add `row` as one line. Raises RecordingError if the file is full or cannot be written; it is then as before."""
        self._append(json_line(row).encode("ascii") + b"\n")

    def _append(self, line: bytes) -> None:
        try:
            with holding(self.path, wait_s=_WAIT_S):
                _write(self.path, line, self._max_bytes)
        except _FullError as error:
            raise RecordingError(
                f"{self.path} holds {self._max_bytes:,} bytes, as much as it may; move it away to begin a new one"
            ) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise RecordingError(
                f"{self._setting}: cannot write {self.path} ({reason}); name a file in a folder that can be written"
            ) from error


def question_row(answer: Answer, *, day: date) -> dict[str, Any] | None:
    """The row of a question that was asked, for `ragbot ask --questions`; None if it may not be written."""
    if answer.outcome not in _WRITTEN:
        return None
    scope = {"scope": answer.scope.to_json()} if answer.scope else {}
    return _row(answer, day) | {"outcome": answer.outcome.value, "confidence": round(answer.confidence, 3)} | scope


def report_row(answer: Answer, golds: Sequence[Gold], *, right: bool, day: date) -> dict[str, Any] | None:
    """The row of a question with what answers it, for `ragbot evaluate`; None if it may not be written.

    `right` is what the visitor said of the answer shown; no `golds` say that the documents do not answer the question.
    What was asked of some of the documents alone says nothing of all of them and is not written.
    """
    if not is_reportable(answer):
        return None
    shown = {"outcome": answer.outcome.value, "right": right, "kind": "confirmed" if right else "corrected"}
    return _row(answer, day) | {"answers": [_gold_json(gold) for gold in golds]} | shown


def is_reportable(answer: Answer) -> bool:
    """True if a visitor's word on `answer` can become a row: the gate let it pass, and all documents were searched."""
    return answer.outcome in _WRITTEN and answer.scope is None


def shown_golds(answer: Answer) -> tuple[Gold, ...]:
    """What a person calls right who finds the answer right: its first quote, and a list or both sides if it has them."""
    grouped = [position for position, quote in enumerate(answer.quotes) if quote.group is not None]
    n_shown = max(1, grouped[-1] + 1) if grouped else 1
    return tuple(_gold_of(quote) for quote in answer.quotes[:n_shown])


def masked(question: str) -> str:
    """`question` without e-mail addresses and long numbers, which may say who asked.

    >>> masked("I am jo@example.org, call 020 7946 0018: is 0.5 mg/kg over 40 minutes usual?")
    'I am […], call […]: is 0.5 mg/kg over 40 minutes usual?'
    """
    return _NUMBER.sub("[…]", _ADDRESS.sub("[…]", question))


class _FullError(Exception):
    pass


def _write(path: Path, line: bytes, max_bytes: int) -> None:
    """Add `line` behind a whole last line, or leave the file as it was."""
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if line and size + len(line) > max_bytes:
            raise _FullError
        if line and size:
            file.seek(size - 1)
            line = line if file.read(1) == b"\n" else b"\n" + line
        try:
            if file.write(line) != len(line):
                raise OSError(None, "the disk is full")
        except OSError:
            file.truncate(size)
            raise


def _row(answer: Answer, day: date) -> dict[str, Any]:
    question = masked(answer.understood or answer.question)
    return {"id": secrets.token_hex(8), "question": question, "index": answer.index, "date": day.isoformat()}


def _gold_of(quote: Quote) -> Gold:
    side = quote.group if quote.group and quote.group.startswith("side-") else None
    return Gold(quote.document, quote.span, quote.text, quote.sha256, side)


def _gold_json(gold: Gold) -> dict[str, Any]:
    values: dict[str, Any] = {
        "document": gold.document,
        "start": gold.span.start,
        "end": gold.span.end,
        "sha256": gold.sha256,
        "text": gold.text,
    }
    return values if gold.side is None else values | {"side": gold.side}
