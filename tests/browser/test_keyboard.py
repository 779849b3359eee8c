"""The page without a mouse: the list of keys, single keys and their switch, the way past the header."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_states import Sites, serving_sites
from page_states.bot import ANSWERED, LIST
from page_states.states import ask
from playwright.sync_api import Page, expect

from ragbot.encoding import Encoder
from ragbot.ui import load_words
from ragbot.ui.shortcuts import SINGLE_KEYS


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, fake_encoder: Encoder) -> Iterator[Sites]:
    """All sites of the states, in English."""
    with serving_sites(tmp_path_factory.mktemp("states"), fake_encoder, load_words("en")) as served:
        yield served


@pytest.fixture
def page(visit: Page, sites: Sites) -> Page:
    """The chat, freshly opened, with nothing remembered and the focus nowhere."""
    visit.goto(sites.addresses["chat"])
    visit.evaluate("localStorage.clear()")
    visit.wait_for_selector(".chip")
    return visit


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def test_the_first_tab_leads_past_the_header_to_the_question_box(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_focused()


def test_a_question_mark_opens_the_list_of_keys_and_escape_closes_it(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    listed = page.locator("#shortcuts kbd").all_inner_texts()
    assert listed[: len(SINGLE_KEYS)] == [key for key, _ in SINGLE_KEYS]
    page.keyboard.press("j")  # nothing happens behind an open dialog
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()


def test_the_button_opens_the_same_list_and_gets_the_focus_back(page: Page) -> None:
    page.get_by_role("button", name="Shortcuts").press("Enter")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.get_by_role("button", name="Close").press("Enter")
    expect(page.locator("#shortcuts")).to_be_hidden()
    expect(page.get_by_role("button", name="Shortcuts")).to_be_focused()


def test_single_keys_go_to_the_box_from_answer_to_answer_and_into_the_document(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("/?j")  # in the box they are only letters
    expect(page.locator("#question")).to_have_value("/?j")
    expect(page.locator("#shortcuts")).to_be_hidden()
    ask(page, ANSWERED)
    ask(page, LIST)
    page.locator("#question").blur()
    page.keyboard.press("k")
    expect(page.locator("#turn-2 .asked")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("k")  # there is none before the first
    expect(page.locator("#turn-1 .asked")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("#turn-2 .asked")).to_be_focused()
    page.keyboard.press("o")
    expect(page.locator("#passage mark")).to_have_text(
        "an adult who takes you home and can stay with you for some hours"
    )
    page.keyboard.press("Escape")
    expect(page.locator("#passage")).to_be_hidden()


def test_with_ctrl_or_alt_a_key_stays_the_browsers(page: Page) -> None:
    page.keyboard.press("Alt+/")
    page.keyboard.press("Control+/")
    assert not focused(page, "#question")


def test_single_keys_can_be_switched_off_and_stay_off(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_label("Use single keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector(".chip")
    page.keyboard.press("/")
    page.keyboard.press("?")
    assert not focused(page, "#question")
    expect(page.locator("#shortcuts")).to_be_hidden()
    page.get_by_role("button", name="Shortcuts").click()
    expect(page.get_by_label("Use single keys")).not_to_be_checked()
    page.get_by_label("Use single keys").check()
    page.keyboard.press("Escape")
    page.locator(".tool >> nth=0").blur()
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()


def test_the_searching_state_stands_before_enter_has_been_handled(page: Page) -> None:
    shown = page.evaluate(
        """() => {
            const box = document.querySelector('#question');
            box.value = 'Is it there at once?';
            box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}));
            return document.querySelector('#pending .searching-line').checkVisibility();
        }"""
    )  # in the same task as the key: no network, no timer lies between
    assert shown


def test_an_answer_takes_the_place_of_the_searching_line_without_a_jump(page: Page, sites: Sites) -> None:
    sites.bot.released.clear()
    page.fill("#question", "What takes long to find?")
    page.press("#question", "Enter")
    page.wait_for_function("document.querySelector('#pending .asked').getBoundingClientRect().height > 0")
    place = """name => new Promise((done) => {
        let [last, frames, since] = [null, 0, performance.now()];
        requestAnimationFrame(function look(now) {
            const { top } = document.querySelector(name).getBoundingClientRect();
            if (top !== last) [last, frames, since] = [top, 0, now];
            if (++frames > 30 && now - since > 500) done(top);  // on a busy machine frames come seldom
            else requestAnimationFrame(look);
        });
    })"""
    before = page.evaluate(place, "#pending .asked")
    sites.bot.released.set()
    page.wait_for_selector("#turn-1 .card")
    expect(page.locator("#pending")).to_be_hidden()
    assert abs(page.evaluate(place, "#turn-1 .asked") - before) <= 2
