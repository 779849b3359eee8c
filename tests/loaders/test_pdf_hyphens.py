"""A hyphen at the end of a line goes where it parts a word and stays where it joins two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.loaders.pdf.hyphens import joined, known_words


@pytest.mark.parametrize(
    ("above", "below", "known", "expected"),
    [
        ("the medi-", "cation helps", "", "the medication helps"),
        ("the medi\xad", "cation helps", "", "the medication helps"),
        ("a long-", "term effect", "long-term", "a long-term effect"),  # written so elsewhere
        ("take-", "home doses", "take home", "take-home doses"),  # both are words
        ("an over-", "dose of it", "over dose", "an overdose of it"),  # both are words, but written in one
        ("a fol-", "low up", "follow low", "a follow up"),
        ("ketamine-", "assisted therapy", "", "ketamine-assisted therapy"),  # a known kind of compound
        ("self-", "harm", "", "self-harm"),
        ("COVID-", "19 wards", "", "COVID-19 wards"),
        ("Spravato-", "Nasenspray", "", "Spravato-Nasenspray"),
        ("OP-", "TIONAL", "optional", "OPTIONAL"),
        ("short-", "and long-term", "", "short- and long-term"),
        ("treatment-resis-", "tant people", "treatment", "treatment-resistant people"),
        ("at https://a.org/the-", "page now", "", "at https://a.org/the-page now"),
        ("it came -", "and went", "", "it came - and went"),  # a dash, not a hyphen
        ("one line", "and the next", "", "one line and the next"),
        ("and/", "or more", "", "and/or more"),
    ],
)
def test_two_lines_are_joined(above: str, below: str, known: str, expected: str) -> None:
    assert joined([above, below], frozenset(known.split())) == expected


def test_halves_of_parted_words_are_not_known_words() -> None:
    lines = [["A", "medi-"], ["cation", "is", "well‐known."], ["long-term", "use"]]
    assert known_words(lines) == {"a", "is", "well-known", "long-term", "use"}


@given(st.lists(st.text("abcdeé ", min_size=1), min_size=1, max_size=6))
def test_lines_without_hyphens_are_joined_by_blanks(lines: list[str]) -> None:
    assert joined(lines, frozenset()) == " ".join(lines)


@given(st.lists(st.text("ab-‐\xad ", min_size=1, max_size=5), min_size=1, max_size=6))
def test_only_hyphens_and_blanks_are_ever_lost_or_added(lines: list[str]) -> None:
    def letters(text: str) -> str:
        return "".join(character for character in text if character.isalpha())

    assert letters(joined(lines, frozenset())) == letters("".join(lines))
