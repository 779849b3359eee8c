"""The nouns of question files: where a row stands, what it asks, which answers it accepts. Reads nothing."""

from __future__ import annotations

from dataclasses import dataclass

from ragbot.datatypes import Outcome, Span
from ragbot.errors import DatasetError
from ragbot.scope import Scope


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its file, its line and, where a line holds more than one row, its column (from 1)."""

    file: str
    line: int
    column: int | None = None

    def error(self, field: str, problem: str) -> DatasetError:
        """The error that names file, line and field; `problem` says what is wrong and what to do."""
        at = f"{self.line}" if self.column is None else f"{self.line}:{self.column}"
        return DatasetError(f"{self.file}:{at}: {field}: {problem}")


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """An acceptable answer as its row states it: by `text`, or by `at` and the file's `sha256`, or by all of these.

    With all of them the text is what counts once the file has changed. `span` are the answering words, as text or as a
    place in the file; `field` names the gold in error lines; `side` names what it argues for where documents disagree.
    An excerpt's text is any stretch of the document (with `at`: the one that begins there), so the sentences around it
    are the golds. With a `relevance` the whole document is relevant.
    """

    document: str
    text: str | None
    at: Span | None
    span: str | Span | None
    sha256: str | None
    field: str
    side: str | None = None
    is_excerpt: bool = False
    relevance: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One question with its gold answers (none: the corpus does not answer it), or one safety message.

    `turns` ends with the question that is asked, of the documents in `scope` (None: of all). `expected` is the gate that must take a safety message, None if none
    may; `is_safety` tells the two sorts apart.
    """

    example_id: str
    turns: tuple[str, ...]
    golds: tuple[GoldAnswer, ...]
    place: Place
    is_safety: bool = False
    expected: Outcome | None = None
    kind: str | None = None
    style: str | None = None
    topic: str | None = None
    split: str | None = None
    scope: Scope | None = None

    @property
    def question(self) -> str:
        """The question that is asked: the last turn."""
        return self.turns[-1]

    @property
    def is_answerable(self) -> bool:
        """True if the row names at least one answer."""
        return bool(self.golds)

    @property
    def is_ranking_only(self) -> bool:
        """True if the row names relevant documents and no answers in them: only retrieval can be judged."""
        return any(gold.relevance is not None for gold in self.golds)
