"""Characters of the Symbol font, which Word and PDF files give as private-use codes, to Unicode.

A dose read without its "µ" or a limit without its "≥" is another dose and another limit.
"""

from __future__ import annotations

_OFFSET = 0xF000  # files give the code 0x6D of a symbol font as U+F06D
_NONE = "\ufffd"  # stands where the font draws nothing that Unicode has as one character
# The codes 0x20-0x7E and 0xA0-0xFE of Adobe's Symbol encoding, one character each.
_LOWER = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_\ufffdαβχδεφγηιϕκλ\u00b5νοπθρστυϖωξψζ{|}∼"
_UPPER = (
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…\ufffd\ufffd↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"
    + _NONE * 10
    + "\ufffd〉∫⌠\ufffd⌡"
    + _NONE * 9
)
_TABLE = {
    code: character
    for first, row in ((0x20, _LOWER), (0xA0, _UPPER))
    for code, character in enumerate(row, first)
    if character != _NONE
}


def from_symbol_font(character: str | int) -> str | None:
    """What the Symbol font draws for a private-use character, or for a code of the font; None if not known.

    >>> from_symbol_font("\\uf0b3"), from_symbol_font(0x6D), from_symbol_font("\\ue000")
    ('≥', 'µ', None)
    """
    code = ord(character) if isinstance(character, str) else character
    return _TABLE.get(code - _OFFSET if code >= _OFFSET else code)
