"""PDF to a Document with page numbers. Offsets count in the extracted text.

Words come from `words`; heads and feet go in `furniture`; `layout` finds the reading order and
`blocks` the blocks. What is drawn (pictures, formulas as pictures) is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ragbot.datatypes import Block, BlockKind, Document, Heading
from ragbot.errors import DocumentError
from ragbot.loaders.layout import laid_out
from ragbot.loaders.pdf.blocks import PlacedPiece, blocks_of
from ragbot.loaders.pdf.direction import placed_to_the_right
from ragbot.loaders.pdf.furniture import without_furniture
from ragbot.loaders.pdf.signs import UNKNOWN
from ragbot.loaders.pdf.words import PdfWords, read_words
from ragbot.loaders.source import SourceFile
from ragbot.loaders.titles import MAX_TITLE, heading_title

_NO_TITLE = re.compile(
    r"untitled|\(?anonymous\)?|microsoft (?:word|powerpoint)\b.*|powerpoint presentation|(?:document|slide|page) ?\d*"
    r"|\S*[._]\S*|[\W\d_]*",
    re.IGNORECASE,
)


def load_pdf(source: SourceFile) -> Document:
    """The Document in a PDF file.

    `published` is left out: a PDF tells only when it was saved, and an old text saved anew would seem recent.
    Raises DocumentError if the file is damaged, encrypted, scanned without text, or too large.
    """
    found = read_words(source.data)
    every, cut = blocks_of(without_furniture(placed_to_the_right(found.pages)))
    placed = [block for block in every if block.piece.text]
    if not placed:
        raise DocumentError("no text in it; check that the file is complete")
    text, blocks = laid_out(block.piece for block in placed)
    headings = tuple(Heading(b.span, b.level, b.span.cut(text)) for b in blocks if b.kind is BlockKind.HEADING)
    return Document(
        doc_id=source.doc_id,
        title=_title(found.title, source) or heading_title(text, blocks, headings) or source.stem_title,
        text=text,
        path=source.path,
        sha256=source.sha256,
        blocks=blocks,
        headings=headings,
        pages=_page_starts(blocks, placed, n_pages=len(found.pages), length=len(text)),
        notes=(*_notes(found), *cut),
    )


def _title(metadata: str, source: SourceFile) -> str:
    """The title in the metadata if a person wrote it, else nothing: many programs put the file's name there."""
    if len(metadata) > MAX_TITLE or _NO_TITLE.fullmatch(metadata):
        return ""
    return "" if metadata.casefold() == source.stem_title.casefold() else metadata


def _page_starts(
    blocks: Sequence[Block], placed: Sequence[PlacedPiece], *, n_pages: int, length: int
) -> tuple[int, ...]:
    """Where the first line of each page begins, with its mark; for a page without one, where the next page's does."""
    begun = [start for block, piece in zip(blocks, placed, strict=True) for start in _starts(block, piece)]
    starts: list[int] = []
    position = 0
    for page in range(n_pages):
        while position < len(begun) and begun[position][0] < page:
            position += 1
        starts.append(begun[position][1] if position < len(begun) else length)
    return (0, *starts[1:])


def _starts(block: Block, placed: PlacedPiece) -> Iterator[tuple[int, int]]:
    """Each page that the block stands on, and where in the text its words there begin."""
    yield placed.page, block.span.start - (2 if block.kind is BlockKind.LIST_ITEM else 0)
    for page, offset in placed.breaks:
        yield page, block.span.start + offset


def _notes(found: PdfWords) -> Iterator[str]:
    """One line each that names the pages of which only a picture is there, and those with signs that have no meaning."""
    if found.scanned:
        yield f"scanned pages without text left out: {_ranges(found.scanned)}; run OCR on them"
    unread = [
        number
        for number, page in enumerate(found.pages, start=1)
        if any(UNKNOWN in word.text for word in (*page.words, *page.turned))
    ]
    if unread:
        yield f"signs that the file gives no meaning read as {UNKNOWN}: pages {_ranges(unread)}; compare with the file"


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers in runs, the first ten of them.

    >>> _ranges([1, 2, 3, 7])
    '1-3, 7'
    """
    runs = [list(run) for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])]
    names = [f"{run[0][1]}-{run[-1][1]}" if len(run) > 1 else str(run[0][1]) for run in runs]
    return ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
