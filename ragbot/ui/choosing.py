"""Choosing which documents are searched, as HTML: the chip over the question box, its dialog, and what answers say.

What is chosen lives in the visitor's tab; here it comes in and goes out as a `Scope`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from ragbot.datatypes import Answer, CatalogueEntry
from ragbot.dates import last_day
from ragbot.scope import Scope, name_of, pattern_of
from ragbot.ui.display import attribute, escape, visible
from ragbot.ui.words import Words

MAX_LISTED = 200  # documents in the dialog at a time; typing finds the others
_MAX_TITLE = 60  # characters of a document's title on the chip


def chip_html(words: Words) -> str:
    """The line over the question box that says what is searched; the page fills it in."""
    return (
        f'<div class="scope-line" data-everything="{escape(words.scope.everything)}">'
        '<button type="button" class="scope-open" data-open="scope" aria-haspopup="dialog">'
        f'<span class="scope-label">{words.scope.label}:</span> <b dir="auto">{words.scope.everything}</b></button>'
        f'<button type="button" class="scope-clear" data-scope-clear hidden title="{words.scope.again}">'
        f'<span aria-hidden="true">×</span><span class="unseen">{words.scope.again}</span></button></div>'
    )


def dialog_html(words: Words) -> str:
    """The dialog in which a visitor chooses; its form comes when it is opened."""
    return (
        f'<dialog id="scope" aria-labelledby="scope-title" data-loading="{escape(words.scope.loading)}"'
        f' data-failed="{escape(words.scope.failed)}"><form method="dialog" novalidate>'
        f'<h2 id="scope-title" tabindex="-1">{words.scope.name}</h2><p class="about">{words.scope.line}</p>'
        '<div class="scope-body"></div><div class="scope-foot"><p class="scope-count" role="status"></p>'
        f'<button type="button" class="quiet" data-scope-clear>{words.scope.again}</button>'
        f'<button type="submit" class="primary" data-scope-done>{words.scope.done}</button></div></form></dialog>'
    )


def form_html(catalogue: Sequence[CatalogueEntry], scope: Scope, words: Words) -> str:
    """Kinds, date and documents to choose from, with what `scope` holds chosen."""
    return (
        _kinds_html(catalogue, scope, words)
        + _since_html(catalogue, scope, words)
        + f'<fieldset class="scope-documents"><legend>{words.scope.documents}</legend>'
        f'<p class="about" id="scope-documents-line">{words.scope.documents_line}</p>'
        f'<input type="search" id="scope-find" autocomplete="off" aria-label="{words.scope.find}"'
        f' placeholder="{words.scope.find}" aria-controls="scope-list">'
        f'<div id="scope-list">{documents_html(catalogue, scope.documents, "", words)}</div></fieldset>'
    )


def documents_html(catalogue: Sequence[CatalogueEntry], chosen: Iterable[str], find: str, words: Words) -> str:
    """The documents with every word of `find` in title or name as boxes to tick; chosen patterns are ticked and first."""
    ticked = frozenset(name for pattern in chosen if (name := name_of(pattern)) is not None)
    found = [entry for entry in catalogue if _holds(f"{entry.title} {entry.doc_id}", find)]
    if not found:
        return f'<p class="nothing">{words.scope.nothing_found}</p>'
    found.sort(key=lambda entry: (entry.doc_id not in ticked, entry.title.casefold(), entry.doc_id))
    rows = "".join(_document_html(entry, ticked, words) for entry in found[:MAX_LISTED])
    rest = len(found) - MAX_LISTED
    more = f'<p class="nothing">{words.counted(words.scope.further, rest)}</p>' if rest > 0 else ""
    return f"<ul>{rows}</ul>{more}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the page shows of a scope: a `label` for the chip, empty for everything, and how much is searched."""

    label: str
    count: str
    is_nothing: bool


def chosen(catalogue: Sequence[CatalogueEntry], scope: Scope, words: Words) -> Chosen:
    """What the page shows of `scope`, as plain text."""
    n = sum(scope.admits(entry) for entry in catalogue)
    count = words.scope.searched.format(count=words.number(n), total=words.number(len(catalogue)))
    titles = {entry.doc_id: entry.title for entry in catalogue}
    label = "" if scope.is_everything else scope_label(scope, words, titles)
    return Chosen(label, count if n else words.scope.nothing_chosen, is_nothing=not n)


def scope_label(scope: Scope, words: Words, titles: Mapping[str, str]) -> str:
    """What is in a scope in a few words, as plain text: one document by its title, several by their number."""
    parts = []
    if len(scope.documents) == 1:
        name = name_of(scope.documents[0]) or scope.documents[0]
        parts.append(_short(titles.get(name, name)))
    elif scope.documents:
        parts.append(words.counted(words.scope.n_documents, len(scope.documents)))
    parts += [visible(kind) or words.scope.no_kind for kind in scope.kinds]
    if scope.since:
        parts.append(words.scope.since_date.format(date=words.date(scope.since)))
    return _joined(parts, words)


