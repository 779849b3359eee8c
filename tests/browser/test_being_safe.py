"""Safety in real Chromium: help takes over, stays in sight until it is put away, and the disclaimer never leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files

import pytest
from playwright.sync_api import Page, expect

from ragbot.datatypes import DISCLAIMER, Answer, Block, BlockKind, Document, Outcome, Quote, Span
from ragbot.safety import crisis_data
from ragbot.ui import serving
from tests.browser.pages import OpenPage, ask, settled

CRISIS = json.loads((files("ragbot") / "data" / "crisis.json").read_text("utf-8"))["texts"]
TEXT = "Rest at home after the session. " * 40
DOCUMENT = Document("a.md", "Rest", TEXT, "a.md", "ab", (Block(Span(0, len(TEXT)), BlockKind.PARAGRAPH),))


class CrisisBot:
    """Gives the crisis text that a question names; anything else it answers with a long quote and a safety line."""

    fingerprint = "crisis"
    catalogue = ()

    @property
    def index(self) -> CrisisBot:
        return self

    def document(self, doc_id: str) -> Document:
        return DOCUMENT

    def ask(self, question: str) -> Answer:
        return self.ask_turns([question])

    def ask_turns(self, turns: Sequence[str], **how: object) -> Answer:
        text = CRISIS.get(turns[-1].split()[0])
        if text:
            return Answer(turns[-1], Outcome.EMERGENCY, message=text)
        quotes = tuple(Quote.cut(DOCUMENT, Span(32 * n, 32 * n + 31)) for n in range(3))
        return Answer(
            turns[-1], Outcome.ANSWERED, quotes, confidence=0.6, footer=crisis_data()["crisis_footer"]["text"]
        )


@pytest.fixture(scope="module")
def crisis_address() -> Iterator[str]:
    bot = CrisisBot()
    with serving(lambda: bot, examples=[]) as url:
        yield url


def seen(page: Page, selector: str) -> bool:
    """True if the middle of the element is on top of everything else there, inside the window."""
    return bool(
        page.evaluate(
            """selector => {
                const element = document.querySelector(selector);
                const box = element.getBoundingClientRect();
                const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
                return box.height > 0 && top !== null && (element.contains(top) || top.contains(element));
            }""",
            selector,
        )
    )


def wholly_seen(page: Page, selector: str) -> bool:
    return bool(
        page.evaluate(
            """selector => {
                const box = document.querySelector(selector).getBoundingClientRect();
                return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
            }""",
            selector,
        )
    )


@pytest.mark.parametrize("name", ["suicide_self", "suicide_other", "overdose", "psychosis_mania"])
@pytest.mark.parametrize("size", [(320, 568), (390, 844), (1280, 860)])
def test_the_first_number_is_in_sight_at_once(
    open_page: OpenPage, crisis_address: str, size: tuple[int, int], name: str
) -> None:
    page = open_page(crisis_address, width=size[0], height=size[1], touch=size[0] < 500)
    page.wait_for_selector(".welcome")
    ask(page, f"{name} " + "and it goes on and on " * 30, turn=1)
    settled(page)
    assert seen(page, "#turn-1 .emergency .message a")
    assert page.get_attribute("#turn-1 .emergency .message a", "href") == "tel:911"
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_the_help_text_takes_over_the_answer_space(open_page: OpenPage, crisis_address: str) -> None:
    page = open_page(crisis_address, width=390, height=844, touch=True)
    page.wait_for_selector(".welcome")
    ask(page, "May I rest?", turn=1)
    ask(page, "psychosis_mania", turn=2)
    settled(page)
    top, bottom, dock = page.evaluate(
        """() => [...(({ top, bottom }) => [top, bottom])(document.querySelector('#turn-2').getBoundingClientRect()),
                  document.querySelector('#dock').getBoundingClientRect().top]"""
    )
    assert top <= 20  # nothing of the answer before it
    assert bottom >= dock - 20  # and nothing below
    expect(page.locator("#next .chip")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_numbers_stay_in_sight_for_the_rest_of_the_conversation(
    open_page: OpenPage, crisis_address: str, width: int
) -> None:
    page = open_page(crisis_address, width=width, height=640)
    page.wait_for_selector(".welcome")
    ask(page, "suicide_self", turn=1)
    settled(page)
    expect(page.locator("#help-bar")).to_be_hidden()  # the text itself is in sight
    for turn in (2, 3):
        ask(page, "May I rest?", turn=turn)
        expect(page.locator("#help-bar")).to_be_visible()
        settled(page)
        for top in (0, 100_000):
            page.evaluate("top => scrollTo({ top, behavior: 'instant' })", top)
            settled(page)
            if not seen(page, "#turn-1 .emergency .message a"):
                assert wholly_seen(page, "#help-bar")
                assert seen(page, "#help-bar a[href='tel:911']")
    links = page.eval_on_selector_all("#help-bar a", "links => links.map((a) => a.getAttribute('href'))")
    assert links == ["tel:911", "tel:999", "tel:112", "tel:000", "tel:111"]


@pytest.mark.parametrize("size", [(320, 568), (390, 844)])
def test_the_numbers_stay_within_reach_over_a_document_that_covers_the_phone(
    open_page: OpenPage, crisis_address: str, size: tuple[int, int]
) -> None:
    page = open_page(crisis_address, width=size[0], height=size[1], touch=True)
    page.wait_for_selector(".welcome")
    ask(page, "overdose", turn=1)
    ask(page, "May I rest?", turn=2)
    expect(page.locator("#help-bar")).to_be_visible()
    page.click("#turn-2 .show >> nth=0")
    expect(page.locator("#passage mark")).to_be_visible()
    settled(page)
    assert wholly_seen(page, "#help-bar")
    assert seen(page, "#help-bar a[href^='tel:']")
    assert seen(page, "#passage [data-close]")
    page.click("#passage [data-close]")
    expect(page.locator("#passage")).to_be_hidden()
    assert seen(page, "#help-bar a[href^='tel:']")
    page.click("#turn-2 .show >> nth=0")
    expect(page.locator("#passage mark")).to_be_visible()
    page.click("#help-bar [data-show-help]")
    expect(page.locator("#passage")).to_be_hidden()
    expect(page.locator("#help-bar")).to_be_hidden()  # for its numbers are in sight again
    settled(page)
    assert seen(page, "#turn-1 .emergency .message a")


def test_a_dialog_over_the_help_text_shows_its_numbers(open_page: OpenPage, crisis_address: str) -> None:
    page = open_page(crisis_address, width=390, height=844)
    page.wait_for_selector(".welcome")
    ask(page, "overdose", turn=1)
    settled(page)
    expect(page.locator("#help-bar")).to_be_hidden()
    page.locator("#question").evaluate("box => box.blur()")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    expect(page.locator("#help-bar")).to_be_visible()
    assert wholly_seen(page, "#help-bar")
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).to_be_hidden()
    expect(page.locator("#help-bar")).to_be_hidden()


def test_the_bar_does_not_cover_the_newest_answer(open_page: OpenPage, crisis_address: str) -> None:
    page = open_page(crisis_address, width=390, height=844)
    page.wait_for_selector(".welcome")
    ask(page, "overdose", turn=1)
    ask(page, "May I rest?", turn=2)
    expect(page.locator("#help-bar")).to_be_visible()
    ask(page, "May I rest again?", turn=3)
    settled(page)
    assert seen(page, "#turn-3 .asked")


def test_the_bar_leads_back_to_the_help_text_and_goes_only_when_it_is_put_away(
    open_page: OpenPage, crisis_address: str
) -> None:
    page = open_page(crisis_address)
    page.wait_for_selector(".welcome")
    ask(page, "suicide_self", turn=1)
    ask(page, "May I rest?", turn=2)
    expect(page.locator("#help-bar")).to_be_visible()
    page.keyboard.press("Escape")
    page.click("#turn-2 .asked")
    expect(page.locator("#help-bar")).to_be_visible()
    page.click("[data-show-help]")
    settled(page)
    assert seen(page, "#turn-1 .emergency .message a")
    expect(page.locator("#help-bar")).to_be_hidden()
    ask(page, "May I rest?", turn=3)
    expect(page.locator("#help-bar")).to_be_visible()
    page.click("[data-hide-help]")
    expect(page.locator("#help-bar")).to_be_hidden()
    ask(page, "May I rest?", turn=4)
    settled(page)
    expect(page.locator("#help-bar")).to_be_hidden()
    ask(page, "overdose", turn=5)
    ask(page, "May I rest?", turn=6)
    expect(page.locator("#help-bar")).to_be_visible()


def test_the_bar_is_used_with_the_keyboard_alone(open_page: OpenPage, crisis_address: str) -> None:
    page = open_page(crisis_address)
    page.wait_for_selector(".welcome")
    ask(page, "suicide_self", turn=1)
    ask(page, "May I rest?", turn=2)
    expect(page.locator("#help-bar")).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.matches('#help-bar a') ?? false"):
            break
    found = []
    for _ in range(7):
        found.append(page.evaluate("document.activeElement.textContent"))
        if found[-1] != "×":  # the next stop would scroll the page
            page.keyboard.press("Tab")
    assert found[:5] == ["911 US, Canada", "999 UK", "112 Ireland, EU", "000 Australia", "111 New Zealand"]
    assert found[5:7] == ["Help text", "×"]
    page.keyboard.press("Enter")
    expect(page.locator("#help-bar")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "question"


def test_an_answer_near_suicide_or_overdose_carries_its_safety_line(open_page: OpenPage, crisis_address: str) -> None:
    page = open_page(crisis_address)
    page.wait_for_selector(".welcome")
    ask(page, "May I rest?", turn=1)
    expect(page.locator("#turn-1 .safety-line")).to_contain_text("Troubled by suicidal thoughts")
    expect(page.locator("#turn-1 .safety-line a[href='tel:988']")).to_be_visible()


# 640 x 400: a 1280-pixel window at 200 %. 320 x 256: at 400 %. 390 x 420 and 320 x 300: a phone with its keyboard open.
@pytest.mark.parametrize("size", [(320, 568), (640, 400), (320, 256), (390, 420), (320, 300)])
def test_the_disclaimer_is_wholly_in_sight_while_a_question_is_typed(
    open_page: OpenPage, crisis_address: str, size: tuple[int, int]
) -> None:
    page = open_page(crisis_address, width=size[0], height=size[1])
    page.wait_for_selector(".welcome")
    for turn, question in enumerate(("May I rest?", "suicide_self", "May I rest?"), start=1):
        page.focus("#question")
        page.keyboard.type("Is it")
        settled(page)
        assert wholly_seen(page, "#dock .disclaimer")
        assert seen(page, "#question")
        assert page.evaluate(
            "() => (({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight + 1)(document.querySelector('#dock .disclaimer'))"
        )
        ask(page, question, turn=turn)
        settled(page)
        assert wholly_seen(page, "#dock .disclaimer")
    assert page.inner_text("#dock .disclaimer") == DISCLAIMER


def test_the_page_asks_phones_to_make_room_for_the_keyboard(open_page: OpenPage, crisis_address: str) -> None:
    page = open_page(crisis_address)
    assert "interactive-widget=resizes-content" in (page.get_attribute("meta[name=viewport]", "content") or "")
