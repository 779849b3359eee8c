"""A place in a document, as the browser asks for it. Believes nothing of what it sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ragbot.datatypes import Document, Receipt, Span, text_hash

_MAX_OFFSET = 1 << 31


@dataclass(frozen=True, slots=True)
class Place:
    """`document` by name; with `span` a quote in it, whose hashes are empty where they are not known.

    `at` is a position to look at, `page` (from 1) a page; both are None unless asked for.
    """

    document: str = ""
    span: Span | None = None
    sha256: str = ""
    text_sha256: str = ""
    at: int | None = None
    page: int | None = None

    @classmethod
    def read(cls, sent: object) -> Place:
        """The place in whatever the browser sent; what is not of its kind counts as not sent."""
        values = sent if isinstance(sent, Mapping) else {}
        words = {name: _word(values.get(name)) for name in ("document", "sha256", "text_sha256")}
        start, end = _number(values.get("start")), _number(values.get("end"))
        span = Span(start, end) if start is not None and end is not None and start < end else None
        return cls(**words, span=span, at=_number(values.get("at")), page=_number(values.get("page")))

    def span_in(self, document: Document) -> Span | None:
        """The quote's span if `document` is the file that was quoted and holds the quoted words there, else None."""
        span = self.span
        if span is None or span.end > len(document.text) or self.sha256 not in ("", document.sha256):
            return None
        return span if self.text_sha256 in ("", text_hash(span.cut(document.text))) else None

    def receipt(self, document: Document | None, index: str) -> tuple[Receipt, str] | None:
        """The receipt of the quote here and its words as far as `document`, the one in the index, still has them.

        What the browser did not tell is taken from `document`. None if no quote is meant or its hashes are unknown.
        """
        if self.span is None:
            return None
        found = self.span.cut(document.text) if document else ""
        text = found if self.text_sha256 in ("", text_hash(found)) else ""
        sha256 = self.sha256 or (document.sha256 if document else "")
        words = self.text_sha256 or (text_hash(found) if found else "")
        if not (sha256 and words):
            return None
        return Receipt(self.document, sha256, self.span.start, self.span.end, words, index), text


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    return value if type(value) is int and 0 <= value < _MAX_OFFSET else None
