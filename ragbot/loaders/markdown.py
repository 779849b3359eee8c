"""Markdown to a Document, through markdown-it-py. Marks stay in the text; block spans step around them.

Front matter (YAML between `---` lines) gives title, dates, kind, sources, certainty and which document supersedes this
one; other keys are ignored.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Any

from ragbot.datatypes import Block, BlockKind, Document, Heading, Span
from ragbot.errors import DocumentError
from ragbot.loaders.decoding import decode
from ragbot.loaders.source import SourceFile
from ragbot.loaders.titles import heading_title

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_MAX_FRONT_MATTER = 20_000  # characters
_MAX_DEPTH = 10
_BLOCK_MARKS = re.compile(r"[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]+|>)*(?:#{1,6}[ \t]+|\[[ xX]\][ \t]+)?")
_INLINE_MARKS = re.compile(r"[*_`~#]+|!?\[([^\]]*)\]\([^)]*\)")
_TABLE_RULE = re.compile(r"^[\s|:-]+$")
_MIN_TEXT = re.compile(r"\w")


def load_markdown(source: SourceFile) -> Document:
    """The Document in a Markdown file; offsets count in the whole file as decoded, front matter included.

    Raises DocumentError if the front matter is not a small YAML mapping.
    """
    text = decode(source.data)
    match = _FRONT_MATTER.match(text)
    meta = _front_matter(match[1]) if match else {}
    blocks = tuple(markdown_blocks(text, body_start=match.end() if match else 0))
    headings = tuple(Heading(b.span, b.level, _plain(b.span.cut(text))) for b in blocks if b.kind is BlockKind.HEADING)
    return Document(
        doc_id=source.doc_id,
        title=_string(meta, "title") or heading_title(text, blocks, headings) or source.stem_title,
        text=text,
        path=source.path,
        sha256=source.sha256,
        blocks=blocks,
        headings=headings,
        published=_string(meta, "published") or _string(meta, "date"),
        reviewed=_string(meta, "reviewed"),
        kind=_string(meta, "kind"),
        certainty=_string(meta, "certainty"),
        sources=_strings(meta.get("sources")),
        superseded_by=_beside(source.doc_id, _string(meta, "superseded_by")),
    )


def markdown_blocks(text: str, *, body_start: int = 0) -> Iterator[Block]:
    """Blocks of the Markdown in `text` from `body_start` on. Fences, rules and raw HTML belong to none.

    >>> [(b.kind.value, b.span.cut("# Hi\\n\\n- one\\n- two")) for b in markdown_blocks("# Hi\\n\\n- one\\n- two")]
    [('heading', 'Hi'), ('list_item', 'one'), ('list_item', 'two')]
    """
    lines = text[body_start:].split("\n")
    starts = [body_start, *accumulate((len(line) + 1 for line in lines), initial=body_start)][1:]
    depth, level, in_table = 0, 0, False
    for token in _parser().parse(text[body_start:]):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type in ("table_open", "table_close"):
            in_table = token.nesting == 1
        elif token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "tr_open" and token.map:
            yield from _block(text, lines, starts, token.map, BlockKind.TABLE_ROW, level=0)
        elif token.type == "inline" and token.map and not in_table:
            kind = BlockKind.HEADING if level else BlockKind.LIST_ITEM if depth else BlockKind.PARAGRAPH
            yield from _block(text, lines, starts, token.map, kind, level=level or depth)


@lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt

    # An indented paragraph is more often prose than code in documents about health, and code would be left out.
    # Marks inside a block stay in the text, so the inline stage (the slow one on hostile input) is not needed.
    return MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").disable(["code", "inline"])


def _block(
    text: str, lines: list[str], starts: list[int], rows: list[int], kind: BlockKind, *, level: int
) -> Iterator[Block]:
    first, last = rows[0], rows[1] - 1
    while last > first and not lines[last].strip():
        last -= 1
    marks = _BLOCK_MARKS.match(lines[first])
    start = starts[first] + (marks.end() if marks else 0)
    end = starts[last] + len(lines[last].rstrip())
    if kind is BlockKind.HEADING:
        end = _without_trailing_marks(text, start, end)
    start = max(start, end - len(text[start:end].lstrip()))  # of blanks that are no blanks to Markdown, U+2028 say
    if start < end and _MIN_TEXT.search(text, start, end) and not _TABLE_RULE.match(text[start:end]):
        yield Block(Span(start, end), kind, level)


def _without_trailing_marks(text: str, start: int, end: int) -> int:
    heading = re.sub(r"(?:\s+#+|\n[=-]+)\s*$", "", text[start:end])
    return start + len(heading)


def _plain(text: str) -> str:
    return " ".join(_INLINE_MARKS.sub(lambda m: m[1] or "", text).split())


def _front_matter(source: str) -> dict[str, Any]:
    import yaml

    if len(source) > _MAX_FRONT_MATTER:
        raise DocumentError(f"front matter over {_MAX_FRONT_MATTER:,} characters; keep it to plain `key: value` lines")
    try:
        _refuse_bombs(yaml.scan(source))
        meta = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506 - it makes strings only, never objects
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 2
        raise DocumentError(f"front matter is not YAML (line {line}); mend it or remove the --- lines") from error
    if meta is None or meta == "":
        return {}
    if not isinstance(meta, dict):
        raise DocumentError("front matter is not `key: value` lines; mend it or remove the --- lines")
    return meta


def _refuse_bombs(tokens: Iterator[Any]) -> None:
    """Stop at the first token that could make a small YAML text large or slow: an anchor, an alias, deep nesting."""
    depth = 0
    for token in tokens:
        name = type(token).__name__
        if name in ("AnchorToken", "AliasToken"):
            raise DocumentError("front matter with YAML anchors; keep it to plain `key: value` lines")
        depth += name.endswith("StartToken") - name.endswith("EndToken")
        if depth > _MAX_DEPTH:
            raise DocumentError("front matter nested too deep; keep it to plain `key: value` lines")


def _beside(doc_id: str, other: str | None) -> str | None:
    """The name of the document that the one called `doc_id` calls `other`, as a link between them would.

    >>> _beside("old/a.md", "../new/a.md"), _beside("a.md", "b.md")
    ('new/a.md', 'b.md')
    """
    return posixpath.normpath(posixpath.join(posixpath.dirname(doc_id), other)).lstrip("/") if other else None


def _string(meta: dict[str, Any], key: str) -> str | None:
    value = meta.get(key)
    return " ".join(_joined_surrogates(value).split()) or None if isinstance(value, str) else None


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in _joined_surrogates(value).split(",") if part.strip())
    return tuple(_joined_surrogates(str(part)) for part in value) if isinstance(value, list) else ()


def _joined_surrogates(text: str) -> str:
    """YAML's escaped pairs (`\\ud83d\\ude00`) as one character, half a pair as U+FFFD, which can be encoded."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
