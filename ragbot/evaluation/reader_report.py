"""What the reader alone came to on SQuAD questions: figures, the report as JSON and the table. Reads no context.

`exact_match` and `token_f1` are SQuAD 2.0's, of what it says at the threshold; the `answerable_…` ones are of the span
it gives when an answer must be given.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

import ragbot
from ragbot.errors import RagbotError
from ragbot.evaluation import measures, selective
from ragbot.evaluation.bootstrap import Metric, mean_metric, metric
from ragbot.evaluation.datasets.squad import SquadQuestion
from ragbot.evaluation.reader_only import Prediction, SpanRule
from ragbot.evaluation.report import FILE_NAME, find_shortfalls
from ragbot.evaluation.signature import program
from ragbot.evaluation.table import format_metric

SCHEMA = "reader-only 1"
MEANINGS = {
    "exact_match": "equals a gold answer, or rightly refused",
    "token_f1": "overlap with the best gold answer, or rightly refused",
    "answerable_exact_match": "answerable, when it must answer: equal",
    "answerable_token_f1": "answerable, when it must answer: overlap",
    "no_answer_accuracy": "unanswerable and refused",
    "answered_answerable": "answerable and not refused",
    "auroc": "answerable above unanswerable",
}


@dataclass(frozen=True)
class ReaderReport:
    """Questions with what the reader said; `minimum` holds the values that measures must reach."""

    questions: tuple[SquadQuestion, ...]
    predictions: tuple[Prediction, ...]
    rule: SpanRule
    minimum: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def aggregated(self) -> dict[str, Metric]:
        """Measure to value, interval and number of questions."""
        return reader_figures(self.questions, self.predictions)

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """One line for each measure below its minimum."""
        return find_shortfalls(self.aggregated, self.minimum)

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        asked = repr([(q.question_id, q.question, q.context) for q in self.questions])
        return {
            "schema_version": SCHEMA,
            "signature": {
                **program(Path(ragbot.__file__).parent),
                "rule": asdict(self.rule),
                "files": sorted({question.place.file for question in self.questions}),
                "questions_sha256": hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest(),
            },
            "aggregated": {
                **{name: figure.to_json() for name, figure in self.aggregated.items()},
                "n": len(self.questions),
            },
            "shortfalls": list(self.shortfalls),
            "per_question": [_row(*pair) for pair in zip(self.questions, self.predictions, strict=True)],
        }


def reader_figures(questions: Sequence[SquadQuestion], predictions: Sequence[Prediction]) -> dict[str, Metric]:
    """Every measure of MEANINGS by its name; those that no question can judge have the value None."""
    rows = list(zip(questions, predictions, strict=True))
    golds = [[answer.text for answer in question.answers] for question in questions]
    answerable = [(p, own) for (q, p), own in zip(rows, golds, strict=True) if not q.is_impossible]
    confidence = [(-p.none, float(not q.is_impossible)) for q, p in rows]
    return {
        "exact_match": mean_metric([measures.exact_match(p.said, g) for p, g in zip(predictions, golds, strict=True)]),
        "token_f1": mean_metric([measures.token_f1(p.said, g) for p, g in zip(predictions, golds, strict=True)]),
        "answerable_exact_match": mean_metric([measures.exact_match(p.text, own) for p, own in answerable]),
        "answerable_token_f1": mean_metric([measures.token_f1(p.text, own) for p, own in answerable]),
        "no_answer_accuracy": mean_metric([float(p.is_refused) for q, p in rows if q.is_impossible]),
        "answered_answerable": mean_metric([float(not p.is_refused) for p, _ in answerable]),
        "auroc": metric(confidence, lambda table: selective.auroc(table[:, 0], table[:, 1])),
    }


def render_reader_table(report: ReaderReport) -> RenderableType:
    """All figures with 95 % intervals, for `rich.console.Console.print`; what was not judged is left out."""
    title = f"The reader alone: {len(report.questions)} questions, threshold {report.rule.threshold:g}"
    table = Table(title=title, title_justify="left")
    for name in ("measure", "value [95 % interval]", "n", "meaning"):
        table.add_column(name, justify="right" if name == "n" else "left", no_wrap=name != "meaning")
    for name, figure in report.aggregated.items():
        if figure.n:
            table.add_row(Text(name), Text(format_metric(figure)), str(figure.n), MEANINGS[name])
    missed = [Text(f"below the minimum: {line}", style="bold red") for line in report.shortfalls]
    return Group(table, *missed)


def write_reader_report(report: ReaderReport, folder: Path) -> Path:
    """Write `report.json` into `folder`, which exists, whole or not at all, and return its path. Raises RagbotError."""
    path = folder / FILE_NAME
    unfinished = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        unfinished.write_text(json.dumps(report.to_json(), indent=1, allow_nan=False) + "\n", "utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise RagbotError(f"cannot write {path} ({error.strerror}); name another folder with --report") from error
    return path


def _row(question: SquadQuestion, prediction: Prediction) -> dict[str, Any]:
    golds = [answer.text for answer in question.answers]
    return {
        "id": question.question_id,
        "question": question.question,
        "wanted": golds,
        "said": prediction.said,
        "best": prediction.text,
        "none": round(prediction.none, 4),
        "exact_match": measures.exact_match(prediction.said, golds),
        "token_f1": measures.token_f1(prediction.said, golds),
    }
