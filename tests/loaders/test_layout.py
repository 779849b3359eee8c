"""Pieces become one text with exact spans; table rows carry their headers; a small file cannot make an endless text."""

from __future__ import annotations

from itertools import pairwise

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import BlockKind
from ragbot.errors import DocumentError
from ragbot.loaders import layout, parse_source
from ragbot.loaders.layout import Piece, laid_out, line_pieces, squeezed
from ragbot.loaders.tables import table_pieces
from tests.loaders.article_files import as_html, book, paragraph, saved, source_of

P, L = BlockKind.PARAGRAPH, BlockKind.LIST_ITEM


@given(st.lists(st.tuples(st.text("ab c", max_size=9).map(squeezed), st.sampled_from(list(BlockKind)))))
def test_spans_cut_the_pieces_out_of_the_text_again(pieces: list[tuple[str, BlockKind]]) -> None:
    text, blocks = laid_out(Piece(words, kind) for words, kind in pieces)
    assert [(b.span.cut(text), b.kind) for b in blocks] == [piece for piece in pieces if piece[0]]
    between = [text[a.span.end : b.span.start] for a, b in pairwise(blocks)]
    assert all(gap in ("\n\n", "\n\n- ") for gap in between)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("one\vtwo", [(P, "one two")]),
        ("one\v\v\vtwo", [(P, "one"), (P, "two")]),
        ("1. one\v2) two", [(L, "one"), (L, "two")]),
        ("• one\vtwo", [(P, "• one two")]),  # only some lines have bullets
        ("Nausea\vHeadache", [(P, "Nausea Headache")]),  # two short lines may be an address
        ("Nausea\vHeadache\vCramps", [(L, "Nausea"), (L, "Headache"), (L, "Cramps")]),
        ("Nausea\vHeadache\vIt ends.", [(P, "Nausea Headache It ends.")]),
        ("Nausea\vand\vHeadache", [(P, "Nausea and Headache")]),
        (" \v ", []),
    ],
)
def test_lines_of_a_block_are_prose_or_a_list(lines: str, expected: list[tuple[BlockKind, str]]) -> None:
    assert [(piece.kind, piece.text) for piece in line_pieces(lines, P, 0)] == expected


@pytest.mark.parametrize(
    ("rows", "n_header", "expected"),
    [
        ([["Drug:", "Dose"], ["a", "1"]], 1, ["Drug: a | Dose: 1"]),
        ([["Drug", ""], ["a", "1"]], 1, ["Drug", "a | 1"]),  # one name above two columns is a caption
        ([["Drug", "Dose"], ["a", "1", "extra"]], 1, ["Drug: a | Dose: 1 | extra"]),
        ([["Drug", "Dose"], ["Adults", ""], ["a", "1"]], 1, ["Adults", "Drug: a | Dose: 1"]),
        ([["Drug", "Dose"], ["Drug", "Dose"], ["a", "1"]], 1, ["Drug | Dose", "Drug: a | Dose: 1"]),
        ([["long " * 30, "Dose"], ["a", "1"]], 1, ["long " * 30 + " | Dose", "a | 1"]),  # a header of prose is a row
        ([["Drug", "Dose"]], 1, ["Drug | Dose"]),
        ([["Question", "Answer"], ["Is it safe?", "Yes."]], 1, ["Is it safe? | Yes."]),
        ([["No", "Question", "Answer"], ["7", "Why?", "So."]], 1, ["No: 7 | Why? | So."]),
        ([["Questions asked", "Answer"], ["40", "Yes"]], 1, ["Questions asked: 40 | Yes"]),
        ([["Question", "Source"], ["Is it safe?", "A leaflet"]], 1, ["Question: Is it safe? | Source: A leaflet"]),
        ([], 0, []),
    ],
)
def test_table_rows_carry_the_headers_of_their_columns(
    rows: list[list[str]], n_header: int, expected: list[str]
) -> None:
    rows = [[squeezed(cell) for cell in row] for row in rows]
    pieces, _ = table_pieces(rows, n_header=n_header)
    assert [piece.text for piece in pieces] == [squeezed(text) for text in expected]


CELL, N_ROWS = "word " * 30, 50
TALL = f"<table><tr><td rowspan={N_ROWS}>{CELL}</td><td>first</td></tr>{'<tr><td>next</td></tr>' * N_ROWS}</table>"


def word_table() -> bytes:
    made = docx.Document()
    grid = made.add_table(N_ROWS, 2)
    for row in grid.rows:
        row.cells[1].text = "next"
    grid.cell(0, 0).merge(grid.cell(N_ROWS - 1, 0)).text = CELL
    return saved(made)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", as_html([paragraph("Words. " * 40)]).replace(b"</main>", TALL.encode() + b"</main>")),
        ("a.epub", book({"a.xhtml": TALL.replace(f"rowspan={N_ROWS}", f"rowspan='{N_ROWS}'")})),
        ("a.docx", word_table()),
        ("a.csv", (f"{'long name ' * 5},b\n" + "x,2\n" * 200).encode()),
    ],
)
def test_a_table_whose_rows_repeat_a_cell_cannot_grow_without_bound(
    name: str, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 6_000 < len(parse_source(source_of(data, name)).text) < 30_000
    monkeypatch.setattr(layout, "MAX_CHARS", 5_000)
    with pytest.raises(DocumentError, match=r"^holds more than 0 million characters; split it$"):
        parse_source(source_of(data, name))
