"""The body of a Word file to pieces, in reading order. Given styles and notes; opens nothing."""

from __future__ import annotations

import re
from typing import Any

from ragbot.datatypes import BlockKind
from ragbot.loaders.docx.characters import UNKNOWN
from ragbot.loaders.docx.styles import Styles, W
from ragbot.loaders.docx.tables import header_rows, is_layout, table_grid
from ragbot.loaders.docx.text import ParagraphText, children, joins_next, paragraph_text
from ragbot.loaders.layout import Piece, line_pieces, refuse_beyond, squeezed
from ragbot.loaders.tables import table_pieces

_BULLET = re.compile(r"[•▪◦‣·●○]\s+(?=\S)")
_STOP = re.compile(r"[.!:;,…][\"'”’)\]]*$")
_MAX_HEADING_WORDS = 14
_UNREAD = f"some characters of a symbol font could not be read and stand as {UNKNOWN}; compare with the file"
_BLOCKS = (f"{W}p", f"{W}tbl")


class Body:
    """What was found while reading: `pieces` in order, `notes` on what was cut, `title` if a paragraph shows it."""

    def __init__(self, styles: Styles, *notes: Any) -> None:
        """`notes` are the roots of footnotes and endnotes, where the file has them."""
        self.pieces: list[Piece] = []
        self.notes: list[str] = []
        self.title: str | None = None
        self._styles = styles
        self._footnotes = {
            (f"{note.tag}Reference", note.get(f"{W}id")): note for root in notes if root is not None for note in root
        }
        self._level = 1  # of the last heading
        self._n_table_chars = 0
        self._carried: list[str] = []  # from paragraphs whose end is deleted

    def read(self, container: Any) -> None:
        """Add everything in `container` (a body, a cell, a text box, a note)."""
        for element in children(container, _BLOCKS):
            if element.tag == f"{W}p":
                self._paragraph(element)
            elif is_layout(element, self._styles):
                for row in children(element, (f"{W}tr",)):
                    for cell in children(row, (f"{W}tc",)):
                        self.read(cell)
            else:
                self._table(element)

    def _paragraph(self, paragraph: Any) -> None:
        shown = self._shown(paragraph)
        self._carried.append(shown.text)
        if not joins_next(paragraph):
            shown.text, self._carried = "".join(self._carried), []
            if not self._styles.is_contents(paragraph):
                self.pieces.extend(self._pieces(paragraph, shown))
        self._hanging(shown)

    def _shown(self, paragraph: Any) -> ParagraphText:
        shown = paragraph_text(paragraph, self._styles)
        if not shown.is_read and _UNREAD not in self.notes:
            self.notes.append(_UNREAD)
        return shown

    def _pieces(self, paragraph: Any, shown: ParagraphText) -> list[Piece]:
        words = squeezed(shown.text)
        if level := self._heading_level(paragraph, shown, words):
            if self._styles.is_title(paragraph):
                self.title = self.title or words or None
            return [Piece(words, BlockKind.HEADING, level)]
        if depth := self._styles.list_level(paragraph):
            return [Piece(words, BlockKind.LIST_ITEM, depth)]
        if _BULLET.match(words) and "\v" not in shown.text.strip():
            return [Piece(_BULLET.sub("", words, count=1), BlockKind.LIST_ITEM, 1)]
        return list(line_pieces(shown.text, BlockKind.PARAGRAPH, 0))

    def _heading_level(self, paragraph: Any, shown: ParagraphText, words: str) -> int:
        level = self._styles.level(paragraph)
        if level and words:
            self._level = level
        if level or not shown.bold or self._styles.list_level(paragraph):
            return level
        # A line of its own in bold is how headings are made without styles.
        short = len(words.split()) <= _MAX_HEADING_WORDS and any(c.isalpha() for c in words)
        return min(self._level + 1, 6) if short and not _STOP.search(words) else 0

    def _hanging(self, shown: ParagraphText) -> None:
        for box in shown.boxes:
            self.read(box)
        for key in shown.notes:
            if (note := self._footnotes.pop(key, None)) is not None:  # a note is told once, whatever refers to it
                self.read(note)

    def _table(self, table: Any) -> None:
        hanging = ParagraphText()
        n_header = header_rows(table, self._styles)
        grid = table_grid(table, lambda cell: self._cell(cell, hanging), n_header=n_header)
        pieces, notes = table_pieces(grid, n_header=n_header)
        self._n_table_chars += sum(len(piece.text) for piece in pieces)
        refuse_beyond(self._n_table_chars)
        self.pieces.extend(pieces)
        self.notes.extend(notes)
        self._hanging(hanging)

    def _cell(self, cell: Any, hanging: ParagraphText) -> str:
        parts: list[str] = []
        for paragraph in children(cell, (f"{W}p",)):
            shown = self._shown(paragraph)
            hanging.notes += shown.notes
            hanging.boxes += shown.boxes
            if words := squeezed(shown.text):
                is_item = parts and self._styles.list_level(paragraph)
                parts.append(f"; {words}" if is_item else f" {words}")
        return "".join(parts).strip()
