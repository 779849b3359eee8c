"""One page of a PDF file as a picture, with the places of its words on it. Leaves to others which of them are marked."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ragbot.errors import DocumentError
from ragbot.loaders.pdf.layout import lines_in_reading_order
from ragbot.loaders.pdf.opening import opened, page_error, pdfium
from ragbot.loaders.pdf.words import Page, read_page

MAX_PIXELS = 4_000_000  # a page of A4 at 1,400 pixels across has 2.8 million
_FEW_COLOURS = 256  # of plain text with smoothed edges; a lossless picture is small then


class PictureWord(NamedTuple):
    """A word and its box as shares of the page's width and height, from the left edge and from the top down."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a reader sees it, turned so that its text runs to the right; `words` are in reading order.

    `width` and `height` are in pixels, `n_pages` counts the pages of the file.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    n_pages: int
    words: tuple[PictureWord, ...]


def page_picture(data: bytes, number: int, *, width: int) -> PagePicture:
    """Page `number` (from 0) of a PDF file as a picture, `width` pixels across or less if it is very high.

    Raises DocumentError if the file is no PDF, has no such page, or the page cannot be read or drawn.
    """
    with opened(data) as pdf:
        count = len(pdf)
        if not 0 <= number < count:
            raise DocumentError(f"no page {number + 1}; the file has {count}")
        try:
            page, _ = read_page(pdf, number)
            image = _drawn(pdf, number, page.turns, width)
        except pdfium().PdfiumError as error:
            raise page_error(number, count) from error
    packed, media_type = _packed(image)
    return PagePicture(packed, media_type, image.width, image.height, count, tuple(_placed(page)))


def _drawn(pdf: Any, number: int, turns: int, width: int) -> Any:
    """The page as a Pillow image, turned so that its words run to the right, whatever the file says of its rotation."""
    page = pdf[number]
    try:
        rotation = (90 * turns - page.get_rotation()) % 360
        across, down = page.get_size()[:: -1 if rotation % 180 else 1]
        if not (0 < across < math.inf and 0 < down < math.inf):
            raise DocumentError(f"page {number + 1} has no size; open the file in a viewer and save it again")
        scale = min(width / across, math.sqrt(MAX_PIXELS / (across * down)))
        bitmap = page.render(scale=scale, rotation=rotation, rev_byteorder=True, limit_image_cache=True)
        try:
            return bitmap.to_pil().convert("RGB")
        finally:
            bitmap.close()
    finally:
        page.close()


def _packed(image: Any) -> tuple[bytes, str]:
    """The picture's bytes and type: without loss where that is small, as it is for a page of text."""
    held = io.BytesIO()
    if colours := image.getcolors(_FEW_COLOURS):
        is_grey = all(red == green == blue for _, (red, green, blue) in colours)
        (image.convert("L") if is_grey else image).save(held, "PNG")
        return held.getvalue(), "image/png"
    image.save(held, "WEBP", quality=85, method=2)
    return held.getvalue(), "image/webp"


def _placed(page: Page) -> Iterator[PictureWord]:
    if not (page.width > 0 and page.height > 0):
        return
    for line in lines_in_reading_order(page.words):
        for word in line.words:
            across = [_share(edge / page.width) for edge in (word.left, word.right)]
            down = [_share(edge / page.height) for edge in (word.top, word.bottom)]
            yield PictureWord(word.text, across[0], down[0], across[1], down[1])


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)
