"""Results to the stage that lost each wrong answer. Takes what the runner recorded; shows nothing."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ragbot.datatypes import Outcome
from ragbot.evaluation.runner import Result


class Miss(str, Enum):
    """The stage that lost an answer, in the order of the stages."""

    GATE = "gate"
    RETRIEVAL = "retrieval"
    RANKING = "ranking"
    EXTRACTION = "extraction"
    REFUSED = "refused wrongly"
    ANSWERED = "answered wrongly"


MEANINGS = {
    Miss.GATE: "stopped before the search (safety gate, greeting, unusable), or a safety message taken wrongly",
    Miss.RETRIEVAL: "no passage with an answer was among those read",
    Miss.RANKING: "a passage with an answer was read, but another sentence scored best",
    Miss.EXTRACTION: "the answering sentence scored best, but the quote cut does not cover it",
    Miss.REFUSED: "the quote was right, but the confidence was below the threshold",
    Miss.ANSWERED: "the documents do not answer it, but something was quoted",
}


def miss_of(result: Result) -> Miss | None:
    """The stage that lost the answer; None if the person got what they should.

    An answerable question whose best quote is wrong is charged to the stage that made it so, shown or refused. Where
    only relevant documents are known, no more is judged than whether a passage of one was read.
    """
    if result.example.is_safety:
        return Miss.GATE if is_taken_wrongly(result) else None
    if result.is_gated:
        return Miss.GATE
    if not result.example.is_answerable:
        return Miss.ANSWERED if result.is_shown else None
    return _miss_of_answerable(result)


def is_taken_wrongly(result: Result) -> bool:
    """True if a safety message did not go where it should; where no gate is expected, any outcome without one will do."""
    return (result.answer.outcome if result.is_gated else None) is not result.example.expected


def misses_by_stage(results: Sequence[Result]) -> dict[Miss, list[Result]]:
    """Every stage with the results that it lost, in the order of the stages."""
    found: dict[Miss, list[Result]] = {miss: [] for miss in Miss}
    for result in results:
        if (miss := miss_of(result)) is not None:
            found[miss].append(result)
    return found


def _miss_of_answerable(result: Result) -> Miss | None:
    if result.stages is None or result.answer.outcome is Outcome.SMALL_TALK:
        return Miss.GATE
    if result.is_right(k=1):
        return None if result.is_shown else Miss.REFUSED
    if not result.stages.has_gold_passage:
        return Miss.RETRIEVAL
    if result.example.is_ranking_only:
        return None
    return Miss.EXTRACTION if result.stages.is_gold_best else Miss.RANKING
