"""The document panel in real Chromium: from quote to quote, contents, a PDF's page, copying, checking; sheet and keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from ragbot.datatypes import DISCLAIMER, Answer, Outcome, Quote, Span
from ragbot.ingestion import ingest
from ragbot.scope import Scope
from ragbot.store import Index
from ragbot.ui import serving
from tests.browser.pages import OpenPage, ask
from tests.conftest import FakeEncoder
from tests.loaders.pdf_files import BOLD, Pdf, wrapped

DRIVING = "When can I drive?"
NOTES = "".join(f"\n## Practical note {n}\n\nThe waiting room has chairs and water, note {n}.\n" for n in range(30))
MARKDOWN = f"""---
title: Going home after a session
published: 2025-01-21
---
# Going home after a session

## When can I drive?

After esketamine nasal spray, people should not drive until
the next day, after a restful sleep.

## What should I bring?

- Bring an adult who takes you home.
- Bring loose clothes.
{NOTES}"""
BROKEN = "people should not drive until\nthe next day, after a restful sleep."
DRIVE = f"After esketamine nasal spray, {BROKEN}"
SIGN = "You should not drive or sign contracts until the next morning."
FOOD = "Do not eat a heavy meal for two hours before a session."
ADDRESS_OF_HOSTILE = "<img src=x onerror='window.hacked=1'> ${1+1} {{x}}"


def leaflet() -> bytes:
    """Two pages; the quote stands on the second, in its second column."""
    pdf = Pdf(title="Leaflet of the clinic")
    pdf.write(72, 80, "Ketamine and you", size=20, font=BOLD)
    pdf.lines(72, 120, wrapped("A nurse stays in the room with you all the time and measures your pressure. " * 3, 450))
    pdf.new_page()
    pdf.write(72, 80, "After the infusion", size=16, font=BOLD)
    pdf.lines(72, 120, wrapped("Most people feel the first effects within ten minutes of it. " * 6, 218), step=13)
    pdf.lines(320, 120, wrapped(f"{SIGN} Somebody should take you home and stay with you. " * 2, 218), step=13)
    return pdf.bytes()


class QuotingBot:
    """Answers every question with the same three quotes, of three documents of a real index."""

    def __init__(self, folder: Path) -> None:
        self.index = Index(folder)

    def ask(self, question: str) -> Answer:
        return self.ask_turns([question])

    def ask_turns(
        self, turns: Sequence[str], *, alone: bool = False, scope: Scope | None = None, as_typed: bool = False
    ) -> Answer:
        quotes = tuple(self._quote(name, words) for name, words in QUOTES)
        return Answer(turns[-1], Outcome.ANSWERED, quotes, confidence=0.8, index=self.index.fingerprint)

    def _quote(self, name: str, words: str) -> Quote:
        document = self.index.document(name)
        start = document.text.index(words)
        return Quote.cut(document, Span(start, start + len(words)))


QUOTES = (("going-home.md", DRIVE), ("leaflet.pdf", SIGN), ("food.md", FOOD))


class Served(NamedTuple):
    """Where the page is served, and the folder that it was built from."""

    address: str
    corpus: Path
    bot: QuotingBot


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("panel")
    corpus = root / "corpus"
    corpus.mkdir()
    (corpus / "going-home.md").write_text(MARKDOWN)
    (corpus / "leaflet.pdf").write_bytes(leaflet())
    (corpus / "food.md").write_text(f"# Food {ADDRESS_OF_HOSTILE}\n\n{FOOD} Drink water \u202eas you like.\n")
    ingest([corpus], index=root / "index", encoder=FakeEncoder())
    bot = QuotingBot(root / "index")
    with serving(lambda: bot, examples=[]) as address:
        yield Served(address, corpus, bot)


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """A busy machine takes its time to start the process that draws and parses."""
    expect.set_options(timeout=40_000)
    yield
    expect.set_options(timeout=20_000)  # as before, see conftest


@pytest.fixture
def page(open_page: OpenPage, served: Served) -> Page:
    opened = open_page(served.address)
    ask(opened, DRIVING)
    return opened


def show(page: Page, number: int = 1) -> None:
    """Open the quote with this number, as far as it is folded after unfolding it."""
    page.evaluate("document.querySelectorAll('details.more').forEach(one => (one.open = true))")
    page.click(f"#turn-1 .quote >> nth={number - 1} >> .show")
    page.wait_for_selector("#passage .document mark")


def one_line(text: str) -> str:
    return " ".join(text.split())


def in_sight(page: Page, selector: str) -> bool:
    """True if the top of the element lies inside the panel's body."""
    return bool(
        page.evaluate(
            """selector => {
                const body = document.querySelector("#passage .panel-body").getBoundingClientRect();
                const box = document.querySelector(selector).getBoundingClientRect();
                return box.height > 0 && box.top >= body.top && box.top < body.bottom;
            }""",
            selector,
        )
    )


