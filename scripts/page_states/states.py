"""The list of states: where each is served, and what a visitor does to get there. Nothing here looks at the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from page_states import bot
from page_states.sites import PASSWORD, Sites

Steps = Callable[[Page, Sites], None]
_PATIENCE_MS = 60_000  # on a machine that is busy with something else


@dataclass(frozen=True, slots=True)
class State:
    """One state of the page: its `name`, the site that it is on, and the `steps` from the opened page to it."""

    name: str
    site: str
    steps: Steps

    def reach(self, page: Page, sites: Sites) -> None:
        """Open the site on `page` and go to the state; on return it stands still."""
        sites.bot.released.set()
        page.goto(sites.addresses[self.site])
        page.wait_for_selector("#question, #password")
        self.steps(page, sites)


def ask(page: Page, question: str) -> None:
    """Type a question, send it, and wait for what comes of it."""
    turns = page.locator("#conversation .turn").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    expect(page.locator("#conversation .turn")).to_have_count(turns + 1, timeout=_PATIENCE_MS)
    expect(page.locator("#pending")).to_be_hidden(timeout=_PATIENCE_MS)


def _asking(*questions: str) -> Steps:
    def steps(page: Page, sites: Sites) -> None:
        page.wait_for_selector(".chip")
        for question in questions:
            ask(page, question)

    return steps


def _welcome(page: Page, sites: Sites) -> None:
    page.wait_for_selector(".chip")


def _opening(name: str, ready: str) -> Steps:
    """The panel that the button `name` opens, once `ready` is there."""

    def steps(page: Page, sites: Sites) -> None:
        _welcome(page, sites)
        page.click(f"[data-open={name}]")
        page.wait_for_selector(ready)

    return steps


def _building(page: Page, sites: Sites) -> None:
    page.wait_for_selector(".building")


def _unavailable(page: Page, sites: Sites) -> None:
    page.wait_for_selector(".unavailable")


def _searching(page: Page, sites: Sites) -> None:
    _welcome(page, sites)
    sites.bot.released.clear()
    page.fill("#question", bot.HELD)
    page.press("#question", "Enter")
    page.wait_for_selector("#pending:not([hidden])")


def _failed(page: Page, sites: Sites) -> None:
    _welcome(page, sites)
    page.fill("#question", bot.DEFECT)
    page.press("#question", "Enter")
    page.wait_for_selector("#pending.stopped")


def _more(page: Page, sites: Sites) -> None:
    _asking(bot.ANSWERED)(page, sites)
    page.click(".more > summary")
    page.click(".sources > summary >> nth=0")


def _match_explained(page: Page, sites: Sites) -> None:
    _asking(bot.ANSWERED)(page, sites)
    page.focus(".match-name")
    page.wait_for_selector(".tip:visible")


def _word_explained(page: Page, sites: Sites) -> None:
    _asking(bot.ANSWERED)(page, sites)
    page.focus(".term")
    page.wait_for_selector(".meaning:visible")


def _as_typed(page: Page, sites: Sites) -> None:
    _asking(bot.ANSWERED)(page, sites)
    page.click("[data-as-typed]")
    expect(page.locator("#conversation .turn")).to_have_count(2)
    expect(page.locator("#pending")).to_be_hidden()


def _next_questions(page: Page, sites: Sites) -> None:
    _asking(bot.NO_MATCH)(page, sites)
    page.locator("#next .chip").first.scroll_into_view_if_needed()


def _help_bar(page: Page, sites: Sites) -> None:
    _asking(bot.EMERGENCY, bot.ANSWERED)(page, sites)
    page.wait_for_selector("#help-bar:visible")


def _panel(page: Page, sites: Sites) -> None:
    _asking(bot.ANSWERED)(page, sites)
    page.click(".lead .source .show >> nth=0")
    page.wait_for_selector("#passage mark")


def _help_bar_over_panel(page: Page, sites: Sites) -> None:
    _help_bar(page, sites)
    page.click("#turn-2 .lead .source .show >> nth=0")
    page.wait_for_selector("#passage mark")


def _closed(page: Page, sites: Sites) -> None:
    page.context.clear_cookies()  # another state may have logged in
    page.goto(sites.addresses["closed"])
    page.wait_for_selector("#password")


def _closed_refused(page: Page, sites: Sites) -> None:
    _closed(page, sites)
    page.fill("#password", "not this one")
    page.press("#password", "Enter")
    page.wait_for_selector("[role=alert]")
    page.wait_for_load_state()  # with its style


def _history(page: Page, sites: Sites) -> None:
    _asking(bot.ANSWERED, bot.LIST, bot.TWO_SIDES, bot.NO_MATCH)(page, sites)
    page.click(".history-open")
    page.click("#history summary >> nth=1")


def _report_wrong(page: Page, sites: Sites) -> None:
    _asking(bot.ANSWERED)(page, sites)
    page.click("[data-report-wrong]")
    page.wait_for_selector("[data-report-pick]")


def _picker(page: Page, sites: Sites) -> None:
    _report_wrong(page, sites)
    page.click("[data-report-pick]")
    page.click("#picker .choice >> nth=1")


def _report_what(page: Page, sites: Sites) -> None:
    _picker(page, sites)
    page.click("[data-picker-take]")
    page.wait_for_selector("[data-report-save]")


def _reported(page: Page, sites: Sites) -> None:
    _report_what(page, sites)
    page.click("[data-report-save]")
    page.wait_for_selector("p.report")


def _log_in(page: Page, sites: Sites) -> None:
    page.context.clear_cookies()  # another state may have logged in
    page.goto(f"{sites.addresses['documents']}documents")
    page.wait_for_selector("#password")


def _log_in_refused(page: Page, sites: Sites) -> None:
    _log_in(page, sites)
    page.fill("#password", "not this one")
    page.press("#password", "Enter")
    page.wait_for_selector("[role=alert]")
    page.wait_for_load_state()  # with its style


def _documents(page: Page, sites: Sites) -> None:
    _log_in(page, sites)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("tbody tr")
    page.wait_for_load_state()  # its script hears nothing before


def _preview(page: Page, sites: Sites) -> None:
    _documents(page, sites)
    page.click("[data-preview] >> nth=0")
    page.wait_for_selector("#passage[open]")
    expect(page.locator("#passage pre")).not_to_be_empty(timeout=_PATIENCE_MS)


STATES = (
    State("welcome", "chat", _welcome),
    State("building", "building", _building),
    State("unavailable", "unavailable", _unavailable),
    State("searching", "chat", _searching),
    State("failed", "chat", _failed),
    State("answered", "chat", _asking(bot.ANSWERED)),
    State("answered-more", "chat", _more),
    State("match-explained", "chat", _match_explained),
    State("word-explained", "chat", _word_explained),
    State("as-typed", "chat", _as_typed),
    State("next-questions", "chat", _next_questions),
    State("help-bar", "chat", _help_bar),
    State("follow-up", "chat", _asking(bot.ANSWERED, bot.FOLLOW_UP)),
    State("list", "chat", _asking(bot.LIST)),
    State("two-sides", "chat", _asking(bot.TWO_SIDES)),
    State("no-answer", "chat", _asking(bot.NO_MATCH)),
    State("emergency", "chat", _asking(bot.EMERGENCY)),
    State("personal-dose", "chat", _asking(bot.PERSONAL_DOSE)),
    State("small-talk", "chat", _asking(bot.SMALL_TALK)),
    State("notice", "chat", _asking(bot.TOO_LONG)),
    State("panel", "chat", _panel),
    State("help-bar-over-panel", "chat", _help_bar_over_panel),
    State("library", "chat", _opening("library", "#library li")),
    State("closed", "closed", _closed),
    State("closed-refused", "closed", _closed_refused),
    State("shortcuts", "chat", _opening("shortcuts", "#shortcuts[open]")),
    State("history", "chat", _history),
    State("report-wrong", "reporting", _report_wrong),
    State("picker", "reporting", _picker),
    State("report-what", "reporting", _report_what),
    State("reported", "reporting", _reported),
    State("scope", "chat", _opening("scope", "#scope-list input")),
    State("log-in", "documents", _log_in),
    State("log-in-refused", "documents", _log_in_refused),
    State("documents", "documents", _documents),
    State("documents-preview", "documents", _preview),
)
