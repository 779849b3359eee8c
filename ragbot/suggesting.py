"""A refusal that helps: headings of the documents that are questions, and near what was asked. Knows no threshold.

Costs no pass of a network: headings have their vectors in the index, and only the passages already found are looked at.
"""

from __future__ import annotations

import re

from ragbot.datatypes import BlockKind
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
