"""A cell of a PDF table keeps the name of its column, so that a child's dose is not read as an adult's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ragbot.loaders.tables import MAX_TABLE_ROWS
from tests.loaders.pdf_files import BOLD, REGULAR, Pdf, loaded, shown, wrapped

LEFTS = (72, 200, 330)


def table(rows: Sequence[Sequence[str]], *, bold_first: bool = False, tops: Sequence[float] = ()) -> Pdf:
    pdf = Pdf()
    for number, row in enumerate(rows):
        for left, cell in zip(LEFTS, row, strict=False):
            top = tops[number] if tops else 100 + 15 * number
            pdf.write(left, top, cell, font=BOLD if bold_first and not number else REGULAR)
    return pdf


def rows_of(pdf: Pdf) -> list[str]:
    return [text for kind, text in shown(loaded(pdf.bytes())) if kind == "table_row"]


def test_a_blank_cell_keeps_the_doses_behind_it_in_their_columns() -> None:
    pdf = table(
        [("Drug", "Adult", "Child"), ("Ketamine", "35 mg", "10 mg"), ("Diazepam", "", "5 mg"), ("Esketamine", "56 mg")]
    )
    assert rows_of(pdf) == [
        "Drug: Ketamine | Adult: 35 mg | Child: 10 mg",
        "Drug: Diazepam | Child: 5 mg",
        "Drug: Esketamine | Adult: 56 mg",
    ]


def test_without_a_header_a_blank_cell_keeps_its_place() -> None:
    pdf = table([("Ketamine", "35 mg", "10 mg"), ("Diazepam", "", "5 mg"), ("Esketamine", "56 mg", "28 mg")])
    assert rows_of(pdf) == ["Ketamine | 35 mg | 10 mg", "Diazepam | | 5 mg", "Esketamine | 56 mg | 28 mg"]


def test_a_bold_first_row_is_a_header_above_words_and_a_plain_one_is_not() -> None:
    rows = [("Drug", "Route", "Where"), ("Ketamine", "vein", "clinic"), ("Esketamine", "nose", "practice")]
    assert rows_of(table(rows, bold_first=True)) == [
        "Drug: Ketamine | Route: vein | Where: clinic",
        "Drug: Esketamine | Route: nose | Where: practice",
    ]
    assert rows_of(table(rows)) == [" | ".join(row) for row in rows]


def test_a_first_row_that_tells_something_is_no_header() -> None:
    rows = [("Ketamine", "none", "avoid"), ("Diazepam", "10 mg", "5 mg"), ("Lorazepam", "2 mg", "1 mg")]
    assert rows_of(table(rows)) == [" | ".join(row) for row in rows]


def test_the_name_of_a_group_within_a_table_does_not_end_its_header() -> None:
    pdf = table(
        [("Drug", "Adult", "Child"), ("Ketamine", "35 mg", "10 mg"), ("Sedatives",), ("Diazepam", "10 mg", "5 mg")]
    )
    assert [text for _, text in shown(loaded(pdf.bytes()))] == [
        "Drug: Ketamine | Adult: 35 mg | Child: 10 mg",
        "Sedatives",
        "Drug: Diazepam | Adult: 10 mg | Child: 5 mg",
    ]


def test_a_row_with_a_blank_cell_is_not_joined_to_the_drug_above_it() -> None:
    rows = [("Drug", "Adult", "Child"), ("Ketamine", "35 mg", "10 mg"), ("Diazepam", "", "5 mg")]
    rows += [("Lorazepam", "2 mg", "1 mg"), ("Midazolam", "", "3 mg")]
    # The rows of a group stand 13 points apart, the groups 26.
    assert rows_of(table(rows, tops=(100, 126, 139, 165, 178))) == [
        "Drug: Ketamine | Adult: 35 mg | Child: 10 mg",
        "Drug: Diazepam | Child: 5 mg",
        "Drug: Lorazepam | Adult: 2 mg | Child: 1 mg",
        "Drug: Midazolam | Child: 3 mg",
    ]


def test_a_table_of_more_rows_than_are_taken_says_so() -> None:
    from ragbot.loaders.pdf.lines import Line
    from ragbot.loaders.pdf.rows import row_texts
    from ragbot.loaders.pdf.styles import PlacedLine
    from ragbot.loaders.pdf.words import Word

    def line(number: int) -> PlacedLine:
        cells = [
            Word(text, 100.0 * at, number, 100.0 * at + 50, number + 1, 1.0, False) for at, text in enumerate("ab")
        ]
        return PlacedLine(Line(tuple(cells), 0, 150, tuple((cell,) for cell in cells)), 0)

    found = row_texts([line(number) for number in range(MAX_TABLE_ROWS + 1)], frozenset())
    assert [number for number, text in found.texts.items() if text is None] == [MAX_TABLE_ROWS]
    assert found.notes == ("table cut after 2,000 of 2,001 rows; split it to have all of them",)


def test_cells_as_full_as_text_beside_a_column_of_names_are_rows() -> None:
    pdf = table(
        [
            ("Medicine", "Restart", "Remark"),
            ("Lisinopril", "the next morning", "after measuring blood pressure"),
            ("Metformin", "with the first meal", "check the sugar at bedtime"),
            ("Zopiclone", "after two nights", "never on the day itself"),
            ("Lamotrigine", "the same evening", "no change of the dose"),
        ],
        bold_first=True,
    )
    assert rows_of(pdf) == [
        "Medicine: Lisinopril | Restart: the next morning | Remark: after measuring blood pressure",
        "Medicine: Metformin | Restart: with the first meal | Remark: check the sugar at bedtime",
        "Medicine: Zopiclone | Restart: after two nights | Remark: never on the day itself",
        "Medicine: Lamotrigine | Restart: the same evening | Remark: no change of the dose",
    ]


def test_notes_in_the_margin_make_no_table_of_text_in_two_columns() -> None:
    left = "Most people feel well again within two hours, and some stay dizzy or tired for the rest of the day."
    right = "Rest at home until the next morning, and ask somebody to stay with you in the first night after it."
    pdf = Pdf()
    pdf.lines(40, 100, ["Effects"])
    for x, text in ((150, left), (330, right)):
        pdf.lines(x, 100, wrapped(text, 150))
    shown_text = [text for _, text in shown(loaded(pdf.bytes()))]
    assert [left, right] == [text for text in shown_text if len(text) > 20]


def over_two_pages(*, header_again: bool) -> Pdf:
    """A table of drugs and doses whose last two rows stand on a second page."""
    pdf = Pdf()
    first = (("Drug", "Adult"), ("Ketamine", "35 mg"), ("Diazepam", "10 mg"), ("Lorazepam", "2 mg"))
    second = (*((("Drug", "Adult"),) if header_again else ()), ("Midazolam", "5 mg"), ("Esketamine", "56 mg"))
    for rows, top in ((first, 700), (second, 80)):
        for number, row in enumerate(rows):
            for left, cell in zip(LEFTS, row, strict=False):
                pdf.write(left, top + 15 * number, cell, font=BOLD if row[0] == "Drug" else REGULAR)
        pdf.new_page()
    return pdf


@pytest.mark.parametrize("header_again", [False, True])
def test_a_table_that_goes_on_over_the_page_keeps_the_names_of_its_columns(header_again: bool) -> None:
    assert rows_of(over_two_pages(header_again=header_again)) == [
        "Drug: Ketamine | Adult: 35 mg",
        "Drug: Diazepam | Adult: 10 mg",
        "Drug: Lorazepam | Adult: 2 mg",
        "Drug: Midazolam | Adult: 5 mg",
        "Drug: Esketamine | Adult: 56 mg",
    ]


def test_another_table_on_the_next_page_has_its_own_columns() -> None:
    pdf = table([("Drug", "Adult"), ("Ketamine", "35 mg"), ("Diazepam", "10 mg")], bold_first=True)
    pdf.new_page()
    for number, row in enumerate((("Infusion", "40 minutes"), ("Rest", "120 minutes"))):
        for left, cell in zip((72, 260), row, strict=True):  # the second column stands elsewhere
            pdf.write(left, 80 + 15 * number, cell)
    assert rows_of(pdf)[2:] == ["Infusion | 40 minutes", "Rest | 120 minutes"]


def test_rows_of_questions_and_answers_over_several_lines_stay_together() -> None:
    rows = [
        ("Question", "Answer"),
        ("May I drive home after the infusion?", "No. Wait until the next morning, whatever you feel like by then."),
        ("Will I feel sick?", "Some people do for an hour or two. Tell the nurse, who has a medicine against it."),
        ("Who may come along with me?", "One adult, who waits outside of the room and takes you home in the evening."),
    ]
    pdf, top = Pdf(), 100.0
    for number, row in enumerate(rows):
        cells = [wrapped(cell, 180) for cell in row]
        for left, lines in zip((72, 290), cells, strict=True):
            pdf.lines(left, top, lines, font=REGULAR if number else BOLD)
        top += max(map(len, cells)) * 13.2 + 6
    assert rows_of(pdf) == [f"{question} | {answer}" for question, answer in rows[1:]]
