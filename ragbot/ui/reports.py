"""What the page does when someone says that an answer is right or wrong, and chooses what would be right.

Values in, HTML out; knows no gradio. What is written and where is `records`' business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ragbot.datatypes import Document, Span
from ragbot.errors import RagbotError
from ragbot.ui.display import visible
from ragbot.ui.passage import notice_html
from ragbot.ui.picking import choices_html
from ragbot.ui.records import Kept, Records
from ragbot.ui.reporting import told_html
from ragbot.ui.state import GetBot, Turn
from ragbot.ui.words import Words


class Reports:
    """Reports on the answers of one page; one for all its visitors."""

    def __init__(self, get_bot: GetBot, records: Records, words: Words) -> None:
        self._get_bot = get_bot
        self._records = records
        self._words = words

    def report(self, event: object, turns: Sequence[Turn], reported: Sequence[int]) -> tuple[str, list[int]]:
        """Keep what `event` says of one of `turns`: what became of it as HTML, and the numbers of all turns `reported`."""
        values = event if isinstance(event, Mapping) else {}
        turn = next((one for one in turns if one.number == values.get("turn")), None)
        if turn is not None and turn.number in reported:
            kept = Kept.SAVED  # pressed twice, or drawn anew: one report for one question
        else:
            kept = self._records.keep_report(turn, values, self._document)
        ok = kept is Kept.SAVED and turn is not None
        line: str = getattr(self._words.reporting, kept.value)
        return told_html(line, ok=ok), sorted({*reported, turn.number}) if ok and turn else list(reported)

    def documents(self) -> list[list[str]]:
        """Name and title of every document that a sentence may be chosen in, by title."""
        try:
            index = self._get_bot().index
        except RagbotError:
            return []
        listed = [[entry.doc_id, visible(entry.title)] for entry in index.catalogue]
        return sorted(listed, key=lambda one: one[1].casefold())

    def choices(self, place: object) -> str:
        """The document at `place` with its sentences to choose from, or a line why there is none."""
        values = place if isinstance(place, Mapping) else {}
        document = self._document(str(values.get("document", "")))
        if document is None:
            return notice_html(self._words.panel.gone, self._words)
        start, end = values.get("start"), values.get("end")
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
            return choices_html(document, None)
        return choices_html(document, Span(start, end))

    def _document(self, name: str) -> Document | None:
        try:
            return self._get_bot().index.document(name)
        except (KeyError, RagbotError):
            return None
