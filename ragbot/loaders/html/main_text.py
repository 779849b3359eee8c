"""Which blocks of a page are its main text. Given what an extractor kept; cuts no text and knows no files.

An extractor judges well where the main text stands but loses lists, tables and headings in it. So a block is kept if
its words were, or if it stands among blocks whose words were and does not mainly link elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ragbot.datatypes import BlockKind
from ragbot.loaders.html.blocks import Found
from ragbot.loaders.html.elements import tag_of, words_of
from ragbot.loaders.layout import Piece

_WORD = re.compile(r"\w+")
_GRAM = 4  # words in a row that hardly stand twice on a page by chance
_MIN_KEPT = 0.6  # of a block's word sequences, for it to count as one that the extractor kept
_MAX_LINK_SHARE = 0.6  # more of a block than this in links, and it leads elsewhere
_SECTIONS = (
    "div",
    "section",
    "article",
    "main",
    "aside",
    "header",
    "footer",
    "form",
    "fieldset",
    "td",
    "body",
    "center",
)
_BESIDE = re.compile(r"side-?bar|related|share|social|cookie|consent|newsletter|subscribe|breadcrumb|comments?\b|promo")


def main_pieces(found: Sequence[Found], kept: Any) -> list[Piece]:
    """The pieces of `found` that are main text, given the element `kept` that an extractor made of the same page."""
    judge = _Judge(found, kept)
    keeps = [judge.keeps(item) for item in found]
    for number, item in enumerate(found):
        below_title = item.piece.kind is BlockKind.HEADING and item.piece.level > 1
        if keeps[number] and below_title and _lost_its_text(found, keeps, number):
            keeps[number] = False
    return [item.piece for item, keep in zip(found, keeps, strict=True) if keep]


class _Judge:
    def __init__(self, found: Sequence[Found], kept: Any) -> None:
        self._blocks = {" ".join(_words(element.text or "")) for element in kept.iter("*")}
        self._grams = set(_grams(_words(words_of(kept))))  # hashes, for there may be a million
        self._tables: dict[Any, bool] = {}
        self._confirmed = {id(item) for item in found if self._was_kept(item)}
        confirmed = [item for item in found if id(item) in self._confirmed]
        self._landmark = _landmark(confirmed)
        self._around = {above for item in confirmed for above in _upwards(item.element)}
        inner = set(self._landmark.iter("*")) if self._landmark is not None else set()
        self._needs_h1 = not any(tag_of(item.element) == "h1" and item.element in inner for item in found)

    def keeps(self, item: Found) -> bool:
        if id(item) in self._confirmed:
            return True
        if item.link_share > _MAX_LINK_SHARE:
            return False
        if self._landmark is None:
            return _section(item.element) in self._around
        path = _upwards(item.element)
        if self._landmark not in path:
            return self._needs_h1 and tag_of(item.element) == "h1"
        return not any(_is_beside(above) and above not in self._around for above in path[: path.index(self._landmark)])

    def _was_kept(self, item: Found) -> bool:
        if item.piece.kind is not BlockKind.TABLE_ROW:
            return self._holds(item.piece.text)
        if item.element not in self._tables:  # labels stand in its rows again and again: look at the table as it was
            self._tables[item.element] = self._holds(words_of(item.element))
        return self._tables[item.element]

    def _holds(self, text: str) -> bool:
        words = _words(text)
        grams = list(_grams(words))
        if not grams:
            return " ".join(words) in self._blocks
        return sum(gram in self._grams for gram in grams) >= _MIN_KEPT * len(grams)


def _landmark(confirmed: Sequence[Found]) -> Any | None:
    """The one <main> or <article> of the page, if most of the main text stands in it."""
    total = sum(len(item.piece.text) for item in confirmed)
    for tag in ("main", "article"):
        sizes: dict[Any, int] = {}
        for item in confirmed:
            for above in _upwards(item.element):
                if tag_of(above) == tag or above.get("role") == tag:
                    sizes[above] = sizes.get(above, 0) + len(item.piece.text)
        if len(sizes) == 1 and next(iter(sizes.values())) > total / 2:
            return next(iter(sizes))
    return None


def _lost_its_text(found: Sequence[Found], keeps: Sequence[bool], number: int) -> bool:
    """True for a heading above nothing but blocks of its own section that were dropped, as "Related pages"."""
    section = _section(found[number].element)
    n_dropped = 0
    for below in range(number + 1, len(found)):
        item = found[below]
        if item.piece.kind is BlockKind.HEADING or section not in _upwards(item.element):
            break
        if keeps[below]:
            return False
        n_dropped += 1
    return n_dropped > 0


def _section(element: Any) -> Any | None:
    return next((above for above in _upwards(element) if tag_of(above) in _SECTIONS), None)


def _is_beside(element: Any) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return tag_of(element) in ("aside", "footer", "form") or _BESIDE.search(names) is not None


def _upwards(element: Any) -> list[Any]:
    return [element, *element.iterancestors()]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _grams(words: Sequence[str]) -> list[int]:
    return [hash(tuple(words[start : start + _GRAM])) for start in range(len(words) - _GRAM + 1)]
