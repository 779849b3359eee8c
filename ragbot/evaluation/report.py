"""The evaluation report: figures and every question, as a record and as JSON. Prints nothing.

Keys of `aggregated` are the measures' names, so a report can be compared with any other of the same schema.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import ragbot
from ragbot.datatypes import Quote
from ragbot.errors import RagbotError
from ragbot.evaluation import selective
from ragbot.evaluation.aggregation import BREAKDOWNS, aggregate, breakdown, confidence_pairs
from ragbot.evaluation.bootstrap import Metric
from ragbot.evaluation.dataset import Example
from ragbot.evaluation.runner import Answerer, Progress, Result, run_examples

SCHEMA_VERSION = 1
FILE_NAME = "report.json"


@dataclass(frozen=True)
class EvalReport:
    """All results of one run with what they were made of (`signature`); figures are worked out once, when asked for.

    `minimum` holds the values that measures must reach.
    """

    results: tuple[Result, ...]
    signature: Mapping[str, Any]
    minimum: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def aggregated(self) -> dict[str, Metric]:
        """Measure to value, interval and number of questions."""
        return aggregate(self.results)

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
        messages = [result for result in self.results if result.example.is_safety]
        return [r for r in messages if (r.answer.outcome if r.is_gated else None) is not r.example.expected]

    @property
    def may_quote(self) -> bool:
        """False if any gold is given by offsets alone: then the documents may not be republished, not even in part."""
        return all(gold.text is not None for result in self.results for gold in result.example.golds)

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        confidences, right = confidence_pairs(self.results)
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
            "safety_misses": [result.example.example_id for result in self.safety_misses],
            "shortfalls": list(self.shortfalls),
            "per_question": [_result_json(result, self.may_quote) for result in self.results],
        }


def evaluate(
    bot: Answerer,
    examples: Sequence[Example],
    *,
    threshold: float | None = None,
    minimum: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> EvalReport:
    """The report of `bot` on `examples`; `threshold` None means the bot's own."""
    results = tuple(run_examples(bot, examples, threshold=threshold, progress=progress))
    signature = _signature(bot, examples, bot.threshold if threshold is None else threshold)
    return EvalReport(results, signature, dict(minimum or {}))


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
    """Write `report.json` into `folder`, which exists, whole or not at all, and return its path.

    Raises RagbotError if the folder cannot be written.
    """
    path = folder / FILE_NAME
    unfinished = folder / f".{FILE_NAME}-{os.getpid()}"
    try:
        unfinished.write_text(json.dumps(report.to_json(), indent=1, allow_nan=False) + "\n", "utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise RagbotError(f"cannot write {path} ({error.strerror}); name another folder with --report") from error
    return path


def _result_json(result: Result, may_quote: bool) -> dict[str, Any]:
    example, answer = result.example, result.answer
    golds = [_place(g.document, g.sentence.start, g.sentence.end, g.text if may_quote else None) for g in result.golds]
    return {
        "id": example.example_id,
        "file": example.place.file,
        "line": example.place.line,
        "turns": list(example.turns),
        "kind": example.kind,
        "style": example.style,
        "topic": example.topic,
        "split": example.split,
        "answerable": None if example.is_safety else example.is_answerable,
        "expected": (example.expected.value if example.expected else "none") if example.is_safety else None,
        "outcome": answer.outcome.value,
        "confidence": answer.confidence,
        "right_rank": min(result.right_ranks, default=None),
        "quotes": [_quote_json(quote, may_quote) for quote in result.candidates],
        "golds": golds,
        "gold_rank": {ranker: min(found.ranks, default=None) for ranker, found in result.retrieval.items()},
        "n_relevant": max((found.n_relevant for found in result.retrieval.values()), default=0),
        "verified": all(result.verified),
        "repeats": result.repeats,
        "seconds": result.seconds,
    }


def _quote_json(quote: Quote, may_quote: bool) -> dict[str, Any]:
    place = _place(quote.document, quote.span.start, quote.span.end, quote.text if may_quote else None)
    return place | {"words": len(quote.text.split())}


def _place(document: str, start: int, end: int, text: str | None) -> dict[str, Any]:
    place: dict[str, Any] = {"document": document, "start": start, "end": end}
    return place if text is None else place | {"text": text}


def _signature(bot: Answerer, examples: Sequence[Example], threshold: float) -> dict[str, Any]:
    """What the figures depend on, without time or host name."""
    manifest = bot.index.manifest
    asked = [[e.example_id, e.turns, e.expected, [str(gold) for gold in e.golds]] for e in examples]
    return {
        "index": bot.index.fingerprint,
        "corpus_sha256": manifest.corpus_sha256,
        "encoder": manifest.encoder,
        "chunking": manifest.chunking,
        "threshold": threshold,
        "ragbot": ragbot.__version__,
        "files": sorted({example.place.file for example in examples}),
        "questions_sha256": hashlib.sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest(),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()},
    }
