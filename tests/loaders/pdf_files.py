"""PDF files for the tests, written by reportlab: text at given places, or flowing paragraphs."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ragbot.datatypes import Document
from ragbot.loaders.pdf import load_pdf
from ragbot.loaders.source import SourceFile

HEIGHT = A4[1]  # 842 points
REGULAR, BOLD = "Times-Roman", "Times-Bold"

Placed = tuple[float, float, str]
"""Left edge, distance of the baseline from the top of the page, words."""


class Pdf:
    """A PDF in the making; distances count in points from the left and from the top of an A4 page."""

    def __init__(self, title: str | None = None) -> None:
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=A4, invariant=1)
        self.canvas.setTitle(title or "untitled")

    def write(self, left: float, top: float, text: str, *, size: float = 11, font: str = REGULAR) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(left, HEIGHT - top, text)

    def lines(
        self,
        left: float,
        top: float,
        lines: Iterable[str],
        *,
        size: float = 11,
        font: str = REGULAR,
        step: float = 13.2,
    ) -> float:
        """Write one line below the other and return where the next would stand."""
        for line in lines:
            self.write(left, top, line, size=size, font=font)
            top += step
        return top

    def new_page(self) -> None:
        self.canvas.showPage()

    def bytes(self) -> bytes:
        self.canvas.save()
        return self._buffer.getvalue()


def wrapped(text: str, width: float, *, size: float = 11, font: str = REGULAR) -> list[str]:
    """The words of `text` in lines as long as fit into `width` points, as a word processor breaks them."""
    from reportlab.lib.utils import simpleSplit

    return [str(line) for line in simpleSplit(text, font, size, width)]


def loaded(data: bytes, name: str = "my_leaflet.pdf") -> Document:
    return load_pdf(SourceFile(path=f"/x/{name}", doc_id=name, data=data, sha256=hashlib.sha256(data).hexdigest()))


def words_of(document: Document) -> list[str]:
    return [word for block in document.blocks for word in block.span.cut(document.text).split()]


def shown(document: Document) -> list[tuple[str, str]]:
    """Kind (with the level of headings and items) and words of each block."""
    return [
        (f"{block.kind.value} {block.level}" if block.level else block.kind.value, block.span.cut(document.text))
        for block in document.blocks
    ]


def pages_of(texts: Sequence[str]) -> bytes:
    """A PDF with one line on each page."""
    pdf = Pdf()
    for text in texts:
        pdf.write(72, 300, text)
        pdf.new_page()
    return pdf.bytes()
