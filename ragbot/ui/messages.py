"""Fixed messages to HTML: help lines with their numbers as links, one number a line. Changes no word of a message.

A message is plain text with `**bold**` marks; ` · ` stands between numbers that belong together. The mark and the
dot are all that is not seen on the page: dots stay in the HTML, so that copied text is the message's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ragbot.ui.display import escape

# Only the forms that occur in the fixed texts: emergency and help lines, never amounts, years or hours. The numbers of
# an operator may have any form; they stand behind a telephone sign.
_PHONE = re.compile(
    r"(?<=☎ )\+?\d(?:[ ()/-]{0,2}\d)*"
    r"|(?<![\w.,:/-])(?:1-\d{3}-\d{3}-\d{4}|0\d{2,4}(?: \d{2,4}){1,3}|01 \d{3} \d{4}|116 123|13 11 \d\d"
    r"|911|999|112|000|111|988|1737|85258)(?![\w/-]|[.,:]\d)"
)
_TEXT_ONLY = {"85258"}  # takes text messages, no calls
_BRACKET = re.compile(r"\s*\(([^()]+)\)")
_SEPARATOR = " · "
MAX_FIRST_CALLS = 5
_MAX_CALL_LINE_CHARS = 60  # longer lines are prose that mentions a number
_MAX_SHORT_LINE_CHARS = 28
_MIN_INTRO_CHARS = 40  # shorter ones ("US, Canada:") name whose number it is


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a message: its text without marks, and which characters are bold."""

    text: str
    bold: tuple[bool, ...]

    @classmethod
    def read(cls, line: str) -> _Line:
        pieces = line.split("**")
        flags = [bool(number % 2) for number, piece in enumerate(pieces) for _ in piece]
        return cls("".join(pieces), tuple(flags))

    def html(self, start: int, end: int) -> str:
        """The characters from `start` to `end`, numbers as links, bold as strong."""
        parts = []
        for bold, positions in groupby(range(start, end), key=self.bold.__getitem__):
            run = list(positions)
            linked = _linked(self.text[run[0] : run[-1] + 1])
            parts.append(f"<strong>{linked}</strong>" if bold else linked)
        return "".join(parts)


def message_html(message: str) -> str:
    """The whole message as paragraphs; numbers that belong together stand side by side where there is room."""
    pieces = [piece for line in message.splitlines() if line.strip() for piece in _pieces(_Line.read(line))]
    parts = []
    for is_call, group in groupby(pieces, key=lambda piece: piece.is_call):
        members = list(group)
        short = max(piece.length for piece in members) <= _MAX_SHORT_LINE_CHARS
        css = f"calls {'short' if short else 'long'}" if is_call else "lines"
        parts.append(f'<div class="{css}">{"".join(piece.html for piece in members)}</div>')
    return "".join(parts)


def line_html(line: str) -> str:
    """One line within running text: `**bold**` as strong, numbers as links to call or text.

    >>> line_html("US **911**, drink water")
    'US <strong><a href="tel:911">911</a></strong>, drink water'
    """
    read = _Line.read(line)
    return read.html(0, len(read.text))


@dataclass(frozen=True, slots=True)
class Call:
    """A number to call, as written, and whose it is in the message's own words."""

    number: str
    whose: str

    @property
    def href(self) -> str:
        """Where a link to it leads."""
        return f"tel:{_digits(self.number)}"


def first_calls(message: str) -> list[Call]:
    """The numbers that a message puts first: its first group of them, at most MAX_FIRST_CALLS.

    >>> first_calls("Help is near.\\nUS, Canada **911** · UK **999**")
    [Call(number='911', whose='US, Canada'), Call(number='999', whose='UK')]
    """
    pieces = [piece for line in message.splitlines() if line.strip() for piece in _pieces(_Line.read(line))]
    groups = [list(group) for is_call, group in groupby(pieces, key=lambda piece: piece.is_call) if is_call]
    first = next((group for group in groups if len(group) > 1), groups[0] if groups else [])
    calls = [_call(piece.text) for piece in first]
    return [call for call in calls if call.number not in _TEXT_ONLY][:MAX_FIRST_CALLS]


def _call(text: str) -> Call:
    number = _PHONE.search(text)
    assert number is not None  # a piece is a call because it holds one
    before, after = text[: number.start()], text[number.end() :]
    bracket = _BRACKET.match(after)
    whose = bracket[1] if bracket else f"{before} {after}".strip(" .,;:–·")
    return Call(number[0], " ".join(whose.split()))


def _digits(number: str) -> str:
    return re.sub("[^0-9+]", "", number)


@dataclass(frozen=True, slots=True)
class _Piece:
    html: str
    is_call: bool
    text: str

    @property
    def length(self) -> int:
        return len(self.text)


def _pieces(line: _Line) -> Iterator[_Piece]:
    """The line's introduction, its numbers one by one, and what follows them."""
    text = line.text
    cuts = [match.start() for match in re.finditer(_SEPARATOR, text)]
    if not cuts or len(_PHONE.findall(text)) < 2:
        yield _piece(line, 0, len(text), is_call=len(text) <= _MAX_CALL_LINE_CHARS and bool(_PHONE.search(text)))
        return
    first, last = _intro_end(text, cuts[0]), _last_item_end(text, cuts[-1] + len(_SEPARATOR))
    if first:
        yield _piece(line, 0, first, is_call=False)
    starts = [first, *(cut + len(_SEPARATOR) for cut in cuts)]
    for start, end in zip(starts, [*cuts, last], strict=True):
        yield _piece(line, start, end, is_call=True, separated=end in cuts)
    if last < len(text):
        yield _piece(line, last, len(text), is_call=False)


def _piece(line: _Line, start: int, end: int, *, is_call: bool, separated: bool = False) -> _Piece:
    dot = f'<span class="unseen">{_SEPARATOR}</span>' if separated else ""
    css = ' class="point"' if line.text.startswith("–") else ""
    return _Piece(f"<p{css}>{line.html(start, end)}{dot}</p>", is_call, line.text[start:end])


def _intro_end(text: str, first_cut: int) -> int:
    """Where the first number's own text begins: after the colon that announces the list, or at the line's start."""
    numbers = list(_PHONE.finditer(text, 0, first_cut))
    colon = text.rfind(": ", 0, numbers[-1].start() if numbers else first_cut)
    announces = colon >= _MIN_INTRO_CHARS or bool(numbers and colon + 2 == numbers[-1].start())
    return colon + 2 if announces and colon >= 0 else 0


def _last_item_end(text: str, start: int) -> int:
    """Where the last number's own text ends: after its bracket or sentence."""
    number = _PHONE.search(text, start)
    ends = re.compile(r"\)[.,;]?|\. ").search(text, number.end() if number else start)
    return ends.end() if ends else len(text)


def _linked(text: str) -> str:
    parts, position = [], 0
    for match in _PHONE.finditer(text):
        number = match[0]
        scheme = "sms" if number in _TEXT_ONLY else "tel"
        link = f'<a href="{scheme}:{_digits(number)}">{number}</a>'
        parts += [escape(text[position : match.start()]), link]
        position = match.end()
    return "".join(parts) + escape(text[position:])
