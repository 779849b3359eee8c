"""Fit data/reading.json and data/confidence.json: `python scripts/fit_answering.py INDEX=QUESTIONS.jsonl[,MORE] …`

Each pair is one corpus with its questions, and @FILE a file of pairs (as scripts/subject_corpus.py writes) that count as
one; only rows of the dev split (or without one) are used. Prints what five-fold
cross-validation says, per corpus, first with the plain features and then with the reader's, and writes with --write. The
confidence is fitted on readings made by weights that did not see the question; a corpus counts as much as another, however
many questions it has.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ragbot.confidence import ALL_FEATURES, FEATURES, ConfidenceModel, confidence_features
from ragbot.encoding import Encoder, MiniLmEncoder
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.golds import Gold, resolve_golds
from ragbot.evaluation.measures import count_words, covers, right_ranks
from ragbot.evaluation.selective import auroc, coverage_at
from ragbot.features import NAMES, ScoredSentence, sentence_features
from ragbot.query import Query, build_query, clean_question
from ragbot.reader import Reader
from ragbot.reading import READ_CHUNKS, Reading, ReadingModel, read_scored
from ragbot.rereading import ALL_NAMES, READ_WINDOWS, reread
from ragbot.retrieval import Retrieval, retrieve
from ragbot.store import Index

FOLDS = 5
ANSWERABLE_SHARE = 0.6
DATA = Path(__file__).resolve().parent.parent / "ragbot" / "data"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One dev question with all that depends on no weight; `right` marks the sentences that answer it."""

    corpus: int
    index: Index
    golds: tuple[Gold, ...]
    query: Query
    retrieval: Retrieval
    sentences: tuple[ScoredSentence, ...]
    rows: NDArray[np.float32]
    right: NDArray[np.bool_]


