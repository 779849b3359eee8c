"""Names of the documents that a benchmark brings: from ids and titles to file names that ingestion takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote

from ragbot.loaders.files import NEVER_DOCUMENTS

SUFFIX = ".txt"
_MAX_NAME = 150  # file systems allow 255 bytes, with the suffix


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """A document that a question file brings along: its `name` (`FILE/ID.txt`) and its whole text."""

    name: str
    text: str


def document_name(dataset: Path, doc_id: str) -> str:
    """The name of document `doc_id` of the file or folder `dataset`, the same on every machine.

    >>> document_name(Path("data/dev-v2.0.json"), "Steam_engine"), document_name(Path("scifact"), "a/b c")
    ('dev-v2.0/Steam_engine.txt', 'scifact/a%2Fb c.txt')
    >>> document_name(Path("x"), "_hidden"), document_name(Path("x"), "LICENSE")
    ('x/%5Fhidden.txt', 'x/%4CICENSE.txt')
    """
    name = quote(doc_id, safe=" ,'()+!&=@", errors="replace")
    if len(name) > _MAX_NAME:
        name = f"{name[:100]}-{hashlib.sha256(doc_id.encode('utf-8', 'replace')).hexdigest()[:16]}"
    if not name or any(fnmatch(f"{name}{SUFFIX}", pattern) for pattern in NEVER_DOCUMENTS):
        name = f"%{ord(name[0]):02X}{name[1:]}" if name else "%00"
    return f"{_folder(dataset)}/{name}{SUFFIX}"


def plain_text(text: str) -> str:
    """`text` as it will be read back from a UTF-8 file, no longer and no shorter, so that offsets hold.

    >>> plain_text("one\\r\\ntwo")
    'one \\ntwo'
    """
    text = text.replace("\r", " ").encode("utf-8", "replace").decode("utf-8")
    return f" {text[1:]}" if text.startswith("\ufeff") else text


def first_of_each_text(documents: Iterable[OwnDocument]) -> dict[str, str]:
    """Each document's name to that of the first with the same text: ingestion keeps one of several alike."""
    first: dict[bytes, str] = {}
    return {d.name: first.setdefault(hashlib.sha256(d.text.encode("utf-8")).digest(), d.name) for d in documents}


def _folder(dataset: Path) -> str:
    """The dataset's name without the ending of its file, never a hidden one."""
    name = dataset.resolve().name
    return name.removesuffix(".json").lstrip("._") or "dataset"
