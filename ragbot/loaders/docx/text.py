"""The words of one paragraph of a Word file, as Word shows them, and what hangs on it: notes and text boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ragbot.loaders.docx.characters import UNKNOWN, of_run, of_symbol
from ragbot.loaders.docx.formulas import formula
from ragbot.loaders.docx.parts import Part, Place, in_one_line
from ragbot.loaders.docx.styles import Styles, W
from ragbot.loaders.layout import LINE_BREAK, squeezed

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BETWEEN = {f"{W}tab": " ", f"{W}ptab": " ", f"{W}br": LINE_BREAK, f"{W}cr": LINE_BREAK, f"{W}noBreakHyphen": "-"}
_PLACES = {"superscript": Place.SUPERSCRIPT, "subscript": Place.SUBSCRIPT}
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-z]|[*†‡§¶]{1,3})[\])]?", re.IGNORECASE)
_NOTES = (f"{W}footnoteReference", f"{W}endnoteReference")
# What holds runs or blocks without being one: insertions, links, content controls, fields.
_WRAPPERS = frozenset(
    f"{W}{name}"
    for name in ("ins", "moveTo", "hyperlink", "sdt", "sdtContent", "smartTag", "customXml", "fldSimple", "dir", "bdo")
)


@dataclass(slots=True)
class ParagraphText:
    """`text` with LINE_BREAKs; `bold` if all of it is; ids of notes and the contents of text boxes that belong to it.

    `is_read` is False if characters of a font of symbols in it could not be told.
    """

    text: str = ""
    bold: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    is_read: bool = True


def children(element: Any, tags: tuple[str, ...]) -> Iterator[Any]:
    """The nearest elements inside with one of `tags`, through wrappers but not through deletions or tables of contents.

    Of alternatives for older programs only the first is taken.
    """
    for child in element:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS and not _is_contents(child):
            yield from children(child, tags)
        elif child.tag == f"{_COMPATIBLE}AlternateContent" and len(child):
            yield from children(child[0], tags)


def paragraph_text(paragraph: Any, styles: Styles) -> ParagraphText:
    """What the paragraph shows. Deleted, moved away, struck and hidden runs are left out, and so are fields' codes."""
    result = ParagraphText(bold=True)
    parts: list[Part] = []
    for run in children(paragraph, (f"{W}r", f"{_MATH}oMath", f"{_MATH}oMathPara")):
        if run.tag != f"{W}r":
            text = formula(run, lambda inner: _is_struck(inner, paragraph, styles))
            result.is_read &= UNKNOWN not in text
            parts.append(Part(text, Place.FORMULA))
        elif _is_struck(run, paragraph, styles) or _is_note_mark(run, paragraph, styles):
            parts.append(Part("", Place.GAP))
        elif not styles.is_on("vanish", run, paragraph):
            text = "".join(_run_words(run, paragraph, styles, result))
            parts.append(Part(text, _place(run, paragraph, styles)))
            result.bold &= not text.strip() or styles.is_on("b", run, paragraph)
    result.text = in_one_line(parts)
    result.bold &= bool(squeezed(result.text))
    return result


def _is_struck(run: Any, paragraph: Any, styles: Styles) -> bool:
    return any(styles.is_on(name, run, paragraph) for name in ("strike", "dstrike"))


def _place(run: Any, paragraph: Any, styles: Styles) -> Place:
    found = styles.run_property("vertAlign", run, paragraph)
    return _PLACES.get(found.get(f"{W}val", ""), Place.LINE) if found is not None else Place.LINE


def _is_note_mark(run: Any, paragraph: Any, styles: Styles) -> bool:
    """True for a superscript number that links to a place in the same file, as files made from web pages have them."""
    above = run.getparent()
    if above is None or above.tag != f"{W}hyperlink" or above.get(f"{W}anchor") is None:
        return False
    words = "".join(text.text or "" for text in above.iter(f"{W}t")).strip()
    return _place(run, paragraph, styles) is Place.SUPERSCRIPT and _MARK.fullmatch(words) is not None


def joins_next(paragraph: Any) -> bool:
    """True if the mark at the paragraph's end is deleted, so that the next one goes on in the same paragraph."""
    return paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None


def _run_words(run: Any, paragraph: Any, styles: Styles, result: ParagraphText) -> Iterator[str]:
    for part in run:
        if part.tag in (f"{W}t", f"{W}sym"):
            text = part.text or ""
            shown = of_symbol(part) if part.tag == f"{W}sym" else of_run(text, run, paragraph, styles)
            result.is_read &= UNKNOWN not in shown or UNKNOWN in text
            yield shown
        elif part.tag in _BETWEEN:
            yield _BETWEEN[part.tag]
        elif part.tag in _NOTES:
            result.notes.append((part.tag, part.get(f"{W}id") or ""))
        elif part.tag == f"{W}ruby":
            yield "".join(text.text or "" for text in part.iterfind(f"{W}rubyBase//{W}t"))
        elif part.tag == f"{_COMPATIBLE}AlternateContent" and len(part):
            result.boxes.extend(_outer_boxes(part[0]))
        elif part.tag in (f"{W}drawing", f"{W}pict", f"{W}object"):
            result.boxes.extend(_outer_boxes(part))


def _outer_boxes(element: Any) -> list[Any]:
    """Text boxes in a drawing; a box inside a box is met when the outer one is read."""
    boxes = list(element.iter(f"{W}txbxContent"))
    known = set(boxes)
    return [box for box in boxes if known.isdisjoint(box.iterancestors())]


def _is_contents(element: Any) -> bool:
    gallery = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(f"{W}val") == "Table of Contents"
