"""The documents page as HTML. Takes rows, reports and names, returns strings; every word of a file is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from ragbot.ingestion import IngestReport
from ragbot.loaders import MAX_BYTES, SUFFIXES
from ragbot.ui.display import escape
from ragbot.ui.documents.catalogue import Row, Status
from ragbot.ui.documents.rebuild import LastRun
from ragbot.ui.documents.shelf import Retired, too_large
from ragbot.ui.frame import LOGO
from ragbot.ui.words import Words, translated

ROWS_SHOWN = 100
_PROBLEMS_SHOWN = 200


def login_html(words: Words, *, error: str = "", encrypted: bool = True) -> str:
    """The whole page for a person who is not logged in."""
    warning = "" if encrypted else f'<p class="caution">{words.documents.not_encrypted}</p>'
    told = f'<p class="caution" role="alert">{escape(_sentence(translated(error, words)))}</p>' if error else ""
    invalid = ' aria-invalid="true"' if error else ""
    return _whole(
        f'<form class="part log-in" method="post" action="documents"><h2>{words.documents.log_in}</h2>'
        f"<p>{words.documents.log_in_line}</p>{told}{warning}"
        f'<input name="username" autocomplete="username" value="documents" hidden>'  # for password managers
        f'<label for="password">{words.documents.asked_for}</label><input id="password" name="password" type="password"'
        f' autocomplete="current-password" required autofocus{invalid}>'
        f'<button class="strong">{words.documents.log_in}</button></form>',
        words,
        bar=f'<a href="./">{words.documents.to_chat}</a>',
    )


def page_html(parts: dict[str, str], words: Words) -> str:
    """The whole page around its changing `parts`: index, list and retired."""
    bar = (
        f'<a href="./">{words.documents.to_chat}</a><form method="post" action="documents/logout">'
        f'<button class="quiet">{words.documents.log_out}</button></form>'
    )
    return _whole(
        f'<div id="part-index" class="part">{parts["index"]}</div>'
        f"{_run_html(words)}{_upload_html(words)}"
        f'<section class="part" aria-labelledby="list-name"><h2 id="list-name">{words.documents.list}</h2>'
        f'<label for="find">{words.documents.find}</label><input id="find" type="search" autocomplete="off">'
        f'<div id="part-list">{parts["list"]}</div></section>'
        f'<div id="part-retired" class="part">{parts["retired"]}</div>{_dialogs_html(words)}',
        words,
        bar=bar,
        script=True,
    )


def index_html(
    folders: Sequence[Path], rows: Sequence[Row], last: LastRun | None, words: Words, *, problem: str = ""
) -> str:
    """Folders, counts, what waits for a rebuild, and what came of the last one; `problem` is why rows are missing."""
    indexed = [row.indexed for row in rows if row.indexed]
    counts = words.documents.counts.format(
        documents=words.counted(words.documents.n_documents, len(indexed)),
        passages=words.counted(words.documents.n_passages, sum(one.n_passages for one in indexed)),
    )
    n_waiting = sum(row.status.waits for row in rows)
    waiting = words.counted(words.documents.waiting, n_waiting) if n_waiting else words.documents.nothing_waits
    lines = [] if problem else [counts if indexed else words.documents.no_index, *([waiting] if rows else [])]
    shown = "".join(f"<li><code>{escape(str(folder))}</code></li>" for folder in folders)
    return (
        f'<h2>{words.counted(words.documents.folders, len(folders))}</h2><ul class="folders">{shown}</ul>'
        + "".join(f"<p>{line}</p>" for line in lines)
        + (f'<p class="caution">{escape(problem)}</p>' if problem else "")
        + _problems_html(rows, words)
        + (_last_html(last, words) if last else "")
    )


def list_html(rows: Sequence[Row], words: Words, *, find: str = "", page: int = 0) -> str:
    """One page of the table of documents whose name or title has `find` in it."""
    wanted = find.strip().casefold()
    found = [row for row in rows if wanted in row.doc_id.casefold() or wanted in _title(row).casefold()]
    if not found:
        return f'<p class="none">{words.documents.nothing_found if wanted else words.documents.none}</p>'
    first = min(max(0, page), (len(found) - 1) // ROWS_SHOWN) * ROWS_SHOWN
    shown = found[first : first + ROWS_SHOWN]
    heads = "".join(f'<th scope="col">{name}</th>' for name in words.documents.columns.values())
    body = "".join(_row_html(row, words) for row in shown)
    return (
        f'<table aria-labelledby="list-name"><thead><tr>{heads}<th scope="col"><span class="unseen">{words.documents.actions}'
        f"</span></th></tr></thead><tbody>{body}</tbody></table>{_pager_html(first, len(shown), len(found), words)}"
    )


def retired_html(retired: Sequence[Retired], words: Words) -> str:
    """The retired files, each with a button that puts it back."""
    items = "".join(
        f'<li><span dir="auto">{escape(one.name)}</span> <span class="facts">'
        f"{words.documents.retired_on.format(when=words.moment(one.when))}</span>{_button(words.documents.put_back, 'put-back', one.key, one.name)}</li>"
        for one in retired
    )
    shown = f"<ul>{items}</ul>" if items else f'<p class="none">{words.documents.none_retired}</p>'
    return f"<h2>{words.documents.retired}</h2><p>{words.documents.retired_line}</p>{shown}"


def _row_html(row: Row, words: Words) -> str:
    title, indexed = _title(row), row.indexed
    named = f'<span class="name" dir="auto">{escape(row.doc_id)}</span>' if title != row.doc_id else ""
    remarks = [escape(row.remark)] if row.remark else []
    remarks += [words.documents.near.format(other=escape(row.near))] if row.near else []
    cells = {
        "kind": escape((indexed.kind if indexed else None) or ""),
        "date": escape(words.date(indexed.published)) if indexed and indexed.published else "",
        "passages": words.number(indexed.n_passages) if indexed else "",
        "status": f'<span class="status {row.status.value}">{words.documents.statuses[row.status.value]}</span>'
        + "".join(f'<span class="reason" dir="auto">{remark}</span>' for remark in remarks),
    }
    named_cells = ((name, words.documents.columns[name], cell) for name, cell in cells.items())
    tds = "".join(f'<td class="{name}" data-name="{shown}">{cell}</td>' for name, shown, cell in named_cells)
    retire = "" if row.status is Status.GONE else _button(words.documents.retire, "retire", row.doc_id)
    return (
        f'<tr><th scope="row" dir="auto">{escape(title)}{named}</th>{tds}'
        f'<td class="actions">{_button(words.documents.preview, "preview", row.doc_id)}{retire}</td></tr>'
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


def _pager_html(first: int, n_shown: int, n_found: int, words: Words) -> str:
    if n_found <= ROWS_SHOWN:
        return ""
    page = first // ROWS_SHOWN
    last = first + n_shown
    shown = words.documents.shown.format(
        first=words.number(first + 1), last=words.number(last), total=words.number(n_found)
    )
    return (
        f'<p class="pager"><button type="button" class="quiet" data-page="{page - 1}"{"" if first else " disabled"}>'
        f"{words.documents.earlier}</button><span>{shown}</span>"
        f'<button type="button" class="quiet" data-page="{page + 1}"{"" if last < n_found else " disabled"}>'
        f"{words.documents.later}</button></p>"
    )


def _last_html(last: LastRun, words: Words) -> str:
    heading = f"<h3>{words.documents.last_run.format(when=words.moment(last.ended))}</h3>"
    if last.report is None:
        return f'<section class="report">{heading}<p class="caution">{words.documents.not_rebuilt}: {escape(translated(last.error, words))}</p></section>'
    unchanged = f"<p>{words.documents.unchanged}</p>" if last.report.is_unchanged else ""
    return f'<section class="report">{heading}{unchanged}{_facts_html(last.report, words)}</section>'


def _facts_html(report: IngestReport, words: Words) -> str:
    """The report's figures; of those that list documents, how many."""
    facts = []
    for name, label in words.documents.facts.items():
        value = getattr(report, name)
        count = value if isinstance(value, int) else len(value)
        facts.append(f"<div><dt>{label}</dt><dd>{words.number(count)}</dd></div>")
    return f'<dl class="facts">{"".join(facts)}</dl>'


