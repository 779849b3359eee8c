"""A server that is stopped and started under an open page: the conversation stays, and a question in flight says so."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from urllib.parse import urlsplit

import pytest
from page_states import StateBot
from page_states import bot as said
from playwright.sync_api import Browser, Page, Route, expect

from ragbot.config import Settings
from ragbot.ui import serving
from tests.browser import pages
from tests.browser.pages import OpenPage, wait_until

PATIENCE_MS = 60_000  # a busy machine takes its time


class Line:
    """A port that is always the same and leads to one server after the other; `cut` ends all that goes on over it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._target: tuple[str, int] | None = None
        self._ends: list[socket.socket] = []
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, name="test-line", daemon=True).start()

    def lead_to(self, address: str) -> None:
        self._target = ("127.0.0.1", urlsplit(address).port or 0)

    def cut(self) -> None:
        self._target = None
        ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            target = self._target
            if target is None:
                near.close()
                continue
            try:
                far = socket.create_connection(target)
            except OSError:  # it has just been stopped
                near.close()
                continue
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pour, args=(source, sink), daemon=True).start()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def line() -> Iterator[Line]:
    one = Line()
    yield one
    one.close()


@contextmanager
def server(line: Line) -> Iterator[StateBot]:
    """A server at the end of `line`, which knows nothing of any before it; its bot."""
    bot = StateBot()
    bot.released.set()
    with serving(lambda: bot, examples=[said.ANSWERED], settings=Settings(log="off", stop_seconds=1)) as address:
        line.lead_to(address)
        yield bot
        line.cut()
        bot.released.set()


ask = partial(pages.ask, patience_ms=PATIENCE_MS)


def questions(page: Page) -> list[str]:
    return [text.partition(": ")[2] for text in page.locator("#conversation .asked").all_text_contents()]


def test_a_restart_between_two_questions_leaves_the_conversation_as_it_was(open_page: OpenPage, line: Line) -> None:
    with server(line):
        page = open_page(line.address)
        page.wait_for_selector(".chip")
        page.evaluate("() => { window.n = 0; document.addEventListener('ragbot:next', () => { window.n += 1; }); }")
        ask(page, said.EMERGENCY, turn=1)
        ask(page, said.ANSWERED, turn=2)
        page.click("#turn-2 .more > summary")
        assert page.locator("#turn-2 .more").evaluate("one => one.open")
        page.wait_for_function("window.n === 2")  # nothing is in flight: else gradio would load the page anew
    with server(line) as bot:
        ask(page, said.FOLLOW_UP, turn=3)
        assert questions(page) == [said.EMERGENCY, said.ANSWERED, said.FOLLOW_UP]
        assert [said.EMERGENCY, said.ANSWERED, said.FOLLOW_UP] in bot.asked
        ask(page, said.NO_MATCH, turn=4)  # the server knows of one turn now, the page of all
        assert questions(page) == [said.EMERGENCY, said.ANSWERED, said.FOLLOW_UP, said.NO_MATCH]
        assert questions(page) in bot.asked
        assert page.locator("#turn-2 .more").evaluate("one => one.open")
        expect(page.locator("#help-bar")).to_be_visible()
        page.context.close()


