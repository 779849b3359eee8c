"""What the page remembers: how far an index build is, and the turns of one conversation. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from ragbot.datatypes import Answer, CatalogueEntry, Document
from ragbot.errors import RagbotError
from ragbot.scope import Scope

MAX_TURNS = 30
_KEPT_QUESTION_CHARS = 2_000


class OpenIndex(Protocol):
    """The part of an index that the page reads."""

    @property
    def fingerprint(self) -> str:
        """Hash of its content and settings."""

    @property
    def catalogue(self) -> Sequence[CatalogueEntry]:
        """What each document says of itself, sorted by name."""

    @property
    def folder(self) -> Path:
        """Where it lies; it tells from which files it was built."""

    def document(self, doc_id: str) -> Document:
        """The document called `doc_id`. Raises KeyError if there is none."""

    def title(self, doc_id: str) -> str | None:
        """The title of the document called `doc_id`, or None if there is none."""


class AnsweringBot(Protocol):
    """The part of `ragbot.answering.Bot` that the page uses; tests may bring their own."""

    @property
    def index(self) -> OpenIndex:
        """The present index."""

    def ask(self, question: str) -> Answer:
        """The answer to one question. Raises QuestionError if it cannot be asked."""

    def ask_turns(
        self,
        turns: Sequence[str],
        *,
        threshold: float | None = None,
        alone: bool = False,
        as_typed: bool = False,
        scope: Scope | None = None,
    ) -> Answer:
        """The answer to the last of `turns`, of the documents in `scope`, in the light of those before unless `alone`.

        `as_typed` only its own words are searched.
        """

    def help_first(self, turns: Sequence[str]) -> Answer | None:
        """What the gate answers to the last of `turns`; None if it lets it through."""


Gate = Callable[[str], Answer | None]
"""The safety check alone: help for a person in danger, or None. It needs no index."""

GetBot = Callable[[], AnsweringBot]
"""Returns the bot, or raises RagbotError whose text is shown on the page."""


class BuildPhase(str, Enum):
    """Where an index build stands."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """One look at a build. `done` of `total` count within `stage`; `total` 0 means not known yet."""

    phase: BuildPhase = BuildPhase.BUILDING
    stage: str = "waiting"
    done: int = 0
    total: int = 0
    reason: str = ""


class BuildState:
    """Progress of an index build, written by the one thread that builds and read by any number of pages.

    Hand `update` to `ragbot.ingestion.ingest(progress=…)`; call `finish` once `get_bot` can answer, or `fail`.
    A reader sees a whole `BuildProgress` at any moment: each change replaces it by one assignment.
    """

    def __init__(self) -> None:
        self.progress = BuildProgress()

    def update(self, stage: str, done: int, total: int) -> None:
        """Note that `stage` has done `done` of `total`."""
        self.progress = BuildProgress(BuildPhase.BUILDING, stage, done, total)

    def finish(self) -> None:
        """Note that questions can be answered from now on."""
        self.progress = BuildProgress(BuildPhase.READY)

    def fail(self, reason: str) -> None:
        """Note that the build ended without an index; `reason` is one line with the next step."""
        self.progress = BuildProgress(BuildPhase.FAILED, reason=reason)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the page sent it: `alone` it refers to none before it, `as_typed` only its words are searched.

    With a `scope` only the documents inside are. `before` are questions that only the visitor's page remembers.
    """

    question: str
    alone: bool = False
    as_typed: bool = False
    scope: Scope | None = None
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it: an answer, or a `notice` why there is none."""

    number: int
    question: str
    answer: Answer | None = None
    notice: str = ""


def take_turn(bot: AnsweringBot, asked: Asked, turns: Sequence[Turn], *, number: int) -> Turn:
    """Ask the question after those of `turns`. A RagbotError becomes the turn's notice."""
    before = [*asked.before, *(turn.question for turn in turns if turn.answer)]
    questions = [*(question[:_KEPT_QUESTION_CHARS] for question in before[-MAX_TURNS:]), asked.question]
    try:
        answer = bot.ask_turns(questions, alone=asked.alone, as_typed=asked.as_typed, scope=asked.scope)
    except RagbotError as error:
        return refused_turn(asked.question, str(error), number=number)
    return Turn(number, asked.question[:_KEPT_QUESTION_CHARS], answer)


def refused_turn(question: str, notice: str, *, number: int) -> Turn:
    """A turn without an answer; only the beginning of a very long question is kept."""
    return Turn(number, question[:_KEPT_QUESTION_CHARS], notice=notice)


def kept(turns: Sequence[Turn], newest: Turn) -> list[Turn]:
    """`turns` with `newest` at the end, at most the last MAX_TURNS."""
    return [*turns, newest][-MAX_TURNS:]
