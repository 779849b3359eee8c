"""What an evaluation has done so far, kept on disk, so that the same command goes on where it was stopped.

One JSON line a question, in a file whose name holds the index's fingerprint and a hash of the signature: results of
two indexes, settings or versions of the code never meet. The file lies in the index folder and not beside the report,
as it holds quotes, which a report may not; it is removed when the evaluation is done.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ragbot.datatypes import Answer, Quote
from ragbot.evaluation.dataset import Example
from ragbot.evaluation.golds import Gold
from ragbot.evaluation.runner import Result, Retrieval
from ragbot.evaluation.stages import StageTrace

_KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class _Kept:
    """The fields of a Result that asking gave; the row and its golds are read anew from the question file."""

    answer: Answer
    candidates: tuple[Quote, ...]
    right_ranks: tuple[int, ...]
    retrieval: Mapping[str, Retrieval]
    verified: tuple[bool, ...]
    repeats: bool | None
    seconds: float
    stages: StageTrace | None


_ROW = TypeAdapter(_Kept)


class Journal:
    """Results kept in the file for `signature` in `folder`; `is_kept` is False if nothing can be written there."""

    def __init__(self, folder: Path, signature: Mapping[str, Any]) -> None:
        key = hashlib.sha256(json.dumps(signature, sort_keys=True).encode()).hexdigest()[:16]
        self._path = folder / f"{signature['index']}-{key}.jsonl"
        self._made_parent = not folder.parent.exists()
        self.is_kept = _can_append(self._path)
        if self.is_kept:
            _remove_old(folder)
        self._rows = _read_rows(self._path)

    def __len__(self) -> int:
        """Number of results kept."""
        return len(self._rows)

    @property
    def folder(self) -> Path:
        """Where the file lies."""
        return self._path.parent

    def find(self, example: Example, golds: tuple[Gold, ...]) -> Result | None:
        """The result kept for this row with these golds, or None if there is none that can be read."""
        row = self._rows.get(_key(example, golds))
        if row is None:
            return None
        try:
            kept = _ROW.validate_python(row)
        except ValidationError:
            return None
        values = {field.name: getattr(kept, field.name) for field in fields(kept)}
        answer = replace(kept.answer, question=example.question)
        return Result(example=example, golds=golds, **(values | {"answer": answer}))

    def keep(self, result: Result) -> None:
        """Append `result`; from the first failure on (a full disk, say) nothing more is kept."""
        kept = _Kept(**{field.name: getattr(result, field.name) for field in fields(_Kept)})
        # the question stands in the question file, which may hold characters that pydantic refuses
        values = _ROW.dump_python(replace(kept, answer=replace(kept.answer, question="")), mode="json")
        key = _key(result.example, result.golds)
        self._rows[key] = values
        if self.is_kept:
            self.is_kept = _append(self._path, json.dumps({"key": key, "result": values}))

    def finish(self) -> None:
        """Remove the file: what is done need not be gone on with."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
            self._path.parent.rmdir()  # unless another evaluation was stopped
            if self._made_parent:
                self._path.parent.parent.rmdir()


def _key(example: Example, golds: tuple[Gold, ...]) -> str:
    """Hash of all that decides what is asked of a row and what is right."""
    row = (example.place.file, example.example_id, example.turns, example.is_safety, example.expected, example.scope)
    return hashlib.sha256(repr((*row, golds)).encode("utf-8", "surrogatepass")).hexdigest()


def _read_rows(path: Path) -> dict[str, Any]:
    """Rows by key; a line that was cut off when the run was stopped is left out."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    rows: dict[str, Any] = {}
    for line in lines:
        try:
            row = json.loads(line)
            rows[row["key"]] = row["result"]
        except (ValueError, TypeError, KeyError):
            continue
    return rows


def _can_append(path: Path) -> bool:
    """Make the folder and end a cut-off last line; False if that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return not path.exists() or _append(path, "")


def _remove_old(folder: Path) -> None:
    """Remove journals that nobody went on with."""
    for path in folder.glob("*.jsonl"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _KEPT_SECONDS:
                path.unlink()


def _append(path: Path, line: str) -> bool:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError:
        return False
    return True
