"""One page of a PDF file as a picture with the quote boxed, as HTML. The picture itself comes by `picture_route`."""

from __future__ import annotations

from urllib.parse import urlencode

from ragbot.datatypes import Document, Span
from ragbot.loaders.pdf.boxes import Box, occurrence_of, quote_boxes
from ragbot.loaders.pictures import PagePicture
from ragbot.receipts import Checked
from ragbot.ui.display import escape
from ragbot.ui.frame import BACK, ON, arrow_html
from ragbot.ui.words import Words, translated

PICTURE_PATH = "page-picture"
_MARGIN = 0.004  # of the page, around a line's box
_UNITS = 10_000  # of the drawing over the picture, across


def page_html(document: Document, span: Span | None, picture: PagePicture, *, number: int, words: Words) -> str:
    """The picture of page `number` (from 1), the part of `span` that stands on it boxed, and buttons to its neighbours."""
    said = words.panel
    boxes = boxes_on(document, span, picture, number)
    meant = span is not None and part_on(document, span, number) is not None
    caption = said.boxed if boxes else said.not_boxed if meant else ""
    place = said.page_of.format(number=number, total=words.number(picture.n_pages))
    alt = said.picture_of.format(number=number, title=escape(document.title))
    return (
        f'<figure class="page-picture" data-page="{number}">{_turns_html(number, picture.n_pages, words)}'
        f'<div class="page-frame" tabindex="0" role="group" aria-label="{place}"><div class="page-sheet"><img src="{escape(picture_url(document, number))}"'
        f' width="{picture.width}" height="{picture.height}" alt="{alt}">{_boxes_svg(boxes, picture)}</div></div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def no_picture_html(why: Checked, words: Words) -> str:
    """Why there is no picture; the text stands below all the same."""
    key = why.finding.value.replace(" ", "_")
    line = words.panel.no_picture[key].format(reason=escape(translated(why.reason, words)))
    return f'<p class="finding bad" data-no-picture>{line}</p>'


def picture_url(document: Document, number: int) -> str:
    """Where `picture_route` gives the picture, relative to the chat page; it changes when the file does."""
    asked = {"document": document.doc_id, "sha256": document.sha256, "page": number}
    return f"{PICTURE_PATH}?{urlencode(asked, errors='replace')}"


def boxes_on(document: Document, span: Span | None, picture: PagePicture, number: int) -> tuple[Box, ...]:
    """The boxes of the part of `span` that stands on page `number`."""
    part = part_on(document, span, number) if span else None
    if part is None:
        return ()
    begins = page_span(document, number)[0]
    occurrence = occurrence_of(document.text[begins : part.end], part.start - begins, part.cut(document.text))
    return quote_boxes(picture.words, part.cut(document.text), occurrence=occurrence)


def part_on(document: Document, span: Span, number: int) -> Span | None:
    """The part of `span` on page `number`, or None."""
    begins, ends = page_span(document, number)
    start, end = max(begins, span.start), min(ends, span.end)
    return Span(start, end) if start < end else None


def page_span(document: Document, number: int) -> tuple[int, int]:
    """Where in the text page `number` begins and ends; an empty range for a page without text."""
    starts = (*document.pages, len(document.text))
    return (starts[number - 1], starts[number]) if 0 < number < len(starts) else (0, 0)


def _turns_html(number: int, n_pages: int, words: Words) -> str:
    said = words.panel
    back = arrow_html(BACK, said.page_before, f'data-page-turn="{number - 1}"{_off(number <= 1)}')
    on = arrow_html(ON, said.page_after, f'data-page-turn="{number + 1}"{_off(number >= n_pages)}')
    large = f'<button type="button" class="quiet" data-enlarge aria-pressed="false">{said.larger}</button>'
    place = said.page_of.format(number=number, total=words.number(n_pages))
    return f'<div class="turns">{back}<span class="page-number">{place}</span>{on}{large}</div>'


def _off(off: bool) -> str:
    return ' aria-disabled="true"' if off else ""


def _boxes_svg(boxes: tuple[Box, ...], picture: PagePicture) -> str:
    """The boxes over the whole picture, a little larger than the words."""
    if not boxes:
        return ""
    height = round(_UNITS * picture.height / picture.width)
    rects = ""
    for left, top, right, bottom in boxes:
        x, y = (left - _MARGIN) * _UNITS, (top - _MARGIN / 2) * height
        across, down = (right - left + 2 * _MARGIN) * _UNITS, (bottom - top + _MARGIN) * height
        rects += f'<rect x="{x:.0f}" y="{y:.0f}" width="{across:.0f}" height="{down:.0f}" rx="30"/>'
    return f'<svg viewBox="0 0 {_UNITS} {height}" aria-hidden="true" focusable="false">{rects}</svg>'
