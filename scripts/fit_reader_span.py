"""Fit data/reader_span.json: `python scripts/fit_reader_span.py squad2_dev_part.json [--last 4] [--write]`.

The file is SQuAD 2.0; only its last articles are used, those that the reader was not trained on. Chosen are the weights
of a sentence's and its span's score and the margin at which "none" becomes the answer. Prints the figures of each weight,
and those of all when each article is judged by what the others gave; writes with --write.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ragbot.encoding import MiniLmEncoder
from ragbot.evaluation.datasets.recognition import recognised
from ragbot.evaluation.datasets.squad import SquadQuestion, read_squad
from ragbot.evaluation.measures import token_f1
from ragbot.evaluation.reader_only import Candidate, SpanRule, read_contexts
from ragbot.reader import Reader

DATA = Path(__file__).resolve().parent.parent / "ragbot" / "data"
SPAN_SHARES = tuple(round(0.05 * step, 2) for step in range(21))
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A question with its candidates, and the token F1 of each candidate; 0 for all if it has no answer."""

    question: SquadQuestion
    candidates: tuple[Candidate, ...]
    f1: tuple[float, ...]

    @property
    def refused_f1(self) -> float:
        """Token F1 of saying nothing."""
        return float(self.question.is_impossible)


def main() -> None:
    """Fit on the articles held back, print the figures, write the rule if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--last", type=int, default=4, help="how many of the last articles to use")
    parser.add_argument("--every", type=int, default=1, help="use only every n-th question, for a trial")
    parser.add_argument("--reader", type=Path, help="weights in place of the shipped ones")
    parser.add_argument("--write", action="store_true", help="write ragbot/data/reader_span.json")
    options = parser.parse_args()
    encoder = MiniLmEncoder()
    reader = Reader(encoder, options.reader.read_bytes() if options.reader else None)
    questions = read_squad(options.squad, recognised(options.squad).text)
    cases = load_cases(held_back(questions, options.last)[:: options.every], reader, encoder)
    rule, _ = fit(cases, verbose=True)
    print_figures("fitted on the same", cases, [rule] * len(cases))
    print_figures("other articles' rule", cases, cross_rules(cases))
    if options.write:
        values = {**asdict(rule), "articles": options.last, "n": len(cases)}
        (DATA / "reader_span.json").write_text(json.dumps(values, indent=2) + "\n", "utf-8")


def held_back(questions: Sequence[SquadQuestion], last: int) -> list[SquadQuestion]:
    """The questions of the `last` articles."""
    names = list(dict.fromkeys(question.document for question in questions))
    return [question for question in questions if question.document in names[-last:]]


def load_cases(questions: Sequence[SquadQuestion], reader: Reader, encoder: MiniLmEncoder) -> list[Case]:
    """The cases of `questions`, each context read once a question."""
    found = read_contexts(questions, reader, encoder.count_pieces)
    return [_case(question, candidates) for question, candidates in zip(questions, found, strict=True)]


def _case(question: SquadQuestion, candidates: tuple[Candidate, ...]) -> Case:
    golds = [answer.text for answer in question.answers]
    return Case(question, candidates, tuple(token_f1(c.span.cut(question.context), golds) for c in candidates))


def fit(cases: Sequence[Case], *, verbose: bool = False) -> tuple[SpanRule, float]:
    """The rule with the highest sum of answerable token F1 (when it must answer) and token F1, and that sum."""
    fitted = []
    for share in SPAN_SHARES:
        none, f1, refused = scored(cases, SpanRule(1 - share, share, 0.0))
        threshold, overall = best_threshold(none, f1, refused)
        forced = float(f1[refused == 0].mean())
        fitted.append((SpanRule(round(1 - share, 2), share, round(threshold, 3)), forced + overall))
        if verbose:
            print(f"span {share:.2f}: answerable {forced:.4f}, overall {overall:.4f} at {threshold:.3f}")
    return max(fitted, key=lambda pair: pair[1])


def scored(cases: Sequence[Case], rule: SpanRule) -> tuple[Floats, Floats, Floats]:
    """For each case "none" minus best, the F1 of the best candidate, and the F1 of refusing, (n,) each."""
    rows = []
    for case in cases:
        scores = [rule.score(candidate) for candidate in case.candidates]
        best = int(np.argmax(scores))
        rows.append((-scores[best], case.f1[best], case.refused_f1))
    none, f1, refused = np.array(rows, dtype=np.float64).T
    return none, f1, refused


def best_threshold(none: Floats, f1: Floats, refused: Floats) -> tuple[float, float]:
    """The threshold with the highest mean F1, and that mean: those with a lower `none` are answered, the others refused.

    It lies midway between the two neighbours that it parts, the lowest of several equally good ones.

    >>> best_threshold(np.array([-2.0, 0.0, 4.0]), np.array([1.0, 0.5, 0.0]), np.array([0.0, 0.0, 1.0]))
    (2.0, 0.8333333333333334)
    """
    order = np.argsort(none, kind="stable")
    sums = np.cumsum(np.concatenate([[refused.sum()], (f1 - refused)[order]]))  # of answering the first 0, 1, … n
    edges = none[order]
    possible = np.concatenate([[True], np.diff(edges) > 0, [True]])  # equal ones cannot be parted
    best = int(np.argmax(np.where(possible, sums, -np.inf)))
    bounds = np.concatenate([[edges[0] - 1], edges, [edges[-1] + 1]])
    return float((bounds[best] + bounds[best + 1]) / 2), float(sums[best] / len(none))


def cross_rules(cases: Sequence[Case]) -> list[SpanRule]:
    """For each case the rule fitted on the other articles."""
    names = list(dict.fromkeys(case.question.document for case in cases))
    rules = {name: fit([c for c in cases if c.question.document != name])[0] for name in names}
    return [rules[case.question.document] for case in cases]


def print_figures(name: str, cases: Sequence[Case], rules: Sequence[SpanRule]) -> None:
    """Print the figures of all cases, each under its own rule."""
    rows = [(*scored([case], rule), rule.threshold) for case, rule in zip(cases, rules, strict=True)]
    none, f1, refused = (np.concatenate([row[column] for row in rows]) for column in range(3))
    is_refused = none > np.array([row[3] for row in rows])
    said = np.where(is_refused, refused, f1)
    print(
        f"{name}: token_f1 {said.mean():.4f}, answerable_token_f1 {f1[refused == 0].mean():.4f}, "
        f"no_answer_accuracy {is_refused[refused == 1].mean():.4f}, n {len(cases)}"
    )


if __name__ == "__main__":
    main()
