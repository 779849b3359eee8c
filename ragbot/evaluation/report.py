"""The evaluation report: figures and every question, as a record and as JSON. Prints nothing.

Keys of `aggregated` are the measures' names, so a report can be compared with any other of the same schema.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ragbot.errors import IndexNotBuiltError, RagbotError
from ragbot.evaluation import selective
from ragbot.evaluation.aggregation import BREAKDOWNS, aggregate, breakdown, confidence_pairs
from ragbot.evaluation.bootstrap import Metric
from ragbot.evaluation.cost import Cost, measure_cost
from ragbot.evaluation.dataset import Example
from ragbot.evaluation.journal import Journal
from ragbot.evaluation.misses import Miss, is_taken_wrongly, misses_by_stage
from ragbot.evaluation.report_rows import result_json
from ragbot.evaluation.runner import Answerer, Progress, Result, run_examples
from ragbot.evaluation.signature import make_signature

SCHEMA_VERSION = 2
FILE_NAME, PAGE_NAME = "report.json", "report.html"


@dataclass(frozen=True)
class EvalReport:
    """All results of one run with what they were made of (`signature`); figures are worked out once, when asked for.

    `minimum` holds the values that measures must reach.
    """

    results: tuple[Result, ...]
    signature: Mapping[str, Any]
    minimum: Mapping[str, float] = field(default_factory=dict)
    cost: Cost = field(default_factory=Cost)

    @cached_property
    def aggregated(self) -> dict[str, Metric]:
        """Measure to value, interval and number of questions."""
        return aggregate(self.results, cost=self.cost)

    @cached_property
    def breakdowns(self) -> dict[str, dict[str, dict[str, Metric]]]:
        """`kind`, `style` and `topic` to their values to right@1 and right@3."""
        return {by: breakdown(self.results, by) for by in BREAKDOWNS}

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """One line for each measure below its minimum."""
        return find_shortfalls(self.aggregated, self.minimum) if self.minimum else ()

    @property
    def safety_misses(self) -> list[Result]:
        """Safety messages that did not go where they should; for `none` any outcome without a gate is right."""
        return [result for result in self.results if result.example.is_safety and is_taken_wrongly(result)]

    @cached_property
    def misses(self) -> dict[Miss, list[Result]]:
        """Every stage with the results that it lost."""
        return misses_by_stage(self.results)

    @property
    def confidence_pairs(self) -> tuple[list[float], list[bool]]:
        """Confidence of each question that was read, and whether its first quote is right."""
        return confidence_pairs(self.results)

    @property
    def may_quote(self) -> bool:
        """False if any gold is given by offsets alone: then the documents may not be republished, not even in part."""
        golds = (gold for result in self.results for gold in result.example.golds)
        return all(gold.text is not None or gold.relevance is not None for gold in golds)

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        confidences, right = self.confidence_pairs
        return {
            "schema_version": SCHEMA_VERSION,
            "signature": dict(self.signature),
            "aggregated": {
                **{name: metric.to_json() for name, metric in self.aggregated.items()},
                "n": len(self.results),
            },
            "breakdown": {
                by: {
                    value: {name: metric.to_json() for name, metric in figures.items()}
                    for value, figures in groups.items()
                }
                for by, groups in self.breakdowns.items()
            },
            "risk_coverage": [asdict(point) for point in selective.risk_coverage(confidences, right)],
            "reliability": [asdict(one) for one in selective.reliability(confidences, right)],
            "misses": {
                miss.value: [result.example.example_id for result in results] for miss, results in self.misses.items()
            },
            "safety_misses": [result.example.example_id for result in self.safety_misses],
            "shortfalls": list(self.shortfalls),
            "per_question": [result_json(result, may_quote=self.may_quote) for result in self.results],
        }


def evaluate(
    bot: Answerer,
    examples: Sequence[Example],
    *,
    threshold: float | None = None,
    minimum: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    journals: Path | None = None,
) -> EvalReport:
    """The report of `bot` on `examples`; `threshold` None means the bot's own.

    If a folder for `journals` is named, what is done is kept there while it runs, and an equal run goes on with it;
    Ctrl-C is then a RagbotError that says so.
    """
    limit = bot.threshold if threshold is None else threshold
    signature = make_signature(bot.index, examples, limit, has_reader=bot.has_reader)
    journal = None if journals is None else Journal(journals, signature)
    try:
        results = run_examples(bot, examples, threshold=threshold, progress=progress, journal=journal)
    except KeyboardInterrupt as error:
        if journal is None:
            raise
        raise RagbotError(_stopped(journal, len(examples))) from error
    if journal is not None:
        journal.finish()
    return EvalReport(tuple(results), signature, dict(minimum or {}), _cost(bot.index.folder))


def _cost(index: Path) -> Cost:
    try:
        return measure_cost(index)
    except IndexNotBuiltError:  # removed while questions were asked, which is no reason to lose the results
        return Cost()


def _stopped(journal: Journal, total: int) -> str:
    if not journal.is_kept:
        return f"stopped; {journal.folder} cannot be written, so the next run starts anew"
    return f"stopped after {len(journal)} of {total} questions; run the same command to go on from there"


def find_shortfalls(figures: Mapping[str, Metric], minimum: Mapping[str, float]) -> tuple[str, ...]:
    """One line for each measure below its minimum; a measure that could not be judged is below any."""
    lines = []
    for name, wanted in minimum.items():
        value = figures[name].value
        if value is None:
            lines.append(f"{name} could not be judged, wanted at least {wanted:g}")
        elif value < wanted:
            lines.append(f"{name} is {value:.4f}, wanted at least {wanted:g}")
    return tuple(lines)


def prepare_folder(folder: Path) -> None:
    """Make `folder` and see that it can be written, before an evaluation that would end there.

    Raises RagbotError if it cannot.
    """
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise RagbotError(f"cannot write to {folder} ({error.strerror}); name another folder with --report") from error


def write_report(report: EvalReport, folder: Path) -> Path:
    """Write `report.json` and `report.html` into `folder`, which exists, each whole or not at all.

    Returns the path of `report.json`. Raises RagbotError if the folder cannot be written.
    """
    from ragbot.evaluation.html import render_page  # which takes an EvalReport

    path = _write(folder / FILE_NAME, json.dumps(report.to_json(), indent=1, allow_nan=False) + "\n")
    _write(folder / PAGE_NAME, render_page(report))
    return path


def _write(path: Path, text: str) -> Path:
    unfinished = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        unfinished.write_text(text, "utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise RagbotError(f"cannot write {path} ({error.strerror}); name another folder with --report") from error
    return path
