"""The documents page as HTML. Takes rows, reports and names, returns strings; every word of a file is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from ragbot.ingestion import IngestReport
from ragbot.loaders import MAX_BYTES, SUFFIXES
from ragbot.ui import texts
from ragbot.ui.display import counted, escape, shown_date
from ragbot.ui.documents import words
from ragbot.ui.documents.catalogue import Row, Status
from ragbot.ui.documents.rebuild import LastRun
from ragbot.ui.documents.shelf import Retired, too_large
from ragbot.ui.frame import LOGO

ROWS_SHOWN = 100
_PROBLEMS_SHOWN = 200


def login_html(*, error: str = "", encrypted: bool = True) -> str:
    """The whole page for a person who is not logged in."""
    warning = "" if encrypted else f'<p class="caution">{words.NOT_ENCRYPTED}</p>'
    told = f'<p class="caution" role="alert">{escape(error[:1].upper() + error[1:])}.</p>' if error else ""
    invalid = ' aria-invalid="true"' if error else ""
    return _whole(
        f'<form class="part log-in" method="post" action="documents"><h2>{words.LOG_IN}</h2>'
        f"<p>{words.LOG_IN_LINE}</p>{told}{warning}"
        f'<input name="username" autocomplete="username" value="documents" hidden>'  # for password managers
        f'<label for="password">{words.ASKED_FOR}</label><input id="password" name="password" type="password"'
        f' autocomplete="current-password" required autofocus{invalid}>'
        f'<button class="strong">{words.LOG_IN}</button></form>',
        bar=f'<a href="./">{words.TO_CHAT}</a>',
    )


def page_html(parts: dict[str, str]) -> str:
    """The whole page around its changing `parts`: index, list and retired."""
    bar = (
        f'<a href="./">{words.TO_CHAT}</a><form method="post" action="documents/logout">'
        f'<button class="quiet">{words.LOG_OUT}</button></form>'
    )
    return _whole(
        f'<div id="part-index" class="part">{parts["index"]}</div>'
        f"{_run_html()}{_upload_html()}"
        f'<section class="part" aria-labelledby="list-name"><h2 id="list-name">{words.LIST}</h2>'
        f'<label for="find">{words.FIND}</label><input id="find" type="search" autocomplete="off">'
        f'<div id="part-list">{parts["list"]}</div></section>'
        f'<div id="part-retired" class="part">{parts["retired"]}</div>{_dialogs_html()}',
        bar=bar,
        script=True,
    )


def index_html(folders: Sequence[Path], rows: Sequence[Row], last: LastRun | None, *, problem: str = "") -> str:
    """Folders, counts, what waits for a rebuild, and what came of the last one; `problem` is why rows are missing."""
    indexed = [row.indexed for row in rows if row.indexed]
    counts = words.COUNTS.format(
        documents=counted(words.N_DOCUMENTS, len(indexed)),
        passages=counted(words.N_PASSAGES, sum(one.n_passages for one in indexed)),
    )
    n_waiting = sum(row.status.waits for row in rows)
    waiting = counted(words.WAITING, n_waiting) if n_waiting else words.NOTHING_WAITS
    lines = [] if problem else [counts if indexed else words.NO_INDEX, *([waiting] if rows else [])]
    shown = "".join(f"<li><code>{escape(str(folder))}</code></li>" for folder in folders)
    return (
        f'<h2>{words.FOLDERS[len(folders) > 1]}</h2><ul class="folders">{shown}</ul>'
        + "".join(f"<p>{line}</p>" for line in lines)
        + (f'<p class="caution">{escape(problem)}</p>' if problem else "")
        + _problems_html(rows)
        + (_last_html(last) if last else "")
    )


def list_html(rows: Sequence[Row], *, find: str = "", page: int = 0) -> str:
    """One page of the table of documents whose name or title has `find` in it."""
    wanted = find.strip().casefold()
    found = [row for row in rows if wanted in row.doc_id.casefold() or wanted in _title(row).casefold()]
    if not found:
        return f'<p class="none">{words.NOTHING_FOUND if wanted else words.NO_DOCUMENTS}</p>'
    first = min(max(0, page), (len(found) - 1) // ROWS_SHOWN) * ROWS_SHOWN
    shown = found[first : first + ROWS_SHOWN]
    heads = "".join(f'<th scope="col">{name}</th>' for name in words.COLUMNS)
    body = "".join(_row_html(row) for row in shown)
    return (
        f'<table aria-labelledby="list-name"><thead><tr>{heads}<th scope="col"><span class="unseen">{words.ACTIONS}'
        f"</span></th></tr></thead><tbody>{body}</tbody></table>{_pager_html(first, len(shown), len(found))}"
    )


def retired_html(retired: Sequence[Retired]) -> str:
    """The retired files, each with a button that puts it back."""
    items = "".join(
        f'<li><span dir="auto">{escape(one.name)}</span> <span class="facts">'
        f"{words.RETIRED_ON.format(when=_when(one.when))}</span>{_button(words.PUT_BACK, 'put-back', one.key, one.name)}</li>"
        for one in retired
    )
    shown = f"<ul>{items}</ul>" if items else f'<p class="none">{words.NONE_RETIRED}</p>'
    return f"<h2>{words.RETIRED}</h2><p>{words.RETIRED_LINE}</p>{shown}"


def _row_html(row: Row) -> str:
    title, indexed = _title(row), row.indexed
    named = f'<span class="name" dir="auto">{escape(row.doc_id)}</span>' if title != row.doc_id else ""
    remarks = [escape(row.remark)] if row.remark else []
    remarks += [words.SAME_AS.format(other=escape(row.near))] if row.near else []
    cells = (
        escape((indexed.kind if indexed else None) or ""),
        escape(shown_date(indexed.published)) if indexed and indexed.published else "",
        f"{indexed.n_passages:,}" if indexed else "",
        f'<span class="status {row.status.value}">{words.STATUSES[row.status]}</span>'
        + "".join(f'<span class="reason" dir="auto">{remark}</span>' for remark in remarks),
    )
    columns = zip(words.COLUMNS[1:], cells, strict=True)
    tds = "".join(f'<td data-name="{name}">{cell}</td>' for name, cell in columns)
    retire = "" if row.status is Status.GONE else _button(words.RETIRE, "retire", row.doc_id)
    return (
        f'<tr><th scope="row" dir="auto">{escape(title)}{named}</th>{tds}'
        f'<td class="actions">{_button(words.PREVIEW, "preview", row.doc_id)}{retire}</td></tr>'
    )


def _title(row: Row) -> str:
    return row.indexed.title if row.indexed else row.doc_id


def _button(text: str, action: str, key: str, name: str = "") -> str:
    label = f"{text}: {escape(name or key)}"
    return f'<button type="button" class="quiet" data-{action}="{as_key(key)}" aria-label="{label}">{text}</button>'


def as_key(name: str) -> str:
    """`name` percent-encoded: a file's name comes back from the browser as it is, hidden characters and all.

    >>> as_key("a b/50%.md")
    'a%20b%2F50%25.md'
    """
    return quote(name, safe="", errors="surrogatepass")


def _pager_html(first: int, n_shown: int, n_found: int) -> str:
    if n_found <= ROWS_SHOWN:
        return ""
    page = first // ROWS_SHOWN
    last = first + n_shown
    return (
        f'<p class="pager"><button type="button" class="quiet" data-page="{page - 1}"{"" if first else " disabled"}>'
        f"{words.EARLIER}</button><span>{words.SHOWN.format(first=first + 1, last=last, total=n_found)}</span>"
        f'<button type="button" class="quiet" data-page="{page + 1}"{"" if last < n_found else " disabled"}>'
        f"{words.LATER}</button></p>"
    )


def _last_html(last: LastRun) -> str:
    heading = f"<h3>{words.LAST_RUN.format(when=_when(last.ended))}</h3>"
    if last.report is None:
        return f'<section class="report">{heading}<p class="caution">{words.NOT_REBUILT}: {escape(last.error)}</p></section>'
    unchanged = f"<p>{words.UNCHANGED}</p>" if last.report.is_unchanged else ""
    return f'<section class="report">{heading}{unchanged}{_facts_html(last.report)}</section>'


def _facts_html(report: IngestReport) -> str:
    """The report's figures; of those that list documents, how many."""
    facts = []
    for name, label in words.FACTS.items():
        value = getattr(report, name)
        count = value if isinstance(value, int) else len(value)
        facts.append(f"<div><dt>{label}</dt><dd>{count:,}</dd></div>")
    return f'<dl class="facts">{"".join(facts)}</dl>'


