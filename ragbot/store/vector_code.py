"""A hash of how passages become stored vectors, so that a vector that other code made is never taken for this code's.

The encoder's name stands for its weights alone; how much of a title goes before a chunk and what is averaged does not.
"""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

from ragbot import compiling, encoding
from ragbot.store.layout import NUMBERS

MAKERS = (
    "encode_passages",
    "_passage_pieces",
    "_wrapped",
    "_states_of_passages",
    "compiled",
    "_sentence_means",
    "_unit",
    "padded",
)


@cache
def encoding_signature() -> str:
    """16 digits that differ when the code that cuts and pools does, the limit on the prefix, or the stored numbers.

    The rest of the encoder's module may change without a passage being embedded again.
    """
    told = [NUMBERS, str(encoding.PREFIX_PIECES), *makers(Path(encoding.__file__)), *makers(Path(compiling.__file__))]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def makers(path: Path) -> list[str]:
    """The source of the functions in the module at `path` that make vectors; none if only compiled files are there."""
    source = path.read_text("utf-8") if path.suffix == ".py" and path.is_file() else ""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    found = {(node.name, node.lineno): ast.get_source_segment(source, node) or "" for node in functions}
    return [text for (name, _), text in sorted(found.items()) if name in MAKERS]
