"""Questions that a person may ask next, as buttons that ask them: instead of a refused one, or one of several at once."""

from __future__ import annotations

from collections.abc import Sequence

from ragbot.datatypes import Answer
from ragbot.ui import texts
from ragbot.ui.display import escape


def suggestions_html(answer: Answer) -> str:
    """The other questions of the message, then the ones that the documents answer; an empty string without any."""
    return _questions_html(texts.ALSO_ASKED, answer.also_asked) + _questions_html(texts.TRY_INSTEAD, answer.try_instead)


def _questions_html(heading: str, questions: Sequence[str]) -> str:
    if not questions:
        return ""
    items = "".join(
        f'<li dir="auto"><button type="button" class="link" data-ask="{escape(question)}" data-alone>'
        f"{escape(question)}</button></li>"
        for question in questions
    )
    return f'<section class="suggestions"><h3>{heading}</h3><ul>{items}</ul></section>'
