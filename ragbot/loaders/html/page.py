"""Bytes of a page to its elements: encoding as declared or as it must be. Fetches nothing and expands nothing."""

from __future__ import annotations

import codecs
import re
from typing import Any

from ragbot.loaders.decoding import decode

_DECLARED = re.compile(rb"<(?:meta[^>]+charset|\?xml[^>]+encoding)\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_WEB_NAMES = {"iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252"}  # as browsers do
# Encodings of pages; Python knows others under such names as `punycode`, which take hours on a long text.
_OF_TEXT = re.compile(r"utf-?(?:8|16|32)|iso|windows|cp|latin|koi8|mac|big5|gb|euc|shift|s?jis|ks_c|hz|tis|johab")
_NOT_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(r"<[a-zA-Z!?/]")
# XHTML's first lines; the HTML parser would take the entities declared there for text.
_PROLOGUE = re.compile(r"\A\s*(?:<\?xml[^>]*>\s*)?(?:<!DOCTYPE[^<>\[]*\[.*?\]\s*>)?", re.DOTALL | re.IGNORECASE)


def parsed(text: str) -> Any | None:
    """The root element of a page, None if there is no markup in it. Entities declared in it are not expanded."""
    from lxml import etree
    from lxml import html as lxml_html

    if not _TAG.search(text):
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        root = lxml_html.document_fromstring(_PROLOGUE.sub("", text).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    _make_writable(root)
    return root


def _make_writable(root: Any) -> None:
    """Blank out control characters, written as such or as `&#1;`: lxml reads them but refuses to write them anew."""
    for element in root.iter():
        for part in ("text", "tail"):
            words = getattr(element, part)
            if words and _NOT_XML.search(words):
                setattr(element, part, _NOT_XML.sub(" ", words))
        for name, value in element.items():
            if _NOT_XML.search(value):
                element.set(name, _NOT_XML.sub(" ", value))


def decoded(data: bytes) -> str:
    """The text of a page: in the encoding that it declares, unless its bytes show that this is not true."""
    declared = _DECLARED.search(data[:4096])
    if declared and not data.startswith(codecs.BOM_UTF8):
        name = declared[1].decode("ascii").lower()
        name = _WEB_NAMES.get(name, name)
        if name.startswith(("cp12", "windows-12", "iso-8859")) and _is_utf8(data):
            return decode(data)
        if not _OF_TEXT.match(name):
            return decode(data)
        try:
            text = data.decode(name)
        except (LookupError, UnicodeError):
            return decode(data)  # a page may lie about its encoding: look at the bytes
        if _DECLARED.search(text[:4096].encode("utf-8", "replace")):
            return text  # a name found in single bytes cannot be that of a two-byte encoding
    return decode(data)


def _is_utf8(data: bytes) -> bool:
    """True if `data` is UTF-8 and more than ASCII; bytes of another encoding are so only by a rare chance."""
    try:
        return not data.isascii() and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False
