"""Retrieved chunks to quotes: weighs the features of each sentence, so that the shortest runs that answer come first.

What is quoted of the ranked runs is decided in `quoting`. Knows nothing of thresholds or outcomes. The weights are
data/reading.json, fitted by scripts/fit_answering.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragbot.datatypes import Quote
from ragbot.features import NAMES, ScoredSentence, sentence_features
from ragbot.query import Query
from ragbot.quoting import picked, quotes_of
from ragbot.reader import Reader
from ragbot.rereading import ALL_NAMES, reread
from ragbot.retrieval import Retrieval
from ragbot.runs import Run, ranked_runs
from ragbot.store import Index

READ_CHUNKS = 20  # docs/answering.md, "How many passages are read"


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
class Reading:
    """The runs chosen for a question, best first, with the score of every sentence that was weighed.

    `quotes` are what is shown of them: there may be more of them than runs, each item of a list being one.
    """

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
    runs = ranked_runs(sentences, scores, model.word_cost)
    picks = picked(runs, n_quotes)
    return Reading(tuple(pick.run for pick in picks), tuple(sentences), scores, quotes_of(query, picks, runs))


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
