"""A PDF becomes the blocks a reader sees, in the order of reading, each with its page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragbot.datatypes import BlockKind
from tests.loaders.pdf_files import BOLD, Pdf, loaded, pages_of, shown, words_of, wrapped

ONSET = (
    "Ketamine is given as an infusion over forty minutes in the clinic. Most people feel the first effects within ten "
    "minutes, and these effects fade about one hour after the infusion has ended. A nurse stays in the room all the time."
)
SAFETY = (
    "Blood pressure is measured before the infusion and every fifteen minutes after it. People with an aneurysm should "
    "not be treated, because a rise in pressure may harm them. Tell the team about every medicine that you take at home."
)
EFFECTS = (
    "About half of the people with depression that did not respond to tablets feel better after the first week. The "
    "effect of one infusion fades after some days, so that most clinics offer two infusions a week for three weeks."
)
FOLLOW = (
    "You should not drive or sign contracts until the next morning. Somebody should take you home and stay with you for "
    "the evening. Call the clinic if you still feel confused on the next day, or if pain in the bladder begins."
)


def column(pdf: Pdf, left: float, top: float, paragraphs: list[str], *, width: float = 218) -> float:
    """Paragraphs of 10 points below each other, half a line apart; the next free height."""
    for paragraph in paragraphs:
        top = pdf.lines(left, top, wrapped(paragraph, width, size=10), size=10, step=12) + 6
    return top


def test_lines_become_paragraphs_and_larger_type_headings() -> None:
    pdf = Pdf()
    pdf.write(72, 80, "Ketamine and you", size=20, font=BOLD)
    pdf.write(72, 120, "What happens", size=14, font=BOLD)
    top = pdf.lines(72, 140, wrapped(ONSET, 450))
    top = pdf.lines(72, top + 8, wrapped(SAFETY, 450))
    pdf.write(72, top + 10, "After the treatment", size=11, font=BOLD)
    pdf.lines(72, top + 26, wrapped(FOLLOW, 450))
    document = loaded(pdf.bytes())
    assert shown(document) == [
        ("heading 1", "Ketamine and you"),
        ("heading 2", "What happens"),
        ("paragraph", ONSET),
        ("paragraph", SAFETY),
        ("heading 3", "After the treatment"),
        ("paragraph", FOLLOW),
    ]
    assert document.text == "\n\n".join(words for _, words in shown(document))
    assert [(h.level, h.title, h.span.cut(document.text)) for h in document.headings] == [
        (1, "Ketamine and you", "Ketamine and you"),
        (2, "What happens", "What happens"),
        (3, "After the treatment", "After the treatment"),
    ]
    assert document.pages == (0,)


def test_a_heading_over_two_lines_is_one_and_bold_words_inside_a_paragraph_are_none() -> None:
    pdf = Pdf()
    pdf.lines(72, 80, ["Ketamine for depression that", "did not respond to tablets"], size=18, font=BOLD, step=21)
    lines = wrapped(ONSET, 300)
    for number, line in enumerate(lines):
        pdf.write(72, 140 + 13.2 * number, line, font=BOLD if number == 2 else "Times-Roman")
    assert shown(loaded(pdf.bytes())) == [
        ("heading 1", "Ketamine for depression that did not respond to tablets"),
        ("paragraph", ONSET),
    ]


def test_paragraphs_told_apart_only_by_an_indented_first_line_stay_apart() -> None:
    pdf = Pdf()
    top = 100.0
    for paragraph in (ONSET, SAFETY, EFFECTS):
        first, *rest = wrapped("\u2003" + paragraph, 300)
        pdf.write(90, top, first.strip())
        top = pdf.lines(72, top + 13.2, rest)
    assert [words for _, words in shown(loaded(pdf.bytes()))] == [ONSET, SAFETY, EFFECTS]


def test_two_columns_are_read_one_after_the_other_and_a_full_width_line_parts_them() -> None:
    pdf = Pdf()
    pdf.write(72, 80, "Infusions of ketamine in an outpatient clinic: four years", size=18, font=BOLD)
    column(pdf, 72, 120, [ONSET, SAFETY])
    column(pdf, 310, 120, [EFFECTS])
    pdf.write(72, 330, "What people told us about their treatment in the clinic", size=14, font=BOLD)
    column(pdf, 72, 360, [FOLLOW])
    column(pdf, 310, 363, [SAFETY])  # three points lower: the lines of the columns need not stand side by side
    assert shown(loaded(pdf.bytes())) == [
        ("heading 1", "Infusions of ketamine in an outpatient clinic: four years"),
        ("paragraph", ONSET),
        ("paragraph", SAFETY),
        ("paragraph", EFFECTS),
        ("heading 2", "What people told us about their treatment in the clinic"),
        ("paragraph", FOLLOW),
        ("paragraph", SAFETY),
    ]


def test_columns_are_read_in_order_whatever_the_order_in_the_file() -> None:
    pdf = Pdf()
    left, right = wrapped(ONSET, 218, size=10), wrapped(SAFETY, 218, size=10)
    for number in reversed(range(min(len(left), len(right)))):  # right before left, bottom before top
        pdf.write(310, 100 + 12 * number, right[number], size=10)
        pdf.write(72, 100 + 12 * number, left[number], size=10)
    number = min(len(left), len(right))
    words = [word for lines in (left[:number], right[:number]) for line in lines for word in line.split()]
    assert words_of(loaded(pdf.bytes())) == words


def test_a_paragraph_goes_on_over_a_column_and_a_page() -> None:
    pdf = Pdf()
    lines = wrapped(f"{ONSET} {SAFETY} {EFFECTS} {FOLLOW}", 218, size=10)
    assert all(not lines[end].endswith(".") for end in (7, 15))  # the breaks below fall inside sentences
    pdf.lines(72, 100, lines[:8], size=10, step=12)
    pdf.lines(310, 100, lines[8:16], size=10, step=12)
    pdf.new_page()
    pdf.lines(72, 100, lines[16:], size=10, step=12)
    pdf.write(72, 400, "Ask the team.", size=10)
    document = loaded(pdf.bytes())
    whole = f"{ONSET} {SAFETY} {EFFECTS} {FOLLOW}"
    assert shown(document) == [("paragraph", whole), ("paragraph", "Ask the team.")]
    # The second page begins with the first word of line 17, which stands once in the text.
    assert whole.count(lines[16]) == 1
    assert document.pages == (0, whole.index(lines[16]))
    assert document.page(whole.index(lines[16]) - 1) == 1
    assert [document.page(block.span.start) for block in document.blocks] == [1, 2]


def test_a_word_parted_by_a_page_and_an_empty_page_keep_the_count() -> None:
    pdf = Pdf()
    pdf.write(72, 100, "It is given. Ask about each medi-")
    pdf.new_page()
    pdf.write(72, 100, "cation at home. Bring a list.")
    pdf.new_page()
    pdf.new_page()
    pdf.write(72, 100, "Rest.")
    document = loaded(pdf.bytes())
    # "It is given. Ask about each medi" is 32 characters; the paragraph of 60 and the blank line end at 62.
    assert document.text == "It is given. Ask about each medication at home. Bring a list.\n\nRest."
    assert document.pages == (0, 32, 63, 63)
    assert document.page(document.text.index("Bring")) == 2
    assert document.page(document.text.index("Rest.")) == 4


def test_heads_feet_and_page_numbers_that_repeat_are_removed() -> None:
    pdf = Pdf()
    texts = (ONSET, SAFETY, EFFECTS, FOLLOW)
    for number, text in enumerate(texts, start=1):
        pdf.write(72, 40, "Clinic for mood disorders" if number % 2 else "Ketamine leaflet", size=9)
        pdf.lines(72, 90, wrapped(text, 450))
        pdf.write(280, 800, f"Page {number} of 4", size=9)
        pdf.write(72, 815, "Version 3, printed for patients", size=9)
        pdf.new_page()
    document = loaded(pdf.bytes())
    # Each head stands on two of four pages only: three are needed to be sure.
    expected = []
    for number, text in enumerate(texts, start=1):
        expected += [
            ("paragraph", "Clinic for mood disorders" if number % 2 else "Ketamine leaflet"),
            ("paragraph", text),
        ]
    assert shown(document) == expected


def test_a_head_on_three_pages_goes_and_a_line_of_text_in_the_same_place_stays() -> None:
    pdf = Pdf()
    for number in range(1, 4):
        pdf.write(72, 40, f"Chapter 2: Dosing {number + 16}", size=9)
        pdf.write(72, 80, f"Step {number} lasts for forty minutes.")
        pdf.lines(72, 120, wrapped((ONSET, SAFETY, EFFECTS)[number - 1], 450))
        pdf.new_page()
    assert [words for _, words in shown(loaded(pdf.bytes()))] == [
        "Step 1 lasts for forty minutes.",
        ONSET,
        "Step 2 lasts for forty minutes.",
        SAFETY,
        "Step 3 lasts for forty minutes.",
        EFFECTS,
    ]


def test_a_heading_that_counts_up_in_the_same_place_of_each_page_is_no_head() -> None:
    pdf = Pdf()
    for number in range(1, 5):
        pdf.write(72, 80, f"Session {number}", size=16, font=BOLD)
        pdf.lines(72, 120, wrapped(ONSET, 450))
        pdf.new_page()
    assert [h.title for h in loaded(pdf.bytes()).headings] == ["Session 1", "Session 2", "Session 3", "Session 4"]


def test_words_parted_at_the_end_of_a_line_are_joined_and_compounds_keep_their_hyphen() -> None:
    pdf = Pdf()
    lines = [
        "This medi-",
        "cation supports ketamine-",
        "assisted therapy, a short- and",
        "long-term help after COVID-",
        "19.",
    ]
    pdf.lines(72, 100, lines)
    assert shown(loaded(pdf.bytes())) == [
        (
            "paragraph",
            "This medication supports ketamine-assisted therapy, a short- and long-term help after COVID-19.",
        )
    ]


def test_bullets_and_numbers_make_list_items_with_their_depth() -> None:
    pdf = Pdf()
    pdf.write(72, 100, "Before the infusion:")
    pdf.write(82, 116, "• Eat nothing for six hours before the")
    pdf.write(91, 129.2, "infusion begins.")
    pdf.write(82, 142.4, "• Bring")
    pdf.write(100, 155.6, "– a list of your medicines")
    pdf.write(100, 168.8, "– warm socks")
    pdf.write(82, 182, "• Come with a friend.")
    pdf.write(72, 202, "Then we go on like this:")
    pdf.write(82, 218, "1.  We measure your pressure.")
    pdf.write(82, 231.2, "2.  The infusion begins.")
    pdf.write(72, 252, "You may stop it at any time.")
    document = loaded(pdf.bytes())
    assert shown(document) == [
        ("paragraph", "Before the infusion:"),
        ("list_item 1", "Eat nothing for six hours before the infusion begins."),
        ("list_item 1", "Bring"),
        ("list_item 2", "a list of your medicines"),
        ("list_item 2", "warm socks"),
        ("list_item 1", "Come with a friend."),
        ("paragraph", "Then we go on like this:"),
        ("list_item 1", "We measure your pressure."),
        ("list_item 1", "The infusion begins."),
        ("paragraph", "You may stop it at any time."),
    ]
    assert "\n\n- Bring\n\n- a list of your medicines\n\n" in document.text


def test_numbers_and_dashes_that_happen_to_begin_a_line_make_no_items() -> None:
    pdf = Pdf()
    pdf.lines(
        72, 100, ["Most people in this large study were given doses of about", "5. They were then asked about it"]
    )
    pdf.lines(
        72, 160, ["The effect of the infusion came on quickly in the people", "– within an hour, that is – and lasted."]
    )
    assert shown(loaded(pdf.bytes())) == [
        ("paragraph", "Most people in this large study were given doses of about 5. They were then asked about it"),
        (
            "paragraph",
            "The effect of the infusion came on quickly in the people – within an hour, that is – and lasted.",
        ),
    ]


def test_a_table_gives_one_row_a_block() -> None:
    pdf = Pdf()
    pdf.lines(72, 80, wrapped(ONSET, 450))
    pdf.write(72, 140, "Table 1. Routes compared")
    rows = [("Route", "Onset", "Share absorbed"), ("Vein", "1 minute", "100 %"), ("Nose", "10 minutes", "45 %")]
    for number, row in enumerate([*rows, ("Mouth", "25 minutes", "20 %")]):
        for left, cell in zip((72, 200, 330), row, strict=True):
            pdf.write(left, 156 + 15 * number, cell)
    pdf.lines(72, 236, wrapped(SAFETY, 450))
    assert shown(loaded(pdf.bytes())) == [
        ("paragraph", ONSET),
        ("paragraph", "Table 1. Routes compared"),
        ("table_row", "Route: Vein | Onset: 1 minute | Share absorbed: 100 %"),
        ("table_row", "Route: Nose | Onset: 10 minutes | Share absorbed: 45 %"),
        ("table_row", "Route: Mouth | Onset: 25 minutes | Share absorbed: 20 %"),
        ("paragraph", SAFETY),
    ]


def test_the_further_lines_of_a_cell_belong_to_its_row() -> None:
    pdf = Pdf()
    rows = [
        (["Nausea"], ["Very common: eat nothing for six", "hours, and ask for a tablet."]),
        (["Raised blood", "pressure"], ["Common: it falls again within an", "hour after the infusion has ended."]),
        (["Cystitis"], ["Rare, after months of daily use."]),
    ]
    top = 100.0
    for first, second in rows:
        pdf.lines(72, top, first)
        top = max(pdf.lines(200, top, second), top) + 8
    assert shown(loaded(pdf.bytes())) == [
        ("table_row", "Nausea | Very common: eat nothing for six hours, and ask for a tablet."),
        ("table_row", "Raised blood pressure | Common: it falls again within an hour after the infusion has ended."),
        ("table_row", "Cystitis | Rare, after months of daily use."),
    ]


def test_a_note_at_the_foot_stands_on_its_page_before_the_paragraph_that_it_would_interrupt() -> None:
    pdf = Pdf()
    lines = wrapped(f"{ONSET} {SAFETY}", 450)
    assert not lines[2].endswith(".")
    pdf.lines(72, 660, lines[:3])
    pdf.write(72, 740, "1 Measured at rest.", size=8)
    pdf.new_page()
    pdf.lines(72, 80, lines[3:])
    document = loaded(pdf.bytes())
    assert shown(document) == [("paragraph", "1 Measured at rest."), ("paragraph", f"{ONSET} {SAFETY}")]
    # "1 Measured at rest." and the blank line are 21 characters.
    assert document.pages == (0, 21 + f"{ONSET} {SAFETY}".index(lines[3]))


def test_a_note_in_the_margin_does_not_mix_with_the_text() -> None:
    pdf = Pdf()
    pdf.lines(200, 100, wrapped(f"{ONSET} {SAFETY}", 320))
    pdf.lines(72, 115, ["Keep this leaflet", "at hand for as", "long as you are", "treated here."], size=8, step=10)
    document = loaded(pdf.bytes())
    assert sorted(words for _, words in shown(document)) == [
        "Keep this leaflet at hand for as long as you are treated here.",
        f"{ONSET} {SAFETY}",
    ]


def test_a_sideways_stamp_comes_last_and_a_watermark_not_at_all() -> None:
    pdf = Pdf()
    pdf.canvas.saveState()
    pdf.canvas.translate(30, 300)
    pdf.canvas.rotate(90)
    pdf.canvas.drawString(0, 0, "Stored in March")
    pdf.canvas.restoreState()
    pdf.canvas.saveState()
    pdf.canvas.translate(200, 300)
    pdf.canvas.rotate(40)
    pdf.canvas.setFont(BOLD, 60)
    pdf.canvas.drawString(0, 0, "DRAFT")
    pdf.canvas.restoreState()
    pdf.lines(72, 100, wrapped(ONSET, 450))
    assert shown(loaded(pdf.bytes())) == [("paragraph", ONSET), ("paragraph", "Stored in March")]


def test_a_page_set_sideways_is_read_like_any_other() -> None:
    pdf = Pdf()
    pdf.canvas.translate(80, 60)
    pdf.canvas.rotate(90)
    for number, line in enumerate(wrapped(ONSET, 450)):
        pdf.canvas.drawString(0, -13.2 * number, line)
    pdf.canvas.setPageRotation(90)
    assert shown(loaded(pdf.bytes())) == [("paragraph", ONSET)]


def test_each_of_300_pages_is_found_by_its_sentence() -> None:
    pdf = Pdf()
    names = [f"{first}{second}" for first in "bcdfghklmnprstvwz" for second in "aeiouabcdefghijklm"][:300]
    for number, name in enumerate(names, start=1):
        pdf.write(72, 40, f"Guideline on ketamine {number}", size=9)
        top = pdf.lines(72, 90, wrapped(f"The rule of {name} stands on sheet {number}.", 450))
        for paragraph in (ONSET, SAFETY):
            top = pdf.lines(72, top + 6, wrapped(paragraph, 450))
        pdf.new_page()
    document = loaded(pdf.bytes())
    assert len(document.pages) == 300
    found = {
        int(match[1]): document.page(match.start())
        for match in re.finditer(r"The rule of \w+ stands on sheet (\d+)\.", document.text)
    }
    assert found == {number: number for number in range(1, 301)}
    assert "Guideline" not in document.text


def test_an_empty_page_counts() -> None:
    document = loaded(pages_of(["", "Rest at home.", "", "", "Drink water.", ""]))
    # "Rest at home." is 13 characters, "\n\n" two: the next block begins at 15 and the text ends at 27.
    assert document.pages == (0, 0, 15, 15, 15, 27)
    assert [document.page(block.span.start) for block in document.blocks] == [2, 5]


def test_a_page_that_begins_with_a_list_item_begins_at_its_mark() -> None:
    document = loaded(pages_of(["Bring these:", "• warm socks"]))
    assert (document.text, document.pages) == ("Bring these:\n\n- warm socks", (0, 14))


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("Ketamine: a guide for families", "Ketamine: a guide for families"),
        ("untitled", "Living with ketamine"),
        ("Microsoft Word - leaflet v3.doc", "Living with ketamine"),
        ("leaflet_2024.indd", "Living with ketamine"),
        ("my leaflet", "Living with ketamine"),  # the file's name
        ("Slide 1", "Living with ketamine"),
    ],
)
def test_the_title_is_the_one_in_the_metadata_if_a_person_wrote_it(metadata: str, expected: str) -> None:
    pdf = Pdf(metadata)
    pdf.write(72, 60, "A leaflet of the clinic", size=14, font=BOLD)
    pdf.write(72, 100, "Living with ketamine", size=24, font=BOLD)
    pdf.lines(72, 150, wrapped(ONSET, 450))
    assert loaded(pdf.bytes()).title == expected


def test_without_metadata_and_headings_the_title_is_made_from_the_file_name() -> None:
    document = loaded(pages_of(["Rest at home."]))
    assert (document.title, document.published) == ("my leaflet", None)


def test_blocks_are_ordered_slices_and_tables_and_items_keep_their_offsets() -> None:
    pdf = Pdf()
    pdf.write(72, 80, "Doses", size=18, font=BOLD)
    pdf.write(72, 120, "• Rest")
    pdf.lines(72, 160, ["one", "two", "three"])
    pdf.lines(300, 160, ["uno", "dos", "tres"])
    document = loaded(pdf.bytes())
    assert document.text == "Doses\n\n- Rest\n\none | uno\n\ntwo | dos\n\nthree | tres"
    assert [(b.kind, b.span.start, b.span.end) for b in document.blocks[:3]] == [
        (BlockKind.HEADING, 0, 5),
        (BlockKind.LIST_ITEM, 9, 13),
        (BlockKind.TABLE_ROW, 15, 24),
    ]


WORD = st.text("abcdefghijklmnoprstuvwy", min_size=2, max_size=9)


@settings(max_examples=25)
@given(
    st.lists(st.lists(WORD, min_size=1, max_size=60).map(" ".join), min_size=1, max_size=12),
    st.integers(120, 450),
    st.booleans(),
)
def test_every_word_comes_out_once_in_order(paragraphs: list[str], width: int, spaced: bool) -> None:
    pdf = Pdf()
    top = 80.0
    for paragraph in paragraphs:
        for line in wrapped(paragraph, width):
            if top > 760:
                pdf.new_page()
                top = 80.0
            pdf.write(72, top, line)
            top += 13.2
        top += 7 if spaced else 0
    assert words_of(loaded(pdf.bytes())) == " ".join(paragraphs).split()


@settings(max_examples=25)
@given(st.lists(WORD, min_size=200, max_size=400), st.integers(10, 30))
def test_every_word_of_two_columns_comes_out_once_in_order(words: list[str], gutter: int) -> None:
    pdf = Pdf()
    width = (450 - gutter) / 2
    lines = wrapped(" ".join(words), width, size=10)
    half = (len(lines) + 1) // 2
    pdf.lines(72, 100, lines[:half], size=10, step=12)
    pdf.lines(72 + width + gutter, 100, lines[half:], size=10, step=12)
    assert words_of(loaded(pdf.bytes())) == words
