"""Plain text: how lines look decides what they are, and no word is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragbot.datatypes import BlockKind, Document
from ragbot.loaders.plain import load_plain, plain_blocks
from ragbot.loaders.source import SourceFile

H, P, L, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW
LONG = "Some people feel sick for about an hour after the treatment, and most of them feel well again soon."

PIECES = [
    "\n",
    "\n\n",
    "Word",
    " more words",
    LONG,
    "- ",
    "• ",
    "1. ",
    "(b) ",
    "a | b",
    "| ",
    "----\n",
    "?",
    ":",
    ".",
    "😀",
    "氯胺酮",
]
PIECES += ["\t", "  ", "\u2028", "\x0c", "A line that is long enough to be wrapped by hand here"]
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=200))


def load(text: str) -> Document:
    return load_plain(SourceFile("dir/a.txt", "after-your_infusion.txt", text.encode("utf-8"), "0" * 64))


def blocks(text: str) -> list[tuple[BlockKind, str]]:
    return [(b.kind, b.span.cut(text)) for b in plain_blocks(text)]


@settings(max_examples=200)
@given(texts)
def test_every_word_lands_in_exactly_one_block(text: str) -> None:
    position, covered = 0, set()
    for block in plain_blocks(text):
        assert position <= block.span.start
        assert block.span.cut(text) == block.span.cut(text).strip()
        covered |= set(range(block.span.start, block.span.end))
        position = block.span.end
    marks = {i for m in re.finditer(r"(?m)^[ \t]*\(?(\d{1,2}|[a-z])[.)][ \t]", text) for i in range(*m.span())}
    assert {i for i, c in enumerate(text) if c.isalnum()} - marks <= covered


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Side effects\n{LONG}\n", [(H, "Side effects"), (P, LONG)]),
        (f"- Nausea\n• Sleep\n  * Thirst\n\n{LONG}", [(L, "Nausea"), (L, "Sleep"), (L, "Thirst"), (P, LONG)]),
        (f"{LONG}\n1. Rest.\n2) Drink.\n(3) Sleep.", [(P, LONG), (L, "Rest."), (L, "Drink."), (L, "Sleep.")]),
        ("Drug | Onset\n---|---\noral | 2 hours\n", [(T, "Drug | Onset"), (T, "oral | 2 hours")]),
        (f"{LONG}\n\nCan I drive home?\n{LONG}", [(P, LONG), (H, "Can I drive home?"), (P, LONG)]),
        ("=====\n*****\n\n", []),
        (LONG, [(P, LONG)]),
    ],
)
def test_each_kind_of_line_is_told_by_its_look(text: str, expected: list[tuple[BlockKind, str]]) -> None:
    assert blocks(text) == expected


WRAPPED = """After the treatment

You will stay in the clinic for about two hours after
the infusion has ended, so that a nurse can watch your
blood pressure and see how you feel.

- Do not drive, ride a bicycle or use machines before
  the next day.
- Rest at home.

Someone should stay with you for the rest of the day
and help you, if that is possible.
"""


def test_hard_wrapped_lines_are_put_together_again() -> None:
    stay = (
        "You will stay in the clinic for about two hours after the infusion has ended, so that a nurse can watch "
        "your blood pressure and see how you feel."
    )
    kinds = [(kind, " ".join(text.split())) for kind, text in blocks(WRAPPED)]
    assert kinds == [
        (H, "After the treatment"),
        (P, stay),
        (L, "Do not drive, ride a bicycle or use machines before the next day."),
        (L, "Rest at home."),
        (P, "Someone should stay with you for the rest of the day and help you, if that is possible."),
    ]


def test_lines_that_are_whole_paragraphs_stay_apart() -> None:
    assert blocks(f"{LONG}\n{LONG}\n{LONG}") == [(P, LONG)] * 3


def test_the_first_line_is_the_title_if_it_looks_like_one() -> None:
    assert load(f"What to expect\n\n{LONG}").title == "What to expect"
    assert load(LONG).title == "after your infusion"


def test_numbered_headings_stand_below_unnumbered_ones() -> None:
    document = load(f"Guide\n\n{LONG}\n\n1. Before you come\n\n{LONG}\n\n{LONG}")
    assert [(h.title, h.level) for h in document.headings] == [("Guide", 1), ("1. Before you come", 2)]
    assert document.heading_path(len(document.text)) == ("Guide", "1. Before you come")


def test_offsets_count_in_the_text_with_plain_line_ends() -> None:
    document = load(f"\ufeffTop\r\n\r\n{LONG}\r\n- item\r\n")
    assert document.text == f"Top\n\n{LONG}\n- item\n"
    assert [b.span.cut(document.text) for b in document.blocks] == ["Top", LONG, "item"]
