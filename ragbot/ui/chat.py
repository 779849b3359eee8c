"""What the page does when it is looked at, asked, or told to open a document. Values in, HTML out; knows no gradio."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from ragbot.datatypes import Answer, Outcome, Span
from ragbot.errors import RagbotError
from ragbot.ui import texts
from ragbot.ui.answers import conversation_html
from ragbot.ui.frame import building_html, unavailable_html, welcome_html
from ragbot.ui.passage import notice_html, passage_html
from ragbot.ui.state import AnsweringBot, BuildPhase, BuildState, GetBot, Turn, kept, refused_turn, take_turn

Gate = Callable[[str], Answer | None]
"""The safety check alone: help for a person in danger, or None. It needs no index."""


class Chat:
    """One page for many visitors: holds what all of them share; each visitor's turns come in and go out as a value."""

    def __init__(
        self, get_bot: GetBot, *, examples: Sequence[str], build: BuildState | None = None, gate: Gate | None = None
    ) -> None:
        self._get_bot = get_bot
        self._build = build
        self._gate = gate
        self._examples = _AnswerableExamples(examples)

    def look(self, turns: Sequence[Turn]) -> tuple[str, bool]:
        """The HTML that stands before the conversation, and whether questions can be answered now."""
        progress = self._build.progress if self._build else None
        if progress and progress.phase is BuildPhase.BUILDING:
            return building_html(progress), False
        if progress and progress.phase is BuildPhase.FAILED:
            return unavailable_html(progress.reason, name=texts.BUILD_FAILED), False
        try:
            bot = self._get_bot()
        except RagbotError as error:
            return unavailable_html(str(error)), False
        return "" if turns else welcome_html(self._examples.of(bot)), True

    def ask(self, event: object, turns: Sequence[Turn]) -> tuple[str, bool, list[Turn]]:
        """Ask the question in `event`: the conversation as HTML, whether a bot was there, and all turns kept."""
        question, alone = _asked(event)
        number = turns[-1].number + 1 if turns else 1
        turn, ready = self._turn(question, turns, number=number, alone=alone)
        newest = kept(turns, turn)
        return conversation_html(newest), ready, newest

    def show_document(self, place: object) -> str:
        """The document at `place` (document, start, end, sha256) as HTML, with the quote marked if it is unchanged."""
        values = place if isinstance(place, Mapping) else {}
        sha256 = str(values.get("sha256", ""))
        try:
            document = self._get_bot().index.document(str(values.get("document", "")))
        except KeyError:
            return notice_html(texts.PASSAGE_GONE)
        except RagbotError as error:
            return notice_html(str(error))
        span = _span(values, len(document.text))
        if span is None or (sha256 and sha256 != document.sha256):
            return passage_html(document, None, notice=texts.PASSAGE_CHANGED)
        return passage_html(document, span)

    def _turn(self, question: str, turns: Sequence[Turn], *, number: int, alone: bool) -> tuple[Turn, bool]:
        if self._build and self._build.progress.phase is BuildPhase.BUILDING:
            return self._help_or(refused_turn(question, texts.NOT_READY, number=number), question), False
        try:
            bot = self._get_bot()
        except RagbotError as error:
            return self._help_or(refused_turn(question, str(error), number=number), question), False
        return self._help_or(take_turn(bot, question, turns, number=number, alone=alone), question), True

    def _help_or(self, turn: Turn, question: str) -> Turn:
        """`turn`, or help instead of a notice: nobody in danger is told that a question is too long or too early."""
        if turn.answer is not None or self._gate is None:
            return turn
        help_first = self._gate(question)
        return Turn(turn.number, turn.question, help_first) if help_first else turn


class _AnswerableExamples:
    """The examples that an index answers, found out once per index: a chip never leads to a refusal."""

    def __init__(self, examples: Sequence[str]) -> None:
        self._all = tuple(examples)
        self._answered: tuple[str, tuple[str, ...]] = ("", ())
        self._lock = threading.Lock()

    def of(self, bot: AnsweringBot) -> tuple[str, ...]:
        """The examples that `bot` answers with its present index, in their order."""
        fingerprint = bot.index.fingerprint
        with self._lock:
            if self._answered[0] != fingerprint:
                answered = tuple(e for e in self._all if bot.ask(e).outcome is Outcome.ANSWERED)
                self._answered = (fingerprint, answered)
            return self._answered[1]


def _asked(data: object) -> tuple[str, bool]:
    """The question and whether to ask it alone, from whatever the browser sent."""
    values = data if isinstance(data, Mapping) else {}
    question = values.get("question")
    return question if isinstance(question, str) else "", values.get("alone") is True


def _span(values: Mapping[str, object], length: int) -> Span | None:
    start, end = values.get("start"), values.get("end")
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length):
        return None
    return Span(start, end)
