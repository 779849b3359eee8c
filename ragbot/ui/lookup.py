"""What the page looks up of the documents as a whole: for choosing what is searched and for the library.

What the browser sends comes in as it is, HTML and plain text go out; knows no gradio. Whatever is wrong becomes a line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial

from ragbot.ageing import Ageing
from ragbot.errors import RagbotError
from ragbot.ui.choosing import chosen, documents_html, form_html, scope_of
from ragbot.ui.display import escape
from ragbot.ui.library import count_text, found, list_html, sections_html
from ragbot.ui.state import GetBot, OpenIndex
from ragbot.ui.words import Words, translated

_MAX_FIND = 200  # characters


class Lookup:
    """Answers the page's questions about the documents, from the present index. Safe to share by threads."""

    def __init__(
        self, get_bot: GetBot, words: Words, *, old_after_years: int, today: Callable[[], date] = date.today
    ) -> None:
        self._get_bot = get_bot
        self._words = words
        self._old_after_years = old_after_years
        self._today = today

    def ageing(self, index: OpenIndex) -> Ageing:
        """What counts as old or superseded today, among the documents of `index`."""
        return Ageing(self._today(), self._old_after_years, partial(_title_of, index))

    def library(self, event: object) -> dict[str, str]:
        """The documents that `event` asks for (`find`, `order`): their `html` and how many they are, `count`."""
        values = _values(event)
        try:
            index = self._get_bot().index
        except RagbotError as error:
            return {"html": self._problem(error), "count": ""}
        entries = found(index.catalogue, _find(values), str(values.get("order", "")))
        return {
            "html": list_html(entries, self._words, self.ageing(index)),
            "count": count_text(len(entries), len(index.catalogue), self._words),
        }

    def sections(self, event: object) -> str:
        """The sections of the `document` in `event`."""
        try:
            document = self._get_bot().index.document(str(_values(event).get("document", "")))
        except KeyError:
            return _line(self._words.panel.gone)
        except RagbotError as error:
            return self._problem(error)
        return sections_html(document, self._words)

    def scope_form(self, event: object) -> str:
        """What there is to choose from, with the `scope` in `event` chosen."""
        values = _values(event)
        try:
            return form_html(self._get_bot().index.catalogue, scope_of(values), self._words)
        except RagbotError as error:
            return self._problem(error)

    def scope_documents(self, event: object) -> str:
        """The documents that `event` asks for (`find`), those of its `scope` ticked."""
        values = _values(event)
        try:
            catalogue, scope = self._get_bot().index.catalogue, scope_of(values)
        except RagbotError as error:
            return self._problem(error)
        return documents_html(catalogue, scope.documents, _find(values), self._words)

    def scope_chosen(self, event: object) -> dict[str, object]:
        """What to show of the `scope` in `event`: its `label` ("" for everything), `count`, and whether it is `nothing`."""
        try:
            shown = chosen(self._get_bot().index.catalogue, scope_of(_values(event)), self._words)
        except RagbotError as error:
            return {"label": "", "count": translated(str(error), self._words), "nothing": True}
        return {"label": shown.label, "count": shown.count, "nothing": shown.is_nothing}

    def _problem(self, error: RagbotError) -> str:
        return _line(translated(str(error), self._words))


def _title_of(index: OpenIndex, name: str) -> str | None:
    return index.title(name)


def _values(event: object) -> Mapping[str, object]:
    return event if isinstance(event, Mapping) else {}


def _find(values: Mapping[str, object]) -> str:
    return str(values.get("find", ""))[:_MAX_FIND]


def _line(text: str) -> str:
    return f'<p class="nothing">{escape(text)}</p>'
