"""The library as HTML: every document with what it says of itself, found and ordered as asked, and its sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from ragbot.ageing import Ageing
from ragbot.datatypes import CatalogueEntry, Document
from ragbot.dates import last_day
from ragbot.ui.cautions import cautions_html
from ragbot.ui.display import attribute, escape
from ragbot.ui.words import Words

MAX_LISTED = 200  # documents at a time; typing finds the others


def open_button_html(words: Words) -> str:
    """The button in the page's header."""
    return (
        '<button type="button" class="tool" data-open="library" aria-haspopup="dialog">'
        f"<span>{words.library.open}</span></button>"
    )


def dialog_html(words: Words) -> str:
    """The dialog; its list comes when it is opened, and again whenever other documents or another order are wanted."""
    orders = "".join(f'<option value="{name}">{shown}</option>' for name, shown in words.library.orders.items())
    return (
        f'<dialog id="library" aria-labelledby="library-title" data-loading="{escape(words.library.loading)}"'
        f' data-failed="{escape(words.library.failed)}"><div class="library-bar">'
        f'<h2 id="library-title" tabindex="-1">{words.library.name}</h2>'
        f'<button type="button" class="quiet" data-close>{words.library.close}</button></div>'
        '<form class="library-tools" role="search">'
        f'<label>{words.library.find}<input type="search" id="library-find" autocomplete="off"'
        ' aria-controls="library-list"></label>'
        f'<label>{words.library.order}<select id="library-order">{orders}</select></label></form>'
        '<p class="library-count" role="status"></p><div id="library-list" tabindex="-1"></div></dialog>'
    )


def count_text(n: int, total: int, words: Words) -> str:
    """How many documents are listed, as plain text."""
    if n == total:
        return words.counted(words.library.documents, total)
    return words.library.matching.format(count=words.number(n), total=words.number(total))


def found(catalogue: Sequence[CatalogueEntry], find: str, order: str) -> list[CatalogueEntry]:
    """The documents with every word of `find` in title, name, kind or sources, in `order`: of an unknown one by title."""
    wanted = find.casefold().split()
    entries = [entry for entry in catalogue if all(word in _searched(entry) for word in wanted)]
    entries.sort(key=lambda entry: (entry.title.casefold(), entry.doc_id))
    key = _ORDERS.get(order)
    return sorted(entries, key=key) if key else entries


def list_html(entries: Sequence[CatalogueEntry], words: Words, ageing: Ageing) -> str:
    """The documents `entries`, at most MAX_LISTED of them."""
    if not entries:
        return f'<p class="nothing">{words.library.nothing_found}</p>'
    rows = "".join(_entry_html(entry, words, ageing) for entry in entries[:MAX_LISTED])
    rest = len(entries) - MAX_LISTED
    return f"<ul>{rows}</ul>" + (
        f'<p class="nothing">{words.counted(words.library.further, rest)}</p>' if rest > 0 else ""
    )


def sections_html(document: Document, words: Words) -> str:
    """The headings of `document` as buttons that open it there, each as deep as it stands."""
    headings = [h for h in document.headings if h.title]
    if headings and headings[0].title == document.title and headings[0].level == min(h.level for h in headings):
        headings = headings[1:]
    if not headings:
        return f'<p class="nothing">{words.library.no_sections}</p>'
    least = min(heading.level for heading in headings)
    items = "".join(
        f'<li class="depth-{min(4, heading.level - least + 1)}">'
        f"{_open_html(document.doc_id, heading.span.start, escape(heading.title))}</li>"
        for heading in headings
    )
    return f"<ul>{items}</ul>"


def _entry_html(entry: CatalogueEntry, words: Words, ageing: Ageing) -> str:
    shown = "".join(f"<span>{fact}</span>" for fact in _facts(entry, words) if fact)
    return (
        f'<li class="entry"><h3>{_open_html(entry.doc_id, 0, escape(entry.title))}</h3><p class="facts">{shown}</p>'
        f"{cautions_html(ageing.cautions(entry), words)}"
        f'<details data-sections-of="{attribute(entry.doc_id)}"><summary>{words.library.sections}</summary>'
        f"<div></div></details>{_sources_html(entry.sources, words)}</li>"
    )


def _facts(entry: CatalogueEntry, words: Words) -> list[str]:
    published = words.answer.published.format(date=escape(words.date(entry.published))) if entry.published else ""
    reviewed = words.answer.reviewed.format(date=escape(words.date(entry.reviewed))) if entry.reviewed else ""
    return [
        f'<bdi class="kind">{escape(entry.kind)}</bdi>' if entry.kind else "",
        published or ("" if reviewed else words.library.undated),
        reviewed,
        words.library.certainty.format(certainty=f"<bdi>{escape(entry.certainty)}</bdi>") if entry.certainty else "",
        words.library.file.format(name=f"<bdi>{escape(entry.doc_id)}</bdi>"),
    ]


def _sources_html(sources: Sequence[str], words: Words) -> str:
    if not sources:
        return ""
    names = ", ".join(f"<bdi>{escape(source)}</bdi>" for source in sources)
    return f"<details><summary>{words.counted(words.answer.sources, len(sources))}</summary><p>{names}</p></details>"


def _open_html(doc_id: str, at: int, title: str) -> str:
    return (
        f'<button type="button" class="entry-open" dir="auto" data-document="{attribute(doc_id)}" data-at="{at}">'
        f"{title}</button>"
    )


def _searched(entry: CatalogueEntry) -> str:
    return " ".join((entry.title, entry.doc_id, entry.kind or "", *entry.sources)).casefold()


def _day(entry: CatalogueEntry) -> date | None:
    days = [day for text in (entry.published, entry.reviewed) if (day := last_day(text)) is not None]
    return max(days, default=None)


def _newest_first(entry: CatalogueEntry) -> tuple[int, str]:
    day = _day(entry)
    return (1 if day is None else -day.toordinal()), ""  # without a date last


def _oldest_first(entry: CatalogueEntry) -> tuple[int, str]:
    return (_day(entry) or date.max).toordinal(), ""


def _by_kind(entry: CatalogueEntry) -> tuple[int, str]:
    return int(not entry.kind), (entry.kind or "").casefold()


_ORDERS: dict[str, Callable[[CatalogueEntry], tuple[int, str]]] = {
    "newest": _newest_first,
    "oldest": _oldest_first,
    "kind": _by_kind,
}
