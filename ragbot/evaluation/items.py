"""Measures of answers with several parts: lists, and documents that disagree. Pure functions of quotes and golds.

None means that a measure cannot be judged; such a question is left out, never counted as zero.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ragbot.datatypes import Quote, Span
from ragbot.evaluation.golds import Gold
from ragbot.evaluation.measures import covers


def item_scores(quotes: Sequence[Quote], golds: Collection[Gold]) -> tuple[float, float, float] | None:
    """Item precision, recall and F1 of the quotes of a list: items are gold sentences, quotes cover them.

    Precision is the share of quotes that cover an item, recall the share of items that a quote (or a place that it
    names in `also_in`) covers, by the rule of `is_right`. Set precision and recall as for list questions in TREC QA
    (Voorhees 2003), with 0 for all three where nothing is quoted; None if there is no item.
    """
    items: dict[tuple[int, str], list[Gold]] = {}
    for gold in golds:
        if gold.relevance is None:
            items.setdefault((gold.number, " ".join(gold.text.split())), []).append(gold)
    if not items:
        return None
    found = sum(any(_shows(quote, own) for quote in quotes) for own in items.values())
    precision = sum(_shows(quote, golds) for quote in quotes) / len(quotes) if quotes else 0.0
    item_recall = found / len(items)
    total = precision + item_recall
    return precision, item_recall, 2 * precision * item_recall / total if total else 0.0


def shows_both_sides(quotes: Sequence[Quote], golds: Collection[Gold]) -> float | None:
    """1.0 if every side that the golds name is covered by a quote, else 0.0; None unless they name two or more.

    The rule of this project (eval/README.md): where documents disagree, showing one of them alone misleads.
    """
    sides = {gold.side for gold in golds if gold.side is not None}
    if len(sides) < 2:
        return None
    return float(all(any(_shows(q, [g for g in golds if g.side == side]) for q in quotes) for side in sides))


def _shows(quote: Quote, golds: Collection[Gold]) -> bool:
    """True if the quote covers a gold where it stands or where the same claim also stands."""
    also = ((source.document, Span(source.start, source.end)) for source in quote.also_in)
    return any(covers(document, span, g) for document, span in ((quote.document, quote.span), *also) for g in golds)
