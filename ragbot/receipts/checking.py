"""One receipt against one file: whether it is the same file, and whether the quoted words stand at these offsets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ragbot.datatypes import Document, Receipt, Span, text_hash
from ragbot.errors import DocumentError
from ragbot.loaders import read_source
from ragbot.loaders.source import SourceFile

Parse = Callable[[SourceFile], Document]
"""A file's bytes to its Document, such as `DocumentLoader.parse`; raises DocumentError."""


class Finding(str, Enum):
    """What a check found."""

    UNCHANGED = "unchanged"
    FILE_CHANGED = "file changed"
    FILE_GONE = "file gone"
    TEXT_DIFFERS = "text differs"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found; `place` is where the words stand now if they stand in the file at all, `reason` an error's line."""

    finding: Finding
    place: Span | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """True if the file is the same and holds the words where the receipt says."""
        return self.finding is Finding.UNCHANGED


def check_receipt(receipt: Receipt, path: Path | None, *, text: str, parse: Parse) -> Checked:
    """Compare the file at `path` (None if it is nowhere) with its hash and the words at the offsets with theirs.

    `text` are the quoted words, looked for elsewhere in a file that changed. The file is read anew at every call.
    """
    try:
        if path is None or not path.is_file():
            return Checked(Finding.FILE_GONE)
        source = read_source(path, receipt.document)
        document = parse(source)
    except DocumentError as error:
        return Checked(Finding.UNREADABLE, reason=str(error))
    place = _place(document.text, receipt, text)
    if source.sha256 != receipt.sha256:
        return Checked(Finding.FILE_CHANGED, place)
    same = receipt.matches(document)
    return Checked(Finding.UNCHANGED if same else Finding.TEXT_DIFFERS, place)


def _place(text: str, receipt: Receipt, words: str) -> Span | None:
    """Where the quoted words stand: at their offsets, else the nearest place before or after."""
    if text_hash(text[receipt.start : receipt.end]) == receipt.text_sha256:
        return Span(receipt.start, receipt.end)
    after, before = text.find(words, receipt.start), text.rfind(words, 0, receipt.start + len(words))
    found = [start for start in (after, before) if start >= 0]
    if not (words and found):
        return None
    start = min(found, key=lambda start: abs(start - receipt.start))
    return Span(start, start + len(words))
