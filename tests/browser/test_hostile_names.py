"""File names that would be markup, script or template anywhere else: on the page each is its characters, and runs nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Page, expect

from ragbot.datatypes import Answer, Outcome, Quote
from ragbot.ingestion import ingest
from ragbot.store import Index
from ragbot.ui import serving
from ragbot.ui.display import visible
from tests.conftest import FakeEncoder

NAMES = (
    "<img src=x onerror=window.hacked=1>.md",
    "'\"><svg onload=window.hacked=1>.md",
    "<script>window.hacked=1<script>.md",
    "${window.hacked=1} {{window.hacked=1}} `.md",
    "[click](javascript:window.hacked=1) ![p](http:evil.example).md",
    "before \u202egnp.exe\u202c\u200b after.md",
)
# What markup in a name would have made of itself anywhere on the page.
FOREIGN = "document.querySelectorAll('[src=x], [onerror], [onload], [href^=javascript], svg:empty').length"


class NamedBot:
    """Quotes the one sentence of every document of a real index."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def ask(self, question: str) -> Answer:
        return self.ask_turns([question])

    def ask_turns(self, turns: Sequence[str], **how: object) -> Answer:
        documents = [self.index.document(entry.doc_id) for entry in self.index.catalogue]
        quotes = tuple(Quote.cut(document, document.blocks[-1].span) for document in documents)
        return Answer(turns[-1], Outcome.ANSWERED, quotes, confidence=0.8, index=self.index.fingerprint)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    root = tmp_path_factory.mktemp("names")
    (root / "corpus").mkdir()
    for number, name in enumerate(NAMES):
        (root / "corpus" / name).write_text(f"Note {number}: nobody should drive before the next day.\n", "utf-8")
    ingest([root / "corpus"], index=root / "index", encoder=FakeEncoder())
    return Index(root / "index")


@pytest.fixture(scope="module")
def address(index: Index) -> Iterator[str]:
    bot = NamedBot(index)
    with serving(lambda: bot, examples=[]) as url:
        yield url


@pytest.fixture
def page(visit: Page, address: str) -> Page:
    visit.goto(address)
    visit.wait_for_selector(".welcome")
    visit.fill("#question", "When can I drive?")
    visit.press("#question", "Enter")
    expect(visit.locator("#turn-1 .card")).to_be_visible()
    expect(visit.locator("#pending")).to_be_hidden()  # only then the page has taken the answer in
    return visit


def untouched(page: Page) -> bool:
    """True if no name became more than text, and none turns the text around it."""
    shown = page.evaluate("document.body.innerText")
    return page.evaluate("window.hacked") is None and page.evaluate(FOREIGN) == 0 and "\u202e" not in shown


def test_the_names_are_those_of_the_files_and_stand_in_the_titles(index: Index) -> None:
    assert sorted(entry.doc_id for entry in index.catalogue) == sorted(NAMES)
    assert all(entry.title == entry.doc_id.removesuffix(".md") for entry in index.catalogue)  # so pages show the name


def test_source_lines_and_receipts_show_names_as_text(page: Page, index: Index) -> None:
    page.evaluate("document.querySelectorAll('#conversation details').forEach(one => (one.open = true))")
    titles = page.locator("#turn-1 .source .title cite").all_text_contents()
    assert sorted(titles) == sorted(visible(entry.title) for entry in index.catalogue)
    receipts = page.locator("#turn-1 .receipts").text_content() or ""
    assert [name for name in NAMES if visible(name) not in receipts] == []
    assert untouched(page)


def test_the_panel_shows_and_names_each_document(page: Page, index: Index) -> None:
    page.evaluate("document.querySelectorAll('#conversation details').forEach(one => (one.open = true))")
    for number, entry in enumerate(index.catalogue):
        page.click(f"#turn-1 .quote >> nth={number} >> .show")
        expect(page.locator("#passage-title")).to_have_text(visible(entry.title))
        expect(page.locator("#passage mark")).to_contain_text("nobody should drive")
    assert untouched(page)


def test_the_library_lists_opens_and_unfolds_each_document(page: Page, index: Index) -> None:
    page.click("[data-open=library]")
    expect(page.locator("#library li.entry")).to_have_count(len(NAMES))
    listed = page.locator("#library li.entry h3").all_text_contents()
    assert sorted(listed) == sorted(visible(entry.title) for entry in index.catalogue)
    for number in range(len(NAMES)):
        page.click(f"#library li.entry >> nth={number} >> details[data-sections-of] > summary")
        expect(page.locator("#library li.entry").nth(number).locator(".nothing")).to_be_visible()
    page.click("#library li.entry >> nth=0 >> h3 button")
    expect(page.locator("#passage-title")).to_have_text(listed[0])
    assert untouched(page)


def test_a_document_is_chosen_by_its_name_and_the_choice_is_told_as_text(page: Page, index: Index) -> None:
    page.click("[data-open=scope]")
    expect(page.locator("#scope-list label")).to_have_count(len(NAMES))
    labels = page.locator("#scope-list label span[dir]").all_text_contents()
    assert sorted(labels) == sorted(visible(entry.title) for entry in index.catalogue)
    page.check("#scope-list input >> nth=0")
    page.click("#scope [type=submit]")
    expect(page.locator("#dock .scope-line b")).to_contain_text(labels[0][:20])
    kept = json.loads(page.evaluate("sessionStorage.getItem('ragbot:scope')"))
    assert len(kept["chosen"]["documents"]) == 1
    page.evaluate("sessionStorage.clear()")
    assert untouched(page)