def _problems_html(rows: Sequence[Row]) -> str:
    """The files that the last run left out, with the reason."""
    left_out = [row for row in rows if row.status in (Status.LEFT_OUT, Status.DUPLICATE)]
    if not left_out:
        return ""
    items = "".join(
        f'<li dir="auto"><strong>{escape(row.doc_id)}</strong>: '
        f"{'' if row.status is Status.LEFT_OUT else words.STATUSES[row.status].lower() + ' '}{escape(row.remark)}</li>"
        for row in left_out[:_PROBLEMS_SHOWN]
    )
    more = f"<li>… {len(left_out) - _PROBLEMS_SHOWN:,}</li>" if len(left_out) > _PROBLEMS_SHOWN else ""
    return f'<section><h3>{words.PROBLEMS}</h3><ul class="problems">{items}{more}</ul></section>'


def _run_html() -> str:
    return (
        f'<section class="part run" aria-labelledby="run-name"><h2 id="run-name">{words.REBUILD}</h2>'
        f"<p>{words.REBUILD_LINE}</p>"
        f'<button type="button" class="strong" id="rebuild">{words.REBUILD}</button>'
        f'<p class="stage" id="stage" hidden><span></span><progress aria-label="{words.REBUILD}"></progress></p></section>'
    )


def _upload_html() -> str:
    return (
        f'<section class="part upload" id="drop" aria-labelledby="add-name"><h2 id="add-name">{words.ADD}</h2>'
        f'<input type="file" id="files" class="unseen" multiple accept="{",".join(SUFFIXES)}" aria-describedby="add-line">'
        f'<label for="files" class="strong">{words.CHOOSE}</label><p id="add-line">{words.ADD_LINE}</p>'
        f'<ul id="uploads" aria-live="polite"></ul></section>'
    )


