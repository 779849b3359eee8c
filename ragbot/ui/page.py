"""The chat page as gradio Blocks: the one home of gradio. Joins the page's parts to what `Chat` does.

Gradio carries events and keeps each visitor's turns; the HTML comes from `frame`, `answers` and `passage`, the
behaviour in the browser from `assets/page.js`. Import this module only when a page is really built: gradio is large.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read while gradio is imported, so it has to stand before that
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Route

from ragbot.ui import texts
from ragbot.ui.chat import Chat, Gate
from ragbot.ui.frame import asset, dock_html, header_html, panel_html, pending_html
from ragbot.ui.state import BuildState, GetBot, Turn

LOOK_AGAIN_SECONDS = 1.0
MAX_WAITING = 200  # questions in the queue; the next one fails at once and says so
ANSWERING_AT_ONCE = 4
_SESSION_SECONDS = 3_600


def build_page(
    get_bot: GetBot, *, examples: Sequence[str], build: BuildState | None = None, gate: Gate | None = None
) -> gr.Blocks:
    """The chat page. It answers with the bot that `get_bot` returns and shows the text of a RagbotError it raises.

    Of `examples` only those that the present index answers are offered. While `build` says that the index is being
    built the page tells how far it is, and `gate` still answers a person in danger.
    """
    chat = Chat(get_bot, examples=examples, build=build, gate=gate)

    def show_document(place: object) -> str:  # gradio marks server functions with an attribute, which no method takes
        return chat.show_document(place)

    page: gr.Blocks
    with gr.Blocks(title=texts.PAGE_NAME, analytics_enabled=False, fill_width=True) as page:
        turns = gr.State([], time_to_live=_SESSION_SECONDS)
        _part(header_html(), "top")
        welcome = _part("", "welcome")
        conversation = _part("", "conversation")
        _part(pending_html(), "waiting")
        dock = _part(dock_html(), "dock", js=asset("page.js"), server_functions=[show_document])
        _part(panel_html(), "panel")
        _look_until_ready(page, chat, turns, welcome)
        _answer_questions(dock, chat, turns, [conversation, welcome])
    page.queue(max_size=MAX_WAITING)
    return page


def mount(page: gr.Blocks, *, head: str, routes: Sequence[Route] = ()) -> FastAPI:
    """A web application with `page` at its root, with `head` in its HTML head and without gradio's own footer.

    `routes` stand beside the page; they come first.
    """
    app: FastAPI = gr.mount_gradio_app(
        FastAPI(docs_url=None, redoc_url=None, openapi_url=None, routes=list(routes)),
        page,
        path="/",
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
        show_progress="hidden",
        queue=False,
        api_visibility="private",
    )


def _answer_questions(dock: gr.HTML, chat: Chat, turns: gr.State, shown: list[gr.HTML]) -> None:
    def ask(event: gr.EventData, so_far: list[Turn]) -> tuple[str, object, list[Turn]]:
        html, ready, newest = chat.ask(event._data, so_far)
        return html, "" if ready else gr.skip(), newest

    asked = dock.ask(  # the event that page.js triggers
        ask,
        inputs=[turns],
        outputs=[*shown, turns],
        show_progress="hidden",
        concurrency_limit=ANSWERING_AT_ONCE,
        api_visibility="private",
    )
    asked.success(fn=None, js="() => document.dispatchEvent(new Event('ragbot:answered'))")
    asked.failure(fn=None, js="() => document.dispatchEvent(new Event('ragbot:failed'))")


def _part(
    value: str, name: str, *, js: str | None = None, server_functions: list[Callable[[object], str]] | None = None
) -> gr.HTML:
    return gr.HTML(
        value, elem_id=name, apply_default_css=False, js_on_load=js, server_functions=list(server_functions or [])
    )
