"""Whom to ask where the documents give no answer: the operator's own line, its numbers and addresses as links."""

from __future__ import annotations

import re

from ragbot.ui.display import escape
from ragbot.ui.words import Words

_LINK = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<phone>(?<![\w.-])(?:\+|\(?0)[\d ()/-]{5,18}\d(?![\w-]))"
)


def contact_html(contact: str, words: Words) -> str:
    """The line under its heading; an empty string without one."""
    if not contact.strip():
        return ""
    return f'<p class="contact"><b>{words.guide.ask_person}:</b> <span dir="auto">{_linked(contact.strip())}</span></p>'


def _linked(text: str) -> str:
    parts, position = [], 0
    for match in _LINK.finditer(text):
        target = f"mailto:{match[0]}" if match["mail"] else f"tel:{_dialled(match[0])}"
        link = f'<a href="{escape(target)}">{escape(match[0])}</a>'
        parts += [escape(text[position : match.start()]), link]
        position = match.end()
    return "".join(parts) + escape(text[position:])


def _dialled(number: str) -> str:
    """The digits to dial: the zero in "+44 (0)20" is for calls within the country.

    >>> _dialled("+44 (0)20 7946-0958")
    '+442079460958'
    """
    return re.sub(r"[^+0-9]", "", number.replace("(0)", "") if number.startswith("+") else number)
