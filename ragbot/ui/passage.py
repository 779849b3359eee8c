"""One document to HTML, laid out by its blocks, with a span of it marked. Takes a Document, returns a string."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ragbot.datatypes import Block, BlockKind, Document, Span
from ragbot.ui.display import escape, mark
from ragbot.ui.passage_tools import contents_html
from ragbot.ui.words import Words, translated

_FIRST_LEVEL = 3  # the panel's own title is level 2
_AROUND = 150_000  # characters shown before and after the place that is looked at; a book is longer


def passage_html(
    document: Document,
    span: Span | None,
    words: Words,
    *,
    at: int | None = None,
    notice: str = "",
    cautions: str = "",
    tools: str = "",
) -> str:
    """The `document` with `span` marked (nothing if None); its title, facts, `cautions`, a `notice` and
    contents before it, `tools` below.

    Of a very long document only what stands around `at`, which is marked with `data-here`, or around the span.
    """
    facts = [
        escape(document.kind or ""),
        words.answer.published.format(date=escape(words.date(document.published))) if document.published else "",
        words.answer.reviewed.format(date=escape(words.date(document.reviewed))) if document.reviewed else "",
    ]
    shown = "".join(f"<span>{fact}</span>" for fact in facts if fact)
    blocks = _without_title(document)
    title = document.blocks[0].span if len(blocks) < len(document.blocks) else None
    return (
        f'<h2 id="passage-title" tabindex="-1" dir="auto">{escape(document.title)}</h2>'
        f'<p class="facts">{shown}</p><p class="not-reviewed">{words.page.not_reviewed}</p>'
        + cautions
        + (f'<p class="passage-notice">{escape(notice)}</p>' if notice else "")
        + contents_html(document, [heading for heading in document.headings if heading.span != title], words)
        + f'<div class="picture" hidden></div>{_document_html(document, blocks, span, at, words)}'
        + tools
    )


def notice_html(text: str, words: Words) -> str:
    """What the panel shows when there is no document to show."""
    return f'<h2 id="passage-title" tabindex="-1">{words.panel.name}</h2><p class="passage-notice">{escape(translated(text, words))}</p>'


def _document_html(document: Document, blocks: list[Block], span: Span | None, at: int | None, words: Words) -> str:
    """The blocks around the place that is looked at, and buttons to what comes before and after."""
    place = at if at is not None else span.start if span else 0
    near = [block for block in blocks if place - _AROUND <= block.span.end and block.span.start <= place + _AROUND]
    here = next((block for block in near if block.span.end > place), None) if at is not None else None
    inner = "".join(_layout(document, near, span, here))
    before = _more_html(near[0].span.start, words.panel.before) if near and near[0] is not blocks[0] else ""
    after = _more_html(near[-1].span.start, words.panel.after) if near and near[-1] is not blocks[-1] else ""
    note = f'<p class="part">{words.panel.long}</p>' if before or after else ""
    elsewhere = " data-elsewhere" if span and not any(block.span.overlap(span) for block in near) else ""
    return f'<div class="document"{elsewhere}>{note}{before}{inner}{after}</div>'


def _more_html(at: int, name: str) -> str:
    return f'<p class="part"><button type="button" class="quiet" data-more-at="{at}">{name}</button></p>'


def _layout(document: Document, blocks: list[Block], span: Span | None, here: Block | None) -> Iterator[str]:
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        members = list(group)
        if kind is BlockKind.LIST_ITEM:
            items = "".join(
                f'<li class="depth-{min(b.level, 4)}" dir="auto"{_here(b, here)}>{_slice(document, b.span, span)}</li>'
                for b in members
            )
            yield f"<ul>{items}</ul>"
        elif kind is BlockKind.TABLE_ROW:
            rows = "".join(f"<tr{_here(block, here)}>{_cells(document, block, span)}</tr>" for block in members)
            yield f'<div class="table"><table><tbody>{rows}</tbody></table></div>'
        else:
            yield from (_plain_block(document, block, span, here) for block in members)


def _here(block: Block, here: Block | None) -> str:
    return " data-here" if block is here else ""


def _without_title(document: Document) -> list[Block]:
    """All blocks but an opening heading that only repeats the title."""
    blocks = list(document.blocks)
    first = blocks[0] if blocks else None
    repeats = first and first.kind is BlockKind.HEADING and first.span.cut(document.text).strip() == document.title
    return blocks[1:] if repeats else blocks


def _plain_block(document: Document, block: Block, span: Span | None, here: Block | None) -> str:
    text = _slice(document, block.span, span)
    if block.kind is BlockKind.HEADING:
        level = min(6, _FIRST_LEVEL + max(0, block.level - 2))
        place = f'id="section-{block.span.start}" tabindex="-1"'
        return f'<h{level} {place} dir="auto"{_here(block, here)}>{text}</h{level}>'
    return f'<p dir="auto"{_here(block, here)}>{text}</p>'


def _cells(document: Document, block: Block, span: Span | None) -> str:
    """A table row's cells; the bars of a Markdown row are its borders, not its text."""
    start, cells = block.span.start, []
    for piece in block.span.cut(document.text).split("|"):
        if piece.strip():
            cells.append(f'<td dir="auto">{_slice(document, Span(start, start + len(piece)), span)}</td>')
        start += len(piece) + 1
    return "".join(cells)


def _slice(document: Document, shown: Span, span: Span | None) -> str:
    text = shown.cut(document.text)
    if span is None or not shown.overlap(span):
        return escape(text)
    return mark(text, [(max(0, span.start - shown.start), span.end - shown.start)])
