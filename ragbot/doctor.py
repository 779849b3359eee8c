"""Checks what answering needs: models, index, documents, disk, offline readiness. Each finding says what mends it.

Changes nothing: no finding is mended here, and no folder is made.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ragbot.encoding import MiniLmEncoder
from ragbot.errors import IndexLockedError, IndexMismatchError, IndexNotBuiltError, RagbotError
from ragbot.expansion import load_synonyms
from ragbot.ingestion import indexed_paths, stale_reason
from ragbot.ingestion.staleness import file_hash
from ragbot.loaders import find_files
from ragbot.reader import shipped_weights
from ragbot.safety_model import SafetyModel
from ragbot.store import Index, check_generation, read_manifest, writing
from ragbot.tokens import count_tokens

_MIN_FREE_BYTES = 200_000_000  # a rebuild writes a whole generation beside the old one
_NAMES_SHOWN = 3
# Variables with the values that change nothing; with any other a library may call out or be called from outside.
_ON_LINE = {
    "HF_HUB_OFFLINE": ("", "1", "true", "yes", "on"),
    "GRADIO_HISTORY_BUCKET": ("",),
    "GRADIO_MCP_SERVER": ("", "0", "false"),
}
# Told, because someone who looks for a leak asks for them: nothing that ragbot does reads them.
_UNUSED = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_ENDPOINT", "HF_TOKEN", "HF_HOME", "TRANSFORMERS_CACHE")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, whether it passed, and what was found or how to mend it."""

    name: str
    ok: bool
    detail: str

    def to_json(self) -> dict[str, str | bool]:
        """Plain values, ready for `json.dumps`."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Drift:
    """What happened to the documents since the index was built, by their names."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    def __str__(self) -> str:
        named = (("added", self.added), ("changed", self.changed), ("gone", self.gone))
        return ", ".join(f"{len(names)} {what} ({_few(names)})" for what, names in named if names)


def examine(
    index: Path, *, encoder: Path | None = None, synonyms: Path | None = None, reader: bool = True
) -> list[Finding]:
    """All checks, in order, with the packaged encoder or that in the folder `encoder`; raises no RagbotError."""
    load = cache(lambda: MiniLmEncoder(encoder))
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("models", lambda: _models(load(), packaged=encoder is None, reader=reader)),
        ("index", lambda: _index(index)),
        ("documents", lambda: _documents(index, load())),
        ("synonyms", lambda: _synonyms(synonyms)),
        ("disk", lambda: _disk(index)),
        ("lock", lambda: _lock(index)),
        ("unfinished", lambda: _unfinished(index)),
        ("offline", _offline),
    )
    return [_finding(name, check) for name, check in checks]


def _finding(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except RagbotError as error:
        return Finding(name, False, str(error))


def _models(encoder: MiniLmEncoder, *, packaged: bool, reader: bool) -> str:
    SafetyModel(encoder if packaged else MiniLmEncoder())
    if not reader:
        return f"{encoder.name} and the safety model have their pinned hashes; the reader is left out"
    shipped_weights()
    return f"{encoder.name}, the safety model and the reader have their pinned hashes"


def _index(index: Path) -> str:
    opened = Index(index)
    try:
        check_generation(index, opened.generation)
    except IndexMismatchError as error:
        paths = " ".join(shlex.quote(str(path)) for path in indexed_paths(index))
        anew = f"remove {index} and run: ragbot ingest {paths} --index {index}"
        raise RagbotError(f"{error}; go back with: ragbot index rollback --index {index}, or {anew}") from error
    made = opened.manifest
    counts = f"{made.n_documents} documents, {made.n_chunks} passages, fingerprint {made.fingerprint}"
    return f"{counts}; every file of it has the hash that was noted when it was written"


def _documents(index: Path, encoder: MiniLmEncoder) -> str:
    reason = stale_reason(index, encoder_name=encoder.name)
    if reason is not None:
        what = f"{reason}: {drift}" if (drift := str(_drift(index))) else reason
        raise RagbotError(f"{what}; run: ragbot ingest --index {index}")
    return "the index holds what the folders hold"


def _drift(index: Path) -> Drift:
    """Which files were added, changed or removed since; empty if the index cannot be read."""
    try:
        then = read_manifest(index).files
    except (IndexNotBuiltError, IndexMismatchError):
        return Drift((), (), ())
    now = {file.doc_id: file_hash(file.path) for file in find_files(indexed_paths(index), without=index)}
    return Drift(
        added=tuple(sorted(now.keys() - then.keys())),
        changed=tuple(sorted(name for name in now.keys() & then.keys() if now[name] != then[name])),
        gone=tuple(sorted(then.keys() - now.keys())),
    )


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more


def _synonyms(path: Path | None) -> str:
    return f"{len(load_synonyms(path).groups)} groups{f', with those of {path}' if path else ''}"


def _disk(index: Path) -> str:
    folder = next(place for place in (index.absolute(), *index.absolute().parents) if place.exists())
    free = shutil.disk_usage(folder).free
    needed = max(_MIN_FREE_BYTES, _size(index))
    if free < needed:
        raise RagbotError(f"only {_mb(free)} free at {folder}; free {_mb(needed)}, a rebuild writes a whole index")
    if not os.access(folder, os.W_OK):
        raise RagbotError(f"{folder} cannot be written; an ingest needs another with --index")
    return f"{_mb(free)} free, a rebuild needs {_mb(needed)}"


def _lock(index: Path) -> str:
    if not (index / "lock").is_file():
        return "no ingest is running"
    if _is_held(index):
        return "an ingest is running now; wait for it to end"
    return "no ingest is running; the lock file that is left holds nobody up"


def _is_held(index: Path) -> bool:
    if not (index / "lock").is_file() or not os.access(index, os.W_OK):
        return False
    try:
        with writing(index):
            return False
    except IndexLockedError:
        return True


def _unfinished(index: Path) -> str:
    waiting = [path for path in (index / "partial").glob("*") if path.is_file()]
    if not waiting or _is_held(index):
        return "nothing is left over"
    size = _mb(sum(_bytes(path) for path in waiting))
    return f"{size} left by an ingest that was broken off or a dry run; the next ingest uses or removes them"


def _offline() -> str:
    count_tokens("offline")
    for name, harmless in _ON_LINE.items():
        value = os.environ.get(name, "")
        if value.casefold() not in harmless:
            raise RagbotError(f"{name}={value} lets a library go on line; run: unset {name}")
    unused = [name for name in _UNUSED if os.environ.get(name) or os.environ.get(name.lower())]
    said = "models and vocabulary are on this machine; nothing is downloaded, no cache of a model hub is needed"
    return f"{said}; set but not used: {', '.join(unused)}" if unused else said


def _size(folder: Path) -> int:
    """Bytes of the largest generation; 0 if there is none."""
    return max((_size_of_files(generation) for generation in (folder / "generations").glob("*")), default=0)


def _size_of_files(folder: Path) -> int:
    return sum(_bytes(Path(here) / name) for here, _, names in os.walk(folder) for name in names)


def _bytes(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:  # removed by a running ingest since it was listed
        return 0


def _mb(size: int) -> str:
    return f"{size // 1_000_000:,} MB"
