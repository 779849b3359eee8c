"""Characters of a Word file in fonts of symbols to Unicode. What such a font draws for an unknown code is not guessed."""

from __future__ import annotations

from typing import Any

from ragbot.loaders.docx.styles import Styles, W
from ragbot.loaders.symbols import from_symbol_font

UNKNOWN = "\ufffd"
_SYMBOL = frozenset(("symbol", "symbolmt", "standardsymbolsl", "standardsymbolsps"))
_PRIVATE = range(0xE000, 0xF900)
_SHOWN_AS_WORDS = range(0x21, 0x100)
_WINGDINGS = {
    0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x76: "❖", 0x77: "⬥", 0x9F: "•", 0xA7: "▪",
    0xA8: "◻", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓",
    0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_BULLETS = {0xF0B7: "•", 0xF0A7: "▪"}  # which files write without their font


def of_symbol(element: Any) -> str:
    """What a <w:sym> shows, UNKNOWN if that cannot be told."""
    code, font = element.get(f"{W}char") or "", _plain(element.get(f"{W}font"))
    try:
        number = int(code, 16)
    except ValueError:
        return UNKNOWN
    if font in _SYMBOL or font == "wingdings":
        return _drawn(number, font) or UNKNOWN
    if number in _PRIVATE or not 0x20 <= number < 0xFFFE or 0xD800 <= number < 0xE000:
        return _BULLETS.get(number, UNKNOWN)
    return chr(number)


def of_run(text: str, run: Any, paragraph: Any, styles: Styles) -> str:
    """The `text` of a run as its fonts show it, with UNKNOWN for private-use characters that cannot be told."""
    fonts = styles.run_property("rFonts", run, paragraph)
    names = (
        [_plain(fonts.get(f"{W}{name}")) for name in ("ascii", "hAnsi", "cs", "eastAsia")] if fonts is not None else []
    )
    special = next((name for name in names if name in _SYMBOL or name == "wingdings"), "")
    words = names[0] if names and names[0] == special else ""
    if not words and not any(ord(c) in _PRIVATE for c in text):
        return text
    return "".join(_shown(c, special, words) for c in text)


def _shown(character: str, special: str, words: str) -> str:
    """One character, given the font of symbols among a run's fonts, and the same if it is that of Latin letters too."""
    code = ord(character)
    if code in _PRIVATE:
        return (_drawn(code, special) if special else _BULLETS.get(code)) or UNKNOWN
    if words and code in _SHOWN_AS_WORDS:
        return _drawn(code, words) or (UNKNOWN if words == "wingdings" else character)
    return character


def _drawn(code: int, font: str) -> str | None:
    if font in _SYMBOL:
        return from_symbol_font(code)
    return _WINGDINGS.get(code - 0xF000 if code >= 0xF000 else code)


def _plain(font: str | None) -> str:
    return "".join((font or "").lower().split())
