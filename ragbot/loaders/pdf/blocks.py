"""The lines of all pages to blocks: headings, paragraphs, list items and table rows, in reading order.

Decides by size, place and punctuation. Leaves the order of lines to `layout`, hyphens to `hyphens`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ragbot.datatypes import BlockKind
from ragbot.loaders.layout import Piece
from ragbot.loaders.pdf.hyphens import joined, known_words
from ragbot.loaders.pdf.layout import lines_in_reading_order
from ragbot.loaders.pdf.marks import Counter, bullet, is_dash
from ragbot.loaders.pdf.rows import row_texts
from ragbot.loaders.pdf.styles import PlacedLine, Styles, heading_levels
from ragbot.loaders.pdf.words import Page

_NOTE_MARK = re.compile(r"[*†‡§¶]|\(?\d{1,2}[.)]?(?:\s|[A-Z])|[a-e]\s")
_NOTE_SIZE = 0.92  # of the body's size, at most
_END = re.compile(r"[.!?:;][\"'”’)\]]*[\d⁰¹²³⁴-⁹]{0,3}$")  # of a sentence, maybe with the number of a note
_CAPTION = re.compile(r"(?:Figure|Fig\.|Table|Box)\s*\d")
_LOOSE = 1.3  # steps of the text's lines; beyond, a paragraph ends


@dataclass(frozen=True, slots=True)
class PlacedPiece:
    """A block and the page (from 0) on which it begins; `breaks` are later pages and where in it they begin."""

    piece: Piece
    page: int
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Open:
    """A block that further lines may join; `hang` is where the words of a list item begin."""

    kind: BlockKind
    level: int
    lines: list[PlacedLine]
    texts: list[str]
    hang: float | None = None
    known: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def page(self) -> int:
        return self.lines[0].page

    @property
    def runs_over(self) -> bool:
        """True if it begins on one page and ends on another."""
        return self.page != self.lines[-1].page

    def placed(self) -> PlacedPiece:
        """The block with its text."""
        text = self._joined_from(0)
        turns = [n for n, (above, line) in enumerate(pairwise(self.lines), start=1) if above.page != line.page]
        breaks = tuple((self.lines[n].page, len(text) - len(self._joined_from(n))) for n in turns)
        return PlacedPiece(Piece(text, self.kind, self.level), self.page, breaks)

    def _joined_from(self, line: int) -> str:
        return " ".join(joined(self.texts[line:], self.known).split())


def blocks_of(pages: Sequence[Page]) -> tuple[list[PlacedPiece], tuple[str, ...]]:
    """The blocks of all pages, in an order in which pages never decrease, and notes on what was left out.

    Notes at the foot of a page, and words that run in another direction, come last on it; where a block runs over its
    end they come before that block, which they would interrupt.
    """
    main: list[PlacedLine] = []
    aside: list[list[PlacedLine]] = []
    lines = [[PlacedLine(line, n) for line in lines_in_reading_order(page.words)] for n, page in enumerate(pages)]
    styles = Styles([line for of_page in lines for line in of_page])
    for number, page in enumerate(pages):
        text, notes = _without_notes(lines[number], page.height, styles)
        main += text
        aside.append(notes + [PlacedLine(line, number) for line in lines_in_reading_order(page.turned)])
    known = known_words([word.text for word in placed.line.words] for of_page in lines for placed in of_page)
    cut: list[str] = []
    blocks = _blocks(main, styles, known, cut)
    asides = [_blocks(placed, styles, known, cut, aside=True) if placed else [] for placed in aside]
    return [block.placed() for block in _merged(blocks, asides)], tuple(cut)


def _merged(blocks: list[_Open], asides: list[list[_Open]]) -> Iterator[_Open]:
    position = 0
    for number, of_page in enumerate(asides):
        while position < len(blocks) and blocks[position].page <= number:
            if blocks[position].page == number and blocks[position].runs_over:
                break
            yield blocks[position]
            position += 1
        yield from of_page


def _without_notes(lines: list[PlacedLine], height: float, styles: Styles) -> tuple[list[PlacedLine], list[PlacedLine]]:
    """The lines, and apart from them the notes: small lines at the foot of a column, the first with a mark."""
    text: list[PlacedLine] = []
    notes: list[PlacedLine] = []
    for column in _by_column(lines):
        start = len(column)
        while start and column[start - 1].line.size <= _NOTE_SIZE * styles.size and not column[start - 1].line.cells:
            start -= 1
        while start < len(column) and not _NOTE_MARK.match(column[start].line.text):
            start += 1
        low = start < len(column) and column[start].line.middle > height / 2
        text += column[:start] if low else column
        notes += column[start:] if low else []
    return (text, notes) if text else (notes, [])


def _by_column(lines: list[PlacedLine]) -> Iterator[list[PlacedLine]]:
    column: list[PlacedLine] = []
    for placed in lines:
        if column and column[-1].step_to(placed) is None:
            yield column
            column = []
        column.append(placed)
    if column:
        yield column


# --- lines to blocks -----------------------------------------------------------------------------------------------


def _blocks(
    lines: list[PlacedLine], styles: Styles, known: frozenset[str], cut: list[str], *, aside: bool = False
) -> list[_Open]:
    """The blocks that the lines make; what is left out of them is said in `cut`."""
    rows = row_texts(lines, known)
    cut += rows.notes
    headings = {} if aside else heading_levels(lines, styles)
    counter = Counter()
    blocks: list[_Open] = []
    items: list[float] = []  # how far the marks of the open list and the lists around it are indented
    for number, placed in enumerate(lines):
        above = lines[number - 1] if number else None
        if number in headings:
            first, level = headings[number]
            if first == number:
                blocks.append(_Open(BlockKind.HEADING, level, [placed], [placed.line.text], known=known))
            else:
                _add(blocks[-1], placed)
        elif placed.line.cells:
            if text := rows.texts[number]:
                blocks.append(_Open(BlockKind.TABLE_ROW, 0, [placed], [text], known=known))
        elif mark := _mark(placed, above, blocks, counter, styles):
            blocks.append(_item(placed, mark, items, in_list=bool(blocks) and blocks[-1].kind is BlockKind.LIST_ITEM))
            blocks[-1].known = known
        elif (block := _continued(blocks, placed, styles)) is not None:
            _add(block, placed)
        else:
            blocks.append(_Open(BlockKind.PARAGRAPH, 0, [placed], [placed.line.text], known=known))
    return blocks


def _add(block: _Open, placed: PlacedLine) -> None:
    block.lines.append(placed)
    block.texts.append(placed.line.text)


def _mark(placed: PlacedLine, above: PlacedLine | None, blocks: list[_Open], counter: Counter, styles: Styles) -> str:
    """The mark of a list item that begins with this line, or nothing."""
    words = placed.line.words
    mark = bullet(words[0].text)
    if mark == "−" and len(words) > 1 and words[1].text[0].isdigit():
        return ""  # a minus sign is part of its number
    if mark and (len(words) > 1 or len(words[0].text) > 1):
        if not is_dash(mark):
            return mark
    elif len(words) == 1 or mark:
        return ""
    beside = bool(blocks) and blocks[-1].hang is not None and abs(blocks[-1].lines[0].line.start - words[0].left) < 2
    if not beside and above is not None and _in_sentence(above, placed, styles):
        return ""
    return mark or (words[0].text if counter.counts_on(words[0].text) else "")


def _in_sentence(above: PlacedLine, placed: PlacedLine, styles: Styles) -> bool:
    """True if the line above is full and its sentence goes on, so that a dash or number here is no mark."""
    step = above.step_to(placed)
    tight = step is not None and step <= _LOOSE * styles.step(placed.line.size)
    return tight and not above.had_room_for(placed) and not _END.search(above.line.text)


def _item(placed: PlacedLine, mark: str, items: list[float], *, in_list: bool) -> _Open:
    """A list item without its mark; its level is the number of lists around it whose marks stand further left."""
    words = placed.line.words
    start = words[0].left
    indent = start - placed.line.left  # a list goes on at the left edge of the next column
    if not in_list:
        items.clear()
    while items and items[-1] > indent - 3:
        items.pop()
    items.append(indent)
    text = placed.line.text[len(mark) :].lstrip()
    hang = words[1].left if len(words[0].text) == len(mark) and len(words) > 1 else start + words[0].size / 2
    return _Open(BlockKind.LIST_ITEM, len(items), [placed], [text], hang=hang)


def _continued(blocks: list[_Open], placed: PlacedLine, styles: Styles) -> _Open | None:
    """The block that the line goes on with, or None if it begins a paragraph."""
    if not blocks or blocks[-1].kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
        return None
    block, line = blocks[-1], placed.line
    above = block.lines[-1]
    if abs(line.size - above.line.size) > 0.12 * above.line.size:
        return None
    step = above.step_to(placed)
    if step is None:
        return block if _runs_over(above, placed) else None
    if step > _LOOSE * styles.step(line.size):
        return None
    goes_on = _item_goes_on(block, placed) if block.hang is not None else _paragraph_goes_on(block, placed)
    return block if goes_on else None


def _runs_over(above: PlacedLine, placed: PlacedLine) -> bool:
    """True if a paragraph that ends one column goes on in the next.

    One that ends with a sentence goes on only in lower case: a new sentence is safer with the page it stands on.
    """
    text, line = above.line.text, placed.line
    if _CAPTION.match(line.text):
        return False
    if line.text[0].islower() or text.endswith(("-", "\xad")):
        return placed.page - above.page <= 1
    alike = abs((above.line.right - above.line.left) - (line.right - line.left)) < 0.15 * (line.right - line.left)
    full = not above.had_room_for(placed)
    below = placed.page == above.page and line.middle > above.line.middle
    return alike and full and not below and placed.page - above.page <= 1 and not _END.search(text)


def _item_goes_on(block: _Open, placed: PlacedLine) -> bool:
    start, em = placed.line.start, placed.line.size
    assert block.hang is not None
    if block.lines[-1].had_room_for(placed) and _END.search(block.lines[-1].line.text):
        return False
    if start >= block.hang - 0.3 * em:
        return True
    hangs = any(placed.line.start >= block.hang - 0.3 * em for placed in block.lines[1:])
    return not hangs and not block.lines[-1].had_room_for(placed)


def _paragraph_goes_on(block: _Open, placed: PlacedLine) -> bool:
    above, line = block.lines[-1], placed.line
    em, ended, room = line.size, bool(_END.search(above.line.text)), above.had_room_for(placed)
    indent = line.start - above.line.start
    if indent > 0.8 * em and above.line.start - line.left < 0.5 * em and len(block.lines) > 1 and (ended or room):
        return False  # the first line of the next paragraph is indented
    if indent > 0.8 * em and len(block.lines) == 1 and ended and room:
        return False
    if indent < -0.8 * em and len(block.lines) > 1 and block.lines[0].line.start < above.line.start - 0.8 * em:
        return False  # all but the first line of a paragraph are indented
    if room and ended:
        return False
    short = above.line.end - line.left < 0.5 * (line.right - line.left)
    centred = abs((above.line.start - line.left) - (line.right - above.line.end)) < em < above.line.start - line.left
    return not (room and short and not centred and not line.text[0].islower())
