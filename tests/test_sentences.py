"""Sentences tile their block, and only statements may be quoted."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ragbot.datatypes import Block, BlockKind, Document, Sentence, Span
from ragbot.sentences import (
    MAX_SENTENCE_CHARS,
    block_sentences,
    cut_sentence,
    is_header_row,
    is_quotable,
    split_sentences,
)

PARAGRAPH, ITEM, ROW, HEADING = BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW, BlockKind.HEADING
PIECES = [
    "Dr. Smith",
    "e.g.",
    "10 mg",
    ". ",
    "? ",
    "! ",
    "; ",
    "\n",
    "\u2028",
    "\x85",
    "  ",
    "a",
    "这是一句。",
    "😀",
    "e\u0301",
    "|",
]

texts = st.one_of(st.text(min_size=1, max_size=300), st.lists(st.sampled_from(PIECES), min_size=1).map("".join))


def cut(text: str, kind: BlockKind = PARAGRAPH) -> list[str]:
    return [span.cut(text) for span in block_sentences(text, Block(Span(0, len(text)), kind))]


@given(texts, st.sampled_from([PARAGRAPH, ITEM, HEADING]))
@example("x" * 3000, PARAGRAPH)
@example("word " * 900, HEADING)
@example("氯胺酮" * 900, ITEM)
@example("😀\u200d" * 700, PARAGRAPH)
def test_sentences_tile_their_block(text: str, kind: BlockKind) -> None:
    position = 0
    for span in block_sentences(text, Block(Span(0, len(text)), kind)):
        assert text[position : span.start].strip() == "", "words between two sentences"
        assert span.cut(text) == span.cut(text).strip() != ""
        assert len(span) <= MAX_SENTENCE_CHARS
        position = span.end
    assert text[position:].strip() == ""


@given(texts)
def test_only_blanks_and_bars_lie_between_the_sentences_of_a_table_row(text: str) -> None:
    spans = list(block_sentences(text, Block(Span(0, len(text)), ROW)))
    ends = [0, *(span.end for span in spans)]
    starts = [*(span.start for span in spans), len(text)]
    assert all(text[end:start].replace("|", "").strip() == "" for end, start in zip(ends, starts, strict=True))


@given(texts.filter(str.strip), st.integers(0, 20))
def test_the_place_of_a_block_does_not_change_its_sentences(text: str, offset: int) -> None:
    moved = "#" * offset + text
    spans = block_sentences(moved, Block(Span(offset, len(moved)), PARAGRAPH))
    assert [span.cut(moved) for span in spans] == cut(text)


@given(texts.filter(lambda t: len(t.strip()) > 1))
def test_cutting_a_sentence_loses_nothing_but_blanks(text: str) -> None:
    text = text.strip()
    pieces = cut_sentence(text, Sentence(Span(0, len(text)), 7, ITEM))
    assert len(pieces) > 1
    assert "".join("".join(p.span.cut(text) for p in pieces).split()) == "".join(text.split())
    assert {(p.block, p.kind) for p in pieces} == {(7, ITEM)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It fades. Then you rest.", ["It fades.", "Then you rest."]),
        ("Take 0.5 mg/kg. It fades.", ["Take 0.5 mg/kg.", "It fades."]),
        ("The U. S. agency agreed. It did.", ["The U. S. agency agreed.", "It did."]),
        ("Dr. Smith came. He left.", ["Dr. Smith came.", "He left."]),
        ("See WHAT.EDU.VN for more. Thanks.", ["See WHAT.EDU.VN for more.", "Thanks."]),
        ("A line that is\nhard wrapped. Next.", ["A line that is\nhard wrapped.", "Next."]),
        ("氯胺酮很安全。医生在场。", ["氯胺酮很安全。", "医生在场。"]),
        ("   ", []),
    ],
)
def test_a_paragraph_splits_at_full_stops_that_end_a_sentence(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_a_heading_is_one_sentence_whatever_stops_it_has() -> None:
    assert cut("1. What is it? An overview. Part 2", HEADING) == ["1. What is it? An overview. Part 2"]


def test_a_row_of_short_cells_is_one_statement() -> None:
    assert cut("Onset | 2 hours. | oral", ROW) == ["Onset | 2 hours. | oral"]


def test_a_row_with_a_prose_cell_gives_each_cell_its_own_sentences() -> None:
    # the second cell has 13 words, one more than a short cell may have
    prose = "You must not drive until the next day. Sleep first, then decide again."
    assert cut(f"Driving | {prose}", ROW) == [
        "Driving",
        "You must not drive until the next day.",
        "Sleep first, then decide again.",
    ]


def test_sentences_know_their_block_and_its_kind() -> None:
    text = "Effects\nIt fades. You rest."
    blocks = (Block(Span(0, 7), HEADING, 1), Block(Span(8, 27), PARAGRAPH))
    document = Document(doc_id="a", title="a", text=text, path="a", sha256="", blocks=blocks)
    assert [(s.span.cut(text), s.block, s.kind) for s in split_sentences(document)] == [
        ("Effects", 0, HEADING),
        ("It fades.", 1, PARAGRAPH),
        ("You rest.", 1, PARAGRAPH),
    ]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("Ketamine wears off within hours.", PARAGRAPH, True),
        ("Side effects of ketamine", HEADING, False),
        ("Is it safe to drive home?", PARAGRAPH, False),
        ("“Is it safe to drive?”", PARAGRAPH, False),
        ("(Is it safe to drive?)", PARAGRAPH, False),
        ("**Is it safe to drive?**", PARAGRAPH, False),
        ("驾驶安全吗？", ITEM, False),
        ("Common side effects include:", PARAGRAPH, False),
        ("**Common side effects include:**", PARAGRAPH, False),
        ("_The most common are these:_ ", PARAGRAPH, False),
        ("Before you come in:", ITEM, False),
        ("The ratio was 3:1 in all trials.", PARAGRAPH, True),
        ("Dizziness", ITEM, True),
        ("Dizziness", PARAGRAPH, False),
        ("Rest at home.", PARAGRAPH, False),
        ("Rest quietly at home.", PARAGRAPH, True),
        ("Onset | 2 hours", ROW, True),
        ("---", ROW, False),
        ("…", ITEM, False),
        ("", PARAGRAPH, False),
    ],
)
def test_only_statements_may_be_quoted(text: str, kind: BlockKind, expected: bool) -> None:
    assert is_quotable(text, kind) is expected


@pytest.mark.parametrize(
    ("table", "first_is_header"),
    [
        ("Medicine | Restart\nLisinopril | the next morning\nZopiclone | after two nights", True),
        ("| Medicine | Restart |\n|---|---|\n| Lisinopril | the next morning |", True),
        # One row below it, figures or a sentence in it: it may be all that a table says, so it stays quotable.
        ("Medicine | Restart\nLisinopril | the next morning", False),
        ("Lisinopril | 2 days\nZopiclone | 3 days\nLamotrigine | 1 day", False),
        ("Lisinopril | on the next morning\nZopiclone | after two nights\nLamotrigine | at once", False),
        # Loaders of other formats put the names of the columns into each row.
        (
            "Medicine: Lisinopril | Restart: later\nMedicine: Zopiclone | Restart: now\nMedicine: X | Restart: now",
            False,
        ),
    ],
)
def test_only_the_names_of_columns_are_taken_for_a_header(table: str, first_is_header: bool) -> None:
    rows: list[Sentence] = []
    at = 0
    for line in table.splitlines():
        if "---" not in line:
            rows.append(Sentence(Span(at, at + len(line)), len(rows), ROW))
        at += len(line) + 1
    found = [is_header_row(table, rows, i) for i in range(len(rows))]
    assert found == [first_is_header] + [False] * (len(rows) - 1)
