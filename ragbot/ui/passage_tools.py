"""What stands around a document in the panel: its contents, copying, checking. Takes values, returns HTML."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath

from ragbot.datatypes import Document, Heading, Receipt, Span
from ragbot.receipts import Checked, Finding
from ragbot.ui.display import escape
from ragbot.ui.words import Words, translated


def tools_html(document: Document, span: Span | None, words: Words, *, copied: str, can_verify: bool) -> str:
    """Copy the quote with its source, check it, show its page: each only where it can be done. `copied` is the text."""
    said = words.panel
    page = document.page(span.start) if span else 1 if document.pages else None
    buttons = []
    if copied:
        buttons.append(
            f'<button type="button" class="quiet" data-copy-quote="{escape(copied)}">{said.copy_quote}</button>'
        )
    if can_verify:
        buttons.append(
            f'<button type="button" class="quiet" data-verify title="{said.verify_line}">{said.verify}</button>'
        )
    if page is not None and PurePath(document.path).suffix.lower() == ".pdf":
        name = said.show_page.format(number=page)
        buttons.append(
            f'<button type="button" class="quiet" data-picture="{page}" aria-pressed="false">{name}</button>'
        )
    if not buttons:
        return ""
    return (
        f'<div class="foot" role="group" aria-label="{said.tools}" data-copied="{escape(said.copied)}"'
        f' data-by-hand="{escape(said.copy_by_hand)}" data-verifying="{escape(said.verifying)}"'
        f' data-drawing="{escape(said.drawing)}" data-failed="{escape(said.failed)}">'
        f'<div class="told" role="status"></div><div class="tools">{"".join(buttons)}</div></div>'
    )


def contents_html(document: Document, headings: list[Heading], words: Words) -> str:
    """The document's headings as buttons that lead there, folded, under the name of the section in sight."""
    back = f'<button type="button" class="link" data-to-quote hidden>{words.panel.back_to_quote}</button>'
    if not headings:
        return f'<div class="where">{back}</div>'
    top = min(heading.level for heading in headings)
    items = "".join(_entry(document, heading, min(heading.level - top, 3)) for heading in headings)
    return (
        '<div class="where"><details class="contents"><summary>'
        f'<span class="contents-name">{words.panel.contents}</span><span class="here" dir="auto"></span></summary>'
        f'<nav aria-label="{words.panel.contents}"><ol>{items}</ol></nav></details>{back}</div>'
    )


def checked_html(checked: Checked, receipt: Receipt, words: Words, *, now: datetime | None = None) -> str:
    """What the check of a quote found, in words, with the time of it."""
    said = words.panel.found
    moved = checked.finding is Finding.FILE_CHANGED
    key = checked.finding.value.replace(" ", "_")
    if moved:
        key += "_holds" if checked.place else "_lacks"
    line = said[key].format(start=receipt.start, end=receipt.end, reason=escape(translated(checked.reason, words)))
    when = words.panel.checked_at.format(when=words.moment(now or datetime.now()))
    css = "good" if checked.ok else "bad"
    return f'<p class="finding {css}"><strong>{said["yes" if checked.ok else "no"]}</strong> {line} {when}</p>'


def trouble_html(reason: str, words: Words) -> str:
    """Why something could not be done, in one line."""
    return f'<p class="finding bad">{escape(translated(reason, words))}</p>'


def _entry(document: Document, heading: Heading, depth: int) -> str:
    page = document.page(heading.span.start)
    of_page = f' data-page="{page}"' if page is not None else ""
    return (
        f'<li class="depth-{depth}"><button type="button" class="entry" data-heading="{heading.span.start}"{of_page}'
        f' dir="auto">{escape(heading.title)}</button></li>'
    )
