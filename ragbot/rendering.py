"""Answers to JSON and to plain text for a terminal. The page has its own package; knows not how answers are made."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from ragbot.datatypes import Answer, Caution, Definition, Outcome, Quote
from ragbot.scope import Scope, name_of

DIFFER = "The documents differ on this"
N_NAMED = 5  # documents of a scope named in one line
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
        "as_typed": answer.as_typed,
        "definitions": [_definition_to_json(definition) for definition in answer.definitions],
        "unknown_words": list(answer.unknown_words),
        "also_asked": list(answer.also_asked),
        "try_instead": list(answer.try_instead),
        "scope": answer.scope.to_json() if answer.scope else None,
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
        "superseded_by": quote.superseded_by,
        "also_in": [
            {"document": s.document, "title": s.title, "start": s.start, "end": s.end, "published": s.published}
            for s in quote.also_in
        ],
    }
    return values | {name: value for name, value in optional.items() if value}


def _definition_to_json(definition: Definition) -> dict[str, Any]:
    meaning = definition.quote
    return {
        "term": definition.term,
        "quote": definition.number,
        "at": [definition.start, definition.end],
        "text": meaning.text,
        "document": meaning.document,
        "start": meaning.span.start,
        "end": meaning.span.end,
        "sha256": meaning.sha256,
    }


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
    if answer.scope:
        parts.append(f"Searched only {scope_text(answer.scope)}")
    if answer.message:
        parts.append(answer.message.replace("**", ""))
    parts += [_numbered_text(citation.number, answer.quotes) for citation in answer.citations]
    if answer.outcome is Outcome.NO_ANSWER:
        if answer.unknown_words:
            held = "Words that no document holds" if answer.scope is None else "Words that no chosen document holds"
            parts.append(f"{held}: " + ", ".join(visible(word) for word in answer.unknown_words))
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


def caution_text(caution: Caution) -> str:
    """Why a source may no longer hold, in a sentence.

    >>> caution_text(Caution("published", year=2012))
    'This source was published in 2012 and may be out of date.'
    """
    if caution.reason == "published":
        return f"This source was published in {caution.year} and may be out of date."
    if caution.reason == "reviewed":
        return f"The sources of this document were last reviewed in {caution.year}; it may be out of date."
    if caution.title is None:
        return f"This document is superseded by {visible(caution.document or '')}, which is not among the documents."
    return f"This document is superseded by “{visible(caution.title)}” ({visible(caution.document or '')})."


def scope_text(scope: Scope) -> str:
    """What a scope holds, on one line.

    >>> scope_text(Scope(("a.md", "b*"), ("leaflet",), "2023"))
    'in a.md, b*; of kind leaflet; since 2023'
    """
    named = [visible(name_of(pattern) or pattern) for pattern in scope.documents]
    parts = [
        f"in {', '.join(named[:N_NAMED])}{f' and {len(named) - N_NAMED} more' if len(named) > N_NAMED else ''}",
        f"of kind {', '.join(visible(kind) or 'not stated' for kind in scope.kinds)}",
        f"since {scope.since}",
    ]
    given = (scope.documents, scope.kinds, scope.since)
    return "; ".join(part for part, is_given in zip(parts, given, strict=True) if is_given)


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
    cautions = "".join(f"\n    {caution_text(caution)}" for caution in quote.cautions)
    return f"{mark} “{visible(quote.text)}”\n    {source_line(quote)}{cautions}{also}"
