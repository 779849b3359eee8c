"""An HTML or XHTML element to pieces: headings, paragraphs, list items and table rows in reading order.

Scripts, navigation and hidden text are left out. Which part of a page is its main text is not decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ragbot.datatypes import BlockKind
from ragbot.loaders.html.elements import BLOCKS, HEADINGS, tag_of, words_of
from ragbot.loaders.html.tables import header_rows, is_layout, rows_of, table_grid
from ragbot.loaders.layout import LINE_BREAK, Piece, line_pieces, refuse_beyond
from ragbot.loaders.tables import table_pieces

_LEVEL = re.compile(r"[1-9][0-9]?")
_LISTS = ("ul", "ol", "dir")
_MAX_HEADING_WORDS = 40  # some pages set whole paragraphs as headings to make them large


@dataclass(frozen=True, slots=True)
class Found:
    """A piece, the element that it ends in, and how much of it is the text of links (0 to 1)."""

    piece: Piece
    element: Any
    link_share: float


@dataclass(frozen=True, slots=True)
class _Open:
    element: Any
    kind: BlockKind
    level: int


def blocks_of(root: Any) -> tuple[list[Found], tuple[str, ...]]:
    """What `root` holds in reading order, and notes on what was cut. Hidden text must be gone already.

    Raises DocumentError if there is more text than a document may hold.
    """
    from lxml import etree

    walk = _Walk(root)
    skipped = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start" and skipped is None:
            skipped = None if walk.open(element) else element
        elif event == "end":
            if skipped is element:
                skipped = None
            elif skipped is None:
                walk.close(element)
            if skipped is None and element is not root:
                walk.add(element.tail)
    return walk.found, tuple(walk.notes)


class _Walk:
    """Words gather until a block begins or ends. Without recursion, so that no depth of nesting is too deep."""

    def __init__(self, root: Any) -> None:
        self.found: list[Found] = []
        self.notes: list[str] = []
        self._holders = _with_blocks_inside(root)
        self._blocks = [_Open(root, BlockKind.PARAGRAPH, 0)]
        self._words: list[str] = []
        self._link_chars = 0
        self._links = self._lists = 0  # open ones
        self._heading = 1
        self._n_chars = 0

    def add(self, text: str | None) -> None:
        self._words.append(text or "")
        self._link_chars += len((text or "").strip()) if self._links else 0

    def open(self, element: Any) -> bool:
        """Begin `element`; False if it was taken whole and nothing inside it is to be visited."""
        tag = tag_of(element)
        if (tag == "table" and not is_layout(element)) or self._is_heading(element, tag):
            self._flush()
            self._take_table(element) if tag == "table" else self._take_heading(element, tag)
            return False
        if tag == "a":
            self._links += 1
        elif tag == "br":
            self._words.append(LINE_BREAK)
        elif tag in BLOCKS or element in self._holders:
            self._open_block(element, tag)
        self.add(element.text)
        return True

    def close(self, element: Any) -> None:
        tag = tag_of(element)
        if tag == "a":
            self._links -= 1
        if self._blocks[-1].element is not element:
            return
        if tag == "dt" and _next_tag(element) == "dd":  # its meaning follows on the same line
            self._words.append(": ")
        else:
            self._flush()
        self._lists -= tag in _LISTS
        if element is not self._blocks[0].element:
            self._blocks.pop()

    def _open_block(self, element: Any, tag: str) -> None:
        if not (tag == "dd" and _previous_tag(element) == "dt"):
            self._flush()
        self._lists += tag in _LISTS
        kind, level = self._blocks[-1].kind, self._blocks[-1].level
        if tag in ("li", "dt") or (tag == "dd" and "".join(self._words).strip()):
            kind, level = BlockKind.LIST_ITEM, max(self._lists, 1)
        elif tag in _LISTS:
            kind, level = BlockKind.PARAGRAPH, 0
        if element is not self._blocks[0].element:
            self._blocks.append(_Open(element, kind, level))

    def _is_heading(self, element: Any, tag: str) -> bool:
        """True for headings, and for what names the blocks below it: a summary, or a term with a long meaning."""
        if tag in HEADINGS or element.get("role") == "heading" or tag == "summary":
            return True
        if tag != "dt" or _next_tag(element) != "dd":
            return False
        return words_of(element).endswith("?") or element.getnext() in self._holders

    def _take_heading(self, element: Any, tag: str) -> None:
        text = words_of(element)
        rank = tag[1] if tag in HEADINGS else (element.get("aria-level") or "")
        level = min(int(rank) if _LEVEL.fullmatch(rank) else self._heading + 1, 6)
        if len(text.split()) > _MAX_HEADING_WORDS:
            self._keep(Piece(text), element)
            return
        if tag not in ("summary", "dt"):
            self._heading = level
        self._keep(Piece(text, BlockKind.HEADING, level), element)

    def _take_table(self, table: Any) -> None:
        caption = next((words_of(child) for child in table if tag_of(child) == "caption"), "")
        rows = rows_of(table)
        pieces, notes = table_pieces(table_grid(rows), n_header=header_rows(rows))
        self.notes.extend(notes)
        for piece in [Piece(caption), *pieces]:
            self._keep(piece, table)

    def _flush(self) -> None:
        text, block = "".join(self._words), self._blocks[-1]
        n_chars = len(text.strip())
        share = min(self._link_chars / n_chars, 1.0) if n_chars else 0.0
        self._words, self._link_chars = [], 0
        for piece in line_pieces(text, block.kind, block.level):
            self._keep(piece, block.element, share)

    def _keep(self, piece: Piece, element: Any, link_share: float = 0.0) -> None:
        self._n_chars += len(piece.text)
        refuse_beyond(self._n_chars)
        if piece.text:
            self.found.append(Found(piece, element, link_share))


def _with_blocks_inside(root: Any) -> set[Any]:
    """The elements under `root` that hold a block, though they may be inline themselves, as a link around a card."""
    holders: set[Any] = set()
    for element in root.iter("*"):
        if tag_of(element) not in BLOCKS or element is root:
            continue
        above = element.getparent()
        while above is not None and above not in holders:
            holders.add(above)
            above = above.getparent()
    return holders


def _next_tag(element: Any) -> str:
    following = element.getnext()
    return tag_of(following) if following is not None else ""


def _previous_tag(element: Any) -> str:
    before = element.getprevious()
    return tag_of(before) if before is not None else ""
