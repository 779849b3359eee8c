"""What the page does when it is looked at or asked. Values in, HTML out; knows no gradio."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ragbot.config import OLD_AFTER_YEARS
from ragbot.datatypes import Outcome
from ragbot.errors import RagbotError, ScopeError
from ragbot.ui.answers import conversation_html
from ragbot.ui.asking import Asking
from ragbot.ui.choosing import scope_of
from ragbot.ui.frame import building_html, unavailable_html, welcome_html
from ragbot.ui.lookup import Lookup
from ragbot.ui.next_questions import NextQuestions, next_questions_html
from ragbot.ui.records import NO_RECORDS, Records
from ragbot.ui.state import (
    AnsweringBot,
    Asked,
    BuildPhase,
    BuildState,
    Gate,
    GetBot,
    Turn,
    kept,
    refused_turn,
    take_turn,
)
from ragbot.ui.words import Words


class Chat:
    """One page for many visitors: holds what all of them share; each visitor's turns come in and go out as a value."""

    def __init__(
        self,
        get_bot: GetBot,
        *,
        words: Words,
        examples: Sequence[str],
        build: BuildState | None = None,
        gate: Gate | None = None,
        old_after_years: int = OLD_AFTER_YEARS,
        records: Records = NO_RECORDS,
        contact: str = "",
    ) -> None:
        self.lookup = Lookup(get_bot, words, old_after_years=old_after_years)
        self._get_bot = get_bot
        self._words = words
        self._build = build
        self._gate = gate
        self._records = records
        self._contact = contact
        self._examples = _AnswerableExamples(examples)
        self._answering = _UnderWay()
        self._next = NextQuestions(busy=self._answering.any)

    def look(self, turns: Sequence[Turn]) -> tuple[str, bool]:
        """The HTML that stands before the conversation, and whether questions can be answered now."""
        progress = self._build.progress if self._build else None
        if progress and progress.phase is BuildPhase.BUILDING:
            return building_html(progress, self._words), False
        if progress and progress.phase is BuildPhase.FAILED:
            return unavailable_html(progress.reason, self._words, name=self._words.building.failed), False
        try:
            bot = self._get_bot()
        except RagbotError as error:
            return unavailable_html(str(error), self._words), False
        return "" if turns else welcome_html(self._examples.of(bot), self._words), True

    def ask(self, event: object, turns: Sequence[Turn]) -> tuple[str, bool, list[Turn]]:
        """Ask the question in `event`: the conversation as HTML, whether a bot was there, and all turns kept."""
        with self._answering.one():
            turn, ready = self._turn(Asking.read(event), turns)
        newest = kept(turns, turn)
        if turn.answer:
            self._records.keep_question(turn.answer)
        return self._drawn(newest), ready, newest

    def next_questions(self, turns: Sequence[Turn]) -> str:
        """Questions to ask after the last of `turns` as HTML; empty if there are none, or somebody waits for an answer."""
        try:
            questions = self._next.after(self._get_bot(), turns)
        except RagbotError:
            return ""
        return next_questions_html(questions, turns[-1], self._words) if questions else ""

    def turn_away(self, event: object, turns: Sequence[Turn], why: str) -> tuple[str, bool, list[Turn]]:
        """As `ask`, but nothing is asked: the turn says `why`, unless its question comes from someone in danger."""
        asked = Asking.read(event)
        refused = refused_turn(asked.question, why, number=asked.number(turns))
        newest = kept(turns, self._help_or(refused, asked.question))
        return self._drawn(newest), True, newest

    def _turn(self, asked: Asking, turns: Sequence[Turn]) -> tuple[Turn, bool]:
        question, number = asked.question, asked.number(turns)
        if self._build and self._build.progress.phase is BuildPhase.BUILDING:
            return self._help_or(refused_turn(question, self._words.building.not_ready, number=number), question), False
        try:
            bot = self._get_bot()
        except RagbotError as error:
            return self._help_or(refused_turn(question, str(error), number=number), question), False
        return self._help_or(self._taken(bot, asked, turns, number), question), True

    def _taken(self, bot: AnsweringBot, asking: Asking, turns: Sequence[Turn], number: int) -> Turn:
        try:
            scope = scope_of(asking.values)
        except ScopeError as error:
            return refused_turn(asking.question, str(error), number=number)
        before = asking.forgotten(turns)
        asked = Asked(asking.question, alone=asking.alone, as_typed=asking.as_typed, scope=scope, before=before)
        turn = take_turn(bot, asked, turns, number=number)
        if turn.answer is None:
            return turn
        return replace(turn, answer=self.lookup.ageing(bot.index).cautioned(turn.answer))

    def _drawn(self, turns: Sequence[Turn]) -> str:
        reportable = self._records.reports is not None
        return conversation_html(turns, self._words, reportable=reportable, contact=self._contact)

    def _help_or(self, turn: Turn, question: str) -> Turn:
        """`turn`, or help instead of a notice: nobody in danger is told that a question is too long or too early."""
        if turn.answer is not None or self._gate is None:
            return turn
        help_first = self._gate(question)
        return Turn(turn.number, turn.question, help_first) if help_first else turn


class _UnderWay:
    """How many questions are being answered, over all visitors."""

    def __init__(self) -> None:
        self._n = 0
        self._lock = threading.Lock()

    def any(self) -> bool:
        """True while there is one."""
        return self._n > 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Counts one for the length of a `with` block."""
        with self._lock:
            self._n += 1
        try:
            yield
        finally:
            with self._lock:
                self._n -= 1


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