def _problems_html(rows: Sequence[Row], words: Words) -> str:
    """The files that the last run left out, with the reason."""
    left_out = [row for row in rows if row.status in (Status.LEFT_OUT, Status.DUPLICATE)]
    if not left_out:
        return ""
    items = "".join(
        f'<li dir="auto"><strong>{escape(row.doc_id)}</strong>: '
        f"{escape(row.remark) if row.status is Status.LEFT_OUT else words.documents.repeats.format(other=escape(row.remark))}</li>"
        for row in left_out[:_PROBLEMS_SHOWN]
    )
    more = f"<li>… {words.number(len(left_out) - _PROBLEMS_SHOWN)}</li>" if len(left_out) > _PROBLEMS_SHOWN else ""
    return f'<section><h3>{words.documents.problems}</h3><ul class="problems">{items}{more}</ul></section>'


def _run_html(words: Words) -> str:
    return (
        f'<section class="part run" aria-labelledby="run-name"><h2 id="run-name">{words.documents.rebuild}</h2>'
        f"<p>{words.documents.rebuild_line}</p>"
        f'<button type="button" class="strong" id="rebuild">{words.documents.rebuild}</button>'
        f'<p class="stage" id="stage" hidden><span></span><progress aria-label="{words.documents.rebuild}"></progress></p></section>'
    )


