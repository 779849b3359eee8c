"""The values that a new index must reach before it is current. Measures it as `evaluate` does; prints nothing.

An answer that the old index held and the new one does not is no mistake in the question file: the question counts as
missed, so that a document deleted by accident cannot raise a figure by taking its questions along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ragbot.datatypes import Answer, Document, Span
from ragbot.errors import DatasetError, RagbotError
from ragbot.evaluation.aggregation import RANKERS, aggregate
from ragbot.evaluation.dataset import Example, GoldAnswer
from ragbot.evaluation.golds import Gold, resolve_golds
from ragbot.evaluation.report import find_shortfalls
from ragbot.evaluation.runner import Answerer, Progress, Result, Retrieval, is_verified, run_examples

Lookup = Callable[[str], Document]


def hold_minimum(
    bot: Answerer,
    examples: Sequence[Example],
    answers: Sequence[Answer],
    minimum: Mapping[str, float],
    *,
    old: Lookup | None,
    threshold: float | None,
    progress: Progress | None = None,
) -> None:
    """Raise RagbotError, which names each measure that `bot` does not reach, unless it reaches all.

    `answers` are the bot's to the same examples; `old` finds a document of the index before. Raises DatasetError for a
    gold that stands in neither index.
    """
    kept = [_still_stated(example, bot.index.document, old) for example in examples]
    found = [(whole, rest) for whole, rest in zip(examples, kept, strict=True) if rest is not None]
    results = run_examples(bot, [rest for _, rest in found], threshold=threshold, progress=progress) if found else []
    lost = [
        _lost(bot, example, answer)
        for example, rest, answer in zip(examples, kept, answers, strict=True)
        if rest is None
    ]
    if shortfalls := find_shortfalls(aggregate([*results, *lost]), minimum):
        gone = f" ({len(lost)} answers no longer in the documents)" if lost else ""
        raise RagbotError(f"{'; '.join(shortfalls)}{gone}; the old index stays")


def _still_stated(example: Example, new: Lookup, old: Lookup | None) -> Example | None:
    """The example without the golds that only the old index holds; None if it had golds and none is left."""
    if old is None or example.is_ranking_only or not example.golds:
        return example
    golds = tuple(gold for gold in example.golds if _stands(example, gold, new) or not _stands(example, gold, old))
    return replace(example, golds=golds) if golds else None


def _stands(example: Example, gold: GoldAnswer, lookup: Lookup) -> bool:
    try:
        resolve_golds([replace(example, golds=(gold,))], lookup)
    except DatasetError:
        return False
    return True


def _lost(bot: Answerer, example: Example, answer: Answer) -> Result:
    """The result of a question whose answer is gone: nothing that the bot says can be right."""
    golds = [Gold(g.document, Span(0, 1), None, g.text or g.document, number) for number, g in enumerate(example.golds)]
    return Result(
        example=example,
        golds=tuple(golds),
        answer=answer,
        candidates=answer.quotes or answer.nearest,
        right_ranks=(),
        retrieval={ranker: Retrieval((), (), (1,)) for ranker in RANKERS},
        verified=tuple(is_verified(quote, bot.index) for quote in answer.quotes or answer.nearest),
        repeats=None,
        seconds=answer.seconds,
    )
