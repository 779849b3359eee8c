"""Hebrew and Arabic come out as they are read, whatever stands beside them: numbers, Latin words, tables, brackets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import BlockKind
from ragbot.loaders import load_document
from ragbot.loaders.pdf.bidi import as_read
from ragbot.loaders.pdf.direction import placed_to_the_right
from ragbot.loaders.pdf.signs import readable
from ragbot.loaders.pdf.words import Page, Word
from tests.loaders.pdf_files import shown

PRINTED = Path(__file__).parent / "printed"


def test_a_printed_page_in_hebrew_arabic_and_english_reads_as_its_source() -> None:
    document = load_document(PRINTED / "hebrew-arabic.pdf", "hebrew-arabic.pdf")  # the page beside it, printed
    assert shown(document) == [
        ("heading 1", "אחרי הטיפול בקטמין"),
        (
            "paragraph",
            "אין לנהוג ברכב עד למחרת הטיפול, גם אם מרגישים טוב לגמרי ואין שום סחרחורת. יש לבקש מאדם קרוב להישאר "
            "בלילה הראשון בבית עם המטופל, לשתות הרבה מים ולאכול משהו קל.",
        ),
        ("paragraph", 'המינון הוא 0.5 mg/kg (ketamine infusion) למשך 40 דקות. לחץ הדם עולה ב-20 מ"מ כספית.'),
        ("paragraph", "לא לשתות אלכוהול"),
        ("paragraph", "לא לחתום על חוזים"),
        ("table_row", 'תרופה: קטמין | מנה: 0.5 מ"ג | הערה: בעירוי'),
        ("table_row", 'תרופה: אסקטמין | מנה: 56 מ"ג | הערה: בתרסיס לאף'),
        ("table_row", 'תרופה: מטפורמין | מנה: 500 מ"ג | הערה: למחרת'),
        ("paragraph", "לשאלות אפשר להתקשר למרפאה."),
        ("heading 2", "بعد العلاج"),
        (
            "paragraph",
            "لا تقد السيارة حتى اليوم التالي للعلاج، حتى لو شعرت بأنك بخير تماما. اطلب من شخص قريب أن يبقى معك في "
            "الليلة الأولى، واشرب كثيرا من الماء.",
        ),
        (
            "paragraph",
            "The word שלום עולם means hello world. Plain English stands here, and the title of the leaflet is "
            "אחרי הטיפול בקטמין in Hebrew.",
        ),
    ]


def test_the_words_of_the_source_are_all_there_in_their_order() -> None:
    source = load_document(PRINTED / "hebrew-arabic.html", "a.html")
    printed = load_document(PRINTED / "hebrew-arabic.pdf", "a.pdf")
    words = [
        [block.span.cut(each.text).split() for block in each.blocks if block.kind is not BlockKind.HEADING]
        for each in (source, printed)
    ]
    assert words[0] == words[1]


@pytest.mark.parametrize(
    ("seen", "read"),
    [  # `seen` is the word from left to right, as it is drawn
        ("םולש", "שלום"),
        ("20-ב", "ב-20"),  # digits are drawn from left to right in every script
        ("COVID-ה", "ה-COVID"),
        ("40(", "(40"),  # a number takes the direction of its line, and its bracket faces it
        ("40%", "40%"),
        ("0.5", "0.5"),
        ("mg/kg", "mg/kg"),
        (")תוקד", "דקות)"),
        (".(תוקד", "דקות)."),
    ],
)
def test_a_word_is_read_from_its_side(seen: str, read: str) -> None:
    assert as_read(list(seen), leftward=True) == read


def test_a_vowel_point_follows_its_letter() -> None:
    assert as_read(["ם", "ו", "ל", "שָ"], leftward=True) == "שָלום"


def test_letters_as_they_are_drawn_become_those_that_people_type() -> None:
    # FEFB is lam with alef in one sign, FEE1 a final mim, FB2A shin with its dot
    assert (readable("\ufefb"), readable("\ufee1"), readable("\ufb2a")) == ("لا", "م", "ש\u05c1")


# --- places ---

SIZE = 10.0
hebrew = st.text(st.sampled_from("אבגדה"), min_size=1, max_size=4)
latin = st.text(st.sampled_from("abcde"), min_size=1, max_size=4)


def row(texts: Sequence[str], top: float = 100.0, left: float = 50.0) -> list[Word]:
    """Words side by side from left to right, a blank of 3 points between them."""
    words = []
    for text in texts:
        right = left + 5.0 * len(text)
        words.append(Word(text, left, top, right, top + SIZE, SIZE, False))
        left = right + 3.0
    return words


def read(*rows: Sequence[str]) -> list[str]:
    """The words of each row, given as they are drawn from left to right, in the order in which they are read."""
    page = Page(800, tuple(word for n, texts in enumerate(rows) for word in row(texts, top=100.0 + 14 * n)))
    (placed,) = placed_to_the_right([page])
    tops = sorted({word.top for word in placed.words})
    lines = [sorted((w for w in placed.words if w.top == top), key=lambda w: w.left) for top in tops]
    return [" ".join(word.text for word in line) for line in lines]


@given(st.lists(hebrew, min_size=1, max_size=6))
def test_words_of_a_leftward_script_are_read_from_the_right(words: list[str]) -> None:
    assert read(words[::-1]) == [" ".join(words)]


@given(st.lists(latin, min_size=1, max_size=6))
def test_a_page_without_them_stays_as_it_is(words: list[str]) -> None:
    page = Page(800, tuple(row(words)))
    assert placed_to_the_right([page]) == [page]


@given(st.lists(latin, min_size=2, max_size=4), st.lists(hebrew, min_size=4, max_size=6))
def test_a_latin_phrase_keeps_its_order_among_them(phrase: list[str], words: list[str]) -> None:
    first, last = words[:2], words[2:]
    drawn = [*last[::-1], *phrase, *first[::-1]]
    assert read(drawn) == [" ".join([*first, *phrase, *last])]


@given(st.lists(hebrew, min_size=2, max_size=3), st.lists(latin, min_size=4, max_size=6))
def test_a_phrase_of_them_is_turned_among_latin_words(phrase: list[str], words: list[str]) -> None:
    first, last = words[:2], words[2:]
    assert read([*first, *phrase[::-1], *last]) == [" ".join([*first, *phrase, *last])]


@given(st.lists(hebrew, min_size=1, max_size=9), st.lists(latin, min_size=1, max_size=9))
def test_no_word_is_lost_or_laid_over_another(leftward: list[str], rightward: list[str]) -> None:
    texts = [text for pair in zip(leftward, rightward, strict=False) for text in pair]
    (line,) = read(texts)
    assert sorted(line.split()) == sorted(texts)
    (placed,) = placed_to_the_right([Page(800, tuple(row(texts)))])
    ordered = sorted(placed.words, key=lambda word: word.left)
    assert all(a.right <= b.left + 1e-6 for a, b in pairwise(ordered))


def test_a_number_stays_with_its_unit() -> None:
    # "the dose 0.5 mg for minutes": Annex 9 draws the unit left of the amount
    assert read(["תוקד", "ךשמל", "mg", "0.5", "ןונימה"]) == ["ןונימה 0.5 mg ךשמל תוקד"]
    # and a writer who set "0.5 mg" apart so that it runs to the right has the amount on the left
    assert read(["תוקד", "ךשמל", "0.5", "mg", "ןונימה"]) == ["ןונימה 0.5 mg ךשמל תוקד"]


def test_a_line_that_cannot_be_told_runs_as_the_one_above() -> None:
    page = [["The", "title", "of", "the", "leaflet", "is", "לופיט"], ["אבגד", "in", "He"], ["אב", *["אבגדה"] * 8]]
    assert read(*page)[:2] == ["The title of the leaflet is לופיט", "אבגד in He"]
