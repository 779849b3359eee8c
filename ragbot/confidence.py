"""How likely the best quote is right: a logistic model of a few plain numbers, kept as JSON. Decides nothing by itself.

Fitted by scripts/fit_answering.py on dev questions, answerable and not; the threshold beside it maximises the mean of
answered-when-answerable and refused-when-not over unlike corpora.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragbot.features import chunk_view
from ragbot.query import Query
from ragbot.reading import Reading
from ragbot.rereading import ALL_NAMES
from ragbot.retrieval import Retrieval
from ragbot.spelling import is_everyday_word
from ragbot.store import Index

FEATURES = (
    "top_probability", "top_score", "margin", "similarity", "chunk_similarity", "best_similarity", "chunk_bm25",
    "overlap", "overlap_chunk", "expanded", "unknown_share", "unknown_named_share", "named_missing", "rarest_missing",
    "log_terms", "rankers_agree",
)  # fmt: skip
READER_FEATURES = (
    "reader", "reader_best", "reader_share", "reader_span", "reader_agrees", "reader_log_sum", "reader_window_mean",
    "reader_quarter",
)  # fmt: skip
ALL_FEATURES = FEATURES + READER_FEATURES


@dataclass(frozen=True, slots=True)
class ConfidenceModel:
    """Logistic regression over the features `names`, and the shipped threshold on its probability."""

    names: tuple[str, ...]
    weights: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    bias: float
    threshold: float

    def probability(self, values: Mapping[str, float]) -> float:
        """Probability (0 to 1) that the first quote is right, from features by name."""
        row = np.array([values[name] for name in self.names])
        logit = float(((row - self.mean) / self.scale) @ self.weights + self.bias)
        return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


def confidence_features(query: Query, retrieval: Retrieval, reading: Reading, index: Index) -> dict[str, float]:
    """The values of FEATURES for the best quote of `reading` (which must have one); of ALL_FEATURES if it was reread."""
    top, lexical = reading.runs[0], index.lexical
    best = dict(zip(ALL_NAMES, (float(v) for v in top.best.values), strict=False))
    others = [run.score for run in reading.runs[1:]]
    weight = {word: lexical.idf(word) for word in query.unknown}
    known_weight = sum(lexical.idf(term) for term in query.terms if lexical.knows(term))
    total = known_weight + sum(weight.values()) or 1.0
    named = sum(value for word, value in weight.items() if not is_everyday_word(word))
    passage = chunk_view(index, top.best.candidate.chunk).all_stems
    rarest = max((term for term in query.terms if lexical.knows(term)), key=lexical.idf, default=None)
    named_weight = {term: lexical.idf(term) for term in query.named}
    values = {
        "top_probability": top.probability,
        "top_score": float(reading.scores.max()),
        "margin": top.score - max(others, default=top.score - 3.0),
        "similarity": best["similarity"],
        "chunk_similarity": best["chunk_similarity"],
        "best_similarity": max(c.similarity for c in retrieval.candidates),
        "chunk_bm25": best["chunk_bm25"],
        "overlap": best["overlap"],
        "overlap_chunk": best["overlap_chunk"],
        "expanded": best["overlap_expanded"],
        "unknown_share": sum(weight.values()) / total,
        "unknown_named_share": named / total,
        "named_missing": sum(w for t, w in named_weight.items() if t not in passage)
        / (sum(named_weight.values()) or 1.0),
        "rarest_missing": float(rarest is not None and rarest not in passage),
        "log_terms": float(np.log(1 + len(query.terms))),
        "rankers_agree": float(_agree(retrieval, top.best.candidate.number)),
    }
    return values | _reader_values(reading, best) if "reader" in best else values


def _reader_values(reading: Reading, best: Mapping[str, float]) -> dict[str, float]:
    """The values of READER_FEATURES; `best` are the features of the sentence that the first quote rests on."""
    margins = np.array([s.values[ALL_NAMES.index("reader")] for s in reading.sentences], dtype=np.float64)
    _, window = np.unique([s.candidate.number for s in reading.sentences], return_inverse=True)
    return {
        "reader": best["reader"],
        "reader_best": float(margins.max()),
        "reader_share": best["reader_share"],
        "reader_span": best["reader_span"],
        "reader_agrees": float(best["reader"] == margins.max()),
        "reader_log_sum": float(np.log(np.exp(margins).sum())),
        # What the reader makes of all that it read: of a near miss it doubts every sentence, not the best alone.
        "reader_window_mean": float((np.bincount(window, margins) / np.bincount(window)).mean()),
        "reader_quarter": float(np.quantile(margins, 0.25)),
    }


def shipped_confidence(*, with_reader: bool) -> ConfidenceModel:
    """The model in data/confidence.json for readings with or without the reader."""
    part, names = ("reader", ALL_FEATURES) if with_reader else ("plain", FEATURES)
    return confidence_model(_shipped_values()[part], names)


def confidence_model(values: Mapping[str, Any], names: tuple[str, ...]) -> ConfidenceModel:
    """A model from JSON: `weights`, `mean`, `scale` by name, `bias`, `threshold`. Raises KeyError if one lacks."""
    weights, mean, scale = (
        np.array([values[part][name] for name in names], dtype=np.float64) for part in ("weights", "mean", "scale")
    )
    return ConfidenceModel(
        names, weights, mean, scale, bias=float(values["bias"]), threshold=float(values["threshold"])
    )


@lru_cache(maxsize=1)
def _shipped_values() -> Mapping[str, Any]:
    values: dict[str, Any] = json.loads((files("ragbot") / "data" / "confidence.json").read_text("utf-8"))
    return values


def _agree(retrieval: Retrieval, number: int) -> bool:
    """True if both rankers have the chunk among their first five."""
    return number in retrieval.dense_ranking[:5] and number in retrieval.lexical_ranking[:5]
