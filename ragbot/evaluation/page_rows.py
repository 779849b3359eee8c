"""One question as the page shows it: the same facts as in the JSON, cut into what a table needs. Writes no HTML.

Without `may_quote` a row holds no text, title or heading of a document, so that the template cannot show any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ragbot.datatypes import Outcome, Quote, Span
from ragbot.evaluation.golds import Gold
from ragbot.evaluation.misses import Miss, miss_of
from ragbot.evaluation.runner import Result, Retrieval
from ragbot.evaluation.stages import PassageTrace, SentenceTrace, StageTrace

_OUTCOMES = {
    Outcome.ANSWERED: "answered",
    Outcome.NO_ANSWER: "refused",
    Outcome.EMERGENCY: "emergency text",
    Outcome.PERSONAL_DOSE: "personal dose text",
    Outcome.SMALL_TALK: "greeting",
}
STAGE_NAMES = {"lexical": "keywords", "dense": "meaning", "fused": "both together", "final": "after reading"}


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document: its words as (text, is marked) pieces, or none if they may not be shown."""

    pieces: tuple[tuple[str, bool], ...]
    source: str
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class TraceLine:
    """A passage or sentence with what the stages made of it, as cells of a table."""

    cells: tuple[str, ...]
    has_gold: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question; `verdict` is `right`, `rightly refused`, `rightly handled`, `found`, or the stage that lost it."""

    number: int
    example_id: str
    question: str
    earlier: tuple[str, ...]
    tags: str
    outcome: str
    wanted: str
    confidence: float | None
    verdict: str
    miss: Miss | None
    message: str
    quotes: tuple[Passage, ...]
    golds: tuple[Passage, ...]
    gold_ranks: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    passages: tuple[TraceLine, ...]
    sentences: tuple[TraceLine, ...]


def page_row(number: int, result: Result, *, may_quote: bool) -> Row:
    """Row `number` (from 1) of the page for `result`."""
    example, answer, stages = result.example, result.answer, result.stages
    tags = [tag for tag in (example.kind, example.style, example.topic, example.split) if tag]
    refused = answer.outcome is Outcome.NO_ANSWER
    return Row(
        number=number,
        example_id=example.example_id,
        question=example.question,
        earlier=example.turns[:-1],
        tags=" · ".join(tags),
        outcome=_OUTCOMES[answer.outcome],
        wanted=_wanted(result),
        confidence=answer.confidence if result.is_shown or refused else None,
        verdict=_verdict(result),
        miss=miss_of(result),
        message=answer.message or "",
        quotes=tuple(
            _quote(quote, rank in result.right_ranks, may_quote)
            for rank, quote in enumerate(result.candidates, start=1)
        ),
        golds=tuple(_gold(gold, may_quote) for gold in result.golds),
        gold_ranks=_gold_ranks(result.retrieval),
        facts=_facts(stages, may_quote) if stages else (),
        passages=tuple(_passage_line(p, may_quote) for p in stages.passages) if stages else (),
        sentences=_sentence_lines(stages, may_quote) if stages else (),
    )


def _wanted(result: Result) -> str:
    example = result.example
    if example.is_safety:
        return _OUTCOMES[example.expected] if example.expected else "no gate"
    if example.is_ranking_only:
        return "a passage of a relevant document"
    return "an answer" if example.is_answerable else "a refusal"


def _verdict(result: Result) -> str:
    if miss := miss_of(result):
        return miss.value
    if result.example.is_safety:
        return "rightly handled"
    if result.example.is_ranking_only:
        return "found"
    return "right" if result.example.is_answerable else "rightly refused"


def _gold(gold: Gold, may_quote: bool) -> Passage:
    if gold.relevance is not None:
        return Passage((), f"{gold.document}, relevant as a whole")
    return Passage(((gold.text, False),) if may_quote else (), _place(gold.document, gold.sentence))


def _quote(quote: Quote, is_right: bool, may_quote: bool) -> Passage:
    if not may_quote:
        return Passage((), _place(quote.document, quote.span), is_right)
    section = " › ".join(dict.fromkeys((quote.title, *quote.section)))
    return Passage(_pieces(quote), f"{section} · {_place(quote.document, quote.span)}", is_right)


def _pieces(quote: Quote) -> tuple[tuple[str, bool], ...]:
    """The quote cut at the ends of its highlights; overlapping ones are joined."""
    marked = [False] * len(quote.text)
    for start, end in quote.highlights:
        marked[start:end] = [True] * (end - start)
    pieces: list[tuple[str, bool]] = []
    start = 0
    for at in range(1, len(marked) + 1):
        if at == len(marked) or marked[at] != marked[start]:
            pieces.append((quote.text[start:at], marked[start]))
            start = at
    return tuple(pieces)


def _gold_ranks(retrieval: Mapping[str, Retrieval]) -> tuple[tuple[str, str], ...]:
    """Stage to the rank of the best passage with an answer, in words."""
    return tuple(
        (STAGE_NAMES.get(ranker, ranker), str(min(found.ranks)) if found.ranks else "not found")
        for ranker, found in retrieval.items()
    )


def _facts(stages: StageTrace, may_quote: bool) -> tuple[str, ...]:
    facts = [f"{stages.n_passages} passages were read and {stages.n_sentences} sentences weighed."]
    if gold := stages.gold_sentence:
        facts.append(f"The best gold sentence came {gold.rank} of {stages.n_sentences} (score {gold.score:.2f}).")
    if stages.searched_also and may_quote:
        facts.append("Searched also: " + ", ".join(stages.searched_also) + ".")
    if stages.unknown_words:
        facts.append("Words that no document holds: " + ", ".join(stages.unknown_words) + ".")
    return tuple(facts)


def _passage_line(passage: PassageTrace, may_quote: bool) -> TraceLine:
    ranks = (passage.final_rank, passage.fused_rank, passage.lexical_rank, passage.dense_rank)
    where = " › ".join(passage.section) if may_quote and passage.section else ""
    place = _place(passage.document, passage.span)
    return TraceLine((*(_rank(r) for r in ranks), f"{where} · {place}" if where else place), passage.has_gold)


def _sentence_lines(stages: StageTrace, may_quote: bool) -> tuple[TraceLine, ...]:
    """The best sentences, and the best gold after them if it is not among them."""
    lines = list(stages.sentences)
    if stages.gold_sentence and stages.gold_sentence not in lines:
        lines.append(stages.gold_sentence)
    return tuple(_sentence_line(sentence, may_quote) for sentence in lines)


def _sentence_line(sentence: SentenceTrace, may_quote: bool) -> TraceLine:
    place = _place(sentence.document, sentence.span)
    text = f"{sentence.text} ({place})" if may_quote else place
    return TraceLine((str(sentence.rank), f"{sentence.score:.2f}", text), sentence.is_gold)


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _place(document: str, span: Span) -> str:
    return f"{document}, characters {span.start} to {span.end}"
