"""The library: what it says of each document, in which order, and its sections."""

from __future__ import annotations

import re
from datetime import date

import pytest

from ragbot.ageing import Ageing
from ragbot.datatypes import Block, BlockKind, CatalogueEntry, Document, Heading, Span
from ragbot.ui.library import MAX_LISTED, count_text, found, list_html, sections_html
from ragbot.ui.words import load_words

ENGLISH = load_words("en")
AGEING = Ageing(date(2026, 11, 22), 5, {"b.md": "Going home"}.get)
OLD = CatalogueEntry("a.md", "Zebra", published="2012", kind="Web page", superseded_by="b.md")
NEW = CatalogueEntry(
    "b.md", "Going home", "2019", "2024-02", "leaflet", certainty="mixed", sources=("FDA-2023", "<i>SREMS</i>")
)
UNDATED = CatalogueEntry("c.txt", "Costs <script>")
CATALOGUE = (OLD, NEW, UNDATED)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("title", ["c.txt", "b.md", "a.md"]),
        ("nonsense", ["c.txt", "b.md", "a.md"]),
        ("newest", ["b.md", "a.md", "c.txt"]),
        ("oldest", ["a.md", "b.md", "c.txt"]),
        ("kind", ["b.md", "a.md", "c.txt"]),
    ],
)
def test_documents_stand_in_the_order_asked_for(order: str, names: list[str]) -> None:
    assert [entry.doc_id for entry in found(CATALOGUE, "", order)] == names


@pytest.mark.parametrize(
    ("find", "names"), [("GOING", ["b.md"]), ("fda", ["b.md"]), ("web zebra", ["a.md"]), ("x", ["c.txt"])]
)
def test_documents_are_found_by_title_name_kind_and_sources(find: str, names: list[str]) -> None:
    assert [entry.doc_id for entry in found(CATALOGUE, find, "title")] == names


def test_each_document_says_what_it_is() -> None:
    shown = list_html([NEW], ENGLISH, AGEING)
    for part in ("Going home", "leaflet", "published 2019", "sources reviewed to February 2024", "evidence: <bdi>mixed",
                 "2 sources of this article", "FDA-2023", "&lt;i&gt;SREMS&lt;/i&gt;", 'data-document="b.md" data-at="0"',
                 'data-sections-of="b.md"', "file <bdi>b.md"):  # fmt: skip
        assert part in shown, part
    assert "caution" not in shown


def test_an_old_or_superseded_document_says_so_in_words() -> None:
    shown = list_html([OLD], ENGLISH, AGEING)
    assert "This source was published in 2012 and may be out of date." in shown
    assert "superseded by “<bdi" in shown
    assert re.search(r'<button[^>]* data-document="b.md" data-at="0">Open it', shown)


def test_a_document_without_dates_says_so_and_hostile_titles_are_text() -> None:
    shown = list_html([UNDATED], ENGLISH, AGEING)
    assert "no date" in shown
    assert "<script>" not in shown


def test_many_documents_are_listed_in_part_and_counted() -> None:
    many = [CatalogueEntry(f"{n}.md", f"T{n}") for n in range(MAX_LISTED + 1)]
    shown = list_html(many, ENGLISH, AGEING)
    assert shown.count('class="entry"') == MAX_LISTED
    assert ENGLISH.library.further.one in shown
    assert ENGLISH.library.nothing_found in list_html([], ENGLISH, AGEING)
    assert count_text(1_200, 1_200, ENGLISH).startswith("1,200 documents")
    assert count_text(3, 1_200, ENGLISH) == "3 of 1,200 documents have these words."


def test_sections_open_the_document_where_they_stand_as_deep_as_they_do() -> None:
    text = "Going home\nDriving\nTaxis <b>\nFood\n"
    spans = [Span(0, 10), Span(11, 18), Span(19, 28), Span(29, 33)]
    levels = [1, 2, 3, 2]
    document = Document(
        "b.md", "Going home", text, "b.md", "ab",
        tuple(Block(s, BlockKind.HEADING, level) for s, level in zip(spans, levels, strict=True)),
        tuple(Heading(s, level, s.cut(text)) for s, level in zip(spans, levels, strict=True)),
    )  # fmt: skip
    shown = sections_html(document, ENGLISH)
    places = re.findall(r'<li class="depth-(\d)"><button[^>]* data-at="(\d+)">([^<]*)</button>', shown)
    # the heading that repeats the title is left out
    assert places == [("1", "11", "Driving"), ("2", "19", "Taxis &lt;b&gt;"), ("1", "29", "Food")]


def test_a_document_without_headings_says_so() -> None:
    assert ENGLISH.library.no_sections in sections_html(Document("c.txt", "C", "Words", "c.txt", "ab", ()), ENGLISH)
