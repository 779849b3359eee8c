"""Words at given places come out in the order of reading; the places are worked by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ragbot.loaders.pdf.furniture import without_furniture
from ragbot.loaders.pdf.layout import lines_in_reading_order
from ragbot.loaders.pdf.lines import Line
from ragbot.loaders.pdf.words import Page, Word


def word(text: str, left: float, top: float, *, size: float = 10, width: float | None = None) -> Word:
    """A word as high as its size; each letter is half as wide as its size, if no width is given."""
    return Word(text, left, top, left + (width or 0.5 * size * len(text)), top + size, size, bold=False)


def row(words: str, left: float, top: float, *, size: float = 10) -> list[Word]:
    """Words side by side with blanks of a quarter of the size."""
    placed: list[Word] = []
    for text in words.split():
        placed.append(word(text, left, top, size=size))
        left = placed[-1].right + size / 4
    return placed


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


LEFT = ["alpha beta gamma delta", "eta theta iota kappa mu", "nu omicron rho sigma ta"]
RIGHT = ["one two three four fiv", "six seven eight nine te", "eleven twelve thirteen"]


def test_lines_run_from_top_to_bottom_and_from_left_to_right() -> None:
    words = [word("three", 10, 30), word("two", 50, 10), word("one", 10, 10)]
    assert texts(lines_in_reading_order(words)) == ["one two", "three"]


def test_raised_and_lowered_words_stay_in_their_line() -> None:
    words = [word("m", 10, 20), word("2", 16, 19, size=6), word("each", 25, 20), word("below", 10, 32)]
    # Middles: m 25, the raised 2 at 22, the next line 37.
    assert texts(lines_in_reading_order(words)) == ["m 2 each", "below"]


def test_a_large_initial_joins_the_first_line_of_its_paragraph() -> None:
    words = [word("K", 10, 10, size=24), *row("etamine is given", 23, 10), *row("in the clinic", 23, 22)]
    assert texts(lines_in_reading_order(words)) == ["Ketamine is given", "in the clinic"]


def test_running_text_in_columns_is_read_column_by_column() -> None:
    words = [
        placed
        for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True))
        for placed in [*row(left, 10, 12 * number), *row(right, 150, 12 * number)]
    ]
    assert texts(lines_in_reading_order(words)) == LEFT + RIGHT


def test_short_cells_side_by_side_are_rows() -> None:
    words = [*row("Nose", 10, 10), *row("45 %", 150, 10), *row("Mouth", 10, 22), *row("20 %", 150, 22)]
    lines = lines_in_reading_order(words)
    assert [[" ".join(w.text for w in cell) for cell in line.cells] for line in lines] == [
        ["Nose", "45 %"],
        ["Mouth", "20 %"],
    ]


def test_one_line_with_a_wide_gap_is_neither_a_table_nor_columns() -> None:
    lines = lines_in_reading_order([*row("Name", 10, 10), *row("Date", 150, 10), *row("all across " * 4, 10, 22)])
    assert texts(lines)[0] == "Name Date"
    assert lines[0].cells == ()


def test_bullets_are_no_column() -> None:
    words = [placed for n, text in enumerate(LEFT) for placed in [word("•", 10, 12 * n), *row(text, 30, 12 * n)]]
    assert texts(lines_in_reading_order(words)) == [f"• {text}" for text in LEFT]


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(0, 800), st.integers(4, 40)), min_size=1, max_size=60))
def test_no_word_is_lost_or_doubled_wherever_words_stand(places: list[tuple[int, int, int]]) -> None:
    words = [word(f"w{n}", left, top, size=size) for n, (left, top, size) in enumerate(places)]
    out = [placed.text for line in lines_in_reading_order(words) for placed in line.words]
    assert sorted(out) == sorted(placed.text for placed in words)


def test_a_head_is_told_from_the_first_line_of_the_text_by_its_distance() -> None:
    body = [placed for n in range(4) for placed in row(LEFT[n % 3], 10, 60 + 12 * n)]
    near = Page(800, (*row("Clinic leaflet", 10, 48), *body))
    far = Page(800, (*row("Clinic leaflet", 10, 30), *body))
    assert without_furniture([near, near, near]) == [near] * 3
    assert without_furniture([far, far, far]) == [Page(800, tuple(body))] * 3
    assert without_furniture([far]) == [far]


def test_a_page_keeps_its_words_if_all_of_them_repeat() -> None:
    page = Page(800, tuple(row("Clinic leaflet", 10, 30)))
    assert without_furniture([page] * 4) == [page] * 4
