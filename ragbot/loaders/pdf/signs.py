"""Characters of a PDF to those a reader sees: symbol fonts, ligatures, raised digits. Knows no page and no place.

What cannot be read becomes U+FFFD and never goes unseen: "50 µg" without its sign is a thousand times the dose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from unicodedata import normalize

from ragbot.loaders.symbols import from_symbol_font

UNKNOWN = "\ufffd"
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_LETTERS = str.maketrans(_LIGATURES | dict.fromkeys("\x02\ufffe", "-"))  # pdfium's signs for a hyphen at a line's end
_FORMS = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")  # Hebrew and Arabic letters as they are drawn
_PICTURES = re.compile("dingbats|webdings|wingdings[ -]?[23]|awesome|icon", re.IGNORECASE)
_WINGDINGS = dict(zip("\uf06c\uf06e\uf076\uf0a7\uf0a8\uf0d8\uf0fb\uf0fc\uf0df\uf0e0", "●■❖▪□➢✗✓←→", strict=True))
_LONE_BULLETS = "\uf0a7\uf0a8\uf0d8\uf0fc\uf076"  # of Wingdings, seen in fonts of any name

_RAISED = str.maketrans("0123456789+-–−‐abcde", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁻ᵃᵇᶜᵈᵉ")
_EXPONENT = re.compile(r"[-–−‐+]?[\d,]+(?:[-–−‐]\d+)?[+]?|[a-e]")
_NOTE = re.compile(r"\d{1,3}(?:[,–-]\d{1,3})*")
_BEFORE_NOTE = re.compile(r"(?:[^\W\d_]{5}|[^\d\s][.,;:!?][\"'”’)\]]*)$")  # a long word, or a stop that is no decimal's
_FRACTION = re.compile(r"(?<=\d)([⁰¹²³⁴-⁹]+)[/⁄](\d+)")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def readable(text: str, font_of: Callable[[int], str] = lambda _: "", raised: Sequence[bool] = ()) -> str:
    """The word as a reader sees it; `font_of` names the font of a character, `raised` tells which are small and high.

    >>> readable("50"), readable("\\uf0b318"), readable("\\uf02d5"), readable("\\ue123")
    ('50', '≥18', '−5', '�')
    """
    if _PRIVATE.search(text):
        lone = len(text) == 1
        text = _PRIVATE.sub(lambda match: _of_private_use(match[0], font_of(match.start()), lone=lone), text)
    if any(raised):
        text = with_raised(text, raised)
    if text.isascii() and text.isprintable():
        return text
    text = _FORMS.sub(lambda match: normalize("NFKC", match[0]), _UNSEEN.sub("", text.translate(_LETTERS)))
    return text[:-1].replace("\xad", "") + text[-1:]


def _of_private_use(character: str, font: str, *, lone: bool) -> str:
    """The Unicode for a private-use character of a symbol font, or U+FFFD: a font of icons has other signs there."""
    if _PICTURES.search(font):
        return UNKNOWN
    if "wingdings" in font.casefold():
        return _WINGDINGS.get(character, UNKNOWN)
    if lone and character in _LONE_BULLETS and "symbol" not in font.casefold():
        return "•"
    return from_symbol_font(character) or UNKNOWN


def with_raised(text: str, raised: Sequence[bool]) -> str:
    """The word with its raised small digits as superscripts; without those that only call a note.

    >>> with_raised("109", [False, False, True]), with_raised("treated.12", [False] * 8 + [True] * 2)
    ('10⁹', 'treated.')
    """
    result = ""
    for high, group in groupby(zip(text, raised, strict=True), key=lambda pair: pair[1]):
        run = "".join(character for character, _ in group)
        result += raised_after(result, run) if high else run
    return _FRACTION.sub(lambda match: f" {match[1].translate(_PLAIN)}/{match[2]}", result)


def raised_after(before: str, run: str) -> str:
    """What raised small type after some text becomes: superscripts, nothing for the call of a note, or itself ("th").

    >>> raised_after("10", "-3"), raised_after("2", "1"), raised_after("ketamine", "1"), raised_after("4", "th")
    ('⁻³', '¹', '', 'th')
    """
    if _NOTE.fullmatch(run) and _BEFORE_NOTE.search(before):
        return ""
    return run.translate(_RAISED) if _EXPONENT.fullmatch(run) else run
