"""Checks what answering needs: models, index, documents, disk, offline readiness. Each finding says the mending command."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ragbot.errors import RagbotError

_MIN_FREE_BYTES = 200_000_000  # a rebuild writes a whole generation beside the old one


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, whether it passed, and what was found or how to mend it."""

    name: str
    ok: bool
    detail: str


def examine(index: Path) -> list[Finding]:
    """All checks, in order. Loads the models; never raises a RagbotError."""
    checks: tuple[tuple[str, Callable[[Path], str]], ...] = (
        ("models", _models),
        ("index", _index),
        ("documents", _documents),
        ("disk", _disk),
        ("offline", _offline),
    )
    return [_finding(name, check, index) for name, check in checks]


def _finding(name: str, check: Callable[[Path], str], index: Path) -> Finding:
    try:
        return Finding(name, True, check(index))
    except RagbotError as error:
        return Finding(name, False, str(error))


def _models(index: Path) -> str:
    from ragbot.encoding import MiniLmEncoder
    from ragbot.safety_model import SafetyModel

    encoder = MiniLmEncoder()
    SafetyModel(encoder)
    return f"{encoder.name} and the safety model have their pinned hashes"


def _index(index: Path) -> str:
    from ragbot.store import Index

    manifest = Index(index).manifest
    return f"{manifest.n_documents} documents, {manifest.n_chunks} passages, fingerprint {manifest.fingerprint}"


def _documents(index: Path) -> str:
    from ragbot.ingestion import stale_reason

    reason = stale_reason(index)
    if reason is not None:
        raise RagbotError(f"{reason}; run: ragbot ingest")
    return "the index holds what the folders hold"


def _disk(index: Path) -> str:
    folder = index if index.exists() else index.absolute().parent
    free = shutil.disk_usage(folder).free
    if free < _MIN_FREE_BYTES:
        raise RagbotError(f"only {free // 1_000_000} MB free at {folder}; free {_MIN_FREE_BYTES // 1_000_000} MB")
    if not os.access(folder, os.W_OK):
        raise RagbotError(f"{folder} cannot be written; an ingest needs another with --index")
    return f"{free // 1_000_000} MB free"


def _offline(index: Path) -> str:
    from ragbot.tokens import count_tokens

    count_tokens("offline")
    return "models and vocabulary are on this machine; nothing is downloaded"