def _dialogs_html() -> str:
    """The panel of a preview, the question before something is replaced, and what screen readers are told."""
    said = {
        "loading": words.PREVIEW_LOADING, "lost": words.LOST, "uploading": words.UPLOADING,
        "added": words.ADDED, "ignored": words.LEFT_BY_FOLDER, "retired": words.RETIRED_DONE,
        "back": words.PUT_BACK_DONE, "replace": words.REPLACE_LINE, "undo": words.UNDO, "most": str(MAX_BYTES),
        "large": str(too_large()),
    }  # fmt: skip
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in said.items())
    return (
        f'<dialog id="passage" aria-labelledby="passage-title"><div class="panel-bar"><p>{words.PREVIEW_NAME}</p>'
        f'<button type="button" class="quiet" data-close>{words.CLOSE}</button></div><div class="panel-body" tabindex="0">'
        '<h2 id="passage-title" tabindex="-1" dir="auto"></h2><p class="facts"></p><ul class="notes"></ul>'
        '<pre dir="auto"></pre></div></dialog>'
        f'<dialog id="replace" aria-labelledby="replace-name" aria-describedby="replace-line"><h2 id="replace-name">'
        f'{words.REPLACE_NAME}</h2><p id="replace-line"></p><form method="dialog"><button class="quiet" value="keep">'
        f'{words.KEEP}</button><button class="strong" value="replace">{words.REPLACE}</button></form></dialog>'
        f'<div id="notice" role="status" aria-live="polite"{data}></div>'
        '<div id="say" class="unseen" role="status" aria-live="polite"></div>'
    )


def _whole(inner: str, *, bar: str, script: bool = False) -> str:
    code = '<script src="documents/page.js" type="module"></script>' if script else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        'initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f'<title>{words.PAGE_NAME} · {texts.PAGE_NAME}</title><link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="documents/style.css">{code}</head><body class="documents">'
        f'<div id="top"><header class="top">{LOGO}<div><h1>{words.PAGE_NAME}</h1>'
        f'<p class="line">{words.PAGE_LINE}</p></div><nav class="bar">{bar}</nav></header></div>'
        f'<main id="documents">{inner}</main></body></html>'
    )


def _when(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M}"
