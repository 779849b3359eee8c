"""CSV and TSV: questions with their answers, or rows with their headers, from any program that writes them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragbot.datatypes import BlockKind, Document
from ragbot.errors import DocumentError
from ragbot.loaders.sheet import load_sheet
from tests.loaders.article_files import shown, source_of

H, P, L, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW
PAIRS = [("Is it safe?", "Mostly; ask us, please."), ("When may I drive?", "The next day.\nNot before.")]
AS_BLOCKS = [
    (H, 1, "Is it safe?"),
    (P, 0, "Mostly; ask us, please."),
    (H, 1, "When may I drive?"),
    (P, 0, "The next day."),
    (P, 0, "Not before."),
]


def load(text: str | bytes) -> Document:
    return load_sheet(source_of(text if isinstance(text, bytes) else text.encode(), "our-questions.csv"))


def written(rows: Sequence[tuple[str, ...]], separator: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_separator_and_encoding_that_programs_write_is_read(separator: str, encoding: str) -> None:
    rows = [("Question", "Answer"), *PAIRS, ("Was kostet es?", "Fünf Euro für Getränke, höchstens.")]
    document = load(written(rows, separator).encode(encoding))
    assert shown(document) == [*AS_BLOCKS, (H, 1, "Was kostet es?"), (P, 0, "Fünf Euro für Getränke, höchstens.")]
    assert document.title == "our questions"


@pytest.mark.parametrize(
    "header", [("Question", "Answer"), ("Frage", "Antwort"), ("FAQ: question", "Answer text"), ("Q", "A"), None]
)
def test_columns_of_questions_and_answers_are_known_by_name_or_by_what_they_hold(
    header: tuple[str, str] | None,
) -> None:
    assert shown(load(written(([header] if header else []) + PAIRS))) == AS_BLOCKS


def test_the_answer_is_found_under_its_question_wherever_the_columns_stand() -> None:
    rows = [
        ("No", "Answer", "Question", "Source"),
        ("1", "- Rest\n- Water", "What helps?", "Leaflet"),
        ("2", "", "", ""),
    ]
    document = load(written(rows))
    assert shown(document) == [
        (H, 1, "What helps?"),
        (L, 1, "Rest"),
        (L, 1, "Water"),
        (T, 0, "No: 1 | Source: Leaflet"),
        (T, 0, "No: 2"),
    ]
    assert document.heading_path(document.text.index("Water")) == ("What helps?",)
    assert document.text.startswith("What helps?\n\n- Rest\n\n- Water\n\nNo: 1")


def test_terms_with_long_texts_are_read_like_questions() -> None:
    rows = [("Term", "Meaning"), ("Dissociation", "A feeling of being apart from your own body.")]
    assert shown(load(written(rows))) == [
        (H, 1, "Dissociation"),
        (P, 0, "A feeling of being apart from your own body."),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Drug;Dose;Route\nketamine;0,5 mg/kg;iv\nesketamine;56 mg;\n",
            ["Drug: ketamine | Dose: 0,5 mg/kg | Route: iv", "Drug: esketamine | Dose: 56 mg"],
        ),
        ("Drug,Dose\nketamine,0.5 mg/kg\n", ["Drug: ketamine | Dose: 0.5 mg/kg"]),
        ("oral,2 hours\nnasal,1 hour\n", ["oral | 2 hours", "nasal | 1 hour"]),  # a number is no header
        ("sep=|\nDrug|Dose\nketamine|1, 2\n", ["Drug: ketamine | Dose: 1, 2"]),
        ("Drug,Dose\n\n,,\nketamine,5\n", ["Drug: ketamine | Dose: 5"]),  # rows without words
        ("One sentence in a line.\nAnother one, too.\n", ["One sentence in a line.", "Another one, too."]),
        ("only\n", ["only"]),
    ],
)
def test_other_tables_become_rows_with_their_headers(text: str, expected: list[str]) -> None:
    assert shown(load(text)) == [(T, 0, row) for row in expected]


@pytest.mark.parametrize(
    "rows",
    [
        [("Alcohol", "Avoid for 24 hours"), ("Driving", "Allowed next day")],
        [("Alcohol", "Avoid"), ("Driving", "24 hours"), ("Eating", "2 hours"), ("Sport", "48 hours")],
        [("Ketamine", "none"), ("Esketamine", "56"), ("Water", "5"), ("Tea", "1")],
        [("Ketamine", "low"), ("Esketamine", "56")],
        [("Nurse", "Doctor", "Friend"), ("watches you", "is near", "drives you home")],
        [("Alcohol", "Avoid it."), ("Driving", "Wait."), ("Notes", "None.")],
        [("Prompt help", "A nurse is near"), ("Later help", "Call the clinic")],
    ],
)
def test_a_first_row_that_may_be_data_stays_a_row(rows: list[tuple[str, ...]]) -> None:
    assert shown(load(written(rows))) == [(T, 0, " | ".join(row)) for row in rows]


LONG = "Some people feel a little sick on the way home."


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (("Wirkstoff", "Tageshöchstmenge"), ("Ketamin", "50 mg")),  # one known name above quantities
        (("Maximum dose (mg)", "Time to onset"), ("a lot", "soon")),  # known names with other words
        (("Visit", "Score A"), ("first", "17")),  # words above numbers
        (("Zeta", "Eta", "Theta"), ("one", "two", LONG)),  # short words above text
    ],
)
def test_a_first_row_names_the_columns_where_there_is_evidence(header: tuple[str, ...], row: tuple[str, ...]) -> None:
    expected = " | ".join(f"{name}: {cell}" for name, cell in zip(header, row, strict=True))
    assert shown(load(written([header, row, row, row]))) == [(T, 0, expected)] * 3


def test_a_cell_like_a_number_of_a_million_digits_is_judged_at_once() -> None:
    rows = [("Name", "Other"), ("x", "1" * 60_000 + " a b c d")]
    assert shown(load(written(rows)))[-1][2].endswith("1 a b c d")


def test_rows_beyond_two_thousand_are_cut_and_the_document_says_so() -> None:
    rows = [("Drug", "Dose"), *((f"drug {n}", f"{n} mg") for n in range(2_500))]
    document = load(written(rows))
    assert len(document.blocks) == 2_000
    assert document.notes == ("table cut after 2,000 of 2,500 rows; split it to have all of them",)
    assert load(written(rows[:2_001])).notes == ()
    questions = load(written([("Question", "Answer"), *((f"Is {n} safe?", "Yes.") for n in range(2_001))]))
    assert (len(questions.headings), len(questions.notes)) == (2_000, 1)


def test_a_cell_that_never_ends_is_refused_in_one_line() -> None:
    with pytest.raises(DocumentError, match=r"^a cell of more than 131,072 characters \(near line \d\); close"):
        load('a,b\n"open,' + "word " * 60_000)


@settings(max_examples=60, deadline=None)
@given(
    shape=st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), max_size=8).filter(lambda s: any(map(any, s))),
    separator=st.sampled_from(",;\t|"),
    joint=st.sampled_from([" ", "\n", ", ", ' "', "; ", "? "]),
)
def test_every_word_of_any_table_comes_out_once_in_order_behind_its_header(
    shape: list[list[int]], separator: str, joint: str
) -> None:
    """`shape` says how many words a cell has; each word is another one."""
    number = iter(range(10_000))
    rows = [[[f"word{next(number)}" for _ in range(n)] for n in row] for row in shape]
    document = load(
        written([("Drug", "Dose", "Route"), *(tuple(joint.join(cell) for cell in row) for row in rows)], separator)
    )
    expected = [word for row in rows for cell in row for word in cell]
    assert re.findall(r"word\d+", document.text) == expected
    for block, row in zip(document.blocks, (row for row in rows if any(row)), strict=True):
        cells = zip(("Drug", "Dose", "Route"), row, strict=True)
        only_first = not any(row[1:])
        assert block.span.cut(document.text) == " | ".join(
            (joint.join(cell) if only_first else f"{label}: {joint.join(cell)}").replace("\n", " ")
            for label, cell in cells
            if cell
        )
