"""The states around an answer, in real Chromium: searching, building, failing, losing the connection."""

from __future__ import annotations

import threading
from typing import Protocol

from playwright.sync_api import Page, expect

from ragbot.datatypes import Answer, Outcome
from ragbot.errors import IndexNotBuiltError
from ragbot.ui import BuildState, serving
from ragbot.ui.state import AnsweringBot
from tests.browser.pages import OpenPage


class HeldBot(AnsweringBot, Protocol):
    """See conftest: waits with its answers while `released` is cleared."""

    released: threading.Event


def send(page: Page, question: str) -> None:
    page.fill("#question", question)
    page.press("#question", "Enter")


def test_the_searching_state_shows_at_once_and_the_answer_once(open_page: OpenPage, held_bot: HeldBot) -> None:
    with serving(lambda: held_bot, examples=[]) as url:
        page = open_page(url)
        page.wait_for_selector(".welcome")
        held_bot.released.clear()
        send(page, "May I rest?")
        expect(page.locator("#pending .searching-line")).to_have_text("Searching the documents…")
        assert page.inner_text("#pending .asked") == "May I rest?"
        assert page.input_value("#question") == ""
        assert page.locator("#conversation .turn").count() == 0
        send(page, "a second question meanwhile")
        assert page.input_value("#question") == "a second question meanwhile"  # held until this one is answered
        held_bot.released.set()
        expect(page.locator("#turn-1 .answered")).to_be_visible()
        expect(page.locator("#turn-2 .asked")).to_contain_text("a second question meanwhile")
        expect(page.locator("#turn-2 .answered")).to_be_visible()
        expect(page.locator("#pending")).to_be_hidden()
        assert page.input_value("#question") == ""
        page.context.close()


def test_while_the_index_builds_the_page_says_so_and_then_goes_on(open_page: OpenPage, held_bot: HeldBot) -> None:
    build = BuildState()
    with serving(lambda: held_bot, examples=["May I rest?"], build=build, gate=help_line) as url:
        page = open_page(url)
        expect(page.locator(".building")).to_contain_text("The documents are being prepared")
        build.update("embedding", 40, 200)
        expect(page.locator(".building")).to_contain_text("Preparing passages: 40 of 200")
        send(page, "May I rest?")
        expect(page.locator("#turn-1 .notice")).to_contain_text("still being prepared")
        expect(page.locator("#question")).to_have_value("May I rest?")
        send(page, "I want to die")
        expect(page.locator("#turn-2 .emergency a")).to_have_attribute("href", "tel:911")
        expect(page.locator("#pending")).to_be_hidden()  # before, what is entered would wait to be sent again
        build.finish()
        expect(page.locator(".building")).to_have_count(0)
        send(page, "May I rest?")
        expect(page.locator("#turn-3 .answered")).to_be_visible()
        page.context.close()


def test_a_page_without_an_index_says_what_to_do(open_page: OpenPage) -> None:
    with serving(no_index, examples=[]) as url:
        page = open_page(url)
        expect(page.locator(".unavailable")).to_contain_text("no index at index/; run: ragbot ingest")
        send(page, "May I rest?")
        expect(page.locator("#turn-1 .notice")).to_contain_text("No index at index/; run: ragbot ingest.")
        page.context.close()


def test_a_defect_is_told_in_one_line_and_the_question_is_kept(open_page: OpenPage, held_bot: HeldBot) -> None:
    with serving(lambda: held_bot, examples=[]) as url:
        page = open_page(url)
        page.wait_for_selector(".welcome")
        send(page, "please crash")
        expect(page.locator("#pending.stopped")).to_contain_text("Something went wrong here")
        assert page.input_value("#question") == "please crash"
        assert "ZeroDivision" not in page.inner_text("body")
        send(page, "May I rest?")
        expect(page.locator("#turn-1 .answered")).to_be_visible()
        expect(page.locator("#pending")).to_be_hidden()
        page.context.close()


def test_a_lost_connection_is_told_and_the_question_is_kept(open_page: OpenPage, held_bot: HeldBot) -> None:
    with serving(lambda: held_bot, examples=[]) as url:
        page = open_page(url)
        page.wait_for_selector(".welcome")
        page.context.set_offline(True)
        send(page, "May I rest?")
        expect(page.locator("#pending.stopped")).to_be_visible(timeout=60_000)
        assert page.input_value("#question") == "May I rest?"
        page.context.close()


def help_line(question: str) -> Answer | None:
    return Answer(question, Outcome.EMERGENCY, message="US, Canada **911**") if "die" in question else None


def no_index() -> AnsweringBot:
    raise IndexNotBuiltError("no index at index/; run: ragbot ingest")
