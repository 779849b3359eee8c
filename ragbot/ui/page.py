"""The chat page as gradio Blocks: the one home of gradio. Joins the page's parts to what `Chat` does.

Gradio carries events and keeps each visitor's turns; the HTML comes from `frame`, `answers` and `passage`, the
behaviour in the browser from `assets/js`. Import this module only when a page is really built: gradio is large.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read while gradio is imported, so it has to stand before that
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gradio as gr
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from ragbot.ui.chat import Chat
from ragbot.ui.evidence import Evidence
from ragbot.ui.frame import dialogs_html, dock_html, header_html, panel_html, pending_html
from ragbot.ui.help_bar import help_bar_html
from ragbot.ui.keeping import history_html, keep_html
from ragbot.ui.lookup import Lookup
from ragbot.ui.panel import Panel
from ragbot.ui.parts import script
from ragbot.ui.reception import Reception
from ragbot.ui.reporting import reporting_html
from ragbot.ui.reports import Reports
from ragbot.ui.shortcuts import shortcuts_html
from ragbot.ui.site import Site
from ragbot.ui.state import Turn
from ragbot.ui.visit import Visitor, ask_in_turn

LOOK_AGAIN_SECONDS = 1.0
_SESSION_SECONDS = 3_600
# Gradio's queue sends all answers of a page over one stream, and loses what is asked just while the event before it
# closes that stream: an event is one POST and its answer instead. `reception` is the queue that counts.
_ONE_POST: dict[str, Any] = {
    "show_progress": "hidden",
    "queue": False,
    "trigger_mode": "multiple",
    "api_visibility": "private",
}

ServerFunction = Callable[[object], object]
"""What the browser calls with one plain value and gets one back from."""


def build_page(site: Site, evidence: Evidence) -> gr.Blocks:
    """The chat page. It answers with the bot of `site` and shows the text of a RagbotError that getting it raises.

    Of the examples only those that the present index answers are offered. While the index is being built the page
    tells how far it is, and the gate still answers a person in danger. Pages are drawn and quotes checked by
    `evidence`, which is the caller's to close.
    """
    words, records = site.words, site.records
    chat = Chat(
        site.get_bot,
        words=words,
        examples=site.examples,
        build=site.build,
        gate=site.gate,
        old_after_years=site.settings.old_after_years,
        records=records,
        contact=words.operating.contact,
    )
    reports = Reports(site.get_bot, records, words) if records.reports else None
    panel = Panel(site.get_bot, evidence, words=words, ageing=chat.lookup.ageing)

    asked_directly = [*_served(panel), *_looked_up(chat.lookup)]

    page: gr.Blocks
    with gr.Blocks(title=words.page.name, analytics_enabled=False, fill_width=True) as page:
        turns = gr.State([], time_to_live=_SESSION_SECONDS)
        _part(help_bar_html(words), "help")
        _part(header_html(words, has_logo=site.identity.logo is not None), "top")
        welcome = _part("", "welcome")
        conversation = _part("", "conversation")
        next_questions = _part("", "next")
        _part(keep_html(words), "keep")
        _part(pending_html(words), "waiting")
        served = [*asked_directly, *(_choosing(reports) if reports else ())]
        dock = _part(dock_html(words, kept=site.keeps_questions), "dock", js=script(), server_functions=served)
        _part(panel_html(words) + shortcuts_html(words) + dialogs_html(words), "panel")
        _part(history_html(words), "earlier")
        _look_until_ready(page, chat, turns, welcome)
        _answer_questions(dock, chat, site.reception, turns, [conversation, welcome], next_questions)
        if reports:
            _part(reporting_html(words), "reporting")
            _take_reports(dock, reports, turns)
    return page


def mount(page: gr.Blocks, *, head: str, routes: Sequence[Route] = (), root_path: str = "") -> FastAPI:
    """A web application with `page` at its root, with `head` in its HTML head and without gradio's own footer.

    `routes` stand beside the page; they come first. All stands under `root_path` of the host.
    """
    app: FastAPI = gr.mount_gradio_app(
        FastAPI(docs_url=None, redoc_url=None, openapi_url=None, routes=list(routes)),
        page,
        path="/",
        root_path=root_path or None,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        max_file_size=1,  # nothing is ever uploaded to this page; `serving` refuses it before gradio sees it
        theme=theme(),
        head=head,
    )
    return app


def theme() -> gr.themes.Base:
    """Gradio's plainest theme with system fonts, so that no font is ever fetched."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


