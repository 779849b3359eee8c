"""The fixed parts of the page and its states before the first question, as HTML. Draws no answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from ragbot.datatypes import DISCLAIMER
from ragbot.ui import texts
from ragbot.ui.display import escape
from ragbot.ui.state import BuildProgress

LOGO = (  # two quotation marks, drawn rather than set, so that they look alike with every system font
    '<svg class="logo" viewBox="0 0 40 40" aria-hidden="true" focusable="false"><rect width="40" height="40" rx="11"/>'
    '<path d="M10 26v-6.5C10 14.8 12.3 12 17 11.4v3.2c-2 .5-3 1.7-3.1 3.7H17V26zm13 0v-6.5c0-4.7 2.3-7.5 7-8.1v3.2c-2'
    ' .5-3 1.7-3.1 3.7H30V26z"/></svg>'
)


def header_html() -> str:
    """Name, one line, and that no clinician has reviewed the articles."""
    return (
        f'<header class="top">{LOGO}<div><h1>{texts.PAGE_NAME}</h1><p class="line">{texts.PAGE_LINE}</p></div>'
        f'<p class="not-reviewed">{texts.NOT_REVIEWED}</p></header>'
    )


def dock_html() -> str:
    """The question box and the disclaimer, which stay in sight together."""
    return (
        '<form class="ask" novalidate>'
        f'<label for="question">{texts.QUESTION_LABEL}</label>'
        f'<div class="box"><textarea id="question" rows="1" autocomplete="off" dir="auto" enterkeyhint="send"'
        f' aria-describedby="keys" placeholder="{texts.QUESTION_HINT}"></textarea>'
        f'<button type="submit" class="send">{texts.SEND}</button></div>'
        f'<p id="keys" class="unseen">{texts.KEYS}</p></form>'
        f'<p class="disclaimer" role="note" aria-label="{texts.DISCLAIMER_NAME}">{escape(DISCLAIMER)}</p>'
    )


def pending_html() -> str:
    """Hidden until a question is under way; then shows it with the searching line, or why it failed."""
    return (
        f'<article class="turn pending" id="pending" hidden data-lost="{escape(texts.LOST)}"'
        f' data-failed="{escape(texts.FAILED)}"><h2 class="asked" dir="auto"></h2>'
        f'<div class="card searching"><p class="searching-line" data-searching="{escape(texts.SEARCHING)}"></p></div>'
        "</article>"
        '<div class="unseen" id="say" aria-live="polite"></div>'
        '<div class="unseen" id="alert" aria-live="assertive"></div>'
    )


def panel_html() -> str:
    """The dialog that shows a document: at the side on wide screens, from below on narrow ones."""
    return (
        '<dialog id="passage" aria-labelledby="passage-title" '
        f'data-loading="{escape(texts.LOADING_PASSAGE)}" data-failed="{escape(texts.PASSAGE_FAILED)}">'
        f'<div class="panel-bar"><p>{texts.PANEL_NAME}</p>'
        f'<button type="button" class="quiet" data-to-quote>{texts.BACK_TO_QUOTE}</button>'
        f'<button type="button" class="quiet" data-close>{texts.CLOSE}</button></div>'
        '<div class="panel-body" tabindex="0" role="document"></div></dialog>'
    )


def welcome_html(examples: Sequence[str]) -> str:
    """What to do here, and examples to press."""
    chips = "".join(
        f'<li><button type="button" class="chip" data-ask="{escape(e)}">{escape(e)}</button></li>' for e in examples
    )
    shown = f'<h3 id="examples-name">{texts.EXAMPLES}</h3><ul aria-labelledby="examples-name">{chips}</ul>'
    offered = shown if examples else ""
    return f'<section class="welcome"><h2>{texts.WELCOME}</h2><p>{texts.WELCOME_LINE}</p>{offered}</section>'


def building_html(progress: BuildProgress) -> str:
    """How far the index build is."""
    stage = texts.BUILD_STAGES.get(progress.stage, progress.stage)
    count = f": {progress.done:,} of {progress.total:,}" if progress.total else ""
    value = f' value="{min(progress.done, progress.total)}" max="{progress.total}"' if progress.total else ""
    return (
        f'<section class="welcome building"><h2>{texts.BUILDING}</h2><p>{texts.BUILDING_LINE}</p>'
        f'<p class="stage"><span>{escape(stage)}{count}</span>'
        f'<progress aria-label="{escape(stage)}"{value}></progress></p></section>'
    )


def unavailable_html(reason: str, *, name: str = texts.UNAVAILABLE) -> str:
    """Why no question can be answered now, in one line, and the next step."""
    return (
        f'<section class="welcome unavailable" role="status"><h2>{name}</h2>'
        f'<p class="reason">{escape(reason)}</p><p>{texts.UNAVAILABLE_STEP}</p></section>'
    )


def head_html() -> str:
    """Styles and metadata for the page's head; nothing in it names another host."""
    return (
        f'<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<style>{asset('style.css')}</style>"
    )


@lru_cache(maxsize=4)
def asset(name: str) -> str:
    """Text of a file in `ragbot/ui/assets`."""
    return (files("ragbot.ui") / "assets" / name).read_text("utf-8")
