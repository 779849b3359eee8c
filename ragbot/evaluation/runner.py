"""Asks the bot every question and records what came back. Takes Examples, returns Results; averages and prints nothing.

A question is asked once at the threshold in use and traced once; the trace also says what would have been quoted
without a threshold.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from ragbot.answering import Trace
from ragbot.datatypes import Answer, Chunk, Outcome, Quote, Receipt
from ragbot.errors import IndexMismatchError, QuestionError
from ragbot.evaluation.dataset import Example
from ragbot.evaluation.golds import Gold, resolve_golds
from ragbot.evaluation.measures import ideal_grades, relevant_grades, relevant_ranks, right_ranks
from ragbot.evaluation.stages import StageTrace, rankings, trace_stages
from ragbot.rendering import answer_to_json
from ragbot.scope import Scope
from ragbot.store import Index

if TYPE_CHECKING:
    from ragbot.evaluation.journal import Journal

MAX_REPEATED = 50  # questions asked twice to see that the bytes are the same
WARM_UP = "Is this the first question?"  # loads the model before the clock starts; its answer is thrown away
Progress = Callable[[int, int], None]
"""Called with how many questions are done, and of how many."""

Passages = Mapping[str, Sequence[Chunk]]


class Answerer(Protocol):
    """What is evaluated: `ragbot.answering.Bot`, or anything that speaks like it."""

    @property
    def index(self) -> Index:
        """The index that quotes and golds count in."""

    @property
    def threshold(self) -> float:
        """The confidence below which it refuses unless told otherwise."""

    @property
    def has_reader(self) -> bool:
        """True if a reader reads the best passages."""

    def ask(self, question: str, *, threshold: float | None = None, scope: Scope | None = None) -> Answer:
        """The answer to one question, of the documents in `scope`; raises QuestionError if it cannot be asked."""

    def ask_turns(self, turns: Sequence[str], *, threshold: float | None = None, scope: Scope | None = None) -> Answer:
        """The answer to the last turn."""

    def trace(self, question: str, *, scope: Scope | None = None) -> Trace:
        """The stages of one standalone question; errors as `ask`."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Ranks (from 1) of the chunks that hold an answer in one ranker's list (or of the relevant documents).

    `grades` says how relevant each is, `ideal` the same of all that should have been found.
    """

    ranks: tuple[int, ...]
    grades: tuple[int, ...]
    ideal: tuple[int, ...]

    @property
    def n_relevant(self) -> int:
        """How many should have been found."""
        return len(self.ideal)


@dataclass(frozen=True, slots=True)
class Result:
    """What one example got. `answer` is at the threshold, `candidates` are the quotes of threshold 0.

    `right_ranks` are ranks (from 1) among the candidates; `verified` says of each candidate whether it re-checks;
    `repeats` whether asking again gave the same bytes (None: not asked again); `seconds` are of the first asking;
    `stages` is None for safety messages and for questions that cannot be asked.
    """

    example: Example
    golds: tuple[Gold, ...]
    answer: Answer
    candidates: tuple[Quote, ...]
    right_ranks: tuple[int, ...]
    retrieval: Mapping[str, Retrieval]
    verified: tuple[bool, ...]
    repeats: bool | None
    seconds: float
    stages: StageTrace | None = None

    @property
    def is_shown(self) -> bool:
        """True if the person sees quotes."""
        return self.answer.outcome is Outcome.ANSWERED

    @property
    def is_gated(self) -> bool:
        """True if the safety gate took the message."""
        return self.answer.outcome in (Outcome.EMERGENCY, Outcome.PERSONAL_DOSE)

    def is_right(self, *, k: int) -> bool:
        """True if one of the first k candidates is right."""
        return any(rank <= k for rank in self.right_ranks)


def run_examples(
    bot: Answerer,
    examples: Sequence[Example],
    *,
    threshold: float | None = None,
    progress: Progress | None = None,
    journal: Journal | None = None,
) -> list[Result]:
    """One Result per example, in order. `threshold` None means the bot's own; what `journal` holds is not asked again.

    Raises DatasetError if a gold does not resolve against the bot's index, IndexMismatchError if the index is replaced
    while questions are asked.
    """
    report = progress or (lambda done, total: None)
    fingerprint = bot.index.fingerprint
    golds = resolve_golds(examples, bot.index.document)
    passages = _passages(bot.index, {gold.document for row in golds for gold in row})
    repeated = _evenly_spaced(len(examples), MAX_REPEATED)
    _ask(bot, (WARM_UP,), threshold)
    results: list[Result] = []
    report(0, len(examples))
    for number, (example, own) in enumerate(zip(examples, golds, strict=True)):
        result = None if journal is None else journal.find(example, own)
        if result is None:
            result = _run(bot, example, own, passages, threshold, repeat=number in repeated)
            _check_same_index(bot, fingerprint)
            if journal is not None:
                journal.keep(result)
        results.append(result)
        report(number + 1, len(examples))
    return results


def is_verified(quote: Quote, index: Index) -> bool:
    """True if the quote is word for word in the index's document, and that is of the file the quote names by hash."""
    try:
        document = index.document(quote.document)
    except KeyError:
        return False
    is_same_file = index.manifest.files.get(quote.document) == quote.sha256
    return is_same_file and Receipt.of(quote, index.fingerprint).matches(document)