def _looked_up(lookup: Lookup) -> list[ServerFunction]:
    """What the page asks of the documents as a whole."""

    def library(event: object) -> object:
        return lookup.library(event)

    def sections(event: object) -> object:
        return lookup.sections(event)

    def scope_form(event: object) -> object:
        return lookup.scope_form(event)

    def scope_documents(event: object) -> object:
        return lookup.scope_documents(event)

    def scope_chosen(event: object) -> object:
        return lookup.scope_chosen(event)

    return [library, sections, scope_form, scope_documents, scope_chosen]


def _look_until_ready(page: gr.Blocks, chat: Chat, turns: gr.State, welcome: gr.HTML) -> None:
    timer = gr.Timer(LOOK_AGAIN_SECONDS)

    def look(so_far: list[Turn]) -> tuple[str, gr.Timer]:
        html, ready = chat.look(so_far)
        return html, gr.Timer(active=not ready)

    gr.on(
        [page.load, timer.tick],
        look,
        inputs=[turns],
        outputs=[welcome, timer],
        **_ONE_POST | {"trigger_mode": "once"},
    )


def _answer_questions(
    dock: gr.HTML,
    chat: Chat,
    reception: Reception,
    turns: gr.State,
    shown: list[gr.HTML],
    next_questions: gr.HTML,
) -> None:
    async def ask(event: gr.EventData, so_far: list[Turn], request: gr.Request) -> tuple[str, object, list[Turn]]:
        # Of its own request object: asked for a mapping such as the scope, gradio's would make JSON of it.
        visitor = Visitor(
            address=request.client.host if request.client else "",
            request=own.scope.get("ragbot.request", "") if (own := request.request) else "",
        )
        html, ready, newest = await ask_in_turn(chat, reception, event._data, so_far, visitor)
        return html, "" if ready else gr.skip(), newest

    asked = dock.ask(  # the event that js/asking.js triggers
        ask,
        inputs=[turns],
        outputs=[*shown, turns],
        **_ONE_POST,
    )
    asked.success(fn=None, js="() => document.dispatchEvent(new Event('ragbot:answered'))")
    one_at_a_time = asyncio.Lock()

    async def offer(so_far: list[Turn]) -> str:
        async with one_at_a_time:  # outside the threads, which are for those who wait for an answer
            return await run_in_threadpool(chat.next_questions, so_far)

    offered = asked.success(  # after the answer is on the page, so that nobody waits for it
        offer,
        inputs=[turns],
        outputs=[next_questions],
        **_ONE_POST,
    )
    offered.success(fn=None, js="() => document.dispatchEvent(new Event('ragbot:next'))")
    asked.failure(fn=None, js="() => document.dispatchEvent(new Event('ragbot:failed'))")


def _take_reports(dock: gr.HTML, reports: Reports, turns: gr.State) -> None:
    told = _part("", "reported")
    reported = gr.State([], time_to_live=_SESSION_SECONDS)

    def report(event: gr.EventData, so_far: list[Turn], before: list[int]) -> tuple[str, list[int]]:
        return reports.report(event._data, so_far, before)

    sent = dock.report(  # the event that js/reporting.js triggers
        report, inputs=[turns, reported], outputs=[told, reported], **_ONE_POST
    )
    sent.success(fn=None, js="() => document.dispatchEvent(new Event('ragbot:reported'))")
    sent.failure(fn=None, js="() => document.dispatchEvent(new Event('ragbot:report-failed'))")


def _choosing(reports: Reports) -> list[ServerFunction]:
    """What the browser calls while someone chooses the sentence that would be right."""

    def show_choices(place: object) -> object:
        return reports.choices(place)

    def list_documents(_: object) -> object:
        return reports.documents()

    return [show_choices, list_documents]


def _served(panel: Panel) -> list[ServerFunction]:
    """What the document panel calls; gradio marks each with an attribute, which no method takes."""

    def show_document(place: object) -> str:
        return panel.show_document(place)

    def show_page(place: object) -> str:
        return panel.show_page(place)

    def verify(place: object) -> str:
        return panel.verify(place)

    return [show_document, show_page, verify]


def _part(value: str, name: str, *, js: str | None = None, server_functions: Sequence[ServerFunction] = ()) -> gr.HTML:
    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=js, server_functions=list(server_functions))
