"""Telling whether an answer was right: the buttons under it and what is shown before anything is saved, as HTML.

Also finds, for what a visitor chose in the browser, the place in the document that it names. Writes nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from ragbot.datatypes import Answer, Document
from ragbot.recording import Gold, is_reportable, masked, shown_golds
from ragbot.sentences import split_sentences
from ragbot.ui.display import attribute, escape
from ragbot.ui.state import Turn
from ragbot.ui.words import Words

# Drawn, so that they look alike with every system font; a thumb down is the same one turned over.
_THUMB = (
    '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M7 10v10H4V10zm2 0 4-7c1.6 0 2.6 1.2 2.3 2.8'
    'L14.7 9H19a2 2 0 0 1 2 2.4l-1.4 7A2 2 0 0 1 17.6 20H9z"/></svg>'
)


def report_html(turn: Turn, words: Words) -> str:
    """Under an answer: the question whether it was right. An empty string under what is never saved."""
    answer = turn.answer
    if answer is None or not is_reportable(answer):
        return ""
    first = next(iter((*answer.quotes, *answer.nearest)), None)
    place = (
        f' data-first="{attribute(first.document)}" data-start="{first.span.start}" data-end="{first.span.end}"'
        if first
        else ""
    )
    return (
        f'<section class="report" data-turn="{turn.number}" data-question="{escape(_question(answer))}"'
        f' data-shown="{escape(_shown(answer))}"{place}>'
        f'<div class="report-ask" role="group" aria-label="{escape(words.reporting.ask)}">'
        f"<p>{escape(words.reporting.ask)}</p>"
        f'<button type="button" class="thumb" data-report-right>{_THUMB}{escape(words.reporting.yes)}</button>'
        f'<button type="button" class="thumb down" data-report-wrong>{_THUMB}{escape(words.reporting.no)}</button>'
        '</div><div class="report-form" tabindex="-1" hidden></div></section>'
    )


def reporting_html(words: Words) -> str:
    """What all reports on the page share: the two steps before one is saved, and the dialog to choose a sentence in."""
    said = words.reporting
    told = {
        "right-quote": said.right_quote,
        "right-refusal": said.right_refusal,
        "picked": said.picked,
        "absent": said.absent_said,
        "failed": said.failed,
        "choose-first": said.choose_first,
        "loading": words.panel.loading,
    }
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in told.items())
    return (
        f'<div id="report-parts"{data}><template id="report-wrong"><p>{escape(said.wrong)}</p><div class="report-row">'
        f"{_button('report-pick', said.pick)}{_button('report-absent', said.absent)}{_button('report-cancel', said.cancel)}"
        f'</div></template><template id="report-what"><p>{escape(said.what)}</p><dl><dt>{escape(said.question)}</dt>'
        '<dd dir="auto" class="report-question"></dd><dt class="report-verdict"></dt>'
        '<dd dir="auto" class="report-gold"></dd></dl>'
        f'<p class="report-else">{escape(said.nothing_else)}</p><div class="report-row">'
        f"{_button('report-save', said.save)}{_button('report-cancel', said.cancel)}</div></template></div>"
        f'<dialog id="picker" aria-labelledby="picker-name"><div class="panel-bar">'
        f'<h2 id="picker-name" tabindex="-1">{escape(said.picker)}</h2>'
        f'<button type="button" class="quiet" data-close>{escape(said.cancel)}</button></div>'
        f'<div class="picker-top"><label for="picker-document">{escape(said.document)}</label>'
        f'<select id="picker-document"></select><p>{escape(said.picker_line)}</p></div>'
        '<form class="picker-body" id="picker-body"></form>'
        f'<div class="picker-bar"><p role="status"></p>{_button("picker-take", said.take)}</div></dialog>'
    )


def told_html(line: str, *, ok: bool) -> str:
    """What became of a report, for the browser to show under its answer."""
    return f"<p{' data-ok' if ok else ''}>{escape(line)}</p>"


def chosen_golds(answer: Answer, choice: Mapping[str, object], document: Document | None) -> tuple[Gold, ...] | None:
    """The places that a visitor's `choice` names: those shown if the answer is right, none, or a sentence of `document`.

    None if it names a sentence that does not stand there.
    """
    if choice.get("right") is True:
        return shown_golds(answer)
    if "document" not in choice:
        return ()
    if document is None or choice.get("sha256") != document.sha256:
        return None
    wanted = (choice.get("start"), choice.get("end"))
    spans = (sentence.span for sentence in split_sentences(document))
    return next(((Gold.cut(document, span),) for span in spans if (span.start, span.end) == wanted), None)


def _question(answer: Answer) -> str:
    return masked(answer.understood or answer.question)


def _shown(answer: Answer) -> str:
    return "\n".join(gold.text for gold in shown_golds(answer))


def _button(name: str, text: str) -> str:
    return f'<button type="button" class="quiet" data-{name}>{escape(text)}</button>'
