"""Explained words: marked without changing the quote, their meaning beside it with its source."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Definition, Document, Quote, Span
from ragbot.ui.explained import Explained, meanings_html, quote_text_html
from ragbot.ui.words import load_words

WORDS = load_words()
TEXT = "A placebo was given to half of them, the drug to the others."
GLOSSARY = Document(
    "words <1>.md", "Words & more", "A placebo is a treatment without an active ingredient.", "w", "ab", ()
)
MEANING = Quote.cut(GLOSSARY, Span(0, 54))


def quote(text: str, *highlights: tuple[int, int]) -> Quote:
    document = Document("a.md", "A", text, "a.md", "cd", ())
    return Quote.cut(document, Span(0, len(text)), highlights=tuple(Span(a, b) for a, b in highlights))


def definition(start: int, end: int, *, number: int = 0, term: str = "Placebo") -> Definition:
    return Definition(term, MEANING, number, start, end)


def shown_text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def tagged(markup: str) -> str:
    """The markup with its elements as brackets: [word] for a term, {words} for a highlight."""
    marks = {"<mark>": "{", "</mark>": "}", "</span>": "]"}
    return re.sub(r"<span[^>]*>", "[", re.sub("|".join(marks), lambda m: marks[m[0]], markup))


def test_a_term_outside_and_one_inside_a_highlight_are_marked() -> None:
    # "placebo" stands at 2..9, "half" at 23..27, "drug" at 41..45.
    terms = Explained(1, (definition(2, 9), definition(41, 45))).of_quote(0)
    markup = tagged(quote_text_html(quote(TEXT, (23, 60)), terms))
    assert markup == "A [placebo] was given to {half of them, the [drug] to the others.}"


def test_a_term_half_inside_a_highlight_is_left_as_it_is() -> None:
    terms = Explained(1, (definition(2, 9),)).of_quote(0)
    assert (
        tagged(quote_text_html(quote(TEXT, (5, 20)), terms))
        == "A pla{cebo was given }to half of them, the drug to the others."
    )


@given(
    st.text(alphabet="ab <&${\n", min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30)), max_size=3),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30)), max_size=3),
)
def test_no_mark_changes_the_text_of_a_quote(
    text: str, highlights: list[tuple[int, int]], terms: list[tuple[int, int]]
) -> None:
    def inside(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(a, b) for a, b in ranges if a < b <= len(text)]

    found = Explained(1, tuple(definition(a, b) for a, b in sorted(inside(terms)))).of_quote(0)
    markup = quote_text_html(quote(text, *inside(highlights)), found)
    assert shown_text(markup) == text
    assert set(re.findall(r"<(\w+)", markup)) <= {"mark", "span", "br"}  # br: a new item or paragraph begins


def test_of_many_items_only_parts_are_marked() -> None:
    assert quote_text_html(quote("Rest at home.", (0, 13)), only_parts=True) == "Rest at home."
    assert quote_text_html(quote("Rest at home.", (0, 4)), only_parts=True) == "<mark>Rest</mark> at home."


def test_only_the_words_of_one_quote_are_marked_in_it_and_ids_stay_apart() -> None:
    explained = Explained(7, (definition(2, 9), definition(0, 1, number=1, term="A"), definition(41, 45)))
    assert [name for name, _ in explained.of_quote(0)] == ["word-7-0", "word-7-2"]
    assert [name for name, _ in explained.of_quote(1)] == ["word-7-1"]


def test_a_meaning_is_the_glossarys_own_sentence_with_its_place() -> None:
    markup = meanings_html(Explained(1, (definition(2, 9),)).of_quote(0), WORDS)
    assert "A placebo is a treatment without an active ingredient." in shown_text(markup)
    assert "Words & more" in shown_text(markup)
    assert 'data-document="words &lt;1&gt;.md" data-start="0" data-end="54" data-sha256="ab"' in markup
    assert 'aria-label="What “Placebo” means" hidden>' in markup


def test_a_term_points_at_the_text_of_its_meaning() -> None:
    terms = Explained(1, (definition(2, 9),)).of_quote(0)
    (described,) = re.findall(r'aria-describedby="([^"]+)"', quote_text_html(quote(TEXT), terms))
    assert f'id="{described}"' in meanings_html(terms, WORDS)


def test_without_definitions_nothing_is_marked() -> None:
    assert quote_text_html(quote(TEXT), Explained(1).of_quote(0)) == TEXT
    assert meanings_html([], WORDS) == ""
