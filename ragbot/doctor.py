"""Checks what answering needs: models, index, documents, disk, offline readiness. Each finding says what mends it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ragbot.encoding import MiniLmEncoder
from ragbot.errors import RagbotError
from ragbot.expansion import load_synonyms
from ragbot.ingestion import stale_reason
from ragbot.reader import shipped_weights
from ragbot.safety_model import SafetyModel
from ragbot.store import Index
from ragbot.tokens import count_tokens

_MIN_FREE_BYTES = 200_000_000  # a rebuild writes a whole generation beside the old one


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, whether it passed, and what was found or how to mend it."""

    name: str
    ok: bool
    detail: str


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
    manifest = Index(index).manifest
    return f"{manifest.n_documents} documents, {manifest.n_chunks} passages, fingerprint {manifest.fingerprint}"


def _documents(index: Path, encoder: MiniLmEncoder) -> str:
    reason = stale_reason(index, encoder_name=encoder.name)
    if reason is not None:
        raise RagbotError(f"{reason}; run: ragbot ingest --index {index}")
    return "the index holds what the folders hold"


def _synonyms(path: Path | None) -> str:
    return f"{len(load_synonyms(path).groups)} groups{f', with those of {path}' if path else ''}"


def _disk(index: Path) -> str:
    folder = next(place for place in (index.absolute(), *index.absolute().parents) if place.exists())
    free = shutil.disk_usage(folder).free
    if free < _MIN_FREE_BYTES:
        raise RagbotError(f"only {free // 1_000_000} MB free at {folder}; free {_MIN_FREE_BYTES // 1_000_000} MB")
    if not os.access(folder, os.W_OK):
        raise RagbotError(f"{folder} cannot be written; an ingest needs another with --index")
    return f"{free // 1_000_000} MB free"


def _offline() -> str:
    count_tokens("offline")
    return "models and vocabulary are on this machine; nothing is downloaded"
