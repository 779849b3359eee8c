"""A hash of the code that reads, cuts and encodes documents, so that what other code cut is never taken for this code's work.

A version number by hand would do until someone forgets it; then an index keeps what a mended loader reads otherwise.
Reading all again costs little, since vectors are found by what the encoder reads and not by this.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ragbot.store import encoding_signature

_PACKAGE = Path(__file__).parents[1]
_MODULES = ("sentences.py", "chunking.py", "tokens.py", "store/passages.py")
_PARSERS = (
    "charset-normalizer", "htmldate", "lxml", "lxml_html_clean", "markdown-it-py", "pypdfium2", "python-docx", "PyYAML",
    "sentencex", "tiktoken", "tokenizers", "trafilatura",
)  # fmt: skip


@cache
def reading_signature() -> str:
    """16 digits that differ when the loaders, the splitting, the cutting or the encoding do, or a library they use."""
    told = hashlib.sha256()
    for path in [*sorted((_PACKAGE / "loaders").rglob("*.py")), *(_PACKAGE / name for name in _MODULES)]:
        source = path.read_bytes() if path.is_file() else b""  # an installation may hold compiled files alone
        told.update(f"{path.name} {hashlib.sha256(source).hexdigest()}\n".encode())
    for name in ("ragbot", *_PARSERS):
        told.update(f"{name} {_installed(name)}\n".encode())
    told.update(encoding_signature().encode())
    return told.hexdigest()[:16]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
