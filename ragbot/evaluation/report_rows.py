"""One question of a report as plain values: what was asked, wanted and said, and its way through the stages.

Without `may_quote` documents are named by offsets alone: no text, title or heading of them is written.
"""

from __future__ import annotations

from typing import Any

from ragbot.datatypes import DISCLAIMER, Quote, Span
from ragbot.evaluation import items, measures
from ragbot.evaluation.aggregation import LIST
from ragbot.evaluation.misses import miss_of
from ragbot.evaluation.runner import Result
from ragbot.evaluation.stages import PassageTrace, SentenceTrace, StageTrace


def result_json(result: Result, *, may_quote: bool) -> dict[str, Any]:
    """One entry of `per_question`; `right_rank` is the rank (from 1) of the first right quote, None if none is."""
    example, answer = result.example, result.answer
    miss = miss_of(result)
    return {
        "id": example.example_id,
        "file": example.place.file,
        "line": example.place.line,
        "turns": list(example.turns),
        "scope": example.scope.to_json() if example.scope else None,
        "kind": example.kind,
        "style": example.style,
        "topic": example.topic,
        "split": example.split,
        "answerable": None if example.is_safety or example.is_ranking_only else example.is_answerable,
        "expected": (example.expected.value if example.expected else "none") if example.is_safety else None,
        "outcome": answer.outcome.value,
        "confidence": answer.confidence,
        "right_rank": min(result.right_ranks, default=None),
        "miss": miss.value if miss else None,
        **_text_scores(result),
        "scores": _part_scores(result),
        "quotes": [_quote_json(quote, may_quote) for quote in result.candidates],
        "golds": [_place(g.document, g.sentence, g.text if may_quote else None) for g in result.golds],
        "gold_rank": {ranker: min(found.ranks, default=None) for ranker, found in result.retrieval.items()},
        "gold_ranks": {ranker: list(found.ranks) for ranker, found in result.retrieval.items()},
        "n_relevant": max((found.n_relevant for found in result.retrieval.values()), default=0),
        "trace": _trace_json(result.stages, may_quote) if result.stages else None,
        "verified": all(result.verified),
        "has_disclaimer": answer.disclaimer == DISCLAIMER,
        "repeats": result.repeats,
        "seconds": result.seconds,
    }


def _text_scores(result: Result) -> dict[str, float | None]:
    """Exact match and token F1 of what was shown; None where no answer is known."""
    if result.example.is_safety or result.example.is_ranking_only:
        return {"exact_match": None, "token_f1": None}
    said = result.answer.quotes[0].text if result.answer.quotes else ""
    golds = [gold.stated or gold.text for gold in result.golds]
    return {"exact_match": measures.exact_match(said, golds), "token_f1": measures.token_f1(said, golds)}


def _part_scores(result: Result) -> dict[str, float]:
    """What a question with several parts scored: lists, and documents that disagree."""
    scores = items.item_scores(result.candidates, result.golds) if result.example.kind == LIST else None
    sides = items.shows_both_sides(result.candidates, result.golds)
    of_items = {} if scores is None else dict(zip(("item_precision", "item_recall", "item_f1"), scores, strict=True))
    return of_items | ({} if sides is None else {"both_sides": sides})


def _trace_json(stages: StageTrace, may_quote: bool) -> dict[str, Any]:
    gold = stages.gold_sentence
    return {
        "searched_also": list(stages.searched_also) if may_quote else [],
        "unknown_words": list(stages.unknown_words),
        "n_passages": stages.n_passages,
        "has_gold_passage": stages.has_gold_passage,
        "passages": [_passage_json(passage, may_quote) for passage in stages.passages],
        "n_sentences": stages.n_sentences,
        "sentences": [_sentence_json(sentence, may_quote) for sentence in stages.sentences],
        "gold_sentence": _sentence_json(gold, may_quote) if gold else None,
    }


def _passage_json(passage: PassageTrace, may_quote: bool) -> dict[str, Any]:
    return {
        **_place(passage.document, passage.span, None),
        **({"section": list(passage.section)} if may_quote else {}),
        "lexical_rank": passage.lexical_rank,
        "dense_rank": passage.dense_rank,
        "fused_rank": passage.fused_rank,
        "final_rank": passage.final_rank,
        "bm25": passage.bm25,
        "similarity": passage.similarity,
        "has_gold": passage.has_gold,
    }


def _sentence_json(sentence: SentenceTrace, may_quote: bool) -> dict[str, Any]:
    place = _place(sentence.document, sentence.span, sentence.text if may_quote else None)
    return place | {"rank": sentence.rank, "score": sentence.score, "is_gold": sentence.is_gold}


def _quote_json(quote: Quote, may_quote: bool) -> dict[str, Any]:
    place = _place(quote.document, quote.span, quote.text if may_quote else None)
    return place | {"words": len(quote.text.split()), "highlights": [list(ends) for ends in quote.highlights]}


def _place(document: str, span: Span, text: str | None) -> dict[str, Any]:
    place: dict[str, Any] = {"document": document, "start": span.start, "end": span.end}
    return place if text is None else place | {"text": text}