def searched_only_html(answer: Answer, words: Words) -> str:
    """The line on an answer that was looked for in a part of the documents, and a button to ask all of them."""
    if answer.scope is None:
        return ""
    titles = {quote.document: quote.title for quote in (*answer.quotes, *answer.nearest)}
    label = escape(scope_label(answer.scope, words, titles))
    line = words.scope.searched_only.format(scope=f'<b dir="auto">{label}</b>')
    question = escape(answer.understood or answer.question)  # as understood, it needs no turn before it
    asks = f'data-everywhere data-ask="{question}" data-alone'  # the page clears the scope before it asks
    again = f'<button type="button" class="link" {asks}>{words.scope.again}</button>'
    return f'<p class="bridge searched-only">{line} {again}</p>'


def scope_of(values: Mapping[str, object]) -> Scope:
    """The scope that the page sent, everything if none. Raises ScopeError if it is not understood."""
    return Scope.from_json(values.get("scope"))


def _kinds_html(catalogue: Sequence[CatalogueEntry], scope: Scope, words: Words) -> str:
    kinds = _kinds(catalogue)
    if len(kinds) < 2 and not scope.kinds:
        return ""
    ticked = {kind.casefold() for kind in scope.kinds}
    boxes = "".join(
        f'<label class="pick"><input type="checkbox" name="kind" value="{escape(kind)}"'
        f"{' checked' if kind.casefold() in ticked else ''}>"
        f'<span dir="auto">{escape(kind) or words.scope.no_kind}</span> <span class="n">{words.number(n)}</span></label>'
        for kind, n in kinds
    )
    return f'<fieldset class="scope-kinds"><legend>{words.scope.kinds}</legend><div>{boxes}</div></fieldset>'


def _kinds(catalogue: Sequence[CatalogueEntry]) -> list[tuple[str, int]]:
    """The kinds that documents name, each with how many do, "" for none; letter case makes no kinds of its own."""
    named = sorted((entry.kind or "" for entry in catalogue), key=lambda kind: (not kind, kind.casefold(), kind))
    grouped = [list(group) for _, group in groupby(named, key=str.casefold)]
    return [(group[0], len(group)) for group in grouped]


def _since_html(catalogue: Sequence[CatalogueEntry], scope: Scope, words: Words) -> str:
    years = _years(catalogue)
    if not years and not scope.since:
        return ""
    choices = {"": words.scope.any_date} | {year: words.scope.since_year.format(year=year) for year in years}
    if scope.since and scope.since not in choices:
        choices[scope.since] = words.scope.since_year.format(year=escape(words.date(scope.since)))
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == (scope.since or "") else ""}>{name}</option>'
        for value, name in choices.items()
    )
    return (
        f'<div class="scope-since"><label for="scope-since">{words.scope.since}</label>'
        f'<select id="scope-since" aria-describedby="scope-since-line">{options}</select>'
        f'<p class="about" id="scope-since-line">{words.scope.since_line}</p></div>'
    )


def _years(catalogue: Sequence[CatalogueEntry]) -> list[str]:
    """The years in which documents were published or reviewed last, latest first."""
    days = [[day for text in (e.published, e.reviewed) if (day := last_day(text))] for e in catalogue]
    return [f"{year:04}" for year in sorted({max(found).year for found in days if found}, reverse=True)]


def _document_html(entry: CatalogueEntry, ticked: frozenset[str], words: Words) -> str:
    date = entry.reviewed or entry.published
    facts = [escape(entry.kind or ""), escape(words.date(date)) if date else ""]
    shown = " · ".join(fact for fact in facts if fact)
    return (
        f'<li><label class="pick"><input type="checkbox" name="document" value="{attribute(pattern_of(entry.doc_id))}"'
        f"{' checked' if entry.doc_id in ticked else ''}>"
        f'<span dir="auto">{escape(entry.title)}</span>{f" <span class=n>{shown}</span>" if shown else ""}</label></li>'
    )


def _holds(text: str, find: str) -> bool:
    folded = text.casefold()
    return all(word in folded for word in find.casefold().split())


def _joined(parts: Sequence[str], words: Words) -> str:
    label, *rest = parts or [""]
    for part in rest:
        label = words.scope.names.format(first=label, second=part)
    return label


def _short(title: str) -> str:
    flat = " ".join(visible(title).split())
    return flat if len(flat) <= _MAX_TITLE else f"{flat[: _MAX_TITLE - 1].rstrip()}…"
