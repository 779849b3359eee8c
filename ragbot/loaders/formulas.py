"""Superscripts, subscripts, fractions and powers as plain characters in one line. Knows no file format.

A line of text has no height: "10" with a raised "9" must not become "109", nor a half "12".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_DIGITS_AND_SIGNS = "0123456789+-−–=()n"
_UP = str.maketrans(_DIGITS_AND_SIGNS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_DOWN = str.maketrans(_DIGITS_AND_SIGNS[:-1], "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_NUMBER = re.compile(r"[+−–-]?[0-9]+[+−–-]?|[+−–-]{1,3}|\([0-9]+\)")
_NUMBERS = re.compile(r"[0-9]+(?:\s?[,–-]\s?[0-9]+)+")
_ORDINALS = frozenset(["st", "nd", "rd", "th", "e", "er", "re", "ère", "ème", "o", "a", "os", "as"])
_SIGNS = {"tm": "™", "sm": "℠"}
_MAX_WORDS = 3  # more words than this are prose in small type
_ATOM = re.compile(r"[\w.,°%√]+|\([^()]*\)|.")
_SIGNED_ATOM = re.compile(rf"[+−-]?(?:{_ATOM.pattern})")
SLASHES = frozenset("/⁄∕")


def raised(text: str, before: str) -> str:
    """A superscript in a line, given the character before it ("" at the beginning of a line).

    >>> raised("9", "0"), raised("th", "5"), raised("max", "0"), raised("1,2", "n")
    ('⁹', 'th', '^max', '¹,²')
    """
    text = text.strip()
    if _NUMBER.fullmatch(text) or text == "n":
        return text.translate(_UP)
    if _NUMBERS.fullmatch(text) and not before.isdigit():
        return "".join(c.translate(_UP) if c.isdigit() else c for c in text)
    if not before or not any(c.isalnum() for c in text):
        return text
    if before.isdigit() and text.lower() in _ORDINALS:
        return text
    return _SIGNS.get(text.lower()) or _marked("^", text)


def lowered(text: str, before: str, after: str) -> str:
    """A subscript in a line, given the characters before and after it; as it is where a letter parts it from numbers.

    >>> lowered("2", "O", " "), lowered("2", "0", ""), lowered("2", "H", "5"), lowered("a", "0", "")
    ('2', '₂', '₂', '_a')
    """
    text = text.strip()
    parted = not before.isdigit() and not (after.isdigit() and text[-1:].isdigit())
    if _NUMBER.fullmatch(text) and not parted:
        return text.translate(_DOWN)
    if (parted and len(text.split()) <= _MAX_WORDS) or not any(c.isalnum() for c in text):
        return text
    return _marked("_", text)


def fraction(top: str, bottom: str) -> str:
    """One number over another.

    >>> fraction("1", "2"), fraction("a + b", "2")
    ('1/2', '(a + b)/2')
    """
    return f"{_grouped(top)}/{_grouped(bottom)}" if top and bottom else top or bottom


def power(base: str, exponent: str) -> str:
    """`base` with an exponent; a mark such as a prime is only put behind it.

    >>> power("10", "9"), power("x", "n + 1"), power("f", "′")
    ('10^9', 'x^(n + 1)', 'f′')
    """
    if not any(c.isalnum() for c in exponent):
        return base + exponent
    return _grouped(base) + _marked("^", exponent)


def index(base: str, below: str) -> str:
    """`base` with a subscript.

    >>> index("x", "2"), index("10", "2"), index("x", "i + 1")
    ('x2', '10₂', 'x_(i + 1)')
    """
    return base + (lowered(below, base[-1:], "") if below.isalnum() else _marked("_", below))


def limits(sign: str, below: str = "", above: str = "") -> str:
    """A sum, an integral or a limit with what stands below and above it; accents only follow their letter.

    >>> limits("∑", "i=1", "n"), limits("lim", "x"), limits("x", "", "¯")
    ('∑_(i=1)^n', 'lim_x', 'x¯')
    """
    marks = (("_", below), ("^", above))
    return sign + "".join(_marked(m, text) if any(c.isalnum() for c in text) else text for m, text in marks)


def root(inner: str, degree: str = "") -> str:
    """A square root, or that of another degree.

    >>> root("2"), root("a + b", "3")
    ('√2', '³√(a + b)')
    """
    return f"{raised(degree, ' ') if degree else ''}√{_grouped(inner)}"


def joined(parts: Iterable[str]) -> str:
    """The parts of a formula one after the other, apart where they would else run into one number or word.

    >>> joined(["x", "=", "2", "1/2", "mg"])
    'x=2 1/2 mg'
    """
    line = ""
    last = ""
    for part in filter(None, parts):
        line += (" " if _run_together(last, part) else "") + part
        last = part
    return line


def _run_together(left: str, right: str) -> bool:
    a, b = left[-1:], right[:1]
    if not a.isalnum() or not b.isalnum():
        return False
    both_words = a.isalpha() and b.isalpha() and (len(left) > 1 or len(right) > 1)
    return (a.isdigit() and b.isdigit()) or both_words or any(c in left + right for c in "/^")


def _grouped(text: str) -> str:
    return text if not text or _ATOM.fullmatch(text) else f"({text})"


def _marked(mark: str, text: str) -> str:
    n_words = len(text.split())
    if n_words > _MAX_WORDS:
        return f" {text}"
    return f"{mark}{text}" if _SIGNED_ATOM.fullmatch(text) else f"{mark}({text})"
