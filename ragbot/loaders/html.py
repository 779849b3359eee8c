"""HTML to a Document: main text only, found by trafilatura. Offsets count in the extracted text.

Title, date, headings, lists and tables are kept; navigation, scripts and hidden text are dropped.
"""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ragbot.datatypes import Block, BlockKind, Document, Heading, Span
from ragbot.errors import DocumentError
from ragbot.loaders.decoding import decode
from ragbot.loaders.source import SourceFile

_LEVEL = re.compile(r"h([1-6])")
_CONTAINERS = ("list", "item", "quote", "div", "p", "table", "row", "cell", "head")
_DECLARED = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)
_WEB_NAMES = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}  # as browsers do


def load_html(source: SourceFile) -> Document:
    """The Document in an HTML page.

    Raises DocumentError if no main text is found in it.
    """
    page = _trafilatura().bare_extraction(
        _decoded(source.data), include_tables=True, include_comments=False, include_formatting=False, with_metadata=True
    )
    body = getattr(page, "body", None)
    pieces = list(_pieces(body)) if body is not None else []
    if not pieces:
        raise DocumentError("no main text found in the page; save it as text instead")
    text, blocks = _laid_out(pieces)
    headings = tuple(Heading(b.span, b.level, b.span.cut(text)) for b in blocks if b.kind is BlockKind.HEADING)
    title = " ".join((getattr(page, "title", None) or "").split())
    return Document(
        doc_id=source.doc_id,
        title=title or next((h.title for h in headings), source.stem_title),
        text=text,
        path=source.path,
        sha256=source.sha256,
        blocks=blocks,
        headings=headings,
        published=getattr(page, "date", None) or None,
    )


@lru_cache(maxsize=1)
def _trafilatura() -> Any:
    import trafilatura

    # Without a handler, its warnings would reach the terminal; a page without text is reported by DocumentError.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    return trafilatura


def _decoded(data: bytes) -> str:
    declared = _DECLARED.search(data[:4096])
    if declared and not data.startswith(codecs.BOM_UTF8):
        name = declared[1].decode("ascii").lower()
        try:
            text = data.decode(_WEB_NAMES.get(name, name))
        except (LookupError, UnicodeError):
            return decode(data)  # a page may lie about its encoding: look at the bytes
        if "<meta" in text[:4096].lower():  # a name found in single bytes cannot be that of a two-byte encoding
            return text
    return decode(data)


def _pieces(
    element: Any, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0
) -> Iterator[tuple[str, BlockKind, int]]:
    """Text, kind and level of each block in a trafilatura element, in reading order, its own words included."""
    own = [element.text or ""]
    for child in element:
        if child.tag in _CONTAINERS:
            yield _squeezed(own), kind, level
            own = []
            yield from _container(child, kind, level)
        else:
            own.append(_words(child))
        own.append(child.tail or "")
    yield _squeezed(own), kind, level


def _container(element: Any, kind: BlockKind, level: int) -> Iterator[tuple[str, BlockKind, int]]:
    if element.tag == "head":
        rank = _LEVEL.search(element.get("rend") or "")
        yield _squeezed([_words(element)]), BlockKind.HEADING, int(rank[1]) if rank else 2
    elif element.tag == "item":
        yield from _pieces(element, BlockKind.LIST_ITEM, max(level, 1))
    elif element.tag == "list":
        yield from _pieces(element, BlockKind.PARAGRAPH, level + 1)
    elif element.tag == "row":
        cells = [_squeezed([_words(cell)]) for cell in element]
        yield " | ".join(cell for cell in cells if cell), BlockKind.TABLE_ROW, 0
    else:
        yield from _pieces(element, kind, level)


def _words(element: Any) -> str:
    """All words in an element; a line break or a block inside it separates them."""
    gap = " " if element.tag == "lb" or element.tag in _CONTAINERS else ""
    inner = "".join(_words(child) + (child.tail or "") for child in element)
    return f"{gap}{element.text or ''}{inner}{gap}"


def _squeezed(parts: list[str]) -> str:
    return " ".join("".join(parts).split())


def _laid_out(pieces: list[tuple[str, BlockKind, int]]) -> tuple[str, tuple[Block, ...]]:
    """One text with a blank line between blocks, and the blocks' spans in it."""
    lines: list[str] = []
    blocks: list[Block] = []
    position = 0
    for text, kind, level in pieces:
        if not text:
            continue
        mark = "- " if kind is BlockKind.LIST_ITEM else ""
        start = position + len(mark)
        blocks.append(Block(Span(start, start + len(text)), kind, level))
        lines.append(mark + text)
        position = start + len(text) + 2
    return "\n\n".join(lines), tuple(blocks)
