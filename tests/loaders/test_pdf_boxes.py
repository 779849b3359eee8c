"""Where a quotation stands on a page: its own words boxed, one box a line, nothing where too little of it is found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragbot.loaders.pdf.boxes import Box, occurrence_of, quote_boxes
from ragbot.loaders.pdf.picture import PictureWord, page_picture
from tests.loaders.pdf_files import Pdf, loaded, wrapped

COLUMNS, STEP = 10, 0.1


def page(text: str) -> list[PictureWord]:
    """Words ten a line, a tenth of the page each, the lines a tenth high."""
    words = []
    for number, word in enumerate(text.split()):
        left, top = number % COLUMNS * STEP, number // COLUMNS * STEP
        words.append(PictureWord(word, left, top, left + 0.08, top + 0.08))
    return words


def inside(words: list[PictureWord], boxes: tuple[Box, ...]) -> list[str]:
    """The words whose middle lies in a box."""
    return [
        word.text
        for word in words
        if any(
            box[0] <= (word.left + word.right) / 2 <= box[2] and box[1] <= (word.top + word.bottom) / 2 <= box[3]
            for box in boxes
        )
    ]


WORDS = (
    "You should not drive or sign contracts until the next morning. Somebody should take you home and stay with you."
)


@given(st.integers(0, 19), st.integers(1, 20))
def test_any_run_of_words_is_boxed_exactly_one_box_a_line(start: int, length: int) -> None:
    all_words = [f"w{number}x" for number in range(20)]
    words, run = page(" ".join(all_words)), all_words[start : start + length]
    boxes = quote_boxes(words, " ".join(run))
    assert inside(words, boxes) == run
    assert len(boxes) == 1 + (start + len(run) - 1) // COLUMNS - start // COLUMNS


def test_hyphens_case_and_ligatures_do_not_matter() -> None:
    words = page("Some medi- cation for the ﬁrst DAY helps")
    assert inside(words, quote_boxes(words, "medication for the first day")) == [
        "medi-",
        "cation",
        "for",
        "the",
        "ﬁrst",
        "DAY",
    ]


def test_of_the_same_words_twice_the_one_that_is_meant_is_boxed() -> None:
    text = "Rest today. Drink water. Rest today."
    words = page(text)
    second = text.rindex("Rest")
    assert occurrence_of(text, second, "Rest today.") == 1
    (box,) = quote_boxes(words, "Rest today.", occurrence=1)
    assert box[0] == 4 * STEP
    assert quote_boxes(words, "Rest today.", occurrence=7) == (box,)


def test_list_marks_between_the_quoted_words_do_not_hide_them() -> None:
    words = page("Bring 1. an adult with you 2. some loose clothes 3. a list of your medicines today")
    found = inside(words, quote_boxes(words, "an adult with you some loose clothes a list of your medicines"))
    assert found == ["an", "adult", "with", "you", "some", "loose", "clothes", "a", "list", "of", "your", "medicines"]


def test_a_table_row_is_found_without_the_names_of_its_columns() -> None:
    words = page("Drug Onset Duration nasal 2 hours a day oral 4 hours a week")
    assert inside(words, quote_boxes(words, "Drug: oral | Onset: 4 hours | Duration: a week")) == [
        "oral",
        "4",
        "hours",
        "a",
        "week",
    ]


def test_a_quotation_that_is_mostly_not_there_is_not_boxed() -> None:
    words = page(WORDS)
    assert quote_boxes(words, "You should not eat a heavy meal for six hours before a session at the clinic") == ()
    assert quote_boxes(words, "") == ()
    assert quote_boxes(words, "…") == ()
    assert quote_boxes([], "Rest") == ()


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=6), max_size=12), st.integers(0, 3))
def test_whatever_is_asked_the_boxes_lie_on_the_page(quote: str, texts: list[str], occurrence: int) -> None:
    words = [PictureWord(text, 0.1, 0.1, 0.2, 0.2) for text in texts]
    assert all(0 <= edge <= 1 for box in quote_boxes(words, quote, occurrence=occurrence) for edge in box)


def test_a_sentence_of_a_real_file_is_boxed_in_its_column() -> None:
    left = "Ketamine is given as an infusion over forty minutes in the clinic, and a nurse stays in the room with you."
    right = "You should not drive or sign contracts until the next morning. Somebody should take you home afterwards."
    pdf = Pdf()
    for edge, text in ((60, left), (320, right)):
        pdf.lines(edge, 100, wrapped(f"{text} " * 3, 218, size=10), size=10, step=12)
    data = pdf.bytes()
    document, picture = loaded(data), page_picture(data, 0, width=600)
    start = document.text.index("Somebody")
    quote = document.text[start : document.text.index("afterwards.") + len("afterwards.")]
    boxes = quote_boxes(picture.words, quote, occurrence=occurrence_of(document.text, start, quote))
    assert inside(list(picture.words), boxes) == quote.split()
    assert all(box[0] > 0.5 for box in boxes)  # 320 of 595 points
