"""The fixed safety texts as HTML: word for word, in English, with a line in the reader's language before or beside them."""

from __future__ import annotations

from ragbot.datatypes import DISCLAIMER, Answer, Outcome
from ragbot.ui.display import escape
from ragbot.ui.messages import line_html, message_html
from ragbot.ui.words import DEFAULT_LANGUAGE, Words


def disclaimer_html(words: Words, *, text: str = DISCLAIMER) -> str:
    """The disclaimer, and beside it what it comes to in the reader's language."""
    line = words.page.disclaimer_line
    return f"<span{english(words)}>{escape(text)}</span>" + (
        f' <span class="beside">{escape(line)}</span>' if line else ""
    )


def safety_message_html(answer: Answer, words: Words) -> str:
    """The fixed text of an emergency or of a question on one's own dose, its numbers as links."""
    intro = words.safety.emergency_intro if answer.outcome is Outcome.EMERGENCY else words.safety.dose_intro
    text = message_html(answer.message or "")
    return _line(intro) + f'<div class="message" data-say{english(words)}>{text}</div>'


def footer_html(footer: str | None, words: Words) -> str:
    """The safety lines under an answer; an empty string without any."""
    if not footer:
        return ""
    lines = "<br>".join(line_html(line) for line in footer.splitlines())
    return f'<div class="safety-line">{_line(words.safety.footer_intro)}<p{english(words)}>{lines}</p></div>'


def english(words: Words) -> str:
    """The attribute that tells a screen reader that a text is English, where the page is not."""
    return "" if words.language == DEFAULT_LANGUAGE else f' lang="{DEFAULT_LANGUAGE}"'


def _line(intro: str) -> str:
    return f'<p class="intro">{line_html(intro)}</p>' if intro else ""
