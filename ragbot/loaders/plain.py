"""Plain text to a Document: headings, list items, table rows and paragraphs told apart by how the lines look.

Text has no markup, so this is a judgement: a short line without a full stop before longer ones is a heading, a line
with a bullet is an item, a line with bars is a table row. Every line with a word lands in exactly one block.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from ragbot.datatypes import Block, BlockKind, Document, Heading, Span
from ragbot.loaders.decoding import decode
from ragbot.loaders.source import SourceFile
from ragbot.loaders.titles import heading_title

_BULLET = re.compile(r"[ \t]*(?:[•▪◦‣·●○–—*+-]|\(?\d{1,2}[.)]|\(?[a-z][.)])[ \t]+(?=\S)")
_NUMBERED = re.compile(r"[ \t]*\(?(?:\d{1,2}|[IVX]{1,5}|[A-Z])[.)][ \t]+")
_BAR = re.compile(r"\s\|\s|\|\s*$|^\s*\|")
_RULE = re.compile(r"^[\s|:=_*~#-]+$")
_SENTENCE_END = re.compile(r"[.!?:;,…][\"'”’)\]]*\s*$")
_MAX_HEADING_WORDS = 14
_WRAP_COLUMNS = (45, 100)  # a hard-wrapped line breaks somewhere here; a line that is a whole paragraph seldom does


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    @property
    def words(self) -> int:
        return len(self.text.split())


def load_plain(source: SourceFile) -> Document:
    """The Document in a plain-text file; offsets count in the whole file as decoded.

    The title is the heading that the text begins with, else made from the file name.
    """
    text = decode(source.data)
    blocks = tuple(plain_blocks(text))
    headings = tuple(
        Heading(b.span, b.level, " ".join(b.span.cut(text).split())) for b in blocks if b.kind is BlockKind.HEADING
    )
    return Document(
        doc_id=source.doc_id,
        title=heading_title(text, blocks, headings) or source.stem_title,
        text=text,
        path=source.path,
        sha256=source.sha256,
        blocks=blocks,
        headings=headings,
    )


def plain_blocks(text: str) -> Iterator[Block]:
    """Blocks of `text`, in order. Lines of rules and bars only belong to none.

    >>> [b.kind.value for b in plain_blocks("Side effects\\nSome people feel sick for an hour.\\n- Nausea\\n")]
    ['heading', 'paragraph', 'list_item']
    """
    groups = list(_groups(text))
    wrapped = _is_hard_wrapped(groups)
    lines = [line for group in groups for line in (_joined(group, text) if wrapped else group)]
    lines = [line for line in lines if not _RULE.match(line.text)]
    for line, following in zip_longest(lines, lines[1:]):
        yield _classify(line, following)


def _groups(text: str) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    position = 0
    for raw in text.split("\n"):
        if raw.strip():
            group.append(_Line(position, raw))
        elif group:
            yield group
            group = []
        position += len(raw) + 1
    if group:
        yield group


def _is_hard_wrapped(groups: list[list[_Line]]) -> bool:
    inner = [(line, after) for group in groups for line, after in pairwise(group)]
    if not inner:
        return False
    low, high = _WRAP_COLUMNS
    broken = sum(
        low <= len(line.text) <= high and not _SENTENCE_END.search(line.text) and not _BULLET.match(after.text)
        for line, after in inner
    )
    return broken > 0.4 * len(inner)


def _joined(group: list[_Line], text: str) -> Iterator[_Line]:
    """Wrapped lines of a group put together again; a bullet, a table row or a heading-like line starts anew."""
    start, end = group[0].start, group[0].start + len(group[0].text)
    for before, line in pairwise(group):
        begins_anew = _BULLET.match(line.text) or _BAR.search(line.text) or _BAR.search(before.text)
        ends_short = len(before.text) < _WRAP_COLUMNS[0] and not line.text.lstrip()[:1].islower()
        if begins_anew or ends_short:
            yield _Line(start, text[start:end])
            start = line.start
        end = line.start + len(line.text)
    yield _Line(start, text[start:end])


def _classify(line: _Line, following: _Line | None) -> Block:
    bullet = _BULLET.match(line.text)
    start = line.start + len(line.text) - len(line.text.lstrip())
    end = line.start + len(line.text.rstrip())
    if _is_heading(line, following):
        return Block(Span(start, end), BlockKind.HEADING, level=2 if _NUMBERED.match(line.text) else 1)
    if _BAR.search(line.text):
        return Block(Span(start, end), BlockKind.TABLE_ROW)
    if bullet and line.start + bullet.end() < end:
        return Block(Span(line.start + bullet.end(), end), BlockKind.LIST_ITEM, level=1)
    return Block(Span(start, end), BlockKind.PARAGRAPH)


def _is_heading(line: _Line, following: _Line | None) -> bool:
    text = line.text.strip()
    if _cannot_be_heading(line, following):
        return False
    if text.rstrip("’”'\")]").endswith("?"):
        return True
    if following is None or line.start == 0:
        return line.start == 0 and not _SENTENCE_END.search(text)
    if text.endswith(":"):
        return line.words <= 4 and following.words > _MAX_HEADING_WORDS
    if _SENTENCE_END.search(text) or not (text[0].isupper() or text[0].isdigit() or text[0] in "‘“\"'"):
        return bool(text[0].islower()) and not _SENTENCE_END.search(text) and following.words > _MAX_HEADING_WORDS
    return not (following.text.lstrip()[:1].islower())


def _cannot_be_heading(line: _Line, following: _Line | None) -> bool:
    """True for a long line, a table row, a line without a letter, a bullet, or one of several numbered items."""
    if line.words > _MAX_HEADING_WORDS or _BAR.search(line.text) or not any(c.isalpha() for c in line.text):
        return True
    if not _NUMBERED.match(line.text):
        return bool(_BULLET.match(line.text))
    return following is not None and bool(_NUMBERED.match(following.text)) and "?" not in line.text
