"""Text as data: nothing a person or document wrote becomes markup, template syntax or a hidden character."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.ui.display import escape, flowing, mark, visible

HIDDEN = "\u202e\u202a\u2066\u2069\u200b\u200e\u061c\ufeff\u00ad\x00\x07\x1b\x7f\x85"


@given(st.text())
def test_escaped_text_reads_back_as_the_visible_text(text: str) -> None:
    assert html.unescape(escape(text)) == visible(text)


@given(st.text(alphabet=st.sampled_from("<>&\"'${}`a \n") | st.characters()))
def test_escaped_text_has_no_character_of_markup_or_template(text: str) -> None:
    assert not set(escape(text)) & set("<>\"'${}`")


def test_control_and_bidi_characters_are_not_shown() -> None:
    assert visible(f"a{HIDDEN}b") == "ab"


def test_joiners_stay_inside_words_and_emoji_but_not_between_ascii() -> None:
    assert visible("می\u200cخواهم") == "می\u200cخواهم"
    assert visible("👩\u200d⚕️") == "👩\u200d⚕️"
    assert visible("su\u200dici\u200cde") == "suicide"


def test_a_lone_surrogate_becomes_a_replacement_character() -> None:
    assert visible("a\ud800b") == "a\ufffdb"


@given(st.text(alphabet="ab <&$", max_size=30), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4))
def test_marking_changes_no_word(text: str, ranges: list[tuple[int, int]]) -> None:
    assert html.unescape(re.sub("</?mark>", "", mark(text, ranges))) == text


def test_overlapping_and_touching_highlights_are_one_mark() -> None:
    # abcdef: 1..3 and 2..4 overlap, 4..5 touches: together bcde
    assert mark("abcdef", [(2, 4), (1, 3), (4, 5)]) == "a<mark>bcde</mark>f"


def test_a_highlight_beyond_the_text_ends_with_it() -> None:
    assert mark("ab", [(1, 9)]) == "a<mark>b</mark>"


@given(st.text(alphabet="ab.-|1 \n"), st.integers(0, 9), st.integers(0, 9))
def test_flowing_text_is_the_marked_text_with_breaks_only_at_line_ends(text: str, start: int, end: int) -> None:
    shown = flowing(text, [(start, end)])
    assert shown.replace("<br>", "") == mark(text, [(start, end)])
    assert re.sub(r"<br>\n", "", shown).count("<br>") == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Do not drive\nuntil the next day.", "Do not drive\nuntil the next day."),
        ("One.\n\nTwo.", "One.<br>\n<br>\nTwo."),
        ("Bring:\n- an adult\n  with you\n- clothes", "Bring:<br>\n- an adult\n  with you<br>\n- clothes"),
        ("1. Rest.\n2. Eat.", "1. Rest.<br>\n2. Eat."),
        ("| a | b |\n| c | d |", "| a | b |<br>\n| c | d |"),
        ("about\n-5 degrees in\n2026 or so", "about\n-5 degrees in\n2026 or so"),
    ],
)
def test_only_paragraphs_items_and_rows_begin_a_new_line(text: str, expected: str) -> None:
    assert flowing(text) == expected
