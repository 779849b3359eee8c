"""What `ragbot show` prints: offsets that cut the very words, and nothing that a terminal would obey."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Document
from ragbot.loaders.markdown import load_markdown
from ragbot.loaders.source import SourceFile
from ragbot.showing import neutralised, outline

TEXT = """# Driving

Do not drive today. Ask for a lift.

- Rest
- Drink\u202e water
"""


def document(text: str = TEXT) -> Document:
    return load_markdown(SourceFile(path="a.md", doc_id="a.md", data=text.encode(), sha256="ab" * 32))


def test_each_block_is_a_line_with_its_place_and_words() -> None:
    # "# Driving" is 0..9 and its words begin after the mark; the paragraph begins at 11
    head, *lines = outline(document())
    assert head == f"Driving (a.md): {len(TEXT)} characters, 4 blocks, sha256 {'ab' * 32}"
    assert [line.split() for line in lines] == [
        ["2..9", "heading", "1", "Driving"],
        ["11..46", "paragraph", "Do", "not", "drive", "today.", "Ask", "for", "a", "lift."],
        ["50..54", "list_item", "1", "Rest"],
        ["57..69", "list_item", "1", "Drink\\u202e", "water"],
    ]


def test_sentences_follow_their_block() -> None:
    lines = list(outline(document(), sentences=True))
    assert [line.strip() for line in lines if "sentence:" in line] == [
        "2..9    sentence: Driving",
        "11..30    sentence: Do not drive today.",
        "31..46    sentence: Ask for a lift.",
        "50..54    sentence: Rest",
        "57..69    sentence: Drink\\u202e water",
    ]


def test_the_offsets_shown_cut_the_words_shown() -> None:
    whole = document("# A\n\nOne two.\n\nThree four. Five.\n")
    for line in list(outline(whole, sentences=True))[1:]:
        found = re.fullmatch(r" *(\d+)\.\.(\d+) +(?:sentence:|heading 1|paragraph) +(.*)", line)
        assert found
        assert whole.text[int(found[1]) : int(found[2])] == found[3]


def test_pages_and_notes_are_told_where_there_are_any() -> None:
    paged = replace(document(), pages=(0, 11), notes=("scanned pages\nleft out: 3",), published="2025-01-02")
    head, note, heading, paragraph, *_ = outline(paged)
    assert "4 blocks, 2 pages, published 2025-01-02" in head
    assert note == "note: scanned pages left out: 3"
    assert "page 1  Driving" in heading
    assert "page 2  Do not" in paragraph


@given(st.text())
def test_what_is_neutralised_holds_nothing_that_a_terminal_obeys_and_loses_no_line(text: str) -> None:
    shown = neutralised(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    assert shown.count("\n") == text.count("\n")
