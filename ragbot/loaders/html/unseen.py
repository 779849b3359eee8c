"""What a reader of a page does not see or should not quote is taken out: hidden and struck text, menus, note marks."""

from __future__ import annotations

import re
from typing import Any

from ragbot.loaders.html.elements import BLOCKS, HEADINGS, neighbours, tag_of, types_of, words_of
from ragbot.loaders.layout import gap

_DROPPED_NAMES = (
    "script style template noscript head iframe object embed applet svg canvas audio video map area nav menu menuitem "
    "select option optgroup datalist input textarea rt rp annotation annotation-xml frameset frame noframes"
)
_ROLE_NAMES = (
    "navigation search banner contentinfo menu menubar toolbar dialog alertdialog tooltip doc-toc doc-pagebreak "
    "doc-noteref deletion"
)
_CLASS_NAMES = "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only element-invisible"

_DROPPED = frozenset(_DROPPED_NAMES.split())
_STRUCK = frozenset(("del", "s", "strike"))
_SKIPPED_ROLES = frozenset(_ROLE_NAMES.split())
_SKIPPED_TYPES = frozenset(("pagebreak", "noteref"))
_UNSEEN_CLASSES = frozenset(_CLASS_NAMES.split())
_UNSEEN = "unseen"
_UNSEEN_STYLE = re.compile(
    r"display:none|visibility:hidden|(?:^|;)(?:left|right|top|text-indent|margin-left):-\d{3,}"
    r"|clip:rect\([01](?:px)?[,\s]|text-decoration(?:-line)?:[^;]*line-through"
)
# The names of pictures written as words of a font ("expand_more"), and of links from a heading to itself.
_ICON = re.compile(
    r"(?:^|[\s_-])(?:icons?|glyphicon|anchor|headerlink|permalink|fa[srlb]?)(?:$|[\s_-])|material-symbols", re.I
)
_NO_ROOM = frozenset(("script", "style", "template", "rt", "rp", "annotation", "annotation-xml"))
_DRAWN = frozenset(("svg", "canvas", "object", "embed", "iframe", "input", "select"))
_MARK = r"[\[(]?(?:\d{1,3}|[a-z]|[ivx]{2,4}|[*†‡§¶#]{1,3})[\])]?"
_MARKS = re.compile(rf"{_MARK}(?:(?:[\s,;–-]+|(?<=\])(?=\[)){_MARK})*", re.IGNORECASE)
_BRACKETED = re.compile(r"\[\d{1,3}(?:[,–-]\s?\d{1,3})*\]")
_MAX_MARKS = 30  # characters


def without_hidden(root: Any) -> None:
    """Take everything out of `root` that a reader does not see or that only serves to move about.

    Where words stood in a line there is a blank then, unless a mark of punctuation follows.
    """
    from lxml import etree

    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, etree.Entity, with_tail=False)
    unseen = [
        element
        for element in root.iter("*")
        if element is not root and _is_unseen(element) and not _holds_main(element)
    ]
    for element, (before, after) in neighbours(root, unseen, skipped=True).items():
        if _takes_room(element):
            element.tail = gap(before, after) + (element.tail or "")
    for element in unseen:
        element.tag = _UNSEEN
    etree.strip_elements(root, _UNSEEN, with_tail=False)  # at once: one by one, each would copy the text around it


def _is_unseen(element: Any) -> bool:
    tag = tag_of(element)
    if tag in _DROPPED:
        return True
    if tag == "button":  # a heading that opens its text is a button in its middle
        return not any(tag_of(above) in HEADINGS or tag_of(above) == "summary" for above in element.iterancestors())
    if tag == "footer":  # of the page; that of an article or a quotation says who wrote it
        return not any(tag_of(above) in ("blockquote", "article", "figure") for above in element.iterancestors())
    return tag in _STRUCK or _is_hidden(element) or (tag == "sup" and _is_note_mark(element))


def _is_hidden(element: Any) -> bool:
    hidden = element.get("hidden")
    return (
        (hidden is not None and hidden.lower() != "until-found")
        or (element.get("role") or "").strip().lower() in _SKIPPED_ROLES
        or not _UNSEEN_CLASSES.isdisjoint((element.get("class") or "").split())
        or not _SKIPPED_TYPES.isdisjoint(types_of(element))
        or _UNSEEN_STYLE.search("".join((element.get("style") or "").lower().split())) is not None
        or _is_hidden_from_listeners(element)
    )


def _is_hidden_from_listeners(element: Any) -> bool:
    """True for `aria-hidden` on a block, a picture or a copy; words in a line are told to listeners in other words."""
    if (element.get("aria-hidden") or "").strip().lower() != "true":
        return False
    if any(tag_of(inner) in BLOCKS for inner in element.iter("*")):
        return True
    if _ICON.search(element.get("class") or "") or (element.get("href") or "").startswith("#"):
        return True
    beside = (element.getprevious(), element.getnext())  # a formula drawn by a script stands beside its MathML
    return any(tag_of(inner) == "math" for near in beside if near is not None for inner in near.iter("*"))


def _is_note_mark(sup: Any) -> bool:
    """True for a superscript that only leads to a note: a mark that links within the page, or a number in brackets."""
    words = words_of(sup)
    if len(words) > _MAX_MARKS or not _MARKS.fullmatch(words):
        return False
    links = [element for element in (*sup.iter("*"), sup.getparent()) if element is not None and tag_of(element) == "a"]
    links = [a for a in links if a is not sup.getparent() or _holds_only(a, sup)]
    return _BRACKETED.fullmatch(words) is not None or any("#" in (link.get("href") or "") for link in links)


def _holds_only(link: Any, element: Any) -> bool:
    return len(link) == 1 and not (link.text or "").strip() and not (element.tail or "").strip()


def _takes_room(element: Any) -> bool:
    """True if something stands on the page where `element` is; the end of a printed page may stand inside a word."""
    if tag_of(element) in _NO_ROOM or "pagebreak" in types_of(element) or element.get("role") == "doc-pagebreak":
        return False
    return tag_of(element) in _DRAWN or any(text.strip() for text in element.itertext())


def _holds_main(element: Any) -> bool:
    """True for a whole page that was saved while a dialog covered it."""
    if tag_of(element) in _DROPPED:
        return False
    return any(tag_of(inner) in ("main", "body") or inner.get("role") == "main" for inner in element.iter("*"))
