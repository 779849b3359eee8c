"""What the elements of a page are called, and the words in and around one. Knows no blocks' order."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ragbot.loaders.layout import squeezed

_BLOCK_NAMES = (
    "html body main article section div header footer aside form fieldset legend p blockquote pre figure figcaption "
    "address center hgroup details summary ul ol li dl dt dd table thead tbody tfoot tr td th caption dir hr"
)

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = frozenset(_BLOCK_NAMES.split()) | HEADINGS


def tag_of(element: Any) -> str:
    """Lower-case name of an element without its namespace; empty for comments and the like."""
    return element.tag.rsplit("}", 1)[-1].lower() if isinstance(element.tag, str) else ""


def types_of(element: Any) -> list[str]:
    """What an element of a book says that it is (`epub:type`), as `toc` or `pagebreak`."""
    return (element.get("{http://www.idpf.org/2007/ops}type") or element.get("epub:type") or "").lower().split()


def words_of(element: Any) -> str:
    """All words in an element; a line break or a block inside it separates them, items of a list by semicolons."""
    from lxml import etree

    parts: list[str] = []
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        tag = tag_of(inner)
        if tag in BLOCKS or tag == "br":
            parts.append("; " if tag == "li" and event == "start" and _has_item_before(inner) else " ")
        if event == "start":
            parts.append(inner.text or "")
        elif inner is not element:
            parts.append(inner.tail or "")
    return squeezed("".join(parts)).replace(" ; ", "; ")


def _has_item_before(item: Any) -> bool:
    before = item.getprevious()
    return before is not None and tag_of(before) == "li"


def neighbours(root: Any, elements: Collection[Any], *, skipped: bool) -> dict[Any, tuple[str, str]]:
    """The characters before and after each of `elements`, "" where the line begins or ends there.

    `skipped` says that the words of all of them do not count, as if they were gone.
    """
    from lxml import etree

    wanted = set(elements)
    before: dict[Any, str] = {}
    after: dict[Any, str] = {}
    waiting: list[Any] = []
    last, depth = "", 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        begins, tag = event == "start", tag_of(element)
        if (tag in BLOCKS or tag == "br") and not (skipped and (depth or element in wanted)):
            last, waiting = "", []
        if element in wanted:
            depth += 1 if begins else -1
            if begins:
                before[element] = last
            else:
                waiting.append(element)
        text = element.text if begins else element.tail if element is not root else None
        if text and not (skipped and depth):
            after.update((done, text[0]) for done in waiting)
            last, waiting = text[-1], []
    return {element: (before[element], after.get(element, "")) for element in before}
