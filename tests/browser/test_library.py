"""The library, and what stands on old and superseded sources, in real Chromium with a light bot on five documents."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import HOSTILE_TITLE
from tests.browser.pages import OpenPage, ask


def test_the_library_lists_finds_orders_and_opens_at_any_section(open_page: OpenPage, five_files: str) -> None:
    page = open_page(five_files)
    page.get_by_role("button", name="Library").click()
    expect(page.locator("#library .entry")).to_have_count(5)
    expect(page.locator("#library .library-count")).to_have_text("5 documents that answers are quoted from.")
    home = page.locator("#library .entry", has_text="home.md").filter(has_text="FDA-2023")
    for part in ("Going home", "leaflet", "published 1 February 2025", "evidence: mixed"):
        expect(home).to_contain_text(part)
    page.get_by_label("Order").select_option("oldest")
    expect(page.locator("#library .entry h3").first).to_have_text("Going home in 2012")
    page.get_by_label("Find a document").fill("leaflet home")
    expect(page.locator("#library .entry")).to_have_count(2)
    home.get_by_text("Sections").click()
    home.get_by_role("button", name="Taxis").click()
    expect(page.locator("#passage")).to_be_visible()
    expect(page.locator("#passage-title")).to_have_text("Going home")
    expect(page.locator("#passage .document :is(h3, h4, h5)", has_text="Taxis")).to_be_in_viewport()
    assert page.evaluate("document.elementFromPoint(innerWidth - 200, innerHeight / 2).closest('#passage') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#passage")).to_be_hidden()
    expect(page.locator("#library")).to_be_visible()
    expect(home.get_by_role("button", name="Taxis")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#library")).to_be_hidden()
    expect(page.get_by_role("button", name="Library")).to_be_focused()


def test_old_and_superseded_sources_say_so_on_quote_library_and_panel(open_page: OpenPage, five_files: str) -> None:
    page = open_page(five_files)
    ask(page, "Do not drive for two days", turn=1)
    quote = page.locator("#turn-1 .quote", has_text="for two days")
    expect(quote).to_contain_text("This source was published in 2012 and may be out of date.")
    expect(quote).to_contain_text("This document is superseded by “Going home”.")
    quote.get_by_role("button", name="Show in document").click()
    expect(page.locator("#passage")).to_contain_text("This source was published in 2012 and may be out of date.")
    page.locator("#passage .caution").get_by_role("button", name="Open it").click()
    expect(page.locator("#passage-title")).to_have_text("Going home")
    expect(page.locator("#passage .caution")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Library").click()
    old = page.locator("#library .entry", has_text="Going home in 2012")
    expect(old).to_contain_text("may be out of date")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568)])
def test_on_a_phone_the_library_fits_and_a_document_opens_over_it(
    open_page: OpenPage, five_files: str, width: int, height: int
) -> None:
    page = open_page(five_files, width=width, height=height, touch=True)
    page.get_by_role("button", name="Library").click()
    page.locator("#library .entry h3 button").first.click()
    expect(page.locator("#passage-title")).to_have_text(HOSTILE_TITLE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('#library').scrollWidth <= innerWidth")
    assert page.evaluate("window.hacked") is None
