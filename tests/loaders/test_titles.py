"""What a text is called by its headings, worked by hand; and that every format asks the same rule."""

from __future__ import annotations

import pytest

from ragbot.datatypes import Block, BlockKind, Heading, Span
from ragbot.loaders import parse_source
from ragbot.loaders.layout import Piece, as_document
from ragbot.loaders.titles import MAX_TITLE, heading_title
from tests.loaders.article_files import source_of

PROSE = "Someone has to take you home after the treatment."  # nine words and a full stop


def title_of(*lines: str) -> str | None:
    """The title of a text of `lines`: "# Words" is a heading of level 1, "## Words" of level 2, others are paragraphs."""
    marks = [len(line) - len(line.lstrip("#")) for line in lines]
    words = [line.lstrip("# ") for line in lines]
    starts = [sum(len(line) + 2 for line in words[:number]) for number in range(len(words))]
    blocks = [
        Block(Span(start, start + len(line)), BlockKind.HEADING if level else BlockKind.PARAGRAPH, level)
        for start, line, level in zip(starts, words, marks, strict=True)
    ]
    text = "\n\n".join(words)
    headings = [Heading(b.span, b.level, b.span.cut(text)) for b in blocks if b.level]
    return heading_title(text, blocks, headings)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["# Guide", PROSE, "# Driving", PROSE], "Guide"),
        (["## A clinic's name", "# Guide", PROSE, "## Driving", PROSE], "Guide"),  # smaller print above the title
        (["A clinic's name", "12 March 2024", "Dr. A. Smith, M.D.", "# Guide", PROSE, "# Driving"], "Guide"),
        (["### Guide", PROSE, "### Driving"], "Guide"),  # no higher one
        (["# Guide", "# Driving", PROSE], "Guide"),  # the first of two alike
        (["# After your visit:", PROSE], "After your visit"),
        ([PROSE, "# Guide", PROSE, "## Driving", "## Eating"], "Guide"),  # alone at the top, others below it
        (
            ["## Please note", PROSE, "# Guide", "## Driving", "## Eating", "## Sleep"],
            "Guide",
        ),  # one above, three below
    ],
)
def test_a_text_is_called_as_the_heading_above_all_of_it(lines: list[str], expected: str) -> None:
    assert title_of(*lines) == expected


@pytest.mark.parametrize(
    "lines",
    [
        [PROSE],
        [PROSE, "# Driving", PROSE, "# Eating", PROSE],  # two alike, both below prose
        [PROSE, "# Guide"],  # nothing stands below it
        [PROSE, "## Driving", "## Eating", "# References"],  # alone at the top, but at the end
        [" ".join(["word"] * 21), "## Driving", PROSE],  # a long line is prose without a full stop too
        ["# Introduction", PROSE, "# Driving", PROSE],
        ["# Contents", "Driving 2", "Eating 3", "# Driving", PROSE],  # what follows the contents are parts
        ["# 1. Before you come", PROSE, "# 2. Driving", PROSE],
        ["# Chapter 1: Driving", PROSE],
        ["# 1.2 Driving", PROSE],
        ["# 2024", PROSE],  # no letter
        ["# " + "word " * 60 + "end", PROSE],  # 60 * 5 + 3 = 303 characters: a paragraph in the style of a heading
    ],
)
def test_a_heading_that_may_be_a_section_s_names_no_text(lines: list[str]) -> None:
    assert title_of(*lines) is None


@pytest.mark.parametrize(
    "title", ["10 things to know", "Introduction to ketamine", "Contents of the kit", "x" * MAX_TITLE]
)
def test_a_title_may_begin_like_a_section(title: str) -> None:
    assert title_of(f"# {title}", PROSE) == title


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a b.md", "A clinic's name\n\n# {0}\n\n" + PROSE + "\n\n# Eating\n\n" + PROSE),
        ("a b.txt", "{0}\n\n" + PROSE + "\n\nEating\n\n" + PROSE),
    ],
)
@pytest.mark.parametrize(("heading", "expected"), [("Driving home", "Driving home"), ("Introduction", "a b")])
def test_formats_without_pieces_take_a_title_by_the_rule(name: str, data: str, heading: str, expected: str) -> None:
    assert parse_source(source_of(data.format(heading).encode(), name)).title == expected


@pytest.mark.parametrize(("heading", "expected"), [("Driving home", "Driving home"), ("Introduction", "a b")])
def test_formats_laid_out_from_pieces_take_a_title_by_the_rule(heading: str, expected: str) -> None:
    pieces = [Piece(heading, BlockKind.HEADING, 1), Piece(PROSE), Piece("Eating", BlockKind.HEADING, 1), Piece(PROSE)]
    assert as_document(source_of(b"", "a b.docx"), pieces).title == expected
