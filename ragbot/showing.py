"""A document as it was extracted, for a person who wonders what became of a file. Prints nothing itself.

Offsets are those of quotes: half-open positions of characters in the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ragbot.datatypes import Block, BlockKind, Document, Span
from ragbot.rendering import visible
from ragbot.sentences import block_sentences

_HIDDEN = ("Cc", "Cf", "Cs")


def neutralised(text: str) -> str:
    """`text` for a terminal: control, bidi and other hidden characters as \\u escapes; line ends and tabs stay.

    >>> neutralised("a\\u202eb\\x1b[2J\\n\\tc")
    'a\\\\u202eb\\\\u001b[2J\\n\\tc'
    """
    return "".join(c if c in "\n\t" or unicodedata.category(c) not in _HIDDEN else f"\\u{ord(c):04x}" for c in text)


def outline(document: Document, *, sentences: bool = False) -> Iterator[str]:
    """One line for the document and one for each block: `start..end`, kind, heading level or list depth, page, words.

    With `sentences` a line for each sentence follows that of its block. Hidden characters are shown as escapes.
    """
    yield from _head(document)
    width = len(str(len(document.text))) * 2 + 2
    for block in document.blocks:
        yield f"{_offsets(block.span):>{width}}  {_place(document, block)}  {visible(block.span.cut(document.text))}"
        for span in block_sentences(document.text, block) if sentences else ():
            yield f"{_offsets(span):>{width}}    sentence: {visible(span.cut(document.text))}"


def _head(document: Document) -> Iterator[str]:
    facts = [f"{len(document.text)} characters", f"{len(document.blocks)} blocks"]
    if document.pages:
        facts.append(f"{len(document.pages)} pages")
    if document.published:
        facts.append(f"published {visible(document.published)}")
    yield f"{visible(document.title)} ({visible(document.doc_id)}): {', '.join(facts)}, sha256 {document.sha256}"
    yield from (f"note: {visible(note)}" for note in document.notes)


def _place(document: Document, block: Block) -> str:
    has_level = block.kind in (BlockKind.HEADING, BlockKind.LIST_ITEM)
    kind = f"{block.kind.value} {block.level}" if has_level else block.kind.value
    page = document.page(block.span.start)
    return f"{kind:<11}" if page is None else f"{kind:<11} page {page}"


def _offsets(span: Span) -> str:
    return f"{span.start}..{span.end}"
