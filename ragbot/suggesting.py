"""Questions to ask instead or next: headings of the documents that are questions. Knows no threshold.

Costs no pass of a network: headings have their vectors in the index, and only what was already found is looked at. Whether
the documents really answer one is for the caller to ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, zip_longest

from ragbot.datatypes import Answer, BlockKind, Document, Quote
from ragbot.features import ChunkView, TermWeights, chunk_view
from ragbot.lexical import terms
from ragbot.query import Query
from ragbot.retrieval import Retrieval
from ragbot.store import Index

MAX_SUGGESTIONS = 3
MIN_NEARNESS = 0.45  # docs/answering.md, "What a refusal suggests"
OVERLAP_WEIGHT = 0.3  # beside the cosine, so that a heading with the very words of the question leads

_NUMBERING = re.compile(r"^(?:\d+|[IVXLC]+)[.)]\s+")
_MARKS = re.compile(r"[*_`#]+")


def suggest(query: Query, retrieval: Retrieval, index: Index, *, n: int = MAX_SUGGESTIONS) -> tuple[str, ...]:
    """At most `n` questions that stand as headings over quotable sentences, nearest to `query` first.

    A heading that asks just what was asked is left out: it was not good enough a moment ago.
    """
    weights = TermWeights(query, index.lexical)
    asked = frozenset(query.terms)
    nearest: dict[frozenset[str], tuple[float, str]] = {}  # the same question over several documents counts once
    for candidate in retrieval.candidates:
        view = chunk_view(index, candidate.chunk)
        similarities = view.vectors @ retrieval.vector
        for i in _answered_headings(view):
            heading = _shown(view.texts[i])
            stems = frozenset(terms(heading))
            if stems and stems != asked:
                near = float(similarities[i]) + OVERLAP_WEIGHT * weights.overlap(stems)
                nearest[stems] = min((-near, heading), nearest.get(stems, (0.0, heading)))
    ranked = sorted(pair for pair in nearest.values() if -pair[0] >= MIN_NEARNESS)
    return tuple(heading for _, heading in ranked[:n])


def next_candidates(answer: Answer, document: Callable[[str], Document], *, asked: Sequence[str] = ()) -> Iterator[str]:
    """Questions that may come after `answer`, the likeliest first; none of `asked`, and none twice.

    After a refusal those to try instead, then headings over and around the quoted passages, the next section first, then
    the meaning of words that a glossary explains. `document` gives a document by its name or raises KeyError.
    """
    answered = _over(answer.quotes[0], document) if answer.quotes else ""
    seen = {frozenset(terms(question)) for question in (answer.question, answer.understood or "", answered, *asked)}
    for question in chain(answer.try_instead, _headings_around(answer, document), _meanings(answer)):
        stems = frozenset(terms(question))
        if stems and stems not in seen:
            seen.add(stems)
            yield question


def _over(quote: Quote, document: Callable[[str], Document]) -> str:
    """The heading that `quote` stands under, if it asks something; it asked what was just answered."""
    return next(
        (h for start, h in reversed(_asking_headings(document(quote.document))) if start <= quote.span.start), ""
    )


def _headings_around(answer: Answer, document: Callable[[str], Document]) -> Iterator[str]:
    """By turns from around each quote: the heading over it, the next one, the one before, and so on outwards."""
    around = [_outwards(document(quote.document), quote.span.start) for quote in answer.quotes or answer.nearest]
    return (heading for one_of_each in zip_longest(*around) for heading in one_of_each if heading)


def _outwards(document: Document, position: int) -> list[str]:
    headings = _asking_headings(document)
    over = sum(start <= position for start, _ in headings) - 1
    return [headings[i][1] for i in sorted(range(len(headings)), key=lambda i: (abs(i - over), i < over))]


def _asking_headings(document: Document) -> list[tuple[int, str]]:
    """Start and words of each heading that asks something."""
    shown = ((heading.span.start, _shown(heading.title)) for heading in document.headings)
    return [(start, title) for start, title in shown if title.endswith("?")]


def _meanings(answer: Answer) -> Iterator[str]:
    return (f"What does “{definition.term}” mean?" for definition in answer.definitions)


def _answered_headings(view: ChunkView) -> list[int]:
    """Positions of the headings that ask something and have a quotable sentence right below."""
    return [
        i
        for i, sentence in enumerate(view.sentences)
        if sentence.kind is BlockKind.HEADING and view.texts[i].rstrip(" *_`").endswith("?") and i + 1 in view.quotable
    ]


def _shown(heading: str) -> str:
    """The heading as a person would ask it: without its number and marks."""
    return _NUMBERING.sub("", " ".join(_MARKS.sub("", heading).split()))
