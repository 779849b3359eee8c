"""Text as data inside Markdown: whatever a person or document wrote is shown by a reader of Markdown as it was written.

Knows nothing of answers. Escapes for CommonMark with tables and struck-out words, as GitHub and most editors read it;
what needs no escape stays plain, since many people read such a file without any program for it.
"""

from __future__ import annotations

import re

from ragbot.ui.display import visible

_INLINE = re.compile(
    r"[\\`*\[<~|]"
    r"|&(?=#?\w+;)"  # what would be read as an entity
    r"|(?<![^\W_])_|_(?![^\W_])"  # between letters an underscore is one
    r"|(?<!\S)#"
)
_LINE_START = re.compile(r"[-+=>]|:(?=-)|(\d{1,9})[.)](?=\s|$)")
_EDGES = re.compile(r"^\s+|\s+$")
_BLANK_LINES = re.compile(r"^\n+|\n+$|\n{2,}")


def escape_markdown(text: str) -> str:
    """The visible characters of `text` as Markdown that shows exactly them; lines stay lines.

    >>> escape_markdown("*5 mg* <b> snake_case | 2 < 3")
    '\\\\*5 mg\\\\* \\\\<b> snake_case \\\\| 2 \\\\< 3'
    >>> escape_markdown("1. first\\n# second")
    '1\\\\. first\\n\\\\# second'
    """
    whole = _BLANK_LINES.sub(lambda run: "\0" * len(run[0]), visible(text))  # blank lines would end the paragraph
    return "\n".join(_line(line) for line in whole.split("\n")).replace("\0", "&#10;")


def one_line(text: str) -> str:
    """`text` on one line of Markdown, runs of white space as one blank.

    >>> one_line(" a\\n b_")
    'a b\\\\_'
    """
    return escape_markdown(" ".join(text.split()))


def quoted(markdown: str) -> str:
    """Lines of Markdown as a block quotation.

    >>> quoted("a\\nb")
    '> a\\n> b'
    """
    return "\n".join(f"> {line}" for line in markdown.split("\n"))


def item(markdown: str) -> str:
    """Blocks of Markdown as one item of a list.

    >>> item("a\\n\\nb")
    '- a\\n\\n  b'
    """
    first, *rest = markdown.split("\n")
    return "\n".join([f"- {first}", *(f"  {line}" if line else "" for line in rest)])


def _line(line: str) -> str:
    inner = _EDGES.sub("", line)
    if not inner:
        return _entities(line)
    before, _, after = line.partition(inner)
    return _entities(before) + _escaped(inner) + _entities(after)


def _escaped(inner: str) -> str:
    shown = _INLINE.sub(lambda mark: f"\\{mark[0]}", inner)
    start = _LINE_START.match(shown)
    if start is None:
        return shown
    digits = start[1] or ""
    return f"{digits}\\{shown[len(digits) :]}"


def _entities(blanks: str) -> str:
    """White space at a line's edge, which Markdown would drop or take for a mark."""
    return "".join(f"&#{ord(blank)};" for blank in blanks)
