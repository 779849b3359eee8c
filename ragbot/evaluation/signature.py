"""What the figures of a report depend on: corpus, questions, settings, code, models, machine. No time and no host name.

Two reports whose signatures are equal were made of the same things; `journal` and `compare` rely on it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import ragbot
from ragbot.evaluation.dataset import Example
from ragbot.store import Index

_PACKAGE = Path(ragbot.__file__).parent
_GIT_SECONDS = 10


def make_signature(index: Index, examples: Sequence[Example], threshold: float, *, has_reader: bool) -> dict[str, Any]:
    """The signature of an evaluation of `examples` on `index` at `threshold`, with or without the reader, as plain values."""
    manifest = index.manifest
    asked = [
        [e.example_id, e.turns, e.expected, [str(gold) for gold in e.golds], *([e.scope] if e.scope else [])]
        for e in examples
    ]
    return {
        "index": index.fingerprint,
        "corpus_sha256": manifest.corpus_sha256,
        "n_documents": manifest.n_documents,
        "n_chunks": manifest.n_chunks,
        "encoder": manifest.encoder,
        "chunking": manifest.chunking,
        "threshold": threshold,
        "has_reader": has_reader,
        **program(_PACKAGE),
        "files": sorted({example.place.file for example in examples}),
        "questions_sha256": hashlib.sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest(),
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
    }


@lru_cache(maxsize=1)
def program(package: Path) -> Mapping[str, Any]:
    """Version, code, models and commit of `package`, which do not change while it runs."""
    return {
        "ragbot": ragbot.__version__,
        "code_sha256": code_sha256(package),
        "models": file_hashes(package, ("data", "models")),
        **commit_of(package),
    }


def code_sha256(package: Path) -> str:
    """Hash of all source files of `package`: what `ragbot.__version__` does not tell apart while it is worked on."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def file_hashes(package: Path, folders: Sequence[str]) -> dict[str, str]:
    """Each file of these folders of `package` with its SHA-256, by name."""
    paths = sorted(path for folder in folders for path in (package / folder).rglob("*") if path.is_file())
    return {path.relative_to(package).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def commit_of(package: Path) -> dict[str, str | bool | None]:
    """`commit` and whether `package` has `uncommitted_changes`; both None if it is not under version control.

    A package installed into an environment that lies in some other repository is not under that one's control.
    """
    here = package / "__init__.py"
    commit = _git(package, "rev-parse", "HEAD") if _git(package, "ls-files", "--", str(here)) else None
    if not commit:
        return {"commit": None, "uncommitted_changes": None}
    return {"commit": commit, "uncommitted_changes": bool(_git(package, "status", "--porcelain", "--", str(package)))}


def _git(folder: Path, *arguments: str) -> str | None:
    """What git prints, or None if it is not installed, fails or takes too long."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_GIT_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
