"""What an operator switches on, in the browser: a proxy's path, a password, an own look, a full queue, a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from ragbot.config import EmergencyNumber, Settings
from ragbot.datatypes import DISCLAIMER, Answer, Outcome
from ragbot.safety import phrase_dangers, with_local_help
from ragbot.ui import load_words, serving
from ragbot.ui.lobby import Lobby
from ragbot.ui.reception import Reception
from ragbot.ui.serving import serving_site
from ragbot.ui.site import make_site
from tests.browser.pages import OpenPage, wait_until

NUMBERS = (
    EmergencyNumber(region="Germany", number="110"),
    EmergencyNumber(region="Germany", number="0800 111 0 111", name="TelefonSeelsorge", kind="talk"),
)
HOSTILE = '<img src=x onerror="window.hacked=1"> ${window.hacked=1} {{7*7}} </script><script>window.hacked=1</script>'


def ask(page: Page, question: str) -> None:
    page.fill("#question", question)
    page.press("#question", "Enter")


def gate(question: str) -> Answer | None:
    dangers = phrase_dangers(question)
    return (
        Answer(question, Outcome.EMERGENCY, message=with_local_help("Call now.", dangers, NUMBERS)) if dangers else None
    )


@pytest.mark.parametrize("strips", [True, False])
def test_under_a_proxys_path_the_page_answers_and_shows_documents(
    open_page: OpenPage, held_bot: object, small_proxy: Callable[..., object], strips: bool
) -> None:
    settings = Settings(log="off", root_path="/ask/us", trusted_proxies=("127.0.0.1",))
    with (
        serving(lambda: held_bot, examples=[], settings=settings) as url,
        small_proxy(url, prefix="/ask/us", strips=strips) as outside,
    ):
        page = open_page(outside)
        ask(page, "May I rest?")
        expect(page.locator("#turn-1 .quote")).to_contain_text("Rest at home today.")
        page.click("#turn-1 .show")
        expect(page.locator("#passage mark")).to_have_text("Rest at home today.")


def test_a_password_stands_before_the_chat_and_help_before_the_password(browser: Browser, held_bot: object) -> None:
    settings = Settings(
        log="off", password=SecretStr("open sesame"), emergency_numbers=NUMBERS, contact="Call the ward."
    )
    with serving(lambda: held_bot, examples=[], settings=settings) as url:
        context = browser.new_context(viewport={"width": 390, "height": 780})
        page = context.new_page()
        page.goto(url)
        expect(page).to_have_url(f"{url}login")
        expect(page.locator("#password")).to_be_focused()
        page.click("summary >> nth=0")
        expect(page.locator("details[open] a[href='tel:110']")).to_be_visible()
        expect(page.locator("details[open] a[href='tel:08001110111']")).to_be_visible()
        expect(page.locator("details[open] .message")).to_contain_text("988")
        page.fill("#password", "open barley")
        page.press("#password", "Enter")
        expect(page.locator("[role=alert]")).to_have_text("That is not the password; type it again.")
        page.fill("#password", "open sesame")
        page.press("#password", "Enter")
        page.wait_for_selector("#question")
        ask(page, "May I rest?")
        expect(page.locator("#turn-1 .quote")).to_be_visible()
        context.close()


def test_the_operators_own_look_is_shown_as_text_and_runs_nothing(
    open_page: OpenPage, held_bot: object, tmp_path: Path
) -> None:
    (tmp_path / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40" onload="parent.hacked=1"><script>parent.hacked=1'
        '</script><image href="http://evil.example/p.png"/><rect width="80" height="40" fill="#1d4f8c"/></svg>'
    )
    settings = Settings(
        log="off",
        name=HOSTILE[:60],
        contact=HOSTILE,
        disclaimer_addition=HOSTILE,
        colour="#1d4f8c",
        logo=tmp_path / "logo.svg",
    )
    with serving(lambda: held_bot, examples=[], settings=settings) as url:
        page = open_page(url)
        expect(page.locator("#top h1")).to_have_text(HOSTILE[:60])
        expect(page.locator("#welcome .contact")).to_have_text(HOSTILE)
        expect(page.locator("#dock .disclaimer")).to_contain_text(DISCLAIMER)
        expect(page.locator("#dock .disclaimer")).to_contain_text(HOSTILE)
        page.wait_for_function("document.querySelector('#top img.logo').naturalWidth === 80")
        assert page.locator(".send").evaluate("b => getComputedStyle(b).backgroundColor") == "rgb(29, 79, 140)"
        assert page.evaluate("window.hacked") is None


def test_when_no_place_is_left_the_page_says_so_and_helps_whoever_is_in_danger(
    open_page: OpenPage, held_bot: object
) -> None:
    site = make_site(lambda: held_bot, Settings(log="off"), words=load_words(), examples=[])
    reception = Reception(lobby=Lobby(at_once=1, most_waiting=0), gate=gate)
    object.__setattr__(site, "reception", reception)
    held_bot.released.clear()
    with serving_site(site) as url:
        first, second = open_page(url), open_page(url)
        ask(first, "May I rest?")
        wait_until(lambda: reception.lobby.n_inside == 1)
        ask(second, "May I rest too?")
        expect(second.locator("#turn-1 .notice")).to_contain_text(
            "1 questions are waiting already; ask again in a minute."
        )
        expect(second.locator("#question")).to_have_value("May I rest too?")
        ask(second, "I want to kill myself")
        expect(second.locator("#turn-2 .emergency a[href='tel:110']")).to_be_visible()
        expect(second.locator("#pending")).to_be_hidden()  # before, what is entered would wait to be sent again
        held_bot.released.set()
        expect(first.locator("#turn-1 .quote")).to_be_visible()
        ask(second, "May I rest too?")
        expect(second.locator("#turn-3 .quote")).to_be_visible()
