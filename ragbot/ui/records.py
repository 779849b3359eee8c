"""What the page writes on the server, and only where the operator named a file for it: questions, and reports on answers.

A file that is full or cannot be written costs a line in the log, never an answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path

from ragbot.datatypes import Answer, Document
from ragbot.errors import RecordingError
from ragbot.recording import RowFile, question_row, report_row
from ragbot.ui.reporting import chosen_golds
from ragbot.ui.state import Turn

_log = logging.getLogger(__name__)
FindDocument = Callable[[str], Document | None]


class Kept(str, Enum):
    """What became of a report; the value names its words."""

    SAVED = "saved"
    LOST = "lost"
    CHANGED = "changed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Records:
    """The operator's files. Without a file nothing of its kind is written, and the page offers nothing of it."""

    questions: RowFile | None = None
    reports: RowFile | None = None

    def keep_question(self, answer: Answer) -> None:
        """Write the question of `answer`, unless the gate took it."""
        row = question_row(answer, day=date.today()) if self.questions else None
        if self.questions and row:
            try:
                self.questions.append(row)
            except RecordingError as error:
                _log.warning("%s", error)

    def keep_report(self, turn: Turn | None, choice: Mapping[str, object], find: FindDocument) -> Kept:
        """Write what a visitor says of `turn`, and tell what became of it.

        The question comes from the turn and the sentence from the document, never from the browser's words.
        """
        if self.reports is None or turn is None or turn.answer is None:
            return Kept.LOST
        named = choice.get("document")
        golds = chosen_golds(turn.answer, choice, find(named) if isinstance(named, str) else None)
        if golds is None:
            return Kept.CHANGED
        row = report_row(turn.answer, golds, right=choice.get("right") is True, day=date.today())
        if row is None:
            return Kept.LOST
        try:
            self.reports.append(row)
        except RecordingError as error:
            _log.warning("%s", error)
            return Kept.FAILED
        return Kept.SAVED


NO_RECORDS = Records()


def open_records(*, questions: Path | None, feedback: Path | None) -> Records:
    """The operator's files, opened once to see that they can be written. Raises RecordingError if one cannot be."""
    return Records(
        RowFile(questions, setting="RAGBOT_KEEP_QUESTIONS") if questions else None,
        RowFile(feedback, setting="RAGBOT_FEEDBACK") if feedback else None,
    )
