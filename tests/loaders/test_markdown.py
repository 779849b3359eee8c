"""Markdown blocks are slices of the file that step around marks; front matter gives the metadata or a clear refusal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragbot.datatypes import BlockKind, Document
from ragbot.errors import DocumentError
from ragbot.loaders.markdown import load_markdown, markdown_blocks
from ragbot.loaders.source import SourceFile

H, P, L, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW

PIECES = [
    "# ",
    "## ",
    "- ",
    "1. ",
    "> ",
    "    ",
    "  ",
    "\t",
    "\n",
    "\n\n",
    "word",
    "two words",
    "| a | b |\n|---|---|\n| c | d |\n",
]
PIECES += [
    "---\n",
    "===\n",
    "*bold* ",
    "`code` ",
    "[x](y)",
    "[ ] ",
    "😀",
    "氯胺酮",
    "e\u0301",
    "\\\n",
    "  \n",
    "<b>",
    "&amp;",
    "```\n",
]
markdown = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=200))


def load(text: str) -> Document:
    return load_markdown(SourceFile("dir/a.md", "a-b.md", text.encode("utf-8"), "0" * 64))


def blocks(text: str) -> list[tuple[BlockKind, int, str]]:
    return [(b.kind, b.level, b.span.cut(text)) for b in markdown_blocks(text)]


@settings(max_examples=200)
@given(markdown)
def test_blocks_are_ordered_slices_of_the_text_without_blanks_around_them(text: str) -> None:
    position = 0
    for block in markdown_blocks(text):
        assert position <= block.span.start
        piece = text[block.span.start : block.span.end]
        assert piece == block.span.cut(text)
        assert re.search(r"\w", piece)
        assert not piece[0].isspace() or piece[0] not in " \t\n"
        assert piece == piece.rstrip()
        position = block.span.end
    assert position <= len(text)


@settings(max_examples=100)
@given(st.lists(st.sampled_from([p for p in PIECES if not set(p) & set("`<|=-[&")]), max_size=30).map("".join))
def test_every_word_outside_fences_and_html_lands_in_a_block(text: str) -> None:
    covered = {i for b in markdown_blocks(text) for i in range(b.span.start, b.span.end)}
    assert {i for i, c in enumerate(text) if c.isalpha()} <= covered


@given(
    st.lists(st.sampled_from(PIECES), max_size=20).map("".join),
    st.sampled_from(["", "---\ntitle: T\n---\n", "---\n---\n\n"]),
)
def test_offsets_count_in_the_whole_file_front_matter_included(body: str, front: str) -> None:
    text = front + ("x\n\n" if not front else "") + body
    document = load(text)
    assert document.text == text
    assert all(b.span.start >= len(front) for b in document.blocks)
    plain = [(b.kind, b.level, b.span.cut(text[len(front) :])) for b in markdown_blocks(text[len(front) :])]
    assert [(b.kind, b.level, b.span.cut(text)) for b in document.blocks] == plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# One\n## Two ##\n###### Six\n", [(H, 1, "One"), (H, 2, "Two"), (H, 6, "Six")]),
        ("# 1. What is it?\n", [(H, 1, "1. What is it?")]),
        ("Top\n===\n\nSub\nline\n---\nbody\n", [(H, 1, "Top"), (H, 2, "Sub\nline"), (P, 0, "body")]),
        ("one\ntwo\n\nthree\n", [(P, 0, "one\ntwo"), (P, 0, "three")]),
        ("- a\n  - b\n    1) c\n\n  d\n* e\n", [(L, 1, "a"), (L, 2, "b"), (L, 3, "c"), (L, 1, "d"), (L, 1, "e")]),
        ("- [x] done\n- [ ] open\n", [(L, 1, "done"), (L, 1, "open")]),
        ("> said\n> more\n\n>no blank\n", [(P, 0, "said\n> more"), (P, 0, "no blank")]),
        ("> # In a quote\n> - item\n", [(H, 1, "In a quote"), (L, 1, "item")]),
        (
            "| a | b |\n|---|:-:|\n| c | d e |\n| | |\n\nend\n",
            [(T, 0, "| a | b |"), (T, 0, "| c | d e |"), (P, 0, "end")],
        ),
        ("- a\n\n  | b | c |\n  |---|---|\n  | d | e |\n", [(L, 1, "a"), (T, 0, "| b | c |"), (T, 0, "| d | e |")]),
        ("a\n\n    indented prose\n\nb\n", [(P, 0, "a"), (P, 0, "indented prose"), (P, 0, "b")]),
        ("a\n\n```\ncode\n```\n\n<div>html</div>\n\n***\n\nb\n", [(P, 0, "a"), (P, 0, "b")]),
        ("a **b** [c](d)\n", [(P, 0, "a **b** [c](d)")]),
        ("...\n\n-\n\n#\n", []),
    ],
)
def test_each_kind_of_block_is_found(text: str, expected: list[tuple[BlockKind, int, str]]) -> None:
    assert blocks(text) == expected


def test_twenty_nested_lists_lose_nothing_and_hostile_nesting_does_not_crash() -> None:
    nested = "".join("  " * level + f"- level{level}\n" for level in range(20))
    assert [level for _, level, _ in blocks(nested)] == list(range(1, 21))
    assert blocks("> " * 3000 + "deep") in ([], [(P, 0, "deep")])
    assert blocks("[" * 30_000 + "deep") == [(P, 0, "[" * 30_000 + "deep")]


def test_front_matter_gives_the_metadata() -> None:
    document = load(
        "---\ntitle: 'After: the  infusion'\npublished: 2024-01-02\nreviewed: 2025-03-04\nkind: leaflet\n"
        "certainty: high\nsources:\n  - https://a\n  - https://b\nother: ignored\n---\n# Heading\n\nWords.\n"
    )
    assert (document.title, document.published, document.reviewed) == (
        "After: the infusion",
        "2024-01-02",
        "2025-03-04",
    )
    assert (document.kind, document.certainty, document.sources) == ("leaflet", "high", ("https://a", "https://b"))
    assert "ignored" not in document.heading_path(len(document.text))


@pytest.mark.parametrize(
    ("other", "name"),
    [("b.md", "old/b.md"), ("../b.md", "b.md"), ("./x/../c d.md", "old/c d.md"), ("/b.md", "b.md"), ("''", None)],
)
def test_what_supersedes_a_document_is_named_as_from_its_own_folder(other: str, name: str | None) -> None:
    source = f"---\nsuperseded_by: {other}\n---\nWords.\n".encode()
    assert load_markdown(SourceFile("old/a.md", "old/a.md", source, "0" * 64)).superseded_by == name


def test_the_title_is_front_matter_then_first_heading_then_file_name() -> None:
    assert load("---\ntitle: Front\n---\n# Head\n").title == "Front"
    assert load("## Sub\n\n# **Head** of [all](x) ##\n").title == "Head of all"
    assert load("Words only.\n").title == "a b"


def test_a_date_is_taken_for_published_and_sources_may_stand_in_one_line() -> None:
    document = load("---\ndate: 2024-01-02\nsources: a, b\n---\nWords.\n")
    assert (document.published, document.sources) == ("2024-01-02", ("a", "b"))


@pytest.mark.parametrize("front", ["---\n---\n", "---\n# only a comment\n---\n", "---\ntitle: [not, text]\n---\n"])
def test_empty_front_matter_is_no_error(front: str) -> None:
    document = load(f"{front}Words.\n")
    assert (document.title, [b.span.cut(document.text) for b in document.blocks]) == ("a b", ["Words."])


def test_an_unclosed_front_matter_is_ordinary_text() -> None:
    document = load("---\ntitle: x\n\nWords.\n")
    assert [b.span.cut(document.text) for b in document.blocks] == ["title: x", "Words."]


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 10)]
    return "\n".join([*lines, "sources: [*a9]"])


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("title: A: b", r"not YAML \(line 2\)"),
        ("title: fine\nlist: [a, b", r"not YAML \(line \d\)"),
        ("\tkey: tab", r"not YAML \(line 2\)"),
        ("just words", "not `key: value` lines"),
        ("- a\n- b", "not `key: value` lines"),
        (bomb(), "YAML anchors"),
        ("a: *missing", "YAML anchors"),
        ("a: " + "[" * 15_000, "nested too deep"),
        ("a: " + "{b: " * 900 + "}" * 900, "nested too deep"),
        ("a: " + "x" * 30_000, "over 20,000 characters"),
    ],
)
def test_broken_front_matter_is_refused_in_one_line(front: str, expected: str) -> None:
    with pytest.raises(DocumentError, match=expected) as caught:
        load(f"---\n{front}\n---\nWords.\n")
    assert str(caught.value).isprintable()


def test_stars_and_ampersands_in_plain_values_are_no_anchors() -> None:
    assert (
        load("---\ntitle: Pain, *severe* pain & more - Q&A\n---\nWords.\n").title == "Pain, *severe* pain & more - Q&A"
    )


def test_escaped_surrogates_in_front_matter_become_characters_that_can_be_encoded() -> None:
    document = load('---\ntitle: "\\ud83d\\ude00 \\ud800"\nsources: ["\\udfff"]\n---\nWords.\n')
    assert (document.title, document.sources) == ("😀 \ufffd", ("\ufffd",))


def test_python_objects_in_front_matter_are_only_text() -> None:
    with pytest.raises(DocumentError, match="not YAML"):
        load("---\ntitle: !!python/object/apply:os.system ['true']\n  x\n---\nWords.\n")
    assert load("---\ntitle: !!python/name:os.system x\n---\nWords.\n").title == "x"


def test_crlf_and_byte_order_mark_leave_no_trace() -> None:
    document = load("\ufeff---\r\ntitle: T\r\n---\r\n# Top\r\n\r\nOne\r\ntwo.\r\n")
    assert document.title == "T"
    assert [b.span.cut(document.text) for b in document.blocks] == ["Top", "One\ntwo."]
