"""HTML to a Document: the main text only. Offsets count in the extracted text.

trafilatura judges which words of a page are its main text, and finds title and date. The blocks are then cut from the
page itself, for trafilatura leaves out some lists, tables and headings between paragraphs that it keeps.
"""

from __future__ import annotations

import logging
from copy import deepcopy
from functools import lru_cache
from typing import Any, NamedTuple

from ragbot.datatypes import BlockKind, Document
from ragbot.errors import DocumentError
from ragbot.loaders.html.blocks import blocks_of
from ragbot.loaders.html.elements import tag_of
from ragbot.loaders.html.main_text import main_pieces
from ragbot.loaders.html.page import decoded, parsed
from ragbot.loaders.html.unseen import without_hidden
from ragbot.loaders.html.written import write_out
from ragbot.loaders.layout import Piece, as_document, squeezed
from ragbot.loaders.source import SourceFile
from ragbot.loaders.titles import heads_a_section

_LAST_DATE = "2999-12-31"  # else it would be today's, and what a page says would depend on the day of reading
_HEADINGS = ("h1", "h2")  # that trafilatura may take a title from
_MAX_LINK_SHARE = 0.6  # more of a block than this in links, and it leads elsewhere


def load_html(source: SourceFile) -> Document:
    """The Document in an HTML page.

    Raises DocumentError if no main text is found in it.
    """
    root = parsed(decoded(source.data))
    if root is None:
        raise DocumentError("no main text found in the page; save it as text instead")
    stated = _what_states_facts(root)
    framed = any(tag_of(element) == "frameset" for element in root.iter("*"))
    without_hidden(root)
    write_out(root)
    pieces, notes = _main_pieces(root)
    if not pieces and framed:
        raise DocumentError("the page is only a frame around others; open the inner page and save that")
    if not pieces:
        raise DocumentError("no main text found in the page; save it as text instead")
    facts = _facts(stated)
    if heads_a_section(facts.title, [piece.text for piece in pieces if piece.kind is BlockKind.HEADING]):
        facts = _facts(stated, headings=False)
    return as_document(source, pieces, title=facts.title, published=facts.published, notes=notes)


@lru_cache(maxsize=1)
def _trafilatura() -> Any:
    import trafilatura

    # Without a handler, its warnings would reach the terminal; a page without text is reported by DocumentError.
    logging.getLogger("trafilatura").addHandler(logging.NullHandler())
    return trafilatura


class _Facts(NamedTuple):
    title: str
    published: str | None


def _facts(stated: Any, *, headings: bool = True) -> _Facts:
    """trafilatura's finds in the elements that state facts about a page, on wish without its headings."""
    if not headings:
        from lxml import etree

        stated = deepcopy(stated)
        etree.strip_elements(stated, *_HEADINGS)
    dates = {"original_date": True, "extensive_search": False, "max_date": _LAST_DATE}
    found = _trafilatura().extract_metadata(stated, date_config=dates)
    return _Facts(squeezed(found.title or ""), found.date or None)


def _what_states_facts(root: Any) -> Any:
    """A page of what states title and date alone: head, headings, <time> and JSON-LD.

    In the running text trafilatura would take any date for that of the page.
    """
    from lxml import html as lxml_html

    bare = lxml_html.document_fromstring("<html><body></body></html>")
    for element in root.iter("head", *_HEADINGS, "time", "script"):
        if element.tag != "script" or element.get("type") == "application/ld+json":
            stated = deepcopy(element)
            stated.tail = None
            if stated.tag in _HEADINGS:
                without_hidden(stated)
                write_out(stated)
            bare.insert(0, stated) if stated.tag == "head" else bare[-1].append(stated)
    return bare


def _main_pieces(root: Any) -> tuple[list[Piece], tuple[str, ...]]:
    page = _trafilatura().bare_extraction(
        root, include_tables=True, include_comments=False, include_formatting=False, favor_recall=True
    )
    found, notes = blocks_of(root)
    pieces = main_pieces(found, page.body) if page is not None else []
    # The extractor finds nothing in some very short pages, such as a heading with one line below.
    return pieces or [item.piece for item in found if item.link_share <= _MAX_LINK_SHARE], notes
