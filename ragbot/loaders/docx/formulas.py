"""Formulas of a Word file (OMML) in one line: "/" for fractions, "^" for powers. Knows no paragraphs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ragbot.loaders.docx.characters import of_symbol
from ragbot.loaders.docx.styles import W
from ragbot.loaders.formulas import fraction, index, joined, limits, lowered, power, raised, root

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
Parts = dict[Any, str]  # the children of an element with their formulas
_GONE = frozenset((f"{W}del", f"{W}moveFrom"))


def formula(math: Any, is_dropped: Callable[[Any], bool]) -> str:
    """What `math` shows; runs that `is_dropped` are left out, and so is what is deleted."""
    done: dict[Any, str] = {}
    for element in reversed(list(math.iter("*"))):  # without recursion, so that no depth of nesting is too deep
        parts = {child: done.pop(child) for child in element if child in done}
        if element.tag in _GONE or (element.tag == f"{M}r" and is_dropped(element)):
            done[element] = ""
        elif element.tag.startswith(M):
            done[element] = _WRITTEN.get(element.tag.removeprefix(M), _plain)(element, parts)
        else:
            done[element] = _of_word(element, list(parts.values()))
    return done[math]


def _of_word(element: Any, parts: list[str]) -> str:
    if element.tag == f"{W}sym":
        return of_symbol(element)
    return element.text or "" if element.tag == f"{W}t" else joined(parts)


def _plain(element: Any, parts: Parts) -> str:
    return element.text or "" if element.tag == f"{M}t" else joined(parts.values())


def _fraction(element: Any, parts: Parts) -> str:
    named = _named(parts)
    top, bottom = named.get("num", ""), named.get("den", "")
    return f"({top} over {bottom})" if _property(element, "fPr", "type") == "noBar" else fraction(top, bottom)


def _scripts(_element: Any, parts: Parts) -> str:
    named = _named(parts)
    base, above, below = named.get("e", ""), named.get("sup", ""), named.get("sub", "")
    base = index(base, below) if below else base
    return power(base, above) if above else base


def _scripts_before(_element: Any, parts: Parts) -> str:
    """The numbers of an isotope: raised and lowered, for "6^14 C" would be a power of six."""
    named = _named(parts)
    above, below = named.get("sup", ""), named.get("sub", "")
    return f"{raised(above, ' ')}{lowered(below, '0', '')}{named.get('e', '')}"


def _limits(element: Any, parts: Parts) -> str:
    named = _named(parts)
    below, above = named.get("sub", ""), named.get("sup", "")
    if element.tag == f"{M}nary":
        sign = _property(element, "naryPr", "chr", "∫")
        return joined([limits(sign, below, above), named.get("e", "")])
    limit = named.get("lim", "")
    return limits(named.get("e", ""), *([limit] if element.tag == f"{M}limLow" else ["", limit]))


def _root(_element: Any, parts: Parts) -> str:
    named = _named(parts)
    return root(named.get("e", ""), named.get("deg", ""))


def _in_brackets(element: Any, parts: Parts) -> str:
    between = _property(element, "dPr", "sepChr", "|")
    inner = between.join(text for child, text in parts.items() if child.tag == f"{M}e")
    return f"{_property(element, 'dPr', 'begChr', '(')}{inner}{_property(element, 'dPr', 'endChr', ')')}"


def _rows(_element: Any, parts: Parts) -> str:
    return "; ".join(filter(None, parts.values()))


def _cells(_element: Any, parts: Parts) -> str:
    return " ".join(parts.values())


def _phantom(element: Any, parts: Parts) -> str:
    return "" if _property(element, "phantPr", "show") in ("0", "off", "false") else joined(parts.values())


def _named(parts: Parts) -> dict[str, str]:
    return {child.tag.removeprefix(M): text for child, text in parts.items()}


def _property(element: Any, group: str, name: str, default: str = "") -> str:
    found = element.find(f"{M}{group}/{M}{name}")
    return str(found.get(f"{M}val", "")) if found is not None else default


_WRITTEN: dict[str, Callable[[Any, Parts], str]] = {
    "f": _fraction,
    **dict.fromkeys(("sSup", "sSub", "sSubSup"), _scripts),
    **dict.fromkeys(("nary", "limLow", "limUpp"), _limits),
    "sPre": _scripts_before,
    "rad": _root,
    "d": _in_brackets,
    "m": _rows,
    "eqArr": _rows,
    "mr": _cells,
    "phant": _phantom,
}
