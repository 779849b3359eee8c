"""What each feature is worth: `python scripts/ablate_answering.py INDEX=QUESTIONS.jsonl[,MORE] … [--reader HALF_1 HALF_0]`

Fits the answering models on the dev questions once with every feature and once without each one, five folds by question,
and prints what changes, as Markdown tables for docs/answering.md. A feature is taken out by setting it to 0 everywhere.
First the plain features and the reader's, by the rank of the right quote; then those of the confidence, by how well it
tells answerable questions from others.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from fit_answering import (
    Case,
    balanced,
    best_threshold,
    confidence_rows,
    cross_confidence,
    cross_read,
    cross_scores,
    load_cases,
    reread_case,
)
from numpy.typing import NDArray

from ragbot.confidence import ALL_FEATURES
from ragbot.encoding import MiniLmEncoder
from ragbot.evaluation.measures import right_ranks
from ragbot.evaluation.selective import auroc
from ragbot.features import NAMES
from ragbot.reader import Reader
from ragbot.reading import Reading
from ragbot.rereading import ALL_NAMES, READ_WINDOWS, READER_NAMES

PENALTY, WORD_COST = 0.05, 0.003  # as fit_answering.py ships them


@dataclass(frozen=True, slots=True)
class Figures:
    """First quote right and one of the first three right, over answerable questions; corpora weigh by their questions."""

    first: float
    three: float


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="INDEX=QUESTIONS")
    parser.add_argument("--reader", type=Path, nargs="+", default=[], help="as for fit_answering.py")
    options = parser.parse_args()
    encoder = MiniLmEncoder()
    plain = [case for n, pair in enumerate(options.pairs) for case in load_cases(n, pair, encoder)]
    print(reading_table("plain features", plain, NAMES, NAMES))
    readers = [Reader(encoder, path.read_bytes()) for path in options.reader] or [Reader(encoder)]
    scores = cross_scores(plain, PENALTY, NAMES)
    read = [
        reread_case(case, own, readers[i % len(readers)], READ_WINDOWS)
        for i, (case, own) in enumerate(zip(plain, scores, strict=True))
    ]
    print(reading_table("with the reader", read, ALL_NAMES, ("*plain*", "*reader*", *READER_NAMES)))
    print(confidence_table(read))


def reading_table(name: str, cases: Sequence[Case], names: tuple[str, ...], dropped: Sequence[str]) -> str:
    """A Markdown table: all of `names`, then without each of `dropped`; `*plain*` and `*reader*` are whole groups."""
    groups = {"*plain*": NAMES, "*reader*": READER_NAMES}
    whole = reading_figures(read_without(cases, names, ()), cases)
    rows = [f"| {name}, {len(names)} | {whole.first:.3f} | {whole.three:.3f} |"]
    for feature in dropped:
        found = reading_figures(read_without(cases, names, groups.get(feature, (feature,))), cases)
        changes = f"{found.first - whole.first:+.3f} | {found.three - whole.three:+.3f}"
        rows.append(f"| without {feature.strip('*')} | {changes} |")
    return "\n".join(["| features | first right | one of three |", "|---|---|---|", *rows, ""])


def read_without(cases: Sequence[Case], names: tuple[str, ...], dropped: Sequence[str]) -> list[Reading]:
    """Readings of the cases by weights fitted on the other folds, all without the features `dropped`."""
    columns = [names.index(feature) for feature in dropped]
    return cross_read([_blanked(case, columns) for case in cases], PENALTY, WORD_COST, names)


def reading_figures(readings: Sequence[Reading], cases: Sequence[Case]) -> Figures:
    """What share of the answerable cases has a right first quote, and a right one among three."""
    ranks = [
        right_ranks(reading.quotes, case.golds) for reading, case in zip(readings, cases, strict=True) if case.golds
    ]
    return Figures(float(np.mean([1 in own for own in ranks])), float(np.mean([bool(own) for own in ranks])))


def confidence_table(cases: Sequence[Case]) -> str:
    """A Markdown table: AUROC of answerable against not, and the best mean of answered and refused."""
    values, right = confidence_rows(cases, cross_read(cases, PENALTY, WORD_COST, ALL_NAMES), ALL_FEATURES)
    answerable = [bool(case.golds) for case in cases]

    def figures(table: NDArray[np.float64]) -> tuple[float, float]:
        held_out = cross_confidence(cases, table, right, ALL_FEATURES)
        area = auroc(held_out, answerable)
        return float(area or 0), balanced(cases, held_out, best_threshold(cases, held_out))

    area, mean = figures(values)
    rows = [f"| all, {len(ALL_FEATURES)} | {area:.3f} | {mean:.3f} |"]
    for column, feature in enumerate(ALL_FEATURES):
        less = values.copy()
        less[:, column] = 0
        own_area, own_mean = figures(less)
        rows.append(f"| without {feature} | {own_area - area:+.3f} | {own_mean - mean:+.3f} |")
    return "\n".join(["| of the confidence | AUROC | answered and refused |", "|---|---|---|", *rows, ""])


def _blanked(case: Case, columns: Sequence[int]) -> Case:
    """The case with 0 in these columns of every sentence's features."""
    if not columns:
        return case
    rows = case.rows.copy()
    rows[:, list(columns)] = 0
    sentences = tuple(replace(s, values=row) for s, row in zip(case.sentences, rows, strict=True))
    return replace(case, sentences=sentences, rows=rows)


if __name__ == "__main__":
    main()
