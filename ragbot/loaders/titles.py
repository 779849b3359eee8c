"""What a text is called that names no title of its own, the same for every format. Wording is left as it is.

The title is read with every passage and shown as the name of its source: a wrong one does more harm than the file's
name, so a heading that may be a section's is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from ragbot.datatypes import Block, BlockKind, Heading

MAX_TITLE = 300  # characters; beyond, it is an abstract
_FULL_STOP = re.compile(r"[.!?…][\"'”’)\]]*$")
_MAX_NAME_WORDS = 4  # "Dr. A. Smith, M.D."
_MAX_WORDS_ABOVE = 20  # of a line above the title
_SECTION = re.compile(
    r"(?:\d{1,2}[.)]|\d{1,2}(?:\.\d{1,2})+\.?|(?:chapter|section|part|kapitel|abschnitt|teil) [\divx]{1,4}\b)(?:\W.*)?"
    r"|(?:table of )?contents|index|abstract|summary|key points|introduction|background|overview|preface|foreword"
    r"|references|disclaimer|inhalt|inhaltsverzeichnis|zusammenfassung|das wichtigste|einleitung|einführung|hintergrund"
    r"|überblick|übersicht|vorwort|literatur|quellen|haftungsausschluss",
    re.IGNORECASE,
)


def heading_title(text: str, blocks: Sequence[Block], headings: Sequence[Heading]) -> str | None:
    """The heading that names the whole text: the only one of level 1 above most others, or the highest before any prose.

    A heading that is numbered or called "Introduction", "Contents" and the like names a section, and so may one
    further down: then there is None, and the file's name says more. `headings` are those of `blocks`, in order.

    >>> from ragbot.datatypes import Span
    >>> spans = Span(0, 5), Span(7, 16)
    >>> blocks = [Block(spans[0], BlockKind.HEADING, 1), Block(spans[1], BlockKind.PARAGRAPH)]
    >>> heading_title("Guide\\n\\nIt helps.", blocks, [Heading(spans[0], 1, "Guide")])
    'Guide'
    """
    top = [number for number, heading in enumerate(headings) if heading.level == 1]
    found = headings[top[0]] if len(top) == 1 and _more_below(top[0], len(headings)) > 0 else None
    if found is None or not _may_name(found.title):
        found = _highest_in_opening(text, blocks, headings)
    return found.title.rstrip(" :") if found else None


def heads_a_section(title: str, headings: Sequence[str]) -> bool:
    """True if `title` is one of `headings`, in order, with more others above than below: it cannot name the whole.

    >>> heads_a_section("Questions", ["Effects", "Dose", "Questions"])
    True
    >>> heads_a_section("Effects", ["Effects", "Dose", "Questions"])
    False
    """
    return title in headings and _more_below(headings.index(title), len(headings)) < 0


def _more_below(number: int, n: int) -> int:
    """How many more of `n` headings stand below the one with this number than above it."""
    return (n - 1 - number) - number


def _highest_in_opening(text: str, blocks: Sequence[Block], headings: Sequence[Heading]) -> Heading | None:
    opening = {block.span for block in takewhile(lambda block: not _is_prose(text, block), blocks)}
    first = [heading for heading in headings if heading.span in opening]
    named = takewhile(lambda heading: not _SECTION.fullmatch(heading.title.rstrip(" :")), first)
    return min(filter(lambda heading: _may_name(heading.title), named), key=lambda h: h.level, default=None)


def _may_name(title: str) -> bool:
    return len(title) <= MAX_TITLE and any(map(str.isalpha, title)) and not _SECTION.fullmatch(title.rstrip(" :"))


def _is_prose(text: str, block: Block) -> bool:
    """True for running text; a date, an author or a clinic's name may stand above a title."""
    words = block.span.cut(text).split()
    ends = len(words) > _MAX_NAME_WORDS and _FULL_STOP.search(words[-1]) is not None
    return block.kind is not BlockKind.HEADING and (ends or len(words) > _MAX_WORDS_ABOVE)
