"""Text as data: nothing a person or document wrote becomes markup, template syntax or a hidden character."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from ragbot.ui.display import counted, escape, mark, shown_date, visible

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


def test_dates_are_written_out_and_odd_ones_left_alone() -> None:
    assert [shown_date(d) for d in ("2025-01-02", "2025-01", "2025", "May 2024")] == [
        "2 January 2025",
        "January 2025",
        "2025",
        "May 2024",
    ]


def test_one_thing_is_counted_in_the_singular() -> None:
    assert counted(("1 quote", "{count} quotes"), 1) == "1 quote"
