"""A cell of a PDF table keeps the name of its column, so that a child's dose is not read as an adult's."""

from __future__ import annotations

from collections.abc import Sequence

from ragbot.loaders.layout import MAX_TABLE_ROWS
from tests.loaders.pdf_files import BOLD, REGULAR, Pdf, loaded, shown

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