def _check_same_index(bot: Answerer, fingerprint: str) -> None:
    if bot.index.fingerprint != fingerprint:
        raise IndexMismatchError(
            f"the index was replaced while questions were asked ({fingerprint} by {bot.index.fingerprint}); "
            "run the evaluation again"
        )


def _run(
    bot: Answerer,
    example: Example,
    golds: tuple[Gold, ...],
    passages: Passages,
    threshold: float | None,
    *,
    repeat: bool,
) -> Result:
    started = time.perf_counter()
    answer = _ask(bot, example.turns, threshold, example.scope)
    seconds = time.perf_counter() - started
    trace = None if example.is_safety else _trace(bot, answer, example.scope)
    candidates = answer.quotes
    if answer.outcome is Outcome.NO_ANSWER and trace is not None:
        candidates = trace.reading.quotes
    return Result(
        example=example,
        golds=golds,
        answer=answer,
        candidates=candidates,
        right_ranks=right_ranks(candidates, golds),
        retrieval=_retrieval(rankings(trace, bot.index), golds, passages) if golds and trace else {},
        verified=tuple(is_verified(quote, bot.index) for quote in candidates),
        repeats=_bytes(_ask(bot, example.turns, threshold, example.scope)) == _bytes(answer) if repeat else None,
        seconds=seconds,
        stages=trace_stages(trace, golds) if trace else None,
    )


def _ask(bot: Answerer, turns: tuple[str, ...], threshold: float | None, scope: Scope | None = None) -> Answer:
    try:
        if len(turns) == 1:
            return bot.ask(turns[0], threshold=threshold, scope=scope)
        return bot.ask_turns(list(turns), threshold=threshold, scope=scope)
    except QuestionError as error:
        return Answer(question=turns[-1], outcome=Outcome.NO_ANSWER, message=str(error))


def _trace(bot: Answerer, answer: Answer, scope: Scope | None) -> Trace | None:
    try:
        return bot.trace(answer.understood or answer.question, scope=scope)
    except QuestionError:
        return None


def _retrieval(
    found: Mapping[str, Sequence[Chunk]], golds: tuple[Gold, ...], passages: Passages
) -> dict[str, Retrieval]:
    near = [chunk for document in {gold.document for gold in golds} for chunk in passages[document]]
    ideal = ideal_grades(near, golds)
    return {
        ranker: Retrieval(relevant_ranks(chunks, golds), relevant_grades(chunks, golds), ideal)
        for ranker, chunks in found.items()
    }


def _passages(index: Index, documents: Collection[str]) -> Passages:
    """All chunks of the documents that hold a gold, by document."""
    found: dict[str, list[Chunk]] = {document: [] for document in documents}
    for number in range(index.manifest.n_chunks if documents else 0):
        chunk = index.chunk(number)
        if chunk.doc_id in found:
            found[chunk.doc_id].append(chunk)
    return found


def _evenly_spaced(n: int, most: int) -> set[int]:
    """At most `most` positions of 0..n-1, spread evenly, so that no part of a file goes unlooked at."""
    count = min(n, most)
    return {i * n // count for i in range(count)}


def _bytes(answer: Answer) -> str:
    return json.dumps(answer_to_json(replace(answer, seconds=0.0)))