def _upload_html(words: Words) -> str:
    types = ", ".join(suffix.removeprefix(".") for suffix in SUFFIXES)
    add_line = words.documents.add_line.format(types=types, size=MAX_BYTES // 1_000_000)
    return (
        f'<section class="part upload" id="drop" aria-labelledby="add-name"><h2 id="add-name">{words.documents.add}</h2>'
        f'<input type="file" id="files" class="unseen" multiple accept="{",".join(SUFFIXES)}" aria-describedby="add-line">'
        f'<label for="files" class="strong">{words.documents.choose}</label><p id="add-line">{add_line}</p>'
        f'<ul id="uploads" aria-live="polite"></ul></section>'
    )


def _dialogs_html(words: Words) -> str:
    """The panel of a preview, the question before something is replaced, and what screen readers are told."""
    said = {
        "loading": words.documents.preview_loading, "lost": words.documents.lost, "uploading": words.documents.uploading,
        "added": words.documents.added, "ignored": words.documents.left_by_folder, "retired": words.documents.retired_done,
        "back": words.documents.put_back_done, "replace": words.documents.replace_line, "undo": words.documents.undo, "most": str(MAX_BYTES),
        "large": translated(str(too_large()), words),
    }  # fmt: skip
    data = "".join(f' data-{name}="{escape(text)}"' for name, text in said.items())
    return (
        f'<dialog id="passage" aria-labelledby="passage-title"><div class="panel-bar"><p>{words.documents.preview_name}</p>'
        f'<button type="button" class="quiet" data-close>{words.documents.close}</button></div><div class="panel-body" tabindex="0">'
        '<h2 id="passage-title" tabindex="-1" dir="auto"></h2><p class="facts"></p><ul class="notes"></ul>'
        '<pre dir="auto"></pre></div></dialog>'
        f'<dialog id="replace" aria-labelledby="replace-name" aria-describedby="replace-line"><h2 id="replace-name">'
        f'{words.documents.replace_name}</h2><p id="replace-line"></p><form method="dialog"><button class="quiet" value="keep">'
        f'{words.documents.keep}</button><button class="strong" value="replace">{words.documents.replace}</button></form></dialog>'
        f'<div id="notice" role="status" aria-live="polite"{data}></div>'
        '<div id="say" class="unseen" role="status" aria-live="polite"></div>'
    )


def _whole(inner: str, words: Words, *, bar: str, script: bool = False) -> str:
    code = '<script src="documents/page.js" type="module"></script>' if script else ""
    return (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        'initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f'<title>{words.documents.name} · {escape(words.page.name)}</title><link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="documents/style.css">{code}</head><body class="documents">'
        f'<div id="top"><header class="top">{LOGO}<div><h1>{words.documents.name}</h1>'
        f'<p class="line">{words.documents.line}</p></div><nav class="bar">{bar}</nav></header></div>'
        f'<main id="documents">{inner}</main></body></html>'
    )


def _sentence(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}."
