"""Retrieved chunks to quotes: weighs the features of each sentence, then cuts the shortest runs that answer.

Knows nothing of thresholds or outcomes. The weights are data/reading.json, fitted by scripts/fit_answering.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import BlockKind, Quote, Source, Span
from ragbot.features import NAMES, ScoredSentence, sentence_features
from ragbot.highlighting import highlight
from ragbot.query import Query
from ragbot.reader import Reader
from ragbot.rereading import ALL_NAMES, reread
from ragbot.retrieval import Retrieval
from ragbot.sentences import opens_dangling
from ragbot.store import Index

MAX_QUOTE_WORDS = 60  # an answer is read at a glance
MAX_RUN_SENTENCES = 3
MAX_LIST_RUN = 8  # short list items are read together
READ_CHUNKS = 20  # docs/answering.md, "How many passages are read"
DANGLING_COST = 0.25  # nats; a run that opens with "this" must be clearly better than one that stands alone
_RUNS_LOOKED_AT = 150
_SAME_CLAIM = 0.8  # Jaccard similarity of stems above which two runs say the same
_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|half|once|twice)\b", re.IGNORECASE
)
_DENIES = re.compile(r"\b(?:not|no|never|none|neither|nor|nobody|nothing|without|cannot|\w+n[’']t)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadingModel:
    """Weights of a linear score over the features `names`, and what each further word of a quote costs."""

    names: tuple[str, ...]
    weights: NDArray[np.float32]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]
    word_cost: float

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Linear scores (n,) of feature rows (n, len(names)); higher is better, comparable within one question."""
        return np.asarray(((rows - self.mean) / self.scale) @ self.weights, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring sentences that may be quoted together. `probability` is the share of belief that they answer."""

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


@dataclass(frozen=True, slots=True)
class Reading:
    """The runs chosen for a question, best first, with the score of every sentence that was weighed."""

    runs: tuple[Run, ...]
    sentences: tuple[ScoredSentence, ...]
    scores: NDArray[np.float32]
    quotes: tuple[Quote, ...]


def read(
    query: Query, retrieval: Retrieval, index: Index, reader: Reader | None = None, *, n_quotes: int = 3
) -> Reading:
    """The `n_quotes` best quotes for `query`; the same claim in several places is one quote with several sources.

    With a `reader` the sentences that the plain features put first are read once more.
    """
    sentences = sentence_features(query, retrieval, index)
    if reader is not None and sentences:
        plain = shipped_model(with_reader=False).scores(np.stack([s.values for s in sentences]))
        sentences = reread(query, sentences, plain, index, reader)
    return read_scored(query, sentences, shipped_model(with_reader=reader is not None), n_quotes=n_quotes)


def read_scored(query: Query, sentences: Sequence[ScoredSentence], model: ReadingModel, *, n_quotes: int) -> Reading:
    """As `read`, from features already computed and any model."""
    if not sentences:
        return Reading((), (), np.zeros(0, dtype=np.float32), ())
    scores = model.scores(np.stack([s.values for s in sentences]))
    runs = _ranked_runs(sentences, scores, model.word_cost)
    chosen, sources = _chosen(runs, n_quotes)
    quotes = tuple(_quote(run, query, also) for run, also in zip(chosen, sources, strict=True))
    return Reading(tuple(chosen), tuple(sentences), scores, quotes)


def shipped_model(*, with_reader: bool) -> ReadingModel:
    """The model in data/reading.json for sentences with or without the reader's features."""
    part, names = ("reader", ALL_NAMES) if with_reader else ("plain", NAMES)
    return reading_model(_shipped_values()[part], names)


def reading_model(values: Mapping[str, Any], names: tuple[str, ...]) -> ReadingModel:
    """A model from JSON: `weights`, `mean` and `scale` by feature name, and `word_cost`. Raises KeyError if one lacks."""
    weights, mean, scale = (
        np.array([values[part][name] for name in names], dtype=np.float32) for part in ("weights", "mean", "scale")
    )
    return ReadingModel(names, weights, mean, scale, word_cost=float(values["word_cost"]))


@lru_cache(maxsize=1)
def _shipped_values() -> Mapping[str, Any]:
    values: dict[str, Any] = json.loads((files("ragbot") / "data" / "reading.json").read_text("utf-8"))
    return values


def _ranked_runs(sentences: Sequence[ScoredSentence], scores: NDArray[np.float32], word_cost: float) -> list[Run]:
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


def _chosen(runs: Sequence[Run], n_quotes: int) -> tuple[list[Run], list[tuple[Source, ...]]]:
    """The best runs that share no sentence and make different claims; the same claim elsewhere becomes a Source."""
    chosen: list[Run] = []
    sources: list[list[Source]] = []
    taken: set[tuple[str, int]] = set()
    claims: list[_Claim] = []
    for run in runs[:_RUNS_LOOKED_AT]:
        places = {(run.doc_id, member.sentence.span.start) for member in run.members}
        if places & taken:
            continue
        own = _Claim.of(run)
        twin = next((i for i, other in enumerate(claims) if own.repeats(other)), None)
        if twin is not None:
            sources[twin].append(_source(run))
            taken |= places
        elif len(chosen) < n_quotes:
            chosen.append(run)
            sources.append([])
            claims.append(own)
            taken |= places
    return chosen, [tuple(group) for group in sources]


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a run says, for telling repetitions: its stems, its numbers, and whether it denies something."""

    stems: frozenset[str]
    numbers: frozenset[str]
    denies: bool

    @classmethod
    def of(cls, run: Run) -> _Claim:
        text = " ".join(member.text for member in run.members)
        numbers = frozenset(number.casefold() for number in _NUMBER.findall(text))
        stems = frozenset[str]().union(*(member.stems for member in run.members))
        return cls(stems, numbers, _DENIES.search(text) is not None)

    def repeats(self, other: _Claim) -> bool:
        """True if both say the same: another number or a "not" makes another claim of the same words."""
        if (self.numbers, self.denies) != (other.numbers, other.denies):
            return False
        return len(self.stems & other.stems) >= _SAME_CLAIM * len(self.stems | other.stems)


def _source(run: Run) -> Source:
    document = run.members[0].document
    return Source(document.doc_id, document.title, run.span.start, run.span.end, document.published)


def _quote(run: Run, query: Query, also_in: tuple[Source, ...]) -> Quote:
    document = run.members[0].document
    marks = highlight(query, document.text, run.best.sentence.span, _answer(run.best))
    return Quote.cut(document, run.span, highlights=marks, also_in=also_in, score=round(run.probability, 4))


def _answer(sentence: ScoredSentence) -> Span | None:
    """The reader's answering words, in the document."""
    if sentence.answer is None or sentence.answer[0] >= sentence.answer[1]:
        return None
    start = sentence.sentence.span.start
    return Span(start + sentence.answer[0], start + sentence.answer[1])
