"""A question that asks for a list gets the whole list: from one item that was found to all of its items.

Knows blocks and what the question asks; which passage is best, and what a quote looks like, is decided in reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ragbot.datatypes import Block, BlockKind, Document, Span
from ragbot.lexical import terms
from ragbot.query import AnswerType, Query
from ragbot.sentences import block_sentences, is_quotable

MAX_ITEMS = 16  # the longest list of the shipped corpus has 13 items; more are no longer read as one answer
_MIN_SHARE = 0.25  # of the question's terms must be about the whole list: a long story shares a word with any
_ANNOUNCES = re.compile(r"[:：][*_`\s]*$|\b(?:the following|as follows|these)\b[^.!?]*[.:]?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """One item: the span to quote, its first sentence, and its number among the document's blocks."""

    span: Span
    opening: Span
    block: int


@dataclass(frozen=True, slots=True)
class ItemList:
    """The quotable items of one list in document order, and the sentence that announces them, if there is one."""

    document: Document
    items: tuple[Item, ...]
    lead_in: Span | None

    @property
    def span(self) -> Span:
        """From the first item to the last."""
        return Span(self.items[0].span.start, self.items[-1].span.end)


def list_around(document: Document, block: int, *, max_words: int) -> ItemList | None:
    """The list that list item number `block` belongs to, or None if it has no second quotable item.

    Neighbouring items of the same depth make one list; deeper ones belong to their item and are left out. An item
    longer than `max_words` is quoted by its first sentences.
    """
    blocks = document.blocks
    if blocks[block].kind is not BlockKind.LIST_ITEM:
        return None
    first, last = _reach(blocks, block, -1), _reach(blocks, block, 1)
    own = [n for n in range(first, last + 1) if blocks[n].level == blocks[block].level]
    items = [item for n in own if (item := _item(document, n, max_words)) is not None]
    if len(items) < 2:
        return None
    return ItemList(document, tuple(items), _lead_in(document, first - 1))


def asks_for_all(query: Query, found: ItemList, members: Sequence[int]) -> bool:
    """True if the question asks for a list and for this one, not for the items `members` (block numbers) in it.

    What the question and those items share must also stand in the announcement, the headings or half of the items: a
    question about one treatment is not answered by a list of all treatments. And enough of the question must be there.
    """
    asked = set(query.terms) | set(query.expansions)
    if query.answer_type is not AnswerType.LIST or not asked:
        return False
    text = found.document.text
    of_items = {item.block: frozenset(terms(item.span.cut(text))) for item in found.items}
    counts = Counter(stem for stems in of_items.values() for stem in stems)
    shared = {stem for stem, count in counts.items() if 2 * count >= len(of_items) and count > 1}
    around = shared | _stems_around(found)
    own = set[str]().union(*(of_items.get(block, frozenset()) for block in members))
    return len(asked & around) >= max(1.0, _MIN_SHARE * len(query.terms)) and asked & own <= around


def _stems_around(found: ItemList) -> set[str]:
    headings = " ".join(found.document.heading_path(found.items[0].span.start))
    announced = found.lead_in.cut(found.document.text) if found.lead_in else ""
    return set(terms(f"{headings} {announced}"))


def _reach(blocks: Sequence[Block], block: int, step: int) -> int:
    """The last block from `block` in the direction of `step` that is of the same list, nested items included."""
    level, reached = blocks[block].level, block
    while 0 <= reached + step < len(blocks):
        following = blocks[reached + step]
        if following.kind is not BlockKind.LIST_ITEM or following.level < level:
            break
        reached += step
    return reached


def _item(document: Document, number: int, max_words: int) -> Item | None:
    text, block = document.text, document.blocks[number]
    sentences = list(block_sentences(text, block))
    if not sentences or not is_quotable(block.span.cut(text), block.kind):
        return None
    end = sentences[0].end
    for sentence in sentences[1:]:
        if len(text[sentences[0].start : sentence.end].split()) > max_words:
            break
        end = sentence.end
    return Item(Span(sentences[0].start, end), sentences[0], number)


def _lead_in(document: Document, number: int) -> Span | None:
    """The last sentence of the block before the list if it announces something; for a nested list its parent item."""
    if number < 0 or document.blocks[number].kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM):
        return None
    sentences = list(block_sentences(document.text, document.blocks[number]))
    nested = document.blocks[number].kind is BlockKind.LIST_ITEM
    if sentences and (nested or _ANNOUNCES.search(sentences[-1].cut(document.text))):
        return sentences[-1]
    return None
