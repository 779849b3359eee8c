"""Text as data: what a person or document wrote, made safe to stand inside HTML. Knows nothing of answers or pages."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from datetime import datetime

_JOINERS = {"\u200c", "\u200d"}  # needed inside emoji and in Persian or Hindi words; between ASCII they only hide
# gr.HTML passes its value through a template literal; as entities these never look like template syntax.
_TEMPLATE_MARKS = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;"})
_DATE_FORMS = (("%Y-%m-%d", "{0.day} {0:%B} {0.year}"), ("%Y-%m", "{0:%B} {0.year}"))


def visible(text: str) -> str:
    """`text` without control, bidi and other hidden characters; lone surrogates become U+FFFD.

    >>> visible("a\\u202eb\\u200bc\\x07")
    'abc'
    """
    return "".join(_visible_character(text, position) for position in range(len(text)))


def escape(text: str) -> str:
    """`text` as HTML that shows exactly its visible characters, in element content or a quoted attribute.

    >>> escape("<b>${1+1}</b>")
    '&lt;b&gt;&#36;&#123;1+1&#125;&lt;/b&gt;'
    """
    return html.escape(visible(text)).translate(_TEMPLATE_MARKS)


def mark(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """`text` as HTML with the half-open `ranges` inside `<mark>`; overlapping ones are joined.

    >>> mark("take two now", [(5, 8)])
    'take <mark>two</mark> now'
    """
    parts, position = [], 0
    for start, end in _joined(ranges, len(text)):
        parts += [escape(text[position:start]), f"<mark>{escape(text[start:end])}</mark>"]
        position = end
    return "".join(parts) + escape(text[position:])


def shown_date(date: str) -> str:
    """An ISO date or month as people write it; anything else unchanged.

    >>> shown_date("2026-11-22"), shown_date("2026-03"), shown_date("spring 2024")
    ('22 November 2026', 'March 2026', 'spring 2024')
    """
    for read, write in _DATE_FORMS:
        try:
            return write.format(datetime.strptime(date, read))
        except ValueError:
            continue
    return date


def counted(forms: tuple[str, str], count: int) -> str:
    """The singular or the plural form, with its count.

    >>> counted(("1 quote", "{count} quotes"), 3)
    '3 quotes'
    """
    return forms[0] if count == 1 else forms[1].format(count=count)


def _visible_character(text: str, position: int) -> str:
    character = text[position]
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if character in _JOINERS:
        return character if position and not text[position - 1].isascii() else ""
    return "" if category in ("Cc", "Cf") and character not in "\n\t" else character


def _joined(ranges: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, a), min(b, length)) for a, b in ranges):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
