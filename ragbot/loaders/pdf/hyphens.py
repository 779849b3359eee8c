"""The lines of a paragraph to one text: a hyphen at the end of a line dropped where it only parts a word.

The rule, first that applies:
1. a soft hyphen (U+00AD) goes; a hyphen before a capital, a digit or a sign stays (but not within a word in capitals
   that stands whole elsewhere);
2. "short-" before "and", "or" or "to" stays, with its blank;
3. the document writes "long-term" inside a line: stays; it writes "medication": goes;
4. the parts are a known kind of compound ("self-", "-assisted"), or both are words of the document: stays;
5. else it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

_LAST_LETTERS = re.compile(r"[^\W\d_]+(?=[-‐]$)")
_FIRST_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ADDRESS = re.compile(r"://|www\.|@")
_SUSPENDED = frozenset(("and", "or", "to"))  # "short- and long-term"
# English writes these with a hyphen in front of, or behind, almost any word.
_FIRST_PART = re.compile("self|non|well|long|short|high|low|double|single|half|full|first|second")
_SECOND_PART = re.compile(
    "assisted|associated|based|blind(?:ed)?|cent(?:re|er)ed|controlled|dependent|effects?|focused|free|friendly|induced"
    "|label|like|limiting|long|lasting|line|mediated|reported|related|release|resistant|response|scale|specific|term"
    "|threatening|to|up|weeks?|years?|old|day|wide"
)
# Written in one with another word, though both are words: "overdose", "without".
_WRITTEN_SOLID = re.compile("any|be|can|down|every|for|in|on|out|over|some|there|through|under|up|where|with")


def known_words(lines: Iterable[Sequence[str]]) -> frozenset[str]:
    """All words in the lines, in lower case, compounds whole; not the halves of words that a line's end may part.

    >>> sorted(known_words([["Long-term", "medi-"], ["cation", "helps."]]))
    ['helps', 'long-term']
    """
    known: set[str] = set()
    parted = False
    for line in lines:
        last = len(line) - 1
        for number, word in enumerate(line):
            ends_in_hyphen = number == last and word.endswith(("-", "‐", "\xad"))
            if not ends_in_hyphen and not (number == 0 and parted):
                known.update(_WORD.findall(word.casefold().replace("‐", "-").replace("\xad", "")))
        parted = bool(line) and line[-1].endswith(("-", "‐", "\xad"))
    return frozenset(known)


def joined(lines: Sequence[str], known: frozenset[str]) -> str:
    """The lines as one text; `known` are the words of the whole document.

    >>> joined(["A medi-", "cation for long-", "term use"], frozenset({"medication", "long-term"}))
    'A medication for long-term use'
    """
    parts: list[str] = list(lines[:1])
    for above, below in pairwise(lines):
        glue = _glue(above, below, known)
        if glue is None:
            parts[-1] = parts[-1][:-1]
        parts += [glue or "", below]
    return "".join(parts).replace("\xad", "")


def _glue(above: str, below: str, known: frozenset[str]) -> str | None:
    """What stands between two lines: a blank, nothing, or None where nothing does and the hyphen goes too."""
    if above.endswith("\xad"):
        return None
    if not re.search(r"\w[-‐]$", above):
        return "" if re.search(r"\S[—/]$", above) else " "
    first, last = _LAST_LETTERS.search(above[-60:]), _FIRST_LETTERS.match(below[:60])
    if last and last[0] in _SUSPENDED:
        return " "
    token = above.rsplit(" ", 1)[-1]
    if not first or not last or _ADDRESS.search(token):
        return ""
    if not last[0][0].islower():  # "OP-TIONAL" is one word if the document has it whole elsewhere
        solid = first[0].isupper() and last[0].isupper() and (first[0] + last[0]).casefold() in known
        return None if solid else ""
    return "" if _is_compound(first[0].casefold(), last[0].casefold(), "-" in token[:-1], known) else None


def _is_compound(first: str, second: str, chained: bool, known: frozenset[str]) -> bool:
    if f"{first}-{second}" in known:
        return True
    if first + second in known:
        return False
    if _FIRST_PART.fullmatch(first) or _SECOND_PART.fullmatch(second) or (chained and first in known):
        return True
    both = first in known and second in known and len(first) > 2 and len(second) > 3
    return both and not _WRITTEN_SOLID.fullmatch(first)
