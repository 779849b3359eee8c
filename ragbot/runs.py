"""Sentences to runs of neighbours that may be quoted together, best first. Knows no claims and cuts no quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import BlockKind, Span
from ragbot.features import ScoredSentence
from ragbot.sentences import opens_dangling

MAX_QUOTE_WORDS = 60  # an answer is read at a glance
MAX_RUN_SENTENCES = 3
MAX_LIST_RUN = 8  # short list items are read together
DANGLING_COST = 0.25  # nats; a run that opens with "this" must be clearly better than one that stands alone


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Neighbouring sentences that may be quoted together. `probability` is the share of belief that they answer.

    Equal only to itself: its features are arrays.
    """

    members: tuple[ScoredSentence, ...]
    score: float
    probability: float
    best: ScoredSentence

    @property
    def span(self) -> Span:
        """From the first sentence's start to the last one's end, in the document."""
        return Span(self.members[0].sentence.span.start, self.members[-1].sentence.span.end)

    @property
    def doc_id(self) -> str:
        """The document it stands in."""
        return self.members[0].document.doc_id

    @property
    def n_words(self) -> int:
        """Words in the run."""
        return sum(member.n_words for member in self.members)


def ranked_runs(sentences: Sequence[ScoredSentence], scores: NDArray[np.float32], word_cost: float) -> list[Run]:
    """Every run of neighbours, best first. A run is worth the belief in its sentences, less a cost per word.

    A single sentence longer than MAX_QUOTE_WORDS comes after all others: it cannot be read at a glance.
    """
    belief = np.exp(scores - scores.max())
    belief /= belief.sum()
    runs: list[Run] = []
    too_long: list[Run] = []
    for first in range(len(sentences)):
        for last in _ends(sentences, first):
            members = tuple(sentences[first : last + 1])
            best = first + int(np.argmax(scores[first : last + 1]))
            probability = float(belief[first : last + 1].sum())
            n_words = sum(m.n_words for m in members)
            cost = word_cost * n_words + (DANGLING_COST if opens_dangling(members[0].text) else 0.0)
            fitting = runs if n_words <= MAX_QUOTE_WORDS else too_long
            fitting.append(Run(members, float(np.log(probability)) - cost, probability, sentences[best]))
    runs.sort(key=_best_first)
    return runs + sorted(too_long, key=_best_first)


def _best_first(run: Run) -> tuple[float, str, Span]:
    return -run.score, run.doc_id, run.span


def _ends(sentences: Sequence[ScoredSentence], first: int) -> list[int]:
    """Positions of the last sentence of each run that may start at `first`."""
    ends = [first]
    n_words = sentences[first].n_words
    limit = MAX_LIST_RUN if sentences[first].sentence.kind is BlockKind.LIST_ITEM else MAX_RUN_SENTENCES
    for last in range(first + 1, min(len(sentences), first + limit)):
        n_words += sentences[last].n_words
        if n_words > MAX_QUOTE_WORDS or not _are_neighbours(sentences[last - 1], sentences[last]):
            break
        ends.append(last)
    return ends


def _are_neighbours(before: ScoredSentence, after: ScoredSentence) -> bool:
    """True if nothing unquotable lies between and they share a paragraph, a table row or a list."""
    if before.candidate.number != after.candidate.number or after.position != before.position + 1:
        return False
    one, two = before.sentence, after.sentence
    return one.block == two.block or (one.kind is two.kind is BlockKind.LIST_ITEM and two.block == one.block + 1)
