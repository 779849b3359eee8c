"""Whom to ask instead: the operator's line, word for word, with what can be called or written to as links."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.ui.contact import contact_html
from ragbot.ui.words import load_words

WORDS = load_words()


def shown_text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


@pytest.mark.parametrize("line", ["", "  \n"])
def test_without_a_line_there_is_nothing(line: str) -> None:
    assert contact_html(line, WORDS) == ""


@pytest.mark.parametrize(
    ("line", "links"),
    [
        ("Riverside Clinic, 020 7946 0958", ["tel:02079460958"]),
        ("+44 (0)20 7946-0958 or desk@clinic.example.org.", ["tel:+442079460958", "mailto:desk@clinic.example.org"]),
        ("(0151) 496 0000", ["tel:01514960000"]),
        ("Room 12, 3rd floor, open 2026-03-01, 9 to 17", []),
    ],
)
def test_numbers_and_addresses_are_links(line: str, links: list[str]) -> None:
    assert re.findall(r'href="([^"]+)"', contact_html(line, WORDS)) == links


@given(st.text(alphabet="ab<&\"'@.+0189 ()-$`{}", min_size=1, max_size=50).filter(str.strip))
def test_every_word_stays_and_nothing_becomes_markup(line: str) -> None:
    markup = contact_html(line, WORDS)
    assert shown_text(markup) == f"Who to ask instead: {line.strip()}"
    assert set(re.findall(r"<(\w+)", markup)) <= {"p", "b", "span", "a"}
    assert not set("${}`") & set(markup)
