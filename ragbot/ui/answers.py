"""Turns of a conversation to HTML. Takes records, returns strings; every word of a person or document is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ragbot.datatypes import DISCLAIMER, Answer, Outcome, Quote, Source, text_hash
from ragbot.rendering import N_NEAREST
from ragbot.ui.cautions import cautions_html
from ragbot.ui.choosing import searched_only_html
from ragbot.ui.contact import contact_html
from ragbot.ui.display import attribute, escape
from ragbot.ui.explained import Explained, meanings_html, quote_text_html
from ragbot.ui.fixed import disclaimer_html, footer_html, safety_message_html
from ragbot.ui.help_bar import help_source_html
from ragbot.ui.keeping import receipts_html, record_attribute
from ragbot.ui.messages import line_html, message_html
from ragbot.ui.reporting import report_html
from ragbot.ui.state import Turn
from ragbot.ui.suggestions import suggestions_html
from ragbot.ui.words import Words, translated

_MATCHES = ((0.7, "close"), (0.5, "likely"), (0.0, "possible"))  # least confidence, name of its words


def conversation_html(turns: Sequence[Turn], words: Words, *, reportable: bool = False, contact: str = "") -> str:
    """All turns, oldest first; an empty string while there are none.

    `reportable` asks of each whether it was right; `contact` is whom to ask after a refusal.
    """
    return "".join(turn_html(turn, words, reportable=reportable, contact=contact) for turn in turns)


def turn_html(turn: Turn, words: Words, *, reportable: bool = False, contact: str = "") -> str:
    """One question and its answer or notice. `data-say` marks what a screen reader is told when it arrives."""
    asked = (
        f'<h2 class="asked" dir="auto"><span class="unseen">{words.answer.asked}: </span>{escape(turn.question)}</h2>'
    )
    if turn.answer is None:
        body = _notice_html(turn, words)
    elif turn.answer.outcome is Outcome.ANSWERED:
        body = _answered_html(turn.answer, turn.number, words)
    elif turn.answer.outcome is Outcome.NO_ANSWER:
        body = _no_answer_html(turn.answer, turn.number, words, contact)
    else:
        body = _message_html(turn.answer, words)
    failed = "" if turn.answer else " data-failed"
    record, receipts = record_attribute(turn, words), receipts_html(turn.answer, words)
    report = report_html(turn, words) if reportable else ""
    return f'<article class="turn" id="turn-{turn.number}"{failed}{record}>{asked}{body}{report}{receipts}</article>'


def _notice_html(turn: Turn, words: Words) -> str:
    return _card(
        "notice",
        f'<p class="card-name">{words.answer.not_asked}</p><p class="notice-text" data-say>{_sentence(translated(turn.notice, words))}</p>',
        words,
        disclaimer=DISCLAIMER,
    )


def _answered_html(answer: Answer, turn: int, words: Words) -> str:
    quotes = list(enumerate(answer.quotes, start=1))
    n_lead = _n_lead(answer.quotes)
    explained = Explained(turn, answer.definitions)
    lead, more = quotes[:n_lead], quotes[n_lead:]
    parts = [
        f'<div class="card-top">{_match_html(answer.confidence, turn, words)}</div>',
        _understood_html(answer, words),
        _lead_html(lead, words, explained),
        _searched_html(answer, words),
    ]
    if more:
        inner = "".join(_quote_html(quote, number, words, explained, css="further") for number, quote in more)
        summary = words.counted(words.answer.more, len(more))
        parts.append(f'<details class="more"><summary>{summary}</summary>{inner}</details>')
    parts.append(suggestions_html(answer, words))
    return _card("answered", "".join(parts), words, footer=answer.footer, disclaimer=answer.disclaimer)


def _n_lead(quotes: Sequence[Quote]) -> int:
    """How many quotes are shown in full: the first, the whole list if the answer is one, both sides if there are two."""
    grouped = [i for i, quote in enumerate(quotes) if quote.group is not None]
    return max(1, grouped[-1] + 1) if grouped else 1


def _lead_html(lead: Sequence[tuple[int, Quote]], words: Words, explained: Explained) -> str:
    """The quotes shown in full: a list under its announcement, two sides beside each other, any other by itself."""
    parts = []
    for kind, members in groupby(lead, key=lambda one: (one[1].group or "").partition("-")[0]):
        first, *rest = members
        if kind == "list":
            parts.append(_list_html([first, *rest], words, explained))
        elif kind == "side":
            parts.append(_sides_html([first, *rest], words, explained))
        else:
            parts += [
                _quote_html(quote, number, words, explained, css="lead", say=number == 1)
                for number, quote in (first, *rest)
            ]
    return "".join(parts)


def _list_html(items: Sequence[tuple[int, Quote]], words: Words, explained: Explained) -> str:
    lead_in = items[0][1].lead_in
    heading = f'<p class="lead-in" dir="auto" data-say>{escape(lead_in)}</p>' if lead_in else ""
    rows = ""
    for position, (number, quote) in enumerate(items):
        brief = position > 0 and items[position - 1][1].document == quote.document
        say = number == 1 and not lead_in
        rows += f"<li>{_quote_html(quote, number, words, explained, css='item', say=say, brief=brief)}</li>"
    return f'<section class="list">{heading}<ul>{rows}</ul></section>'


def _sides_html(sides: Sequence[tuple[int, Quote]], words: Words, explained: Explained) -> str:
    inner = "".join(_quote_html(quote, number, words, explained, css="side", say=False) for number, quote in sides)
    heading = f"<h3 data-say>{words.answer.differ}</h3><p>{words.answer.differ_line}</p>"
    return f'<section class="sides">{heading}<div class="pair">{inner}</div></section>'


def _no_answer_html(answer: Answer, turn: int, words: Words, contact: str) -> str:
    explained = Explained(turn, answer.definitions)
    parts = [
        _refusal_html(translated(answer.message or "", words)),
        contact_html(contact, words),
        _understood_html(answer, words),
        _searched_html(answer, words),
    ]
    if answer.unknown_words:
        unknown = ", ".join(f"<q>{escape(word)}</q>" for word in answer.unknown_words)
        line = words.answer.unknown_words if answer.scope is None else words.scope.unknown_words
        parts.append(f'<p class="unknown">{line.format(words=unknown)}</p>')
    if answer.nearest:
        inner = "".join(
            _quote_html(quote, i, words, explained, css="nearest")
            for i, quote in enumerate(answer.nearest[:N_NEAREST], 1)
        )
        parts.append(f'<section class="nearest-list"><h3>{words.answer.nearest}</h3>{inner}</section>')
    parts.append(suggestions_html(answer, words))
    return _card("no-answer", "".join(parts), words, footer=answer.footer, disclaimer=answer.disclaimer)


def _refusal_html(message: str) -> str:
    """The refusal with its first sentence on a line of its own."""
    first, stop, rest = message.partition(". ")
    lines = f'<p class="refusal">{line_html(first + stop)}</p>' + (f"<p>{line_html(rest)}</p>" if rest else "")
    return f'<div class="message" data-say>{lines}</div>'


def _message_html(answer: Answer, words: Words) -> str:
    css = answer.outcome.value.replace("_", "-")
    if answer.outcome is Outcome.SMALL_TALK:
        reply = message_html(translated(answer.message or "", words))
        inner = f'<div class="message" data-say>{reply}</div>'
    else:
        inner = safety_message_html(answer, words)
    if answer.outcome is Outcome.EMERGENCY:
        inner += help_source_html(answer.message or "")
    return _card(css, inner, words, footer=answer.footer, disclaimer=answer.disclaimer)


def _card(css: str, inner: str, words: Words, *, disclaimer: str, footer: str | None = None) -> str:
    return (
        f'<div class="card {css}">{inner}{footer_html(footer, words)}'
        f'<p class="card-disclaimer">{disclaimer_html(words, text=disclaimer)}</p></div>'
    )


def _match_html(confidence: float, turn: int, words: Words) -> str:
    css = next(css for least, css in _MATCHES if confidence >= least)
    tenths = min(9, int(confidence * 10))
    explained = words.answer.match_explained.format(tenths=tenths) if tenths else words.answer.match_explained_low
    return (
        f'<span class="match {css}"><button type="button" class="match-name" data-sure aria-describedby="match-{turn}">'
        f'<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>{words.answer.matches[css]}</button>'
        f'<span role="tooltip" class="tip" id="match-{turn}">{explained}</span></span>'
    )


def _understood_html(answer: Answer, words: Words) -> str:
    """What was searched if not every document; how a follow-up was read, and a way to search just what was typed."""
    only = searched_only_html(answer, words)
    if not answer.understood:
        return only
    alone = _ask_link(answer.question, words.answer.ask_alone)
    return f'{only}<p class="bridge">{words.answer.understood}: <q>{escape(answer.understood)}</q> {alone}</p>'


def _searched_html(answer: Answer, words: Words) -> str:
    """The words searched besides the typed ones, one click off; or that there were none, one click on."""
    standalone = answer.understood or answer.question
    if answer.as_typed:
        return f'<p class="bridge">{words.guide.as_typed} {_ask_link(standalone, words.guide.not_as_typed)}</p>'
    if not answer.searched_also:
        return ""
    also = ", ".join(escape(word) for word in answer.searched_also)
    off = _ask_link(standalone, words.guide.only_typed, as_typed=True)
    return f'<p class="bridge">{words.answer.searched_also}: {also} {off}</p>'


def _ask_link(question: str, label: str, *, as_typed: bool = False) -> str:
    exactly = " data-as-typed" if as_typed else ""
    return f'<button type="button" class="link" data-ask="{escape(question)}" data-alone{exactly}>{label}</button>'


def _quote_html(
    quote: Quote, number: int, words: Words, explained: Explained, *, css: str, say: bool = False, brief: bool = False
) -> str:
    """The quote over its source; `brief` leaves out of the source what stands under the item before it already."""
    said = " data-say" if say else ""
    terms = explained.of_quote(number - 1)
    text = quote_text_html(quote, terms, only_parts=css == "item")
    hashes = f' data-sha256="{escape(quote.sha256)}" data-text-sha256="{text_hash(quote.text)}"'
    show = _show_button(quote.document, quote.title, quote.span.start, quote.span.end, words, hashes=hashes)
    label = words.answer.source_number.format(number=number)
    source = (
        f'<p class="title" dir="auto"><cite>{escape(quote.title)}</cite></p>' if brief else _source_line(quote, words)
    )
    return (
        f'<figure class="quote {css}"><blockquote dir="auto"{said}>{text}</blockquote>'
        f"{meanings_html(terms, words)}"
        f'<figcaption><span class="number" role="img" aria-label="{label}">{number}</span>'
        f'<div class="source">{source}{show}{_also_in_html(quote.also_in, words)}</div></figcaption></figure>'
    )


def _source_line(quote: Quote, words: Words) -> str:
    section = [part for part in quote.section if part != quote.title]
    place = " › ".join(f"<span>{escape(part)}</span>" for part in section)
    facts = [
        words.answer.page_number.format(number=quote.page) if quote.page else "",
        escape(quote.kind or ""),
        words.answer.published.format(date=escape(words.date(quote.published))) if quote.published else "",
        words.answer.reviewed.format(date=escape(words.date(quote.reviewed))) if quote.reviewed else "",
    ]
    line = f'<p class="title" dir="auto"><cite>{escape(quote.title)}</cite>{" › " if place else ""}{place}</p>'
    shown = "".join(f"<span>{fact}</span>" for fact in facts if fact)
    told = f'<p class="facts">{shown}</p>' if shown else ""
    return line + told + cautions_html(quote.cautions, words) + _sources_html(quote.sources, words)


def _sources_html(sources: Sequence[str], words: Words) -> str:
    if not sources:
        return ""
    names = ", ".join(escape(source) for source in sources)
    return f'<details class="sources"><summary>{words.counted(words.answer.sources, len(sources))}</summary><p>{names}</p></details>'


def _also_in_html(also_in: Sequence[Source], words: Words) -> str:
    lines = []
    for source in also_in:
        date = (
            f" · {words.answer.published.format(date=escape(words.date(source.published)))}" if source.published else ""
        )
        button = _show_button(source.document, source.title, source.start, source.end, words)
        lines.append(f'<li><cite dir="auto">{escape(source.title)}</cite>{date} {button}</li>')
    return f'<div class="also"><p>{words.answer.also_in}</p><ul>{"".join(lines)}</ul></div>' if lines else ""


def _show_button(document: str, title: str, start: int, end: int, words: Words, *, hashes: str = "") -> str:
    return (
        f'<button type="button" class="show" data-document="{attribute(document)}" data-start="{start}" data-end="{end}"'
        f'{hashes}>{words.answer.show}<span class="unseen">: {escape(title)}</span></button>'
    )


def _sentence(text: str) -> str:
    """An error's line as a sentence: first letter large, a full stop at the end."""
    return escape(text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else "."))
