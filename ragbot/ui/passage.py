"""One document to HTML, laid out by its blocks, with a span of it marked. Takes a Document, returns a string."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ragbot.datatypes import Block, BlockKind, Document, Span
from ragbot.ui import texts
from ragbot.ui.display import escape, mark, shown_date

_FIRST_LEVEL = 3  # the panel's own title is level 2


def passage_html(document: Document, span: Span | None, *, notice: str = "") -> str:
    """The whole `document` with `span` marked (nothing if None); its title, facts and a `notice` stand before it."""
    facts = [
        escape(document.kind or ""),
        texts.PUBLISHED.format(date=escape(shown_date(document.published))) if document.published else "",
        texts.REVIEWED.format(date=escape(shown_date(document.reviewed))) if document.reviewed else "",
    ]
    shown = "".join(f"<span>{fact}</span>" for fact in facts if fact)
    return (
        f'<h2 id="passage-title" tabindex="-1" dir="auto">{escape(document.title)}</h2>'
        f'<p class="facts">{shown}</p><p class="not-reviewed">{texts.NOT_REVIEWED}</p>'
        + (f'<p class="passage-notice">{escape(notice)}</p>' if notice else "")
        + f'<div class="document">{"".join(_layout(document, span))}</div>'
    )


def notice_html(text: str) -> str:
    """What the panel shows when there is no document to show."""
    return f'<h2 id="passage-title" tabindex="-1">{texts.PANEL_NAME}</h2><p class="passage-notice">{escape(text)}</p>'


def _layout(document: Document, span: Span | None) -> Iterator[str]:
    for kind, group in groupby(_without_title(document), key=lambda block: block.kind):
        blocks = list(group)
        if kind is BlockKind.LIST_ITEM:
            items = "".join(
                f'<li class="depth-{min(b.level, 4)}" dir="auto">{_text(document, b, span)}</li>' for b in blocks
            )
            yield f"<ul>{items}</ul>"
        elif kind is BlockKind.TABLE_ROW:
            rows = "".join(f"<tr>{_cells(document, block, span)}</tr>" for block in blocks)
            yield f'<div class="table"><table><tbody>{rows}</tbody></table></div>'
        else:
            yield from (_plain_block(document, block, span) for block in blocks)


def _without_title(document: Document) -> list[Block]:
    """All blocks but an opening heading that only repeats the title."""
    blocks = list(document.blocks)
    first = blocks[0] if blocks else None
    repeats = first and first.kind is BlockKind.HEADING and first.span.cut(document.text).strip() == document.title
    return blocks[1:] if repeats else blocks


def _plain_block(document: Document, block: Block, span: Span | None) -> str:
    text = _text(document, block, span)
    if block.kind is BlockKind.HEADING:
        level = min(6, _FIRST_LEVEL + max(0, block.level - 2))
        return f'<h{level} dir="auto">{text}</h{level}>'
    return f'<p dir="auto">{text}</p>'


def _text(document: Document, block: Block, span: Span | None) -> str:
    return _slice(document, block.span, span)


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
