"""Files to Documents: one loader per format behind one function. Leaves sentences and chunks to later stages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePath

from ragbot.datatypes import Document
from ragbot.errors import DocumentError
from ragbot.loaders.docx import load_docx
from ragbot.loaders.epub import load_epub
from ragbot.loaders.files import FoundFile, find_files
from ragbot.loaders.html import load_html
from ragbot.loaders.markdown import load_markdown
from ragbot.loaders.pdf import load_pdf
from ragbot.loaders.plain import load_plain
from ragbot.loaders.sheet import load_sheet
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
    ".xhtml": load_html,
    ".docx": load_docx,
    ".epub": load_epub,
    ".csv": load_sheet,
    ".tsv": load_sheet,
    ".pdf": load_pdf,
}
SUFFIXES = tuple(_LOADERS)


def load_document(path: Path, doc_id: str) -> Document:
    """The Document in the file at `path`, parsed in this process; `loaders.worker` does it behind limits.

    Raises DocumentError, whose text is the reason in one line, if the file is unreadable, too large, of an
    unsupported type or without words.
    """
    return parse_source(read_source(path, doc_id))


def read_source(path: Path, doc_id: str, data: bytes | None = None) -> SourceFile:
    """The file at `path`, read here unless its bytes are given as `data`.

    Raises DocumentError if it cannot be a document: unreadable, empty, too large, of an unsupported type.
    """
    if any("\ud800" <= character <= "\udfff" for character in doc_id):
        raise DocumentError("file name is not UTF-8; rename it")
    if data is None and path.is_dir():
        raise DocumentError("folder cannot be read; check its permissions")
    if path.suffix.lower() not in _LOADERS:
        raise DocumentError(f"unsupported type {path.suffix or '(none)'}; supported: {', '.join(SUFFIXES)}")
    data = _read(path) if data is None else data
    if len(data) > MAX_BYTES:  # it grew while it was read
        raise _too_large()
    if not data.strip():
        raise DocumentError("empty file")
    return SourceFile(path=str(path), doc_id=doc_id, data=data, sha256=hashlib.sha256(data).hexdigest())


def parse_source(source: SourceFile) -> Document:
    """The Document in a file already read. Raises DocumentError if its format is damaged or it has no words."""
    document = _LOADERS[PurePath(source.path).suffix.lower()](source)
    if not any(character.isalpha() for block in document.blocks for character in block.span.cut(document.text)):
        raise DocumentError("no text in it; check that the file is complete")
    return document


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise DocumentError("not a regular file")
        if path.stat().st_size > MAX_BYTES:
            raise _too_large()
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"cannot be read: {error.strerror}") from error


def _too_large() -> DocumentError:
    return DocumentError(f"larger than {MAX_BYTES // 1_000_000} MB; split it")