# --- from quote to quote ---


def test_previous_and_next_go_through_the_quotes_of_the_answer_across_documents(page: Page) -> None:
    show(page)
    position, marked = page.locator("#passage .position"), page.locator("#passage .document mark")
    expect(position).to_have_text("Quotation 1 of 3")
    expect(page.get_by_role("button", name="Previous quotation")).to_have_attribute("aria-disabled", "true")
    for number, (_, words) in enumerate(QUOTES[1:], start=2):
        page.get_by_role("button", name="Next quotation").click()
        expect(position).to_have_text(f"Quotation {number} of 3")
        expect(marked).to_have_text(words)
        assert in_sight(page, "#passage .document mark")
        assert page.evaluate("document.activeElement.dataset.quoteStep") == "1"  # it can be pressed again at once
    page.keyboard.press("Enter")  # the last one stays
    expect(position).to_have_text("Quotation 3 of 3")
    page.get_by_role("button", name="Previous quotation").click()
    expect(marked).to_have_text(SIGN)


def test_the_focus_comes_back_to_the_button_that_opened_the_panel(page: Page) -> None:
    show(page, 2)
    page.get_by_role("button", name="Next quotation").click()
    page.keyboard.press("Escape")
    expect(page.locator("#passage")).to_be_hidden()
    page.wait_for_function("document.activeElement.closest('.quote') === document.querySelectorAll('.quote')[1]")


def test_the_panel_goes_on_when_a_new_answer_has_replaced_the_conversation(page: Page) -> None:
    show(page)
    page.fill("#question", "And then?")
    page.press("#question", "Enter")
    page.wait_for_selector("#turn-2 .card")
    page.get_by_role("button", name="Next quotation").click()
    expect(page.locator("#passage .document mark")).to_have_text(SIGN)
    page.keyboard.press("Escape")
    expect(page.locator("#passage")).to_be_hidden()


# --- contents ---


def test_the_contents_are_folded_and_tell_the_section_in_sight(page: Page) -> None:
    show(page)
    expect(page.locator("#passage .here")).to_have_text("When can I drive?")
    expect(page.locator("#passage .contents nav")).to_be_hidden()
    page.click("#passage .contents summary")
    entries = page.locator("#passage .entry")
    expect(entries).to_have_count(32)
    expect(page.locator("#passage .entry[aria-current]")).to_have_text("When can I drive?")
    page.get_by_role("button", name="Practical note 17").click()
    expect(page.locator("#passage .contents nav")).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Practical note 17"
    assert in_sight(page, "#passage .document :focus")
    expect(page.locator("#passage .here")).to_have_text("Practical note 17")
    page.click("#passage [data-to-quote]")
    expect(page.locator("#passage [data-to-quote]")).to_be_hidden()
    assert in_sight(page, "#passage .document mark")


def test_scrolling_changes_the_section_in_sight_and_offers_the_way_back(page: Page) -> None:
    show(page)
    expect(page.locator("#passage [data-to-quote]")).to_be_hidden()
    page.hover("#passage .panel-body")
    page.mouse.wheel(0, 100_000)
    expect(page.locator("#passage .here")).to_contain_text("Practical note")
    expect(page.locator("#passage [data-to-quote]")).to_be_visible()


