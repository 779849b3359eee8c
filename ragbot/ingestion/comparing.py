"""What changed between the files of two builds. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ragbot.ingestion.near_duplicates import near_duplicates
from ragbot.ingestion.report import NearDuplicate, Renamed, Skipped
from ragbot.store import FileRecord

Files = Mapping[str, FileRecord]


@dataclass(frozen=True, slots=True)
class Changes:
    """Documents by what happened to them, each in order of doc_id."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    unchanged: tuple[str, ...]


def changes(before: Files, after: Files) -> Changes:
    """What happened to the documents. A new name for the bytes of one that is gone is a rename.

    >>> one, two = FileRecord("1"), FileRecord("2")
    >>> changes({"a": one, "b": two}, {"a": one, "c": two}).renamed
    (Renamed(doc_id='c', before='b'),)
    """
    old = {name: record.sha256 for name, record in sorted(before.items()) if record.is_document}
    new = {name: record.sha256 for name, record in sorted(after.items()) if record.is_document}
    gone = {sha256: name for name, sha256 in old.items() if name not in new}
    renamed = tuple(Renamed(n, gone[sha256]) for n, sha256 in new.items() if n not in old and sha256 in gone)
    moved = {one.doc_id for one in renamed}, {one.before for one in renamed}
    return Changes(
        added=tuple(n for n in new if n not in old and n not in moved[0]),
        changed=tuple(n for n in new if n in old and old[n] != new[n]),
        removed=tuple(n for n in old if n not in new and n not in moved[1]),
        renamed=renamed,
        unchanged=tuple(n for n in new if old.get(n) == new[n]),
    )


def skipped(files: Files) -> tuple[Skipped, ...]:
    """Files that could not become documents, with the reasons."""
    return tuple(Skipped(name, record.skipped) for name, record in sorted(files.items()) if record.skipped is not None)


def duplicates(files: Files) -> tuple[Skipped, ...]:
    """Files with the same bytes as a document."""
    return tuple(
        Skipped(name, f"same content as {record.same_as}") for name, record in sorted(files.items()) if record.same_as
    )


def with_near(files: Files, hashes: Sequence[NDArray[np.uint64]]) -> dict[str, FileRecord]:
    """The records, each document's with its near duplicate if it has one; `hashes` are of its sentences, in order."""
    names = [name for name, record in files.items() if record.is_document]
    found = {name: replace(record, near=None, overlap=0.0) for name, record in files.items()}
    for number, other, overlap in near_duplicates(hashes):
        found[names[number]] = replace(found[names[number]], near=names[other], overlap=round(overlap, 3))
    return found


def near(files: Files) -> tuple[NearDuplicate, ...]:
    """Documents that say nearly the same as an earlier one."""
    return tuple(NearDuplicate(n, r.near, r.overlap) for n, r in sorted(files.items()) if r.near is not None)


def notes(files: Files) -> tuple[Skipped, ...]:
    """What loaders had to leave out of documents."""
    return tuple(Skipped(name, note) for name, record in sorted(files.items()) for note in record.notes)
