"""What the styles of a Word file mean: heading level, list, hidden, bold, a header row. Knows no text."""

from __future__ import annotations

import re
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAX_CHAIN = 30  # of styles based on each other; a circle would have no end
_BODY_TEXT = 9  # the outline level of what is no heading
# Word names built-in styles in English in every language; other programs write the name that their user sees.
_HEADING = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|overskrift|otsikko|nagłówek|nadpis|заголовок|başlık|标题|見出し)"
    r"\s*([1-9])\b"
)
_TITLES = {"title": 1, "titel": 1, "subtitle": 2, "untertitel": 2}
_CONTENTS = re.compile(r"(?:toc|contents|verzeichnis|inhaltsverzeichnis|index)\s*\d+$|toc heading|table of figures")
_TABLE_LOOK_FIRST_ROW = 0x20


class Styles:
    """The styles of one file by their ids; what a style does not say, the one that it is based on may."""

    def __init__(self, root: Any) -> None:
        self._styles = {style.get(f"{W}styleId"): style for style in root.iter(f"{W}style")}
        paragraph = f"{W}style[@{W}type='paragraph'][@{W}default='1']"
        default = root.find(paragraph)
        self._default = default.get(f"{W}styleId") if default is not None else None

    def level(self, paragraph: Any) -> int:
        """Level of a heading, 0 for any other paragraph."""
        name = self._name(paragraph)
        if name in _TITLES:
            return _TITLES[name]
        if match := _HEADING.match(name):
            return min(int(match[1]), 6)
        outline = self._paragraph_value(paragraph, "outlineLvl")
        rank = outline.get(f"{W}val") if outline is not None else None
        return min(int(rank) + 1, 6) if rank and rank.isdecimal() and int(rank) < _BODY_TEXT else 0

    def is_title(self, paragraph: Any) -> bool:
        """True for the paragraph that shows the title of the whole file."""
        return _TITLES.get(self._name(paragraph)) == 1

    def is_contents(self, paragraph: Any) -> bool:
        """True for an entry of a table of contents, which says again what the headings say."""
        return _CONTENTS.match(self._name(paragraph)) is not None

    def list_level(self, paragraph: Any) -> int:
        """Depth in a list from 1, 0 outside lists."""
        numbering = self._paragraph_value(paragraph, "numPr")
        if numbering is None:
            return 1 if re.match(r"list (?:bullet|number)\b", self._name(paragraph)) else 0
        number, depth = numbering.find(f"{W}numId"), numbering.find(f"{W}ilvl")
        if number is not None and number.get(f"{W}val") == "0":
            return 0
        rank = depth.get(f"{W}val") if depth is not None else "0"
        return min(int(rank), 8) + 1 if rank and rank.isdecimal() else 1

    def is_on(self, name: str, run: Any, paragraph: Any) -> bool:
        """True if the property `name` (`vanish`, `b`) holds for a run, by itself or through its styles."""
        found = self.run_property(name, run, paragraph)
        return found is not None and found.get(f"{W}val", "1").lower() not in ("0", "false", "off")

    def run_property(self, name: str, run: Any, paragraph: Any) -> Any | None:
        """The element of the property `name` (`rFonts`) of a run: its own, that of its style or of its paragraph's."""
        own = run.find(f"{W}rPr/{W}{name}")
        if own is not None:
            return own
        style = run.find(f"{W}rPr/{W}rStyle")
        found = self._value(style.get(f"{W}val"), f"{W}rPr/{W}{name}") if style is not None else None
        return found if found is not None else self._value(self._style_of(paragraph), f"{W}rPr/{W}{name}")

    def marks_first_row(self, table: Any) -> bool:
        """True if the table's style sets its first row apart and the table asks for that."""
        look, style = table.find(f"{W}tblPr/{W}tblLook"), table.find(f"{W}tblPr/{W}tblStyle")
        if look is None or style is None:
            return False
        first = look.get(f"{W}firstRow")
        if first is None:
            try:
                first = str(int(look.get(f"{W}val", "0"), 16) & _TABLE_LOOK_FIRST_ROW)
            except ValueError:
                first = "0"
        asked = first.lower() not in ("0", "false", "off")
        return asked and self._value(style.get(f"{W}val"), f"{W}tblStylePr[@{W}type='firstRow']") is not None

    def _name(self, paragraph: Any) -> str:
        style_id = self._style_of(paragraph)
        style = self._styles.get(style_id)
        name = style.find(f"{W}name") if style is not None else None
        return str(name.get(f"{W}val", "") if name is not None else style_id or "").strip().lower()

    def _style_of(self, paragraph: Any) -> str | None:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        return style.get(f"{W}val") if style is not None else self._default

    def _paragraph_value(self, paragraph: Any, name: str) -> Any | None:
        own = paragraph.find(f"{W}pPr/{W}{name}")
        return own if own is not None else self._value(self._style_of(paragraph), f"{W}pPr/{W}{name}")

    def _value(self, style_id: str | None, path: str) -> Any | None:
        for _ in range(_MAX_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                return None
            found = style.find(path)
            if found is not None:
                return found
            above = style.find(f"{W}basedOn")
            style_id = above.get(f"{W}val") if above is not None else None
        return None
