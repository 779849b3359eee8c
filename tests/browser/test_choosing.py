"""Choosing what is searched, in real Chromium with a light bot on five documents."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import HOSTILE_TITLE
from tests.browser.pages import OpenPage, ask


def chosen_documents(page: Page, turn: int) -> set[str]:
    shown = page.locator(f"#turn-{turn} .quote [data-document]")
    return {name for name in shown.evaluate_all("all => all.map((one) => one.dataset.document)") if name}


def test_a_chosen_kind_narrows_answers_until_it_is_taken_back(open_page: OpenPage, five_files: str) -> None:
    page = open_page(five_files)
    chip = page.locator("#dock .scope-open")
    expect(chip).to_have_text("Search in: all documents")
    chip.click()
    expect(page.locator("#scope .scope-count")).to_have_text("5 of 5 documents are searched.")
    page.locator(".scope-kinds").get_by_label("leaflet").check()
    expect(page.locator("#scope .scope-count")).to_have_text("2 of 5 documents are searched.")
    page.get_by_label("Date", exact=True).select_option("2025")
    expect(page.locator("#scope .scope-count")).to_have_text("1 of 5 documents are searched.")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#scope")).to_be_hidden()
    expect(chip).to_have_text("Search in: leaflet, since 2025")
    expect(chip).to_be_focused()
    ask(page, "May I drive?", turn=1)
    expect(page.locator("#turn-1 .searched-only")).to_contain_text("Searched only in: leaflet, since 2025")
    assert chosen_documents(page, 1) == {"home.md"}
    page.locator("#dock .scope-clear").click()
    expect(chip).to_have_text("Search in: all documents")
    expect(chip).to_be_focused()
    ask(page, "May I drive?", turn=2)
    expect(page.locator("#turn-2 .searched-only")).to_have_count(0)
    assert "old/home.md" in chosen_documents(page, 2)


def test_documents_are_picked_by_keyboard_and_remembered_for_the_tab(open_page: OpenPage, five_files: str) -> None:
    page = open_page(five_files)
    page.locator("#dock .scope-open").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#scope-title")).to_be_focused()
    page.wait_for_selector("#scope-find")
    page.locator("#scope-find").focus()
    page.keyboard.insert_text("nau")  # at once: letter by letter the list would be drawn anew while it is used
    expect(page.locator("#scope-list li")).to_have_count(1)
    page.keyboard.press("Enter")  # finds, and does not close
    expect(page.locator("#scope")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#scope .scope-count")).to_have_text("1 of 5 documents are searched.")
    page.keyboard.press("Enter")
    expect(page.locator("#scope")).to_be_hidden()
    expect(page.locator("#dock .scope-open")).to_have_text("Search in: Nausea")
    page.reload()
    page.wait_for_selector("#question")
    expect(page.locator("#dock .scope-open")).to_have_text("Search in: Nausea")
    ask(page, "May I drive?", turn=1)
    assert chosen_documents(page, 1) == {"web.html"}


def test_escape_leaves_everything_as_it_was_and_nothing_chosen_is_not_taken(
    open_page: OpenPage, five_files: str
) -> None:
    page = open_page(five_files)
    page.locator("#dock .scope-open").click()
    page.locator(".scope-kinds").get_by_label("<b>odd</b>").check()  # a document's words are text
    page.get_by_label("Date", exact=True).select_option("2012")
    expect(page.locator("#scope .scope-count")).to_contain_text("No document is all of this")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#scope")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#scope")).to_be_hidden()
    expect(page.locator("#dock .scope-open")).to_have_text("Search in: all documents")


def test_one_press_on_an_answer_searches_everything(open_page: OpenPage, five_files: str) -> None:
    page = open_page(five_files)
    page.evaluate(
        "sessionStorage.setItem('ragbot:scope', JSON.stringify({chosen: {documents: ['costs.txt']}, label: 'Costs'}))"
    )
    page.reload()
    page.wait_for_selector("#question")
    ask(page, "May I drive?", turn=1)
    assert chosen_documents(page, 1) == {"costs.txt"}
    page.locator("#turn-1 .searched-only button").click()
    page.wait_for_selector("#turn-2 .card")
    assert "home.md" in chosen_documents(page, 2)
    expect(page.locator("#dock .scope-open")).to_have_text("Search in: all documents")


@pytest.mark.parametrize(
    "kept", ["nonsense", "{}", '{"chosen": 7, "label": "x"}', '{"chosen": {"kinds": 7}, "label": "x"}']
)
def test_what_another_hand_put_into_the_tab_breaks_nothing(open_page: OpenPage, five_files: str, kept: str) -> None:
    page = open_page(five_files)
    page.evaluate("kept => sessionStorage.setItem('ragbot:scope', kept)", kept)
    page.reload()
    page.wait_for_selector("#question")
    ask(page, "I want to kill myself", turn=1)
    expect(page.locator("#turn-1 .emergency")).to_be_visible()
    ask(page, "May I drive?", turn=2)
    expect(page.locator("#turn-2 .card")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568)])
def test_on_a_phone_the_dialog_fits_and_the_chip_leaves_room(
    open_page: OpenPage, five_files: str, width: int, height: int
) -> None:
    page = open_page(five_files, width=width, height=height, touch=True)
    page.locator("#dock .scope-open").click()
    page.wait_for_selector("#scope-list li")
    page.get_by_label(HOSTILE_TITLE).check()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#dock .scope-open")).to_contain_text("<img src=x onerror=")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.hacked") is None
