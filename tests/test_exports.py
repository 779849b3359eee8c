"""The public names of `ragbot` are sorted, importable, complete, and cheap until used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ragbot

ROOT = Path(ragbot.__file__).parents[1]


def test_the_public_names_are_sorted_and_each_has_a_home() -> None:
    assert ragbot.__all__ == sorted(ragbot.__all__)
    assert set(ragbot.__all__) == set(ragbot._HOMES)


@pytest.mark.parametrize("name", ragbot.__all__)
def test_every_public_name_can_be_imported(name: str) -> None:
    assert getattr(ragbot, name).__name__ == name


def test_a_name_that_is_not_public_is_refused_by_name() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        ragbot.no_such_name  # noqa: B018 - the access itself is what is tested


def test_importing_ragbot_loads_no_heavy_library() -> None:
    heavy = "{'torch', 'faiss', 'gradio', 'sentence_transformers', 'bm25s', 'tiktoken', 'trafilatura', 'numpy'}"
    code = f"import sys, ragbot, ragbot.datatypes, ragbot.errors; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
