"""Every error is in the drawn tree, says when it occurs, and is one line for a person."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot import errors
from ragbot.errors import CorpusError, RagbotError

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, RagbotError)]


def test_the_tree_in_the_docstring_names_every_error_and_no_other() -> None:
    drawn = re.findall(r"\b(\w+Error)\s{2,}\S", errors.__doc__ or "")
    assert sorted(drawn) == sorted(c.__name__ for c in CLASSES)
    assert len(CLASSES) > 5


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_is_a_ragbot_error_with_a_sentence_of_its_own(error: type[RagbotError]) -> None:
    assert issubclass(error, RagbotError)
    own = vars(error)["__doc__"]
    assert own.endswith(".")
    assert sum(c.__doc__ == own for c in CLASSES) == 1


@given(st.text(st.characters(codec=None)))
def test_the_text_of_an_error_is_always_one_printable_line(text: str) -> None:
    shown = str(CorpusError(f"no usable document in {text}"))
    assert shown.isprintable()
    assert shown.encode("utf-8")


def test_a_line_end_in_a_file_name_is_shown_escaped() -> None:
    assert str(CorpusError("no such file: a\nb\x1b[31mé.md")) == r"no such file: a\nb\x1b[31mé.md"
