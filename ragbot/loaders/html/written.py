"""Superscripts, subscripts and MathML of a page written out as plain characters, so that none runs into a number."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ragbot.loaders.formulas import SLASHES, fraction, index, joined, limits, lowered, power, raised, root
from ragbot.loaders.html.elements import BLOCKS, neighbours, tag_of, words_of
from ragbot.loaders.layout import squeezed

_NOTHING = dict.fromkeys(range(0x2061, 0x2065))  # operators that nobody sees
_NO_LINE = re.compile(r"0[.0]*\s*[a-z%]*")
_ROWS = {"mtr": " ", "mlabeledtr": " ", "mtable": "; ", "mstack": " "}
_OF_PARTS: dict[tuple[str, int], Callable[..., str]] = {
    ("mfrac", 2): fraction,
    ("msup", 2): power,
    ("mover", 2): lambda base, above: limits(base, "", above),
    ("msub", 2): index,
    ("munder", 2): limits,
    ("msubsup", 3): lambda base, below, above: power(index(base, below), above),
    ("munderover", 3): limits,
    ("mroot", 2): root,
    ("mspace", 0): lambda: " ",
}


def write_out(page: Any) -> None:
    """Write each superscript, subscript and formula in `page` as it is to be read in one line."""
    formulas = [element for element in page.iter("*") if tag_of(element) == "math"]
    around = neighbours(page, formulas, skipped=False)
    for math in formulas:
        before, after = around[math]
        _replace(math, _apart(formula(math), before, after))
        math.tag = "span"
    scripts = [e for e in page.iter("*") if tag_of(e) in ("sup", "sub") and not _holds_block(e)]
    numerators = {element for element in scripts if _is_numerator(element)}
    denominators = {element.getnext() for element in numerators}
    around = neighbours(page, scripts, skipped=False)
    for element in reversed(scripts):  # the inner ones first
        text, (before, after) = words_of(element), around[element]
        if element in numerators or element in denominators:
            _replace(element, _apart(text, before, ""))
        elif text:
            _replace(element, raised(text, before) if tag_of(element) == "sup" else lowered(text, before, after))


def formula(math: Any) -> str:
    """A formula in MathML in one line: "/" for fractions, "^" for powers."""
    done: dict[Any, str] = {}
    for element in reversed(list(math.iter("*"))):  # without recursion, so that no depth of nesting is too deep
        parts = [(done.pop(child), squeezed(child.tail or "")) for child in element if child in done]
        done[element] = _written(element, [part for part, _ in parts], [text for pair in parts for text in pair])
    return done[math]


def _written(element: Any, parts: list[str], texts: list[str]) -> str:
    """One element, given its children's formulas (`parts`) and these with the text between them (`texts`)."""
    tag = tag_of(element)
    if tag == "mfenced":
        return f"{element.get('open', '(')}{', '.join(parts)}{element.get('close', ')')}"
    if tag == "mfrac" and len(parts) == 2 and _NO_LINE.fullmatch(element.get("linethickness") or ""):
        return f"({parts[0]} over {parts[1]})"
    if tag in _ROWS:
        return _ROWS[tag].join(parts)
    if (tag, len(parts)) in _OF_PARTS:
        return _OF_PARTS[tag, len(parts)](*parts)
    if tag == "semantics":  # what follows says the same for programs
        return parts[0] if parts else ""
    line = joined([squeezed((element.text or "").translate(_NOTHING)), *texts])
    return root(line) if tag == "msqrt" else "" if tag == "mphantom" else line


def _is_numerator(element: Any) -> bool:
    """True for the first part of a fraction made of a superscript, a slash and a subscript."""
    below = element.getnext()
    slash = (element.tail or "").strip() in SLASHES
    return slash and tag_of(element) == "sup" and below is not None and tag_of(below) == "sub"


def _apart(text: str, before: str, after: str) -> str:
    left = " " if before.isalnum() and text[:1].isalnum() else ""
    return f"{left}{text}{' ' if after.isalnum() and text[-1:].isalnum() else ''}"


def _holds_block(element: Any) -> bool:
    return any(tag_of(inner) in BLOCKS for inner in element.iter("*"))


def _replace(element: Any, text: str) -> None:
    del element[:]
    element.text = text