def main() -> None:
    """Fit on the given corpora, print the cross-validated figures, write the models if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="+", metavar="INDEX=QUESTIONS")
    parser.add_argument("--penalty", type=float, default=0.05, help="L2 penalty on the reading weights")
    parser.add_argument("--word-cost", type=float, default=0.003, help="what a word of a quote costs, in nats")
    parser.add_argument(
        "--reader",
        type=Path,
        nargs="+",
        default=[],
        help="weights in place of the shipped ones; of n files the i-th "
        "reads the dev questions i, i + n, …, so that none reads what it was trained on",
    )
    parser.add_argument(
        "--layers", type=Path, help="layers of the encoder in place of the shipped ones, for trying out"
    )
    parser.add_argument("--windows", type=int, default=READ_WINDOWS, help="windows that the reader reads")
    parser.add_argument("--without-reader", action="store_true", help="fit the plain features only")
    parser.add_argument("--write", action="store_true", help="write ragbot/data/*.json")
    options = parser.parse_args()
    encoder = MiniLmEncoder(layers=options.layers.read_bytes() if options.layers else None)
    cases = [case for n, pair in enumerate(options.pairs) for case in load_cases(n, pair, encoder)]
    fitted = {"plain": fit(cases, options, NAMES, FEATURES)}
    if not options.without_reader:
        readers = [Reader(encoder, path.read_bytes()) for path in options.reader] or [Reader(encoder)]
        scores = cross_scores(cases, options.penalty, NAMES)
        read = [
            reread_case(case, own, readers[i % len(readers)], options.windows)
            for i, (case, own) in enumerate(zip(cases, scores, strict=True))
        ]
        fitted["reader"] = fit(read, options, ALL_NAMES, ALL_FEATURES)
    if options.write:
        write_models(fitted)


@dataclass(frozen=True)
class Fitted:
    """What one set of features came to."""

    reading: ReadingModel
    confidence: ConfidenceModel


def fit(
    cases: Sequence[Case], options: argparse.Namespace, names: tuple[str, ...], features: tuple[str, ...]
) -> Fitted:
    """Cross-validate on `cases`, print the figures, then fit on all of them."""
    readings = cross_read(cases, options.penalty, options.word_cost, names)
    values, right = confidence_rows(cases, readings, features)
    held_out = cross_confidence(cases, values, right, features)
    threshold = best_threshold(cases, held_out)
    print(f"== {len(names)} features")
    for number, pair in enumerate([*options.pairs, "all"]):
        chosen = [case.corpus == number or pair == "all" for case in cases]
        print_figures(pair, chosen, cases, readings, right, held_out, threshold)
    confidence = replace(fit_confidence(cases, values, right, features), threshold=threshold)
    return Fitted(fit_reading(cases, options.penalty, options.word_cost, names), confidence)


def load_cases(number: int, pair: str, encoder: Encoder) -> list[Case]:
    """The dev cases of one INDEX=FILES pair, or of those in an @FILE.

    Follow-ups are left out, since they are understood before they are read.
    """
    if pair.startswith("@"):
        pairs = Path(pair.removeprefix("@")).read_text("utf-8").split()
        return [case for one in pairs for case in load_cases(number, one, encoder)]
    folder, _, names = pair.partition("=")
    index = Index(Path(folder))
    examples = [e for e in read_examples([Path(n) for n in names.split(",")]) if len(e.turns) == 1 and not e.is_safety]
    return [
        _case(number, index, golds, example.question, encoder)
        for example, golds in zip(examples, resolve_golds(examples, index.document), strict=True)
    ]


def _case(number: int, index: Index, golds: tuple[Gold, ...], question: str, encoder: Encoder) -> Case:
    query = build_query(clean_question(question), index.lexical)
    retrieval = retrieve(query, index, encoder, k=READ_CHUNKS)
    sentences = sentence_features(query, retrieval, index)
    right = [any(covers(s.document.doc_id, s.sentence.span, gold) for gold in golds) for s in sentences]
    rows = np.stack([s.values for s in sentences])
    return Case(number, index, golds, query, retrieval, tuple(sentences), rows, np.array(right, dtype=bool))


def reread_case(case: Case, scores: NDArray[np.float32], reader: Reader, windows: int) -> Case:
    """The case with its best windows read by `reader`."""
    sentences = reread(case.query, case.sentences, scores, case.index, reader, n_windows=windows)
    right = [any(covers(s.document.doc_id, s.sentence.span, gold) for gold in case.golds) for s in sentences]
    return replace(
        case,
        sentences=tuple(sentences),
        rows=np.stack([s.values for s in sentences]),
        right=np.array(right, dtype=bool),
    )


def fit_reading(cases: Sequence[Case], penalty: float, word_cost: float, names: tuple[str, ...]) -> ReadingModel:
    """Weights that give the right sentences of a question the most of its softmax (Cao et al. 2007, ListNet top one)."""
    usable = [case for case in cases if case.right.any()]
    table = np.concatenate([case.rows for case in usable])
    mean, scale = table.mean(axis=0), table.std(axis=0) + 1e-3
    scaled = [(case.rows - mean) / scale for case in usable]
    shares = corpus_weights(usable)

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = penalty * float(weights @ weights), 2 * penalty * weights
        for rows, case, share in zip(scaled, usable, shares, strict=True):
            scores = rows @ weights
            belief = np.exp(scores - scores.max())
            belief /= belief.sum()
            inside = belief[case.right].sum()
            total -= share * np.log(inside)
            gradient = gradient + share * (rows.T @ belief - rows[case.right].T @ belief[case.right] / inside)
        return total, gradient

    fitted = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return ReadingModel(names, fitted.x.astype(np.float32), mean, scale, word_cost)


def corpus_weights(cases: Sequence[Case]) -> Floats:
    """A weight per case that sums to 1 over all and to the same over each corpus."""
    sizes = np.bincount([case.corpus for case in cases])
    used = int((sizes > 0).sum())
    return np.array([1 / (used * sizes[case.corpus]) for case in cases])


def cross_models(cases: Sequence[Case], penalty: float, word_cost: float, names: tuple[str, ...]) -> list[ReadingModel]:
    """For each case a model fitted on the other folds."""
    folds = [
        fit_reading([c for i, c in enumerate(cases) if i % FOLDS != fold], penalty, word_cost, names)
        for fold in range(FOLDS)
    ]
    return [folds[i % FOLDS] for i in range(len(cases))]


def cross_scores(cases: Sequence[Case], penalty: float, names: tuple[str, ...]) -> list[NDArray[np.float32]]:
    """Scores of each case's sentences by weights fitted on the other folds."""
    models = cross_models(cases, penalty, 0.0, names)
    return [model.scores(case.rows) for model, case in zip(models, cases, strict=True)]


