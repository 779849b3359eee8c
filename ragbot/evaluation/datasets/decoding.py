"""Bytes of a question file to text. JSON is UTF-8; a sheet may also be what Windows or Excel write."""

from __future__ import annotations

import codecs
from pathlib import Path

from ragbot.errors import DatasetError

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_bytes(path: Path) -> bytes:
    """The file's bytes; raises DatasetError if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DatasetError(f"cannot read {path} ({error.strerror}); check its name and rights") from error


def read_text(path: Path) -> str:
    """The file's UTF-8 text without byte-order mark; raises DatasetError if it cannot be read or is not UTF-8."""
    return utf8_text(path, read_bytes(path))


def utf8_text(path: Path, data: bytes) -> str:
    """`data` as UTF-8 without byte-order mark, line ends as `\\n`; raises DatasetError, naming the byte."""
    try:
        return _one_line_end(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def sheet_text(data: bytes) -> str:
    """`data` as UTF-8 or, with its mark, UTF-16 (Excel's "Unicode text"); else as Windows-1252, which holds Latin-1.

    >>> sheet_text("Zürich".encode("utf-8")), sheet_text("Zürich’s".encode("cp1252"))
    ('Zürich', 'Zürich’s')
    """
    if data.startswith(_UTF16):
        return _one_line_end(data.decode("utf-16", "replace"))
    try:
        return _one_line_end(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _one_line_end(data.decode("cp1252", "replace"))


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
