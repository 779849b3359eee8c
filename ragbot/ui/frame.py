"""The fixed parts of the page and its states before the first question, as HTML. Draws no answers."""

from __future__ import annotations

from collections.abc import Sequence

from ragbot.ui import choosing, library
from ragbot.ui.display import escape
from ragbot.ui.fixed import disclaimer_html
from ragbot.ui.keeping import history_button_html, on_server_html, saved_on_html
from ragbot.ui.parts import style
from ragbot.ui.shortcuts import shortcuts_button_html
from ragbot.ui.state import BuildProgress
from ragbot.ui.words import Words, translated

LOGO = (  # two quotation marks, drawn rather than set, so that they look alike with every system font
    '<svg class="logo" viewBox="0 0 40 40" aria-hidden="true" focusable="false"><rect width="40" height="40" rx="11"/>'
    '<path d="M10 26v-6.5C10 14.8 12.3 12 17 11.4v3.2c-2 .5-3 1.7-3.1 3.7H17V26zm13 0v-6.5c0-4.7 2.3-7.5 7-8.1v3.2c-2'
    ' .5-3 1.7-3.1 3.7H30V26z"/></svg>'
)


BACK, ON = "M15 5l-7 7 7 7", "M9 5l7 7-7 7"  # arrows


def header_html(words: Words, *, has_logo: bool = False) -> str:
    """The way past the header, logo, name, one line, that no clinician has reviewed the articles, the page's tools.

    With `has_logo` the logo is the operator's own.
    """
    return _header_html(
        words,
        has_logo=has_logo,
        before=f'<a class="skip" href="#question">{words.shortcuts.skip}</a>',
        tools=f'<div class="tools">{library.open_button_html(words)}{shortcuts_button_html(words)}'
        f"{history_button_html(words)}</div>",
        after=saved_on_html(words),
    )


def plain_header_html(words: Words, *, has_logo: bool = False) -> str:
    """The same without what belongs to the chat, for a page where nobody can ask."""
    return _header_html(words, has_logo=has_logo, before="", tools="", after="")


def _header_html(words: Words, *, has_logo: bool, before: str, tools: str, after: str) -> str:
    logo = '<img class="logo" src="logo" alt="">' if has_logo else LOGO
    return (
        f'{before}<header class="top">{logo}<div><h1>{escape(words.page.name)}</h1>'
        f'<p class="line">{words.page.line}</p></div>'
        f'<div class="below"><p class="not-reviewed">{words.page.not_reviewed}</p>{tools}</div>{after}</header>'
    )


def dock_html(words: Words, *, kept: bool = False) -> str:
    """The question box and the disclaimer, which stay in sight together; and if questions are `kept`, that they are."""
    return (
        f'<form class="ask" novalidate data-language="{words.language}">'
        f'<div class="ask-top"><label for="question">{words.asking.label}</label>{choosing.chip_html(words)}</div>'
        f'<div class="box"><textarea id="question" rows="1" autocomplete="off" dir="auto" enterkeyhint="send"'
        f' aria-describedby="keys" placeholder="{words.asking.hint}"></textarea>'
        f'<button type="submit" class="send">{words.asking.send}</button></div>'
        f'<p id="keys" class="unseen">{words.asking.keys}</p></form>'
        f'<p class="disclaimer" role="note" aria-label="{words.page.disclaimer_name}">{disclaimer_html(words)}</p>'
        + (on_server_html(words) if kept else "")
    )


def pending_html(words: Words) -> str:
    """Hidden until a question is under way; then shows it with the searching line, or why it failed."""
    return (
        f'<article class="turn pending" id="pending" hidden data-lost="{escape(words.asking.lost)}"'
        f' data-failed="{escape(words.asking.failed)}"><h2 class="asked" dir="auto"></h2>'
        f'<div class="card searching"><p class="searching-line" data-searching="{escape(words.asking.searching)}"></p></div>'
        "</article>"
        '<div class="unseen" id="say" aria-live="polite"></div>'
        '<div class="unseen" id="alert" aria-live="assertive"></div>'
    )


def panel_html(words: Words) -> str:
    """The dialog that shows a document: at the side on wide screens, a sheet from below on narrow ones."""
    said = words.panel
    back = arrow_html(BACK, said.previous, 'data-quote-step="-1"')
    on = arrow_html(ON, said.next, 'data-quote-step="1"')
    return (
        '<dialog id="passage" aria-labelledby="passage-title" '
        f'data-loading="{escape(said.loading)}" data-failed="{escape(said.failed)}">'
        '<div class="grip" aria-hidden="true"></div><div class="panel-bar">'
        f'<div class="steps" role="group" aria-label="{said.steps}" hidden>{back}'
        f'<span class="position" role="status" data-position="{escape(said.position)}"></span>'
        f'{on}</div><p class="panel-name">{said.name}</p>'
        f'<button type="button" class="quiet" data-close>{said.close}</button></div>'
        '<div class="panel-body" tabindex="0" role="document"></div></dialog>'
    )


def dialogs_html(words: Words) -> str:
    """The dialogs for choosing what is searched and for looking at all documents."""
    return choosing.dialog_html(words) + library.dialog_html(words)


def arrow_html(path: str, name: str, data: str) -> str:
    """A button with an arrow, drawn rather than set, and its `data` attributes; `name` is what it is called."""
    arrow = f'<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{path}"/></svg>'
    return f'<button type="button" class="quiet arrow" aria-label="{name}" {data}>{arrow}</button>'


def welcome_html(examples: Sequence[str], words: Words) -> str:
    """What to do here, and examples to press."""
    chips = "".join(
        f'<li><button type="button" class="chip" data-ask="{escape(e)}">{escape(e)}</button></li>' for e in examples
    )
    shown = f'<h3 id="examples-name">{words.welcome.examples}</h3><ul aria-labelledby="examples-name">{chips}</ul>'
    offered = shown if examples else ""
    return (
        f'<section class="welcome"><h2>{words.welcome.name}</h2><p>{words.welcome.line}</p>{offered}'
        f"{contact_html(words)}</section>"
    )


def contact_html(words: Words) -> str:
    """Whom to ask instead of this page, if the operator says so."""
    return f'<p class="contact" dir="auto">{escape(words.operating.contact)}</p>' if words.operating.contact else ""


def building_html(progress: BuildProgress, words: Words) -> str:
    """How far the index build is."""
    stage = words.building.stages.get(progress.stage, progress.stage)
    line = words.stage(progress.stage, progress.done, progress.total)
    value = f' value="{min(progress.done, progress.total)}" max="{progress.total}"' if progress.total else ""
    return (
        f'<section class="welcome building"><h2>{words.building.name}</h2><p>{words.building.line}</p>'
        f'<p class="stage"><span>{escape(line)}</span>'
        f'<progress aria-label="{escape(stage)}"{value}></progress></p></section>'
    )


def unavailable_html(reason: str, words: Words, *, name: str = "") -> str:
    """Why no question can be answered now, in one line, and the next step; `name` may be another heading."""
    return (
        f'<section class="welcome unavailable" role="status"><h2>{name or words.building.unavailable}</h2>'
        f'<p class="reason">{escape(translated(reason, words))}</p><p>{words.building.unavailable_step}</p>'
        f"{contact_html(words)}</section>"
    )


def head_html(own_style: str = "") -> str:
    """Styles, the operator's own last, and metadata for the page's head; nothing in it names another host."""
    return (
        f'<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<style>{style()}{own_style}</style>"
    )
