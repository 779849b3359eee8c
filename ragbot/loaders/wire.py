"""Documents and refusals as bytes between the parser's process and ours. Starts no process and parses no format.

A parser that a hostile file has taken over can send anything, so nothing is unpickled, every value is checked, and the
document's name and hash are never taken from the answer. A message is one line of JSON, then raw bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ragbot.datatypes import Block, BlockKind, Document, Heading, Span
from ragbot.loaders.source import SourceFile

_FIELDS = ("title", "pages", "published", "reviewed", "kind", "certainty", "sources", "notes", "superseded_by")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no document: the loader's own `reason`, or what a parser raised that it should not have."""

    reason: str = ""
    raised: str = ""
    trace: str = ""
    out_of_memory: bool = False


def pack_source(source: SourceFile) -> bytes:
    """`source` as one message."""
    return packed({"path": source.path, "doc_id": source.doc_id, "sha256": source.sha256}, source.data)


def unpack_source(message: bytes) -> SourceFile:
    """The source in a message from ourselves, which is not checked."""
    values, data = unpacked(message)
    return SourceFile(data=data, **values)


def pack_document(document: Document) -> bytes:
    """`document` as one message."""
    values: dict[str, Any] = {name: getattr(document, name) for name in _FIELDS}
    values["blocks"] = [[b.span.start, b.span.end, b.kind.value, b.level] for b in document.blocks]
    values["headings"] = [[h.span.start, h.span.end, h.level, h.title] for h in document.headings]
    return packed({"document": values}, document.text.encode("utf-8", "surrogatepass"))


def pack_refusal(refusal: Refusal) -> bytes:
    """`refusal` as one message."""
    return packed({"refusal": {name: getattr(refusal, name) for name in Refusal.__slots__}}, b"")


def unpack_answer(message: bytes, source: SourceFile) -> Document | Refusal:
    """What the parser made of `source`. Raises ValueError if the message is neither a lawful document nor a refusal."""
    try:
        values, data = unpacked(message)
        if "refusal" in values:
            return refusal_of(values["refusal"])
        document = _document(values["document"], data.decode("utf-8", "surrogatepass"), source)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"unreadable answer ({error})") from error
    if flaw := first_flaw(document):
        raise ValueError(flaw)
    return document


def first_flaw(document: Document) -> str | None:
    """The first law of a Document that this one breaks, in a few words, or None.

    Blocks lie inside the text, in order and apart; headings are heading blocks; pages start in order inside the text.
    """
    length = len(document.text)
    if any(before.span.end > after.span.start for before, after in pairwise(document.blocks)):
        return "blocks overlap or are out of order"
    if document.blocks and document.blocks[-1].span.end > length:
        return "a block lies outside the text"
    ranks = {block.span: block.level for block in document.blocks if block.kind is BlockKind.HEADING}
    if any(ranks.get(heading.span) != heading.level for heading in document.headings):
        return "a heading is no heading block"
    if any(before.span >= after.span for before, after in pairwise(document.headings)):
        return "headings are out of order"
    if list(document.pages) != sorted(document.pages) or not all(0 <= page <= length for page in document.pages):
        return "pages are out of order or outside the text"
    return None


def packed(values: dict[str, Any], data: bytes) -> bytes:
    """One message of `values`, which JSON can hold, and raw `data`."""
    return json.dumps(values).encode("ascii") + b"\n" + data


def unpacked(message: bytes) -> tuple[dict[str, Any], bytes]:
    """The values and the data of a message. Raises ValueError or TypeError if it is none."""
    line, _, data = message.partition(b"\n")
    values = json.loads(line)
    if not isinstance(values, dict):
        raise TypeError("no object")
    return values, data


def _document(values: dict[str, Any], text: str, source: SourceFile) -> Document:
    return Document(
        doc_id=source.doc_id,
        path=source.path,
        sha256=source.sha256,
        title=string_of(values["title"]),
        text=text,
        blocks=tuple(Block(_span(a, b), BlockKind(kind), number_of(level)) for a, b, kind, level in values["blocks"]),
        headings=tuple(Heading(_span(a, b), number_of(level), string_of(t)) for a, b, level, t in values["headings"]),
        pages=tuple(number_of(page) for page in values["pages"]),
        published=_string_or_none(values["published"]),
        reviewed=_string_or_none(values["reviewed"]),
        kind=_string_or_none(values["kind"]),
        certainty=_string_or_none(values["certainty"]),
        sources=tuple(string_of(value) for value in values["sources"]),
        notes=tuple(string_of(value) for value in values["notes"]),
        superseded_by=_string_or_none(values["superseded_by"]),
    )


def refusal_of(values: dict[str, Any]) -> Refusal:
    """The refusal in a message's values. Raises KeyError or TypeError if it is none."""
    trusted = {name: string_of(values[name]) for name in ("reason", "raised", "trace")}
    return Refusal(**trusted, out_of_memory=values["out_of_memory"] is True)


def _span(start: object, end: object) -> Span:
    return Span(number_of(start), number_of(end))


def number_of(value: object) -> int:
    """`value` if it is a whole number. Raises TypeError if not."""
    if type(value) is not int:  # True is an int too
        raise TypeError("no whole number")
    return value


def string_of(value: object) -> str:
    """`value` if it is a string. Raises TypeError if not."""
    if not isinstance(value, str):
        raise TypeError("no string")
    return value


def _string_or_none(value: object) -> str | None:
    return None if value is None else string_of(value)
