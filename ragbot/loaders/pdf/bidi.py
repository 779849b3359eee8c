"""A word of Hebrew or Arabic as it stands on the page to the word as it is read. Knows characters only, no places.

The reverse of the Unicode bidirectional algorithm (Annex 9) within one word, for what documents hold in practice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import bidirectional, category

LEFTWARD = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

_CODES = {"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N", "ES": "c", "CS": "c", "ET": "t"}
# What runs to the right inside a word that runs to the left: Latin letters with what they enclose, and numbers.
_RIGHTWARD = re.compile(r"L(?:.*[LN])?t?|t?N+(?:cN+)*t?")
_OPENING, _CLOSING = "([{", ")]}"
_TO_OPENING, _TO_CLOSING = str.maketrans(_CLOSING, _OPENING), str.maketrans(_OPENING, _CLOSING)
_LEADING = re.compile(r"^[(\[{)\]}]+(?=\w)")
_TRAILING = re.compile(r"(?<=\w)([.,;:!?،؛؟\"”]*)([(\[{)\]}]+)([.,;:!?،؛؟]*)$")


def as_read(seen: Sequence[str], *, leftward: bool) -> str:
    """The word whose characters, each with its marks, are `seen` from left to right; `leftward` is its line's direction.

    A bracket at an end faces the word: which way it is drawn, the file does not tell reliably.

    >>> as_read("20-ב", leftward=True), as_read("0.5", leftward=True), as_read("40(", leftward=True)
    ('ב-20', '0.5', '(40')
    """
    codes = [_CODES.get(bidirectional(cluster[0]), "o") for cluster in seen]
    if "R" in codes or (leftward and "L" not in codes):
        told, kept = "".join(reversed(codes)), list(reversed(seen))
        for run in _RIGHTWARD.finditer(told):
            kept[run.start() : run.end()] = reversed(kept[run.start() : run.end()])
        seen = kept
    return _faced("".join(seen))


def is_mark(character: str) -> bool:
    """True for a vowel point or accent that is drawn over or under the letter before it."""
    return category(character) == "Mn"


def _faced(word: str) -> str:
    word = _LEADING.sub(lambda match: match[0].translate(_TO_OPENING), word)
    return _TRAILING.sub(lambda match: match[1] + match[2].translate(_TO_CLOSING) + match[3], word)
