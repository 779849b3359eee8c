"""Words and stems of hand-picked texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.lexical import content_words, stem, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Esketamine’s 2-hour WAIT", ["esketamine", "2", "hour", "wait"]),
        ("don't DON’T", ["dont", "dont"]),
        ("café naïve e\u0301", ["cafe", "naive", "e"]),
        ("ﬁrst ｋｅｔ", ["first", "ket"]),
        ("keta\u200bmine so\u00adft", ["ketamine", "soft"]),
        ("snake_case 0.5mg", ["snake", "case", "0", "5mg"]),
        ("😀 …", []),
    ],
)
def test_words_are_folded_to_one_form(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_terms_are_the_stems_of_content_words() -> None:
    assert content_words("What are the side effects of infusions?") == ["side", "effects", "infusions"]
    assert terms("What are the side effects of infusions?") == ["side", "effect", "infus"]
    assert stem("infusions") == stem("infusion")


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once
