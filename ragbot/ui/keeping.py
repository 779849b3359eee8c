"""What a visitor can keep: the parts of the page for exports and for the history in the browser, as HTML.

Each turn carries its record (the answer as JSON, its sources in words, its Markdown) in an attribute. The browser makes
files, the printed page and the history out of these; nothing is sent back for it and the server stores nothing.
"""

from __future__ import annotations

from typing import Any

from ragbot.datatypes import Answer, Quote
from ragbot.rendering import N_NEAREST, answer_to_json, json_line
from ragbot.ui.display import escape
from ragbot.ui.exporting import heading_markdown, source_text, turn_markdown
from ragbot.ui.fixed import disclaimer_html
from ragbot.ui.state import Turn
from ragbot.ui.words import Words


def record_attribute(turn: Turn, words: Words) -> str:
    """The turn's record as an attribute of its element, with a blank before it."""
    return f' data-record="{escape(json_line(_record(turn, words)))}"'


def receipts_html(answer: Answer | None, words: Words) -> str:
    """Where each quote stands and in which version, for paper: read on screen through the document panel instead."""
    if answer is None:
        return ""
    quotes = answer.quotes or answer.nearest[:N_NEAREST]
    rows = "".join(f"<li>{escape(_place(quote, words))}</li>" for quote in quotes)
    index = f"<p>{escape(words.keeping.index.format(fingerprint=answer.index))}</p>" if answer.index else ""
    places = f"<ol>{rows}</ol>" if rows else ""
    return f'<div class="paper receipts">{places}{index}</div>' if places or index else ""


def saved_on_html(words: Words) -> str:
    """The line that tells on paper when it was printed; the browser fills in the date."""
    return f'<p class="paper saved-on" data-saved="{escape(words.keeping.saved)}"></p>'


def keep_html(words: Words) -> str:
    """The bar under the conversation with which it is saved and printed, and the way to the history."""
    buttons = (
        ("save-markdown", words.keeping.markdown),
        ("print", words.keeping.print),
        ("save-data", words.keeping.data),
        ("history", words.history.open),
    )
    row = "".join(f'<button type="button" class="link" data-{name}>{escape(text)}</button>' for name, text in buttons)
    return (
        f'<section class="keep" aria-label="{escape(words.keeping.name)}" hidden'
        f' data-heading="{escape(heading_markdown(words))}" data-file="{escape(words.keeping.file)}"'
        f' data-done="{escape(words.keeping.done)}">'
        f'<p class="keep-name">{escape(words.keeping.name)}</p><div class="keep-row">{row}</div></section>'
    )


def history_button_html(words: Words) -> str:
    """The way to the history before there is a conversation; hidden until the browser holds something."""
    name = escape(words.history.open)
    return f'<button type="button" class="tool history-open" data-history hidden>{name}</button>'


def history_html(words: Words) -> str:
    """The dialog with what was asked before. Its list is filled in the browser, from what that browser keeps."""
    told = {name: getattr(words.history, name) for name in ("empty", "full", "refused", "again", "forget", "cleared")}
    told |= {"show": words.answer.show, "nearest": words.answer.nearest, "understood": words.answer.understood}
    told |= {"differ": words.answer.differ, "place": words.keeping.place, "index": words.keeping.index}
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in told.items())
    return (
        f'<dialog id="history" aria-labelledby="history-name"{data}>'
        f'<div class="panel-bar"><h2 id="history-name" tabindex="-1">{escape(words.history.name)}</h2>'
        f'<button type="button" class="quiet" data-close>{escape(words.history.close)}</button></div>'
        f'<div class="history-body"><p class="history-line">{escape(words.history.line)}</p>'
        f'<label class="switch"><input type="checkbox" id="history-switch">{escape(words.history.switch)}</label>'
        f'<p class="history-off" hidden>{escape(words.history.off)}</p>'
        f'<p class="history-told" role="status"></p><ol class="history-list"></ol>'
        f'<p class="history-line">{escape(words.history.again_line)}</p>'
        f'<p class="history-disclaimer">{disclaimer_html(words)}</p></div>'
        f'<div class="history-bar">{_history_buttons(words)}</div></dialog>'
    )


def on_server_html(words: Words) -> str:
    """The line that says that questions are kept on the server; stands beside the box for as long as they are."""
    return f'<p class="on-server">{escape(words.keeping.on_server)}</p>'


def _history_buttons(words: Words) -> str:
    buttons = (
        ("history-markdown", words.keeping.markdown),
        ("print", words.keeping.print),
        ("history-clear", words.history.clear),
    )
    return "".join(f'<button type="button" class="quiet" data-{name}>{escape(text)}</button>' for name, text in buttons)


def _record(turn: Turn, words: Words) -> dict[str, Any]:
    markdown = turn_markdown(turn, words)
    if turn.answer is None:
        return {"markdown": markdown}
    shown = (*turn.answer.quotes, *turn.answer.nearest[:N_NEAREST])
    return {
        "markdown": markdown,
        "answer": answer_to_json(turn.answer),
        "sources": [source_text(quote, words) for quote in shown],
    }


def _place(quote: Quote, words: Words) -> str:
    return words.keeping.place.format(
        document=quote.document, start=quote.span.start, end=quote.span.end, sha256=quote.sha256
    )
