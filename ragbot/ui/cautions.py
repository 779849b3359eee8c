"""What stands on a source that is old or superseded, as HTML or plain text. When that is so is decided in `ragbot.ageing`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ragbot.datatypes import Caution
from ragbot.ui.display import attribute, escape
from ragbot.ui.words import Words


def cautions_html(cautions: Sequence[Caution], words: Words) -> str:
    """A line for each caution, with a button to open what supersedes the source; an empty string without any."""
    return "".join(
        f'<p class="caution">{_line(caution, words, _named)}{_open_html(caution, words)}</p>' for caution in cautions
    )


def caution_text(caution: Caution, words: Words) -> str:
    """The line as plain text."""
    return _line(caution, words, str)


def _line(caution: Caution, words: Words, named: Callable[[str], str]) -> str:
    if caution.reason == "published":
        return words.caution.published.format(year=caution.year)
    if caution.reason == "reviewed":
        return words.caution.reviewed.format(year=caution.year)
    name = caution.document or ""
    if caution.title is None:
        return words.caution.superseded_elsewhere.format(name=named(name))
    return words.caution.superseded.format(title=named(caution.title))


def _open_html(caution: Caution, words: Words) -> str:
    if caution.title is None:
        return ""
    return (
        f' <button type="button" class="show" data-document="{attribute(caution.document or "")}" data-at="0">'
        f'{words.caution.open}<span class="unseen">: {escape(caution.title)}</span></button>'
    )


def _named(name: str) -> str:
    return f'<bdi class="named">{escape(name)}</bdi>'
