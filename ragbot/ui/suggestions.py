"""The other questions of a message that asked several, as buttons that ask them. What to ask next: `next_questions`."""

from __future__ import annotations

from ragbot.datatypes import Answer
from ragbot.ui.display import escape
from ragbot.ui.words import Words


def suggestions_html(answer: Answer, words: Words) -> str:
    """The other questions of the message; an empty string without any."""
    if not answer.also_asked:
        return ""
    items = "".join(
        f'<li dir="auto"><button type="button" class="link" data-ask="{escape(question)}" data-alone>'
        f"{escape(question)}</button></li>"
        for question in answer.also_asked
    )
    return f'<section class="suggestions"><h3>{words.answer.also_asked}</h3><ul>{items}</ul></section>'
