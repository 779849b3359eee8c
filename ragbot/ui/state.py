"""What the page remembers: how far an index build is, and the turns of one conversation. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from ragbot.datatypes import Answer, Document
from ragbot.errors import RagbotError

MAX_TURNS = 30
_KEPT_QUESTION_CHARS = 2_000


class OpenIndex(Protocol):
    """The part of an index that the page reads."""

    @property
    def fingerprint(self) -> str:
        """Hash of its content and settings."""

    def document(self, doc_id: str) -> Document:
        """The document called `doc_id`. Raises KeyError if there is none."""


class AnsweringBot(Protocol):
    """The part of `ragbot.answering.Bot` that the page uses; tests may bring their own."""

    @property
    def index(self) -> OpenIndex:
        """The present index."""

    def ask(self, question: str) -> Answer:
        """The answer to one question. Raises QuestionError if it cannot be asked."""

    def ask_turns(self, turns: Sequence[str], *, alone: bool = False) -> Answer:
        """The answer to the last of `turns`, understood in the light of those before unless `alone`."""


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
class Turn:
    """One question and what came of it: an answer, or a `notice` why there is none."""

    number: int
    question: str
    answer: Answer | None = None
    notice: str = ""


def take_turn(bot: AnsweringBot, question: str, turns: Sequence[Turn], *, number: int, alone: bool = False) -> Turn:
    """Ask `question` after those of `turns`; `alone` it does not refer to them. A RagbotError becomes the turn's notice."""
    try:
        answer = bot.ask_turns([*(turn.question for turn in turns if turn.answer), question], alone=alone)
    except RagbotError as error:
        return refused_turn(question, str(error), number=number)
    return Turn(number, question[:_KEPT_QUESTION_CHARS], answer)


def refused_turn(question: str, notice: str, *, number: int) -> Turn:
    """A turn without an answer; only the beginning of a very long question is kept."""
    return Turn(number, question[:_KEPT_QUESTION_CHARS], notice=notice)


def kept(turns: Sequence[Turn], newest: Turn) -> list[Turn]:
    """`turns` with `newest` at the end, at most the last MAX_TURNS."""
    return [*turns, newest][-MAX_TURNS:]
