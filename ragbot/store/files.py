"""What became of each file that an index was built from, kept as JSON in the generation. Knows no documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ragbot.errors import IndexMismatchError
from ragbot.store.layout import FILES, generation_root, mend


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file: the hash of its bytes, and what came of it.

    At most one of `skipped` (the reason) and `same_as` (the document with the same bytes) is set; without either the
    file is a document. `near` is an earlier document that says nearly the same, `overlap` the share of its sentences
    (0 to 1) that stand there; `notes` are what its loader had to leave out. A reason that `may_pass`, such as a parser
    out of time, is no reason to skip the file the next time.
    """

    sha256: str
    skipped: str | None = None
    may_pass: bool = False
    same_as: str | None = None
    near: str | None = None
    overlap: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def is_document(self) -> bool:
        """True if the index holds the file's text."""
        return self.skipped is None and self.same_as is None


def write_files(root: Path, files: Mapping[str, FileRecord]) -> None:
    """Write the records, by doc_id, into the generation at `root`."""
    (root / FILES).write_text(json.dumps({name: asdict(record) for name, record in files.items()}), "utf-8")


def read_files(folder: Path, generation: str) -> dict[str, FileRecord]:
    """The records of `generation`, by doc_id. Raises IndexMismatchError if they cannot be read."""
    try:
        values = json.loads((generation_root(folder, generation) / FILES).read_text("utf-8"))
        return {name: FileRecord(**record | {"notes": tuple(record["notes"])}) for name, record in values.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise IndexMismatchError(f"index at {folder} is damaged ({FILES}); {mend(folder)}") from error
