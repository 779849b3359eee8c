"""Files to Documents: one loader per format behind one function. Leaves sentences and chunks to later stages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from ragbot.datatypes import Document
from ragbot.errors import DocumentError
from ragbot.loaders.files import FoundFile, find_files
from ragbot.loaders.html import load_html
from ragbot.loaders.markdown import load_markdown
from ragbot.loaders.plain import load_plain
from ragbot.loaders.source import SourceFile

__all__ = ["MAX_BYTES", "SUFFIXES", "FoundFile", "find_files", "load_document"]

MAX_BYTES = 50_000_000  # a book is 1 MB; beyond this a parser's memory is no longer bounded on a laptop

_LOADERS: dict[str, Callable[[SourceFile], Document]] = {
    ".txt": load_plain,
    ".text": load_plain,
    ".md": load_markdown,
    ".markdown": load_markdown,
    ".html": load_html,
    ".htm": load_html,
}
SUFFIXES = tuple(_LOADERS)


def load_document(path: Path, doc_id: str) -> Document:
    """The Document in the file at `path`.

    Raises DocumentError, whose text is the reason in one line, if the file is unreadable, too large, of an
    unsupported type or without words.
    """
    if path.is_dir():
        raise DocumentError("folder cannot be read; check its permissions")
    if any("\ud800" <= character <= "\udfff" for character in doc_id):
        raise DocumentError("file name is not UTF-8; rename it")
    loader = _LOADERS.get(path.suffix.lower())
    if loader is None:
        raise DocumentError(f"unsupported type {path.suffix or '(none)'}; supported: {', '.join(SUFFIXES)}")
    data = _read(path)
    document = loader(SourceFile(path=str(path), doc_id=doc_id, data=data, sha256=hashlib.sha256(data).hexdigest()))
    if not any(character.isalpha() for block in document.blocks for character in block.span.cut(document.text)):
        raise DocumentError("no text in it; check that the file is complete")
    return document


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise DocumentError("not a regular file")
        if path.stat().st_size > MAX_BYTES:
            raise DocumentError(f"larger than {MAX_BYTES // 1_000_000} MB; split it")
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}") from error
    if not data.strip():
        raise DocumentError("empty file")
    return data