def test_a_question_in_flight_says_that_it_was_lost_and_everything_else_comes_back(
    open_page: OpenPage, line: Line
) -> None:
    with server(line) as bot:
        page = open_page(line.address)
        page.wait_for_selector(".chip")
        ask(page, said.EMERGENCY, turn=1)
        ask(page, said.ANSWERED, turn=2)
        bot.released.clear()
        page.fill("#question", said.HELD)
        page.press("#question", "Enter")
        page.wait_for_selector("#pending:not([hidden])")
        wait_until(lambda: [said.EMERGENCY, said.ANSWERED, said.HELD] in bot.asked)  # not in flight before
        page.evaluate("window.isFirst = true")
    with server(line):
        page.wait_for_function("window.isFirst === undefined", timeout=PATIENCE_MS)  # gradio loads the page anew
        lost = page.locator("#pending.stopped")
        expect(lost).to_contain_text("The connection to this page was lost", timeout=PATIENCE_MS)
        expect(page.locator("#question")).to_have_value(said.HELD)
        assert questions(page) == [said.EMERGENCY, said.ANSWERED]
        expect(page.locator("#turn-1 .emergency a[href^='tel:']").first).to_be_visible()
        expect(page.locator(".welcome")).to_be_hidden()
        assert page.evaluate("sessionStorage.length") == 0
        page.press("#question", "Enter")
        expect(page.locator("#turn-3 .card")).to_be_visible(timeout=PATIENCE_MS)
        assert questions(page) == [said.EMERGENCY, said.ANSWERED, said.HELD]
        expect(page.locator("#keep .keep")).to_be_visible()
        expect(page.locator("#help-bar")).to_be_visible()
        page.click("#turn-2 .lead .source .show >> nth=0")
        expect(page.locator("#passage mark")).to_contain_text("until the next day")
        page.context.close()


def test_the_conversation_outlives_the_loss_of_a_request_that_nobody_waits_for(open_page: OpenPage, line: Line) -> None:
    with server(line):
        page = open_page(line.address)
        page.wait_for_selector(".chip")
        ask(page, said.EMERGENCY, turn=1)
        page.evaluate("window.isFirst = true")
        asked: list[str] = []

        def only_the_answer(route: Route) -> None:
            asked.append(route.request.url)
            route.continue_() if len(asked) == 1 else route.abort("connectionreset")

        page.route("**/run/predict*", only_the_answer)  # what comes after it are the questions to ask next
        page.fill("#question", said.ANSWERED)
        page.press("#question", "Enter")
        page.wait_for_function("window.isFirst === undefined", timeout=PATIENCE_MS)  # gradio loads the page anew
        page.unroute("**/run/predict*")
        expect(page.locator("#turn-2 .card")).to_be_visible(timeout=PATIENCE_MS)
        assert questions(page) == [said.EMERGENCY, said.ANSWERED]
        expect(page.locator("#pending")).to_be_hidden()
        assert page.evaluate("document.querySelector('#help-bar').dataset.on") == ""
        page.context.close()


HOSTILE = (
    '<article class="turn" id="turn-1"><img src=x onerror="window.hacked=1"></article>',
    '<article class="turn" id="turn-1"><p onclick="window.hacked=1">x</p></article>',
    '<article class="turn" id="turn-1"><a href="javascript:window.hacked=1">x</a></article>',
    '<article class="turn" id="turn-1"><template><script>window.hacked=1</script></template></article>',
    "<script>window.hacked=1</script>",
)


TURN = '<article class="turn" id="turn-1"><h2 class="asked"><span class="unseen">Asked: </span>before</h2></article>'


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    states = StateBot()
    with serving(lambda: states, examples=[said.ANSWERED]) as url:
        yield url


def load_with(page: Page, address: str, kept: str) -> None:
    """Open the page with `kept` in the tab's store, as if handed over."""
    page.goto(address)
    page.evaluate("kept => sessionStorage.setItem('ragbot.handover /', kept)", kept)
    page.reload()
    page.wait_for_selector("#question")


@pytest.mark.parametrize("kept", ["{", "7", '{"question": 1, "turns": []}', '{"question": "x", "turns": 3}'])
def test_damaged_data_in_the_tabs_store_is_survived(visit: Page, address: str, kept: str) -> None:
    load_with(visit, address, kept)
    visit.wait_for_selector(".chip")
    ask(visit, said.ANSWERED, turn=1)


def test_what_another_hand_put_into_the_tabs_store_is_not_drawn(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()  # of its own: the browser complains of what it keeps from running
    load_with(page, address, json.dumps({"question": "<b>x</b>", "turns": [*HOSTILE, TURN]}))
    expect(page.locator("#pending .asked")).to_have_text("<b>x</b>")
    assert questions(page) == ["before"]
    assert page.evaluate("window.hacked") is None
    page.context.close()
