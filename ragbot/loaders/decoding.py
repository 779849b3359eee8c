"""Bytes of a text file to text: encoding found, byte-order mark off, line ends as `\\n`. Knows nothing of formats."""

from __future__ import annotations

import codecs
import re

from ragbot.errors import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the UTF-16 one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("big5", "gb", "hz", "euc_", "shift_j", "cp932", "cp949", "cp950", "johab", "iso2022")  # two bytes a letter
_MOSTLY_ASCII = 0.1  # fewer bytes than this beyond ASCII
_TIE = 0.1  # a difference in coherence that a sentence or two make by chance
_CONTROL = re.compile(r"[\x00-\x08\x0d-\x1f\x7f-\x9f]")  # not tab, line end or the two feeds: a stray one is fine
_SNIFF_BYTES = 100_000  # enough for charset-normalizer to decide; it is quadratic on large inputs


def decode(data: bytes) -> str:
    """Text of `data`, with `\\n` line ends and no byte-order mark.

    Raises DocumentError if the bytes are not text in any encoding that charset-normalizer recognises.

    >>> decode(b"one\\r\\ntwo\\rthree")
    'one\\ntwo\\nthree'
    """
    text = _to_text(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _looks_binary(text):
        raise DocumentError("not a text file (control characters); save it as UTF-8 text, Markdown or HTML")
    return text


def _to_text(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if unmarked := _unmarked_utf16(data[:_SNIFF_BYTES]):
        return data.decode(unmarked, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _nearly_utf8(data) or _sniff(data)


def _unmarked_utf16(sample: bytes) -> str | None:
    """The kind of UTF-16 in which half of the bytes of Latin text are zero, and none of the other half."""
    even, odd = sample[::2], sample[1::2]
    for zeros, letters, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if len(odd) >= 4 and zeros.count(0) > 0.9 * len(zeros) and not letters.count(0):
            return encoding
    return None


def _nearly_utf8(data: bytes) -> str | None:
    """Text with U+FFFD for a damaged byte here and there, if its other characters beyond ASCII prove it UTF-8."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - broken
    return text if sound > 4 * broken else None


def _sniff(data: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = data[:_SNIFF_BYTES]
    matches = list(from_bytes(sample))
    if not matches:
        raise DocumentError("not text in any known encoding; save it as UTF-8")
    if sum(byte > 127 for byte in sample) < _MOSTLY_ASCII * len(sample):  # a few accents are no East Asian letters
        matches = [m for m in matches if not m.encoding.startswith(_WIDE)]
    if not matches:
        return data.decode("cp1252", "replace")
    best = matches[0]
    # Short texts fit several Latin encodings nearly as well; the Western one is by far the commonest.
    ties = [m for m in matches if m.chaos == best.chaos and m.coherence > best.coherence - _TIE]
    western = any("cp1252" in m.could_be_from_charset for m in ties)
    return data.decode("cp1252" if western else best.encoding, "replace")


def _looks_binary(text: str) -> bool:
    sample = text[:_SNIFF_BYTES]
    if not sample:
        return False
    return len(_CONTROL.findall(sample)) > 0.02 * len(sample)  # a PDF or an image is full of them
