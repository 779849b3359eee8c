"""Turns of a conversation to HTML. Takes records, returns strings; every word of a person or document is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ragbot.datatypes import DISCLAIMER, Answer, Outcome, Quote, Source
from ragbot.rendering import N_NEAREST
from ragbot.ui import texts
from ragbot.ui.display import counted, escape, mark, shown_date
from ragbot.ui.messages import line_html, message_html
from ragbot.ui.state import Turn
from ragbot.ui.suggestions import suggestions_html


def conversation_html(turns: Sequence[Turn]) -> str:
    """All turns, oldest first; an empty string while there are none."""
    return "".join(turn_html(turn) for turn in turns)


def turn_html(turn: Turn) -> str:
    """One question and its answer or notice. `data-say` marks what a screen reader is told when it arrives."""
    asked = f'<h2 class="asked" dir="auto"><span class="unseen">{texts.YOU_ASKED}: </span>{escape(turn.question)}</h2>'
    if turn.answer is None:
        body = _notice_html(turn)
    elif turn.answer.outcome is Outcome.ANSWERED:
        body = _answered_html(turn.answer, turn.number)
    elif turn.answer.outcome is Outcome.NO_ANSWER:
        body = _no_answer_html(turn.answer, turn.number)
    else:
        body = _message_html(turn.answer)
    failed = "" if turn.answer else " data-failed"
    return f'<article class="turn" id="turn-{turn.number}"{failed}>{asked}{body}</article>'


def _notice_html(turn: Turn) -> str:
    return _card(
        "notice",
        f'<p class="card-name">{texts.NOT_ASKED}</p><p class="notice-text" data-say>{_sentence(turn.notice)}</p>',
        disclaimer=DISCLAIMER,
    )


def _answered_html(answer: Answer, turn: int) -> str:
    quotes = list(enumerate(answer.quotes, start=1))
    n_lead = _n_lead(answer.quotes)
    lead, more = quotes[:n_lead], quotes[n_lead:]
    parts = [
        f'<div class="card-top">{_match_html(answer.confidence, turn)}</div>',
        _bridge_html(answer),
        _lead_html(lead),
    ]
    if more:
        inner = "".join(_quote_html(quote, number, css="further") for number, quote in more)
        summary = counted(texts.MORE_QUOTES, len(more))
        parts.append(f'<details class="more"><summary>{summary}</summary>{inner}</details>')
    parts.append(suggestions_html(answer))
    return _card("answered", "".join(parts), footer=answer.footer, disclaimer=answer.disclaimer)


def _n_lead(quotes: Sequence[Quote]) -> int:
    """How many quotes are shown in full: the first, the whole list if the answer is one, both sides if there are two."""
    grouped = [i for i, quote in enumerate(quotes) if quote.group is not None]
    return max(1, grouped[-1] + 1) if grouped else 1


def _lead_html(lead: Sequence[tuple[int, Quote]]) -> str:
    """The quotes shown in full: a list under its announcement, two sides beside each other, any other by itself."""
    parts = []
    for kind, members in groupby(lead, key=lambda one: (one[1].group or "").partition("-")[0]):
        first, *rest = members
        if kind == "list":
            parts.append(_list_html([first, *rest]))
        elif kind == "side":
            parts.append(_sides_html([first, *rest]))
        else:
            parts += [_quote_html(quote, number, css="lead", say=number == 1) for number, quote in (first, *rest)]
    return "".join(parts)


def _list_html(items: Sequence[tuple[int, Quote]]) -> str:
    lead_in = items[0][1].lead_in
    heading = f'<p class="lead-in" dir="auto" data-say>{escape(lead_in)}</p>' if lead_in else ""
    rows = ""
    for position, (number, quote) in enumerate(items):
        brief = position > 0 and items[position - 1][1].document == quote.document
        say = number == 1 and not lead_in
        rows += f"<li>{_quote_html(quote, number, css='item', say=say, brief=brief)}</li>"
    return f'<section class="list">{heading}<ul>{rows}</ul></section>'


def _sides_html(sides: Sequence[tuple[int, Quote]]) -> str:
    inner = "".join(_quote_html(quote, number, css="side", say=False) for number, quote in sides)
    heading = f"<h3 data-say>{texts.DIFFER}</h3><p>{texts.DIFFER_LINE}</p>"
    return f'<section class="sides">{heading}<div class="pair">{inner}</div></section>'


def _no_answer_html(answer: Answer, turn: int) -> str:
    parts = [
        _refusal_html(answer.message or ""),
        _bridge_html(answer),
    ]
    if answer.unknown_words:
        words = ", ".join(f"<q>{escape(word)}</q>" for word in answer.unknown_words)
        parts.append(f'<p class="unknown">{texts.UNKNOWN_WORDS} {words}.</p>')
    if answer.nearest:
        inner = "".join(_quote_html(quote, i, css="nearest") for i, quote in enumerate(answer.nearest[:N_NEAREST], 1))
        parts.append(f'<section class="nearest-list"><h3>{texts.NEAREST}</h3>{inner}</section>')
    parts.append(suggestions_html(answer))
    return _card("no-answer", "".join(parts), footer=answer.footer, disclaimer=answer.disclaimer)


def _refusal_html(message: str) -> str:
    """The refusal with its first sentence on a line of its own."""
    first, stop, rest = message.partition(". ")
    lines = f'<p class="refusal">{line_html(first + stop)}</p>' + (f"<p>{line_html(rest)}</p>" if rest else "")
    return f'<div class="message" data-say>{lines}</div>'


def _message_html(answer: Answer) -> str:
    css = answer.outcome.value.replace("_", "-")
    return _card(css, _message_lines(answer.message or ""), footer=answer.footer, disclaimer=answer.disclaimer)


def _message_lines(message: str) -> str:
    return f'<div class="message" data-say>{message_html(message)}</div>'


def _card(css: str, inner: str, *, disclaimer: str, footer: str | None = None) -> str:
    safety = (
        f'<p class="safety-line">{"<br>".join(line_html(line) for line in footer.splitlines())}</p>' if footer else ""
    )
    return f'<div class="card {css}">{inner}{safety}<p class="card-disclaimer">{escape(disclaimer)}</p></div>'


def _match_html(confidence: float, turn: int) -> str:
    css, words = next((css, words) for least, css, words in texts.MATCHES if confidence >= least)
    tenths = min(9, int(confidence * 10))
    explained = texts.MATCH_EXPLAINED.format(tenths=tenths) if tenths else texts.MATCH_EXPLAINED_LOW
    return (
        f'<span class="match {css}"><button type="button" class="match-name" aria-describedby="match-{turn}">'
        f'<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>{words}</button>'
        f'<span role="tooltip" class="tip" id="match-{turn}">{explained}</span></span>'
    )


def _bridge_html(answer: Answer) -> str:
    """How the question was read: a follow-up made standalone, and words searched besides the typed ones."""
    parts = []
    if answer.understood:
        alone = (
            f'<button type="button" class="link" data-ask="{escape(answer.question)}" data-alone>'
            f"{texts.ASK_ALONE}</button>"
        )
        parts.append(f'<p class="bridge">{texts.UNDERSTOOD}: <q>{escape(answer.understood)}</q> {alone}</p>')
    if answer.searched_also:
        words = ", ".join(escape(word) for word in answer.searched_also)
        parts.append(f'<p class="bridge">{texts.SEARCHED_ALSO}: {words}</p>')
    return "".join(parts)


def _quote_html(quote: Quote, number: int, *, css: str, say: bool = False, brief: bool = False) -> str:
    """The quote over its source; `brief` leaves out of the source what stands under the item before it already."""
    said = " data-say" if say else ""
    show = _show_button(quote.document, quote.title, quote.span.start, quote.span.end, sha256=quote.sha256)
    source = f'<p class="title" dir="auto"><cite>{escape(quote.title)}</cite></p>' if brief else _source_line(quote)
    return (
        f'<figure class="quote {css}"><blockquote dir="auto"{said}>{mark(quote.text, quote.highlights)}</blockquote>'
        f'<figcaption><span class="number" aria-label="Source {number}">{number}</span>'
        f'<div class="source">{source}{show}{_also_in_html(quote.also_in)}</div></figcaption></figure>'
    )


def _source_line(quote: Quote) -> str:
    section = [part for part in quote.section if part != quote.title]
    place = " › ".join(f"<span>{escape(part)}</span>" for part in section)
    facts = [
        texts.PAGE_NUMBER.format(number=quote.page) if quote.page else "",
        escape(quote.kind or ""),
        texts.PUBLISHED.format(date=escape(shown_date(quote.published))) if quote.published else "",
        texts.REVIEWED.format(date=escape(shown_date(quote.reviewed))) if quote.reviewed else "",
    ]
    line = f'<p class="title" dir="auto"><cite>{escape(quote.title)}</cite>{" › " if place else ""}{place}</p>'
    shown = "".join(f"<span>{fact}</span>" for fact in facts if fact)
    return line + (f'<p class="facts">{shown}</p>' if shown else "") + _sources_html(quote.sources)


def _sources_html(sources: Sequence[str]) -> str:
    if not sources:
        return ""
    names = ", ".join(escape(source) for source in sources)
    return f'<details class="sources"><summary>{counted(texts.SOURCES, len(sources))}</summary><p>{names}</p></details>'


def _also_in_html(also_in: Sequence[Source]) -> str:
    lines = []
    for source in also_in:
        date = f" · {texts.PUBLISHED.format(date=escape(shown_date(source.published)))}" if source.published else ""
        button = _show_button(source.document, source.title, source.start, source.end)
        lines.append(f'<li><cite dir="auto">{escape(source.title)}</cite>{date} {button}</li>')
    return f'<div class="also"><p>{texts.ALSO_IN}</p><ul>{"".join(lines)}</ul></div>' if lines else ""


def _show_button(document: str, title: str, start: int, end: int, *, sha256: str = "") -> str:
    return (
        f'<button type="button" class="show" data-document="{escape(document)}" data-start="{start}" data-end="{end}"'
        f' data-sha256="{escape(sha256)}">{texts.SHOW}<span class="unseen">: {escape(title)}</span></button>'
    )


def _sentence(text: str) -> str:
    """An error's line as a sentence: first letter large, a full stop at the end."""
    return escape(text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else "."))
