"""Marks of list items at the start of a line: bullets, and numbers or letters that count up. Knows no pages."""

from __future__ import annotations

import re

_BULLETS = "•‣▪■●○◦∙·◆❖➢➤✓✔"
_DASHES = frozenset("*–—-−")
_COUNTED = re.compile(r"(\(?)(?:(\d{1,2})|([a-z]))([.)])")


def bullet(first_word: str) -> str:
    """The bullet that the word is or begins with, or nothing. Dashes count only if they stand alone.

    >>> bullet("•"), bullet("•Rest"), bullet("-"), bullet("-5")
    ('•', '•', '-', '')
    """
    if first_word[0] in _BULLETS:
        return first_word[0]
    return first_word if first_word in _DASHES else ""


def is_dash(mark: str) -> bool:
    """True for a mark that may as well be a dash within a sentence."""
    return mark in _DASHES


class Counter:
    """Tells the numbers of a list from numbers that happen to begin a line: a list begins with 1 or a and counts on.

    >>> counter = Counter()
    >>> [counter.counts_on(word) for word in ("1.", "2.", "7.", "3.", "a)", "12")]
    [True, True, False, True, True, False]
    """

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, bool], int] = {}

    def counts_on(self, first_word: str) -> bool:
        """True if the word numbers the next item, or the first one of a new list."""
        match = _COUNTED.fullmatch(first_word)
        if match is None:
            return False
        opening, digits, letter, closing = match.groups()
        number = int(digits) if digits else ord(letter) - ord("a") + 1
        kind = (opening, closing, bool(digits))
        if number != 1 and number != self._last.get(kind, 0) + 1:
            return False
        self._last[kind] = number
        return True
