"""Pieces of a marked-up file to one text with blocks, the same for every format. Knows nothing of any of them.

Blocks stand a blank line apart, list items begin with "- "; `tables` writes the rows of a table, `titles` names a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from ragbot.datatypes import Block, BlockKind, Document, Heading, Span
from ragbot.errors import DocumentError
from ragbot.loaders.source import SourceFile
from ragbot.loaders.titles import heading_title

MAX_CHARS = 20_000_000  # of extracted text; forty thick books
LINE_BREAK = "\v"  # stands where a line ends inside a block; white space like any other where the block is prose
BULLET = re.compile(r"(?:[•▪◦‣·●○–—*-]|\(?\d{1,2}[.)])\s+(?=\S)")
_STOP = re.compile(r"[.!?:;,…][\"'”’)\]]*$")
# What a reader never sees: soft hyphens, zero-width marks, control characters.
_CLOSES = frozenset(".,;:!?…)]}»”’%°-–—/")
_OPENS = frozenset("([{«„“‘-–—/")
_UNSEEN = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, *range(9), *range(14, 28), *range(127, 133), *range(134, 160)])


@dataclass(frozen=True, slots=True)
class Piece:
    """The words of one block to come, and what it is; `level` as in Block."""

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0


def squeezed(text: str) -> str:
    """`text` with one blank for each run of white space, without characters that nobody sees.

    >>> squeezed(" medi\\u00adcation \\n is\\tgiven ")
    'medication is given'
    """
    return " ".join(text.translate(_UNSEEN).split())


def gap(before: str, after: str) -> str:
    """What to leave for words taken out of a line between two characters: a blank, or nothing at punctuation.

    >>> gap("5", "1"), gap("x", ","), gap("", "a")
    (' ', '', '')
    """
    apart = not before or not after or before.isspace() or after.isspace()
    return "" if apart or after in _CLOSES or before in _OPENS else " "


def as_document(
    source: SourceFile,
    pieces: Iterable[Piece],
    *,
    title: str | None = None,
    published: str | None = None,
    notes: Sequence[str] = (),
) -> Document:
    """The Document that `pieces` make. Without a `title` it is a heading's (`heading_title`), or made from the file name.

    Raises DocumentError if they hold more than MAX_CHARS characters.
    """
    text, blocks = laid_out(within_bounds(pieces))
    headings = tuple(Heading(b.span, b.level, b.span.cut(text)) for b in blocks if b.kind is BlockKind.HEADING)
    return Document(
        doc_id=source.doc_id,
        title=title or heading_title(text, blocks, headings) or source.stem_title,
        text=text,
        path=source.path,
        sha256=source.sha256,
        blocks=blocks,
        headings=headings,
        published=published,
        notes=tuple(notes),
    )


def within_bounds(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same pieces; raises DocumentError once they hold more than MAX_CHARS characters.

    Few bytes can make much text: each row of a table repeats its header and the cells that span it.
    """
    n_chars = 0
    for piece in pieces:
        n_chars += len(piece.text)
        refuse_beyond(n_chars)
        yield piece


def refuse_beyond(n_chars: int) -> None:
    """Raises DocumentError if `n_chars` are more characters than a document may hold."""
    if n_chars > MAX_CHARS:
        raise DocumentError(f"holds more than {MAX_CHARS // 1_000_000} million characters; split it")


def laid_out(pieces: Iterable[Piece]) -> tuple[str, tuple[Block, ...]]:
    """One text with a blank line between blocks, and the blocks' spans in it. Pieces without words are left out.

    >>> laid_out([Piece("Rest"), Piece(""), Piece("Water", BlockKind.LIST_ITEM, 1)])[0]
    'Rest\\n\\n- Water'
    """
    lines: list[str] = []
    blocks: list[Block] = []
    position = 0
    for piece in pieces:
        if not piece.text:
            continue
        mark = "- " if piece.kind is BlockKind.LIST_ITEM else ""
        start = position + len(mark)
        blocks.append(Block(Span(start, start + len(piece.text)), piece.kind, piece.level))
        lines.append(mark + piece.text)
        position = start + len(piece.text) + 2
    return "\n\n".join(lines), tuple(blocks)


def line_pieces(text: str, kind: BlockKind, level: int) -> Iterator[Piece]:
    """One piece for a block with LINE_BREAKs; several where an empty line parts it, or where its lines are a list.

    >>> [(p.kind.value, p.text) for p in line_pieces("- tea\\v- rest\\v\\vThen sleep.", BlockKind.PARAGRAPH, 0)]
    [('list_item', 'tea'), ('list_item', 'rest'), ('paragraph', 'Then sleep.')]
    """
    for filled, group in groupby([squeezed(line) for line in text.split(LINE_BREAK)], key=bool):
        block = list(group)
        if not filled:
            continue
        if kind is BlockKind.PARAGRAPH and _are_items(block):
            yield from (Piece(BULLET.sub("", line, count=1), BlockKind.LIST_ITEM, 1) for line in block)
        else:
            yield Piece(" ".join(block), kind, level)


def _are_items(lines: Sequence[str]) -> bool:
    """True for lines that all have bullets, or at least three short ones without a stop that begin alike."""
    if len(lines) < 2:
        return False
    if all(BULLET.match(line) for line in lines):
        return True
    short = all(len(line.split()) <= 8 and not _STOP.search(line) for line in lines)
    return short and len(lines) >= 3 and all(line[0].isupper() or line[0].isdigit() for line in lines)