def cross_read(cases: Sequence[Case], penalty: float, word_cost: float, names: tuple[str, ...]) -> list[Reading]:
    """A reading of each case by weights fitted on the other folds."""
    models = cross_models(cases, penalty, word_cost, names)
    return [read_scored(c.query, c.sentences, model, n_quotes=3) for model, c in zip(models, cases, strict=True)]


def confidence_rows(
    cases: Sequence[Case], readings: Sequence[Reading], features: tuple[str, ...]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Confidence features (n, len(features)) and whether the first quote is right."""
    values = [
        confidence_features(case.query, case.retrieval, reading, case.index)
        for case, reading in zip(cases, readings, strict=True)
    ]
    right = [1 in right_ranks(reading.quotes[:1], case.golds) for case, reading in zip(cases, readings, strict=True)]
    return np.array([[row[name] for name in features] for row in values]), np.array(right, dtype=bool)


def fit_confidence(
    cases: Sequence[Case], values: Floats, right: NDArray[np.bool_], features: tuple[str, ...]
) -> ConfidenceModel:
    """The probability that the first quote is right, by a score that also tells answerable questions from others.

    A wrong quote for a question that the documents do answer counts as ANSWERABLE_SHARE right while the weights are
    fitted, so that they learn what refusing is about. A logistic map of one variable then makes of the score the
    probability of being right, which changes no order (Platt 1999). Each corpus weighs the same.
    """
    answerable = np.array([bool(case.golds) for case in cases])
    target = np.where(right, 1.0, np.where(answerable, ANSWERABLE_SHARE, 0.0))
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-3
    shares = corpus_weights(cases)
    weights, bias = fit_logistic((values - mean) / scale, target, shares, penalty=0.01)
    scores = ((values - mean) / scale) @ weights + bias
    slope, offset = fit_logistic(scores[:, None], right.astype(float), shares, penalty=0.0)
    return ConfidenceModel(features, weights * slope[0], mean, scale, float(bias * slope[0] + offset), 0.0)


def fit_logistic(rows: Floats, target: Floats, shares: Floats, *, penalty: float) -> tuple[Floats, float]:
    """Weights (d,) and bias of a logistic regression of `target` (0 to 1) on `rows` (n, d), each weighing its share."""

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights, bias = parameters[:-1], parameters[-1]
        logits = rows @ weights + bias
        error = shares * (1 / (1 + np.exp(-logits)) - target)
        total = float((shares * (np.logaddexp(0, logits) - target * logits)).sum() + penalty * weights @ weights)
        return total, np.append(rows.T @ error + 2 * penalty * weights, error.sum())

    fitted = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return fitted[:-1], float(fitted[-1])


def cross_confidence(
    cases: Sequence[Case], values: Floats, right: NDArray[np.bool_], features: tuple[str, ...]
) -> Floats:
    """Confidence of each case by a model fitted on the other folds."""
    held_out = np.zeros(len(cases))
    for fold in range(FOLDS):
        train = [i for i in range(len(cases)) if i % FOLDS != fold]
        model = fit_confidence([cases[i] for i in train], values[train], right[train], features)
        for i in range(fold, len(cases), FOLDS):
            held_out[i] = model.probability(dict(zip(features, values[i], strict=True)))
    return held_out


def balanced(cases: Sequence[Case], confidence: Floats, threshold: float) -> float:
    """Mean over corpora of the mean of answered-when-answerable and refused-when-not.

    A corpus whose questions are all of one sort cannot be judged and is left out; with none left, ValueError.
    """
    means = []
    for corpus in sorted({case.corpus for case in cases}):
        own = [
            (bool(case.golds), value >= threshold)
            for case, value in zip(cases, confidence, strict=True)
            if case.corpus == corpus
        ]
        if len({answerable for answerable, _ in own}) == 2:
            answered = np.mean([shown for answerable, shown in own if answerable])
            refused = np.mean([not shown for answerable, shown in own if not answerable])
            means.append((answered + refused) / 2)
    if not means:
        raise ValueError("no corpus has both answerable and unanswerable dev questions; add some")
    return float(np.mean(means))


def best_threshold(cases: Sequence[Case], confidence: Floats) -> float:
    """The threshold that maximises `balanced`, smoothed over nine neighbours so that it hangs on no single question."""
    grid = np.linspace(0.02, 0.9, 177)
    values = np.array([balanced(cases, confidence, t) for t in grid])
    smooth = np.convolve(np.pad(values, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    return float(round(grid[int(np.argmax(smooth))], 3))


def print_figures(
    name: str,
    chosen: Sequence[bool],
    cases: Sequence[Case],
    readings: Sequence[Reading],
    right: NDArray[np.bool_],
    confidence: Floats,
    threshold: float,
) -> None:
    """One block of cross-validated figures for the chosen cases."""
    own = [i for i, take in enumerate(chosen) if take]
    answerable = [i for i in own if cases[i].golds]
    first = np.mean([right[i] for i in answerable])
    three = np.mean([bool(right_ranks(readings[i].quotes, cases[i].golds)) for i in answerable])
    words = np.median([count_words(readings[i].quotes[0].text) for i in answerable])
    reached = np.mean([cases[i].right.any() for i in answerable])
    area = auroc(confidence[own], [bool(cases[i].golds) for i in own])
    covered = coverage_at(confidence[own], right[own], precision=0.9)
    mean = balanced([cases[i] for i in own], confidence[own], threshold)
    nearest, nearest_three = cosine_floor([cases[i] for i in answerable])
    print(
        f"{name}\n  sentence of highest cosine: right@1={nearest:.3f} right@3={nearest_three:.3f}\n  n={len(own)} answerable={len(answerable)} right@1={first:.3f} right@3={three:.3f} "
        f"in {READ_CHUNKS} chunks={reached:.3f} words={words:.0f}\n  auroc(answerable)={area:.3f} "
        f"coverage@90={covered} balanced={mean:.3f} at threshold {threshold}"
    )


def cosine_floor(cases: Sequence[Case]) -> tuple[float, float]:
    """right@1 and right@3 of single sentences ranked by cosine alone: the floor to beat on these questions."""
    column = NAMES.index("similarity")
    orders = [np.argsort(-case.rows[:, column], kind="stable") for case in cases]
    first = np.mean([case.right[order[0]] for case, order in zip(cases, orders, strict=True)])
    three = np.mean([case.right[order[:3]].any() for case, order in zip(cases, orders, strict=True)])
    return float(first), float(three)


def write_models(fitted: Mapping[str, Fitted]) -> None:
    """Write both data files; a set of features that was not fitted stays as it is."""
    for file, models in (
        ("reading.json", {part: (one.reading, {"word_cost": one.reading.word_cost}) for part, one in fitted.items()}),
        ("confidence.json", {part: (one.confidence, _ends(one.confidence)) for part, one in fitted.items()}),
    ):
        path = DATA / file
        values = json.loads(path.read_text("utf-8"))
        values |= {part: _named(model) | rest for part, (model, rest) in models.items()}
        path.write_text(json.dumps(values, indent=1) + "\n", "utf-8")
    print(f"written to {DATA}")


def _named(model: ReadingModel | ConfidenceModel) -> dict[str, Any]:
    return {
        part: {name: round(float(v), 5) for name, v in zip(model.names, getattr(model, part), strict=True)}
        for part in ("weights", "mean", "scale")
    }


def _ends(model: ConfidenceModel) -> dict[str, float]:
    return {"bias": round(model.bias, 5), "threshold": model.threshold}


if __name__ == "__main__":
    main()
