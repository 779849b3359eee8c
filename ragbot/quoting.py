"""Ranked runs to quotes: each claim once with all its sources, whole lists, both sides where documents differ.

Changes no ranking: the first quote is the best run or the list that it stands in. Knows nothing of models.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ragbot.claims import Claim, standing
from ragbot.datatypes import BlockKind, Quote, Source, Span
from ragbot.disagreement import exclude_each_other
from ragbot.features import NAMES, ScoredSentence
from ragbot.highlighting import highlight
from ragbot.leaning import leans, with_support
from ragbot.lists import MAX_ITEMS, Item, ItemList, asks_for_all, list_around
from ragbot.query import Query
from ragbot.runs import MAX_QUOTE_WORDS, Run

_RUNS_LOOKED_AT = 150
_NEAR = 2.0  # nats below the best run within which another one may be shown as the other side
_ON_TOPIC = 0.5  # share of the question's weight, or of synonyms, that both sides must hold
_OVERLAPS = (NAMES.index("overlap"), NAMES.index("overlap_expanded"))
_MIN_CLAIM_STEMS = 3  # "Dizziness" alone says the same elsewhere only if it is said of the same thing


@dataclass(frozen=True, slots=True, eq=False)
class Pick:
    """A run to quote and the runs that say the same elsewhere."""

    run: Run
    twins: tuple[Run, ...] = ()


def picked(runs: Sequence[Run], n_quotes: int) -> list[Pick]:
    """The `n_quotes` best runs that share no sentence and make different claims, each with its repetitions."""
    chosen: list[Run] = []
    twins: list[list[Run]] = []
    taken: set[tuple[str, int]] = set()
    claims: list[Claim] = []
    for run in runs[:_RUNS_LOOKED_AT]:
        places = {(run.doc_id, member.sentence.span.start) for member in run.members}
        if places & taken:
            continue
        own = _claim(run)
        same = next((i for i, other in enumerate(claims) if own.repeats(other)), None)
        if same is not None:
            twins[same].append(run)
            taken |= places
        elif len(chosen) < n_quotes:
            chosen.append(run)
            twins.append([])
            claims.append(own)
            taken |= places
    return [Pick(run, tuple(own)) for run, own in zip(chosen, twins, strict=True)]


def quotes_of(query: Query, picks: Sequence[Pick], runs: Sequence[Run]) -> tuple[Quote, ...]:
    """The quotes of `picks`, best first; `runs` are all runs, best first.

    If the best pick stands in a list that the question asks for, its items come first, in their order and each as a
    quote of its own. Otherwise two passages that exclude each other stand side by side as `side-a` and `side-b`.
    """
    if not picks:
        return ()
    if found := _wanted_list(query, picks[0].run):
        return (*_list_quotes(query, found, picks[0], runs), *_beside_list(query, found, picks))
    sides = _sides(picks, runs)
    shown = list(picks) if sides is None else _with_sides(picks, *sides)
    groups: dict[Run, str] = {} if sides is None else {sides[0].run: "side-a", sides[1].run: "side-b"}
    return tuple(_quote(query, pick, shown, group=groups.get(pick.run)) for pick in shown)


def _quote(query: Query, pick: Pick, shown: Sequence[Pick], *, group: str | None = None) -> Quote:
    """The pick as it stands in its best source, with the sentence that it leans on where no other quote has it."""
    run = _best_source(pick)
    document, first = run.members[0].document, run.members[0]
    span = with_support(document, first.sentence.block, run.span, max_words=MAX_QUOTE_WORDS)
    others = [other for p in shown if p is not pick for other in (p.run, _best_source(p))]
    if any(other.doc_id == run.doc_id and span.overlap(other.span) for other in others):
        span = run.span
    return Quote.cut(
        document,
        span,
        highlights=highlight(query, document.text, run.best.sentence.span, _answer(run.best)),
        also_in=tuple(_source(other) for other in (pick.run, *pick.twins) if other is not run),
        group=group,
        score=round(pick.run.probability, 4),
    )


def _best_source(pick: Pick) -> Run:
    """Of the runs that say the same, the one to show: from a source that sells nothing, published last; else the best."""
    fitting = [r for r in pick.twins if r.n_words <= MAX_QUOTE_WORDS and not leans(r.members[0].text)]
    if not fitting:
        return pick.run
    return max((pick.run, *fitting), key=lambda run: standing(run.members[0].document))


def _wanted_list(query: Query, run: Run) -> ItemList | None:
    if run.best.sentence.kind is not BlockKind.LIST_ITEM:
        return None
    found = list_around(run.best.document, run.best.sentence.block, max_words=MAX_QUOTE_WORDS)
    if found is None or not asks_for_all(query, found, [member.sentence.block for member in run.members]):
        return None
    return found


def _list_quotes(query: Query, found: ItemList, pick: Pick, runs: Sequence[Run]) -> Iterator[Quote]:
    """A quote per item, in document order; of a very long list the items that score best. Repeated items come once."""
    document, text = found.document, found.document.text
    worth = {(r.doc_id, r.members[0].sentence.block): r.probability for r in reversed(runs) if len(r.members) == 1}
    by_worth = sorted(found.items, key=lambda item: -worth.get((document.doc_id, item.block), 0.0))
    said: list[Claim] = []
    for item in sorted(by_worth[:MAX_ITEMS], key=lambda item: item.span):
        claim = Claim.of(item.span.cut(text))
        if any(claim.repeats(other) for other in said):
            continue
        said.append(claim)
        yield Quote.cut(
            document,
            item.span,
            highlights=_item_marks(query, item, found, pick.run),
            also_in=tuple(_source(run) for run in _elsewhere(claim, found, runs)),
            group="list",
            lead_in=found.lead_in,
            score=round(worth.get((document.doc_id, item.block), 0.0), 4),
        )


def _item_marks(query: Query, item: Item, found: ItemList, run: Run) -> tuple[Span, ...]:
    """The answering words of an item: of the sentence that the reader chose, or of the opening one."""
    best = run.best if run.best.sentence.block == item.block else None
    if best is not None and item.span.contains(best.sentence.span):
        return highlight(query, found.document.text, best.sentence.span, _answer(best))
    return highlight(query, found.document.text, item.opening)


def _elsewhere(claim: Claim, found: ItemList, runs: Sequence[Run]) -> Iterator[Run]:
    """Runs of other documents that say the same as an item, one a document, if it says enough to tell."""
    if len(claim.stems) < _MIN_CLAIM_STEMS:
        return
    seen = {found.document.doc_id}
    for run in runs[:_RUNS_LOOKED_AT]:
        if run.doc_id not in seen and _claim(run).repeats(claim):
            seen.add(run.doc_id)
            yield run


def _beside_list(query: Query, found: ItemList, picks: Sequence[Pick]) -> Iterator[Quote]:
    """The further quotes, without those of the list itself or of other documents that repeat one of its items."""
    items = [Claim.of(item.span.cut(found.document.text)) for item in found.items]
    others = [
        pick
        for pick in picks[1:]
        if not (pick.run.doc_id == found.document.doc_id and pick.run.span.overlap(found.span))
        and not any(claim.repeats(item) for claim in (_claim(pick.run), _said(pick.run.best)) for item in items)
    ]
    for pick in others:
        quote = _quote(query, pick, others)
        if not (quote.document == found.document.doc_id and quote.span.overlap(found.span)):
            yield quote


def _sides(picks: Sequence[Pick], runs: Sequence[Run]) -> tuple[Pick, Pick] | None:
    """The best pick and the best other run near it in score that cannot both be right; None if there is no such pair."""
    least = picks[0].run.score - _NEAR
    near = [run for run in runs[:_RUNS_LOOKED_AT] if run.score >= least and _on_topic(run.best)]
    of_pick = {run: pick for pick in picks for run in (pick.run, *pick.twins)}
    candidates = [of_pick.get(run, Pick(run)) for run in near if run in of_pick or len(run.members) == 1]
    for one in picks:
        for other in candidates if one.run in near else ():
            if _overlap(other.run, one.run) or (other is not picks[0] and _overlap(other.run, picks[0].run)):
                continue
            if _are_sides(one.run, other.run):
                return one, other
    return None


def _are_sides(one: Run, other: Run) -> bool:
    """True if they exclude each other and neither holds what the other says: then it weighs both sides itself."""
    return (
        _are_apart(one, other)
        and exclude_each_other(one.best.text, other.best.text)
        and not _has_side_of(one, other.best)
        and not _has_side_of(other, one.best)
    )


def _has_side_of(run: Run, against: ScoredSentence) -> bool:
    """True if a sentence of `run` beside its best one excludes that best one, or says the same as `against`."""
    claim = _said(against)
    beside = [member for member in run.members if member is not run.best]
    return any(exclude_each_other(member.text, run.best.text) or _said(member).repeats(claim) for member in beside)


def _with_sides(picks: Sequence[Pick], one: Pick, other: Pick) -> list[Pick]:
    """The picks with both sides next to each other, after the first one if it takes no side.

    A later pick that shares a sentence with the other side gives way to it.
    """
    rest = [p for p in picks if p is not one and p is not other and (p is picks[0] or not _overlap(p.run, other.run))]
    return [one, other, *rest] if picks[0] in (one, other) else [rest[0], one, other, *rest[1:]]


def _on_topic(sentence: ScoredSentence) -> bool:
    return any(float(sentence.values[column]) >= _ON_TOPIC for column in _OVERLAPS)


def _are_apart(one: Run, other: Run) -> bool:
    """True if they stand in different documents or sections: one passage that weighs both sides is no disagreement."""
    start, end = one.span.start, other.span.start
    return one.doc_id != other.doc_id or one.best.document.heading_path(start) != one.best.document.heading_path(end)


def _overlap(one: Run, other: Run) -> bool:
    return one.doc_id == other.doc_id and one.span.overlap(other.span) > 0


def _claim(run: Run) -> Claim:
    text = " ".join(member.text for member in run.members)
    return Claim.of(text, frozenset[str]().union(*(member.stems for member in run.members)))


def _said(sentence: ScoredSentence) -> Claim:
    return Claim.of(sentence.text, sentence.stems)


def _source(run: Run) -> Source:
    document = run.members[0].document
    return Source(document.doc_id, document.title, run.span.start, run.span.end, document.published)


def _answer(sentence: ScoredSentence) -> Span | None:
    """The reader's answering words, in the document."""
    if sentence.answer is None or sentence.answer[0] >= sentence.answer[1]:
        return None
    start = sentence.sentence.span.start
    return Span(start + sentence.answer[0], start + sentence.answer[1])