def test_escape_folds_the_contents_first_and_closes_the_panel_then(open_page: OpenPage, served: Served) -> None:
    for width in (1280, 390):
        page = open_page(served.address, width=width, height=844)
        ask(page, DRIVING)
        show(page)
        page.click("#passage .contents summary")
        page.keyboard.press("Escape")
        expect(page.locator("#passage .contents nav")).to_be_hidden()
        expect(page.locator("#passage")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#passage")).to_be_hidden()


# --- the page as a picture ---


def test_the_pdfs_page_is_shown_as_a_picture_with_the_quote_boxed(page: Page) -> None:
    show(page, 2)
    page.get_by_role("button", name="Show page 2").click()
    picture = page.locator("#passage .page-picture img")
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector('.page-picture img').naturalWidth >= 1400")
    expect(page.locator("#passage .page-number")).to_have_text("Page 2 of 2")
    expect(page.locator("#passage figcaption")).to_have_text("The quotation is boxed.")
    sheet, boxes = picture.bounding_box(), [box.bounding_box() for box in page.locator("#passage rect").all()]
    assert sheet
    assert len(boxes) == 2  # lines of the quote in the second column, which begins at 320 of 595 points
    for box in boxes:
        assert box
        assert box["x"] > sheet["x"] + 0.5 * sheet["width"]
        assert box["x"] + box["width"] < sheet["x"] + sheet["width"]
        assert box["height"] < 0.05 * sheet["height"]
    expect(page.locator("#passage .document")).to_be_hidden()


def test_pages_are_turned_and_the_text_comes_back(page: Page) -> None:
    show(page, 2)
    page.get_by_role("button", name="Show page 2").click()
    page.get_by_role("button", name="Previous page").click()
    expect(page.locator("#passage .page-number")).to_have_text("Page 1 of 2")
    expect(page.locator("#passage rect")).to_have_count(0)
    page.click("#passage [data-to-quote]")
    expect(page.locator("#passage rect")).to_have_count(2)
    page.get_by_role("button", name="Larger").click()
    page.wait_for_function(
        "(({ scrollWidth, clientWidth }) => scrollWidth > 2 * clientWidth)(document.querySelector('.page-frame'))"
    )
    page.get_by_role("button", name="Show page 2").click()
    expect(page.locator("#passage .document mark")).to_be_visible()
    expect(page.locator("#passage .page-picture")).to_have_count(0)


def test_without_its_file_a_pdf_says_so_and_shows_the_text(page: Page, served: Served) -> None:
    file = served.corpus / "leaflet.pdf"
    kept = file.read_bytes()
    show(page, 2)
    file.unlink()
    try:
        page.get_by_role("button", name="Show page 2").click()
        expect(page.locator("#passage .picture")).to_contain_text("The file is gone")
        expect(page.locator("#passage .document mark")).to_have_text(SIGN)
    finally:
        file.write_bytes(kept)


def test_only_a_pdf_offers_its_page(page: Page) -> None:
    show(page)
    expect(page.locator("#passage [data-picture]")).to_have_count(0)


# --- copying and checking ---


def test_copying_takes_the_verbatim_words_with_source_and_disclaimer(page: Page, served: Served) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    show(page)
    page.get_by_role("button", name="Copy with source").click()
    expect(page.locator("#passage .told")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    document = served.bot.index.document("going-home.md")
    assert copied.startswith(f"“{DRIVE}”\n\nGoing home after a session, section “When can I drive?”, published 21 Jan")
    start = document.text.index(DRIVE)
    assert f"File going-home.md, characters {start} to {start + len(DRIVE)}, SHA-256 {document.sha256}" in copied
    assert f"Index {served.bot.index.fingerprint}" in copied
    assert copied.endswith(DISCLAIMER)


@pytest.mark.parametrize("width", [1280, 390])
def test_copying_works_without_the_clipboard_interface(open_page: OpenPage, served: Served, width: int) -> None:
    page = open_page(served.address, width=width, height=844)
    ask(page, DRIVING)
    show(page)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("document.addEventListener('copy', () => (window.taken = document.activeElement.value))")
    page.get_by_role("button", name="Copy with source").click()
    expect(page.locator("#passage .told")).to_contain_text("Copied")
    assert page.evaluate("window.taken").startswith(f"“{DRIVE}”")
    assert page.evaluate("document.activeElement.dataset.copyQuote !== undefined")


def test_where_nothing_can_be_copied_the_text_is_laid_out_to_be_copied_by_hand(page: Page) -> None:
    show(page)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="Copy with source").click()
    assert page.input_value("#passage .told textarea").startswith(f"“{DRIVE}”")
    assert page.evaluate("getSelection().toString().length || document.activeElement.selectionEnd") > len(DRIVE)


def test_line_ends_in_a_paragraph_are_shown_as_blanks_and_copied_as_they_are(page: Page) -> None:
    quote = page.locator("#turn-1 .lead blockquote")
    assert quote.inner_text() == one_line(DRIVE)
    assert quote.evaluate("one => one.textContent") == DRIVE
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    quote.evaluate("one => getSelection().selectAllChildren(one)")
    page.keyboard.press("Control+C")
    page.wait_for_function("text => navigator.clipboard.readText().then((copied) => copied === text)", arg=DRIVE)


def test_a_quote_is_checked_against_the_file_as_it_is_now(page: Page, served: Served) -> None:
    file = served.corpus / "going-home.md"
    told = page.locator("#passage .told")
    show(page)
    check = page.get_by_role("button", name="Verify")
    check.click()
    expect(told).to_contain_text("Unchanged. The file is the same as when it was read")
    try:
        file.write_text(MARKDOWN + "\nNew.\n")
        check.click()
        expect(told).to_contain_text("Not confirmed. The file has changed since it was read. These words still stand")
        file.unlink()
        check.click()
        expect(told).to_contain_text("The file is gone.")
    finally:
        file.write_text(MARKDOWN)
    check.click()
    expect(told).to_contain_text("Unchanged.")


# --- sheet, keyboard, hostile text ---


def test_the_sheet_closes_by_backdrop_button_and_by_pulling_its_grip(open_page: OpenPage, served: Served) -> None:
    page = open_page(served.address, width=390, height=844)
    ask(page, DRIVING)

    def pull(distance: int) -> None:
        box = page.locator("#passage .grip").bounding_box()
        assert box
        page.mouse.move(195, box["y"] + 6)
        page.mouse.down()
        page.mouse.move(195, box["y"] + 6 + distance, steps=4)
        page.mouse.up()

    for close in (lambda: page.mouse.click(195, 20), lambda: page.click("[data-close]"), lambda: pull(400)):
        show(page)
        page.locator("#passage").evaluate("one => Promise.all(one.getAnimations().map(a => a.finished))")
        assert page.locator("#passage").evaluate("one => one.matches(':modal')")
        page.click("#passage h2")  # inside: stays open
        pull(40)  # not far enough
        expect(page.locator("#passage")).to_be_visible()
        close()
        expect(page.locator("#passage")).to_be_hidden()


def test_the_panel_becomes_a_sheet_when_the_window_gets_narrow_and_back(page: Page) -> None:
    show(page)
    for width, modal in ((390, True), (1280, False)):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function("modal => document.querySelector('#passage').matches(':modal') === modal", arg=modal)
        expect(page.locator("#passage .document mark")).to_have_text(DRIVE)


def test_everything_in_the_panel_is_done_with_the_keyboard(page: Page) -> None:
    def tab_to(condition: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement?.matches({condition!r}) ?? false"):
                return
        pytest.fail(f"{condition} cannot be reached with Tab")

    show(page, 2)
    assert page.evaluate("document.activeElement.id") == "passage-title"
    tab_to("#passage [data-verify]")
    page.keyboard.press("Enter")
    expect(page.locator("#passage .told")).to_contain_text("Unchanged.")
    tab_to("#passage [data-picture]")
    page.keyboard.press("Space")
    expect(page.locator("#passage rect")).to_have_count(2)
    tab_to("#passage summary")
    page.keyboard.press("Enter")
    tab_to("#passage .entry")
    page.keyboard.press("Enter")
    expect(page.locator("#passage .page-number")).to_have_text("Page 1 of 2")
    page.keyboard.press("Escape")
    expect(page.locator("#passage")).to_be_hidden()


def test_a_hostile_title_and_file_are_text_in_the_panel_and_in_what_is_copied(page: Page) -> None:
    show(page, 3)
    assert page.inner_text("#passage h2") == f"Food {ADDRESS_OF_HOSTILE}"
    copied = page.get_attribute("#passage [data-copy-quote]", "data-copy-quote")
    assert copied
    assert f"Food {ADDRESS_OF_HOSTILE}" in copied
    assert "\u202e" not in page.inner_text("#passage .document")
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("width", [320, 390, 640])
def test_nothing_in_the_panel_scrolls_sideways(open_page: OpenPage, served: Served, width: int) -> None:
    page = open_page(served.address, width=width, height=844)
    ask(page, DRIVING)
    show(page, 2)
    page.get_by_role("button", name="Show page 2").click()
    page.wait_for_selector("#passage rect", state="attached")
    body = page.locator("#passage .panel-body")
    assert body.evaluate("one => one.scrollWidth - one.clientWidth") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
