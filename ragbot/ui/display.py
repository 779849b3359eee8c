"""Text as data: what a person or document wrote, made safe to stand inside HTML. Knows nothing of answers or pages."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

_JOINERS = {"\u200c", "\u200d"}  # needed inside emoji and in Persian or Hindi words; between ASCII they only hide
# gr.HTML passes its value through a template literal; as entities these never look like template syntax.
_LINE_MARKS = str.maketrans("", "", "\n\t")
_BEFORE_NEW_LINE = re.compile(r"\n(?=[^\S\n]*(?:\n|[-*+•–] |\d{1,3}[.)] |\||#))")
_AFTER_BLANK_LINE = re.compile(r"\n[^\S\n]*(\n)")
_TEMPLATE_MARKS = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;"})


def visible(text: str) -> str:
    """`text` without control, bidi and other hidden characters; lone surrogates become U+FFFD.

    >>> visible("a\\u202eb\\u200bc\\x07")
    'abc'
    """
    if text.translate(_LINE_MARKS).isprintable():  # nothing in it that could hide; long documents are mostly so
        return text
    return "".join(_visible_character(text, position) for position in range(len(text)))


def escape(text: str) -> str:
    """`text` as HTML that shows exactly its visible characters, in element content or a quoted attribute.

    >>> escape("<b>${1+1}</b>")
    '&lt;b&gt;&#36;&#123;1+1&#125;&lt;/b&gt;'
    """
    return html.escape(visible(text)).translate(_TEMPLATE_MARKS)


def attribute(text: str) -> str:
    """`text` as the value of a quoted attribute that a script reads back unchanged, hidden characters and all.

    >>> attribute("a\\u202eb <$>")
    'a&#8238;b &lt;&#36;&gt;'
    """
    kept = "".join(c if c.isprintable() else f"&#{ord(c)};" for c in html.escape(text))
    return kept.translate(_TEMPLATE_MARKS)


def mark(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    """`text` as HTML with the half-open `ranges` inside `<mark>`; overlapping ones are joined.

    >>> mark("take two now", [(5, 8)])
    'take <mark>two</mark> now'
    """
    parts, position = [], 0
    for start, end in joined(ranges, len(text)):
        parts += [escape(text[position:start]), f"<mark>{escape(text[start:end])}</mark>"]
        position = end
    return "".join(parts) + escape(text[position:])


def flowing(text: str, ranges: Sequence[tuple[int, int]] = ()) -> str:
    """`text` as `mark` gives it, with `<br>` where a new paragraph, list item or table row begins.

    Other line ends are only where the file breaks its lines: they stay in the HTML, which shows them as blanks.

    >>> flowing("Rest\\nwell.\\n- Eat.", [(0, 4)])
    '<mark>Rest</mark>\\nwell.<br>\\n- Eat.'
    """
    return with_breaks(mark(text, ranges), text)


def with_breaks(markup: str, text: str) -> str:
    """`markup`, which holds each line end of `text`, with `<br>` before those that begin something new."""
    shown = {match.start() for match in _BEFORE_NEW_LINE.finditer(text)}
    shown |= {match.start(1) for match in _AFTER_BLANK_LINE.finditer(text)}
    ends = [match.start() for match in re.finditer("\n", text)]
    first, *lines = markup.split("\n")
    return first + "".join(f"{'<br>' * (end in shown)}\n{line}" for end, line in zip(ends, lines, strict=True))


def _visible_character(text: str, position: int) -> str:
    character = text[position]
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if character in _JOINERS:
        return character if position and not text[position - 1].isascii() else ""
    return "" if category in ("Cc", "Cf") and character not in "\n\t" else character


def joined(ranges: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """The half-open `ranges` inside 0 to `length`, sorted, those that overlap or touch made one.

    >>> joined([(5, 8), (2, 5), (7, 99)], 10)
    [(2, 10)]
    """
    found: list[tuple[int, int]] = []
    for start, end in sorted((max(0, a), min(b, length)) for a, b in ranges):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
