"""Asks the bot every question and records what came back. Takes Examples, returns Results; averages and prints nothing.

A question is asked at the threshold in use; if it was refused it is asked once more at threshold 0, so that what the
reader would have said, and its confidence, are known too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ragbot.datatypes import Answer, Chunk, Outcome, Quote, Receipt
from ragbot.errors import QuestionError
from ragbot.evaluation.dataset import Example
from ragbot.evaluation.golds import Gold, resolve_golds
from ragbot.evaluation.measures import relevant_ranks, right_ranks
from ragbot.rendering import answer_to_json
from ragbot.store import Index

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

    def ask(self, question: str, *, threshold: float | None = None) -> Answer:
        """The answer to one question; raises QuestionError if it cannot be asked."""

    def ask_turns(self, turns: Sequence[str], *, threshold: float | None = None) -> Answer:
        """The answer to the last turn."""

    def rankings(self, question: str) -> Mapping[str, Sequence[Chunk]]:
        """Chunks by ranker, best first."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Ranks (from 1) of the chunks that hold an answer in one ranker's list, and how many the index has of them."""

    ranks: tuple[int, ...]
    n_relevant: int


@dataclass(frozen=True, slots=True)
class Result:
    """What one example got. `answer` is at the threshold, `candidates` are the quotes of threshold 0.

    `right_ranks` are ranks (from 1) among the candidates; `verified` says of each candidate whether it re-checks;
    `repeats` whether asking again gave the same bytes (None: not asked again); `seconds` are of the first asking.
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
    bot: Answerer, examples: Sequence[Example], *, threshold: float | None = None, progress: Progress | None = None
) -> list[Result]:
    """One Result per example, in order. `threshold` None means the bot's own.

    Raises DatasetError if a gold does not resolve against the bot's index.
    """
    report = progress or (lambda done, total: None)
    golds = resolve_golds(examples, bot.index.document)
    passages = _passages(bot.index, {gold.document for row in golds for gold in row})
    repeated = _evenly_spaced(len(examples), MAX_REPEATED)
    _ask(bot, (WARM_UP,), threshold)
    results: list[Result] = []
    report(0, len(examples))
    for number, (example, own) in enumerate(zip(examples, golds, strict=True)):
        result = _run(bot, example, own, passages, threshold)
        if number in repeated:
            again = _ask(bot, example.turns, threshold)
            result = replace(result, repeats=_bytes(again) == _bytes(result.answer))
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


def _run(
    bot: Answerer, example: Example, golds: tuple[Gold, ...], passages: Passages, threshold: float | None
) -> Result:
    started = time.perf_counter()
    answer = _ask(bot, example.turns, threshold)
    seconds = time.perf_counter() - started
    candidates = answer.quotes
    if answer.outcome is Outcome.NO_ANSWER and not example.is_safety:
        candidates = _ask(bot, example.turns, 0.0).quotes
    return Result(
        example=example,
        golds=golds,
        answer=answer,
        candidates=candidates,
        right_ranks=right_ranks(candidates, golds),
        retrieval=_retrieval(bot, answer, golds, passages),
        verified=tuple(is_verified(quote, bot.index) for quote in candidates),
        repeats=None,
        seconds=seconds,
    )


def _ask(bot: Answerer, turns: tuple[str, ...], threshold: float | None) -> Answer:
    try:
        if len(turns) == 1:
            return bot.ask(turns[0], threshold=threshold)
        return bot.ask_turns(list(turns), threshold=threshold)
    except QuestionError as error:
        return Answer(question=turns[-1], outcome=Outcome.NO_ANSWER, message=str(error))


def _retrieval(bot: Answerer, answer: Answer, golds: tuple[Gold, ...], passages: Passages) -> dict[str, Retrieval]:
    if not golds:
        return {}
    near = [chunk for document in {gold.document for gold in golds} for chunk in passages[document]]
    n_relevant = len(relevant_ranks(near, golds))
    try:
        rankings = bot.rankings(answer.understood or answer.question)
    except QuestionError:
        return {}
    return {ranker: Retrieval(relevant_ranks(chunks, golds), n_relevant) for ranker, chunks in rankings.items()}


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
