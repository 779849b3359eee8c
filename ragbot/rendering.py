"""Answers to JSON and to plain text for a terminal. The page has its own package; knows not how answers are made."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from ragbot.datatypes import Answer, Outcome, Quote

DIFFER = "The documents differ on this"
N_NEAREST = 3  # of a list that was not asked for the first items say enough
_SURROGATE = re.compile("[\ud800-\udfff]")


def answer_to_json(answer: Answer, *, row_id: str | None = None) -> dict[str, Any]:
    """The answer as plain values in the shape that the README shows; `row_id` is the `id` of a batch row.

    Optional fields appear only when they hold something.
    """
    values: dict[str, Any] = {} if row_id is None else {"id": row_id}
    values |= {
        "question": answer.question,
        "outcome": answer.outcome.value,
        "confidence": round(answer.confidence, 3),
        "message": answer.message,
        "quotes": [quote_to_json(quote) for quote in answer.quotes],
        "nearest": [quote_to_json(quote) for quote in answer.nearest],
        "disclaimer": answer.disclaimer,
        "index": answer.index,
        "seconds": round(answer.seconds, 4),
    }
    optional = {
        "footer": answer.footer,
        "understood": answer.understood,
        "searched_also": list(answer.searched_also),
        "unknown_words": list(answer.unknown_words),
        "also_asked": list(answer.also_asked),
        "try_instead": list(answer.try_instead),
    }
    return values | {name: value for name, value in optional.items() if value}


def quote_to_json(quote: Quote) -> dict[str, Any]:
    """One quote as plain values; `start` and `end` are character offsets in the document's text."""
    values: dict[str, Any] = {
        "text": quote.text,
        "highlights": [list(mark) for mark in quote.highlights],
        "document": quote.document,
        "title": quote.title,
        "section": list(quote.section),
        "page": quote.page,
        "start": quote.span.start,
        "end": quote.span.end,
        "sha256": quote.sha256,
        "published": quote.published,
    }
    optional = {
        "reviewed": quote.reviewed,
        "kind": quote.kind,
        "certainty": quote.certainty,
        "sources": list(quote.sources),
        "group": quote.group,
        "lead_in": quote.lead_in,
        "also_in": [
            {"document": s.document, "title": s.title, "start": s.start, "end": s.end, "published": s.published}
            for s in quote.also_in
        ],
    }
    return values | {name: value for name, value in optional.items() if value}


def json_line(values: dict[str, Any]) -> str:
    """One line of ASCII JSON; lone surrogates, which other readers of JSON refuse, become U+FFFD.

    >>> json_line({"question": "caf\\u00e9 \\ud800"})
    '{"question": "caf\\\\u00e9 \\\\ufffd"}'
    """
    if _SURROGATE.search(text := json.dumps(values, ensure_ascii=False)):
        values = json.loads(_SURROGATE.sub("\ufffd", text))
    return json.dumps(values, ensure_ascii=True)


def answer_to_text(answer: Answer) -> str:
    """The answer for a terminal: message or numbered quotes with their sources, footer, disclaimer."""
    parts: list[str] = []
    if answer.understood:
        parts.append(f"Understood as: {visible(answer.understood)}")
    if answer.message:
        parts.append(answer.message.replace("**", ""))
    parts += [_numbered_text(citation.number, answer.quotes) for citation in answer.citations]
    if answer.outcome is Outcome.NO_ANSWER:
        if answer.unknown_words:
            parts.append("Words that no document holds: " + ", ".join(visible(word) for word in answer.unknown_words))
        if answer.nearest:
            parts.append(
                "The nearest passages:\n" + "\n".join(_quote_text(None, q) for q in answer.nearest[:N_NEAREST])
            )
        if answer.try_instead:
            parts.append("\n".join(["Questions that the documents answer:", *_listed(answer.try_instead)]))
    if answer.also_asked:
        parts.append("\n".join(["You also asked; ask one question at a time:", *_listed(answer.also_asked)]))
    if answer.footer:
        parts.append(answer.footer)
    return "\n\n".join([*parts, answer.disclaimer])


def source_line(quote: Quote) -> str:
    """Title, section, page, date and file of a quote on one line."""
    place = [visible(" › ".join(dict.fromkeys((quote.title, *quote.section))))]
    if quote.page is not None:
        place.append(f"page {quote.page}")
    if quote.published:
        place.append(visible(quote.published))
    return " · ".join([*place, visible(quote.document)])


def visible(text: str) -> str:
    """`text` on one line, with control, bidi and other hidden characters shown as \\u escapes.

    >>> visible("a\\u202eb\\nc")
    'a\\\\u202eb c'
    """
    flat = " ".join(text.split())
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs") else f"\\u{ord(c):04x}" for c in flat)


def _listed(questions: Sequence[str]) -> list[str]:
    return [f"– {visible(question)}" for question in questions]


def _numbered_text(number: int, quotes: Sequence[Quote]) -> str:
    """The quote under its number; before the first of a group stands what makes it one."""
    quote = quotes[number - 1]
    opens = quote.group is not None and (number == 1 or quotes[number - 2].group != quote.group)
    shown = _quote_text(number, quote)
    if opens and quote.group == "side-a":
        return f"{DIFFER}:\n\n{shown}"
    return f"{visible(quote.lead_in)}\n\n{shown}" if opens and quote.lead_in else shown


def _quote_text(number: int | None, quote: Quote) -> str:
    mark = "–" if number is None else f"[{number}]"
    also = "".join(f"\n    also in: {visible(s.title)} · {visible(s.document)}" for s in quote.also_in)
    return f"{mark} “{visible(quote.text)}”\n    {source_line(quote)}{also}"
