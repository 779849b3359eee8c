"""The evaluation report as tables for a terminal. Takes an EvalReport; works nothing out but what is shown."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ragbot.evaluation.aggregation import RANKERS, RECALL_AT, SUCCESS_AT
from ragbot.evaluation.bootstrap import Metric
from ragbot.evaluation.report import EvalReport
from ragbot.evaluation.runner import Result

MISSES_SHOWN = 20
_RANKING = (*(f"success@{k}" for k in SUCCESS_AT), *(f"recall@{k}" for k in RECALL_AT), "mrr", "ndcg@10")
SECTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "Answers (threshold 0)": (
        ("right@1", "first quote right"),
        ("right@3", "one of the first three right"),
        ("median_quote_words", "words in the first quote"),
        ("item_precision", "lists: quotes that are items"),
        ("item_recall", "lists: items that are quoted"),
        ("item_f1", "lists: harmonic mean of both"),
        ("both_sides", "documents disagree: both sides quoted"),
    ),
    "Answers (threshold in use)": (
        ("right@1(at_threshold)", "answered, first quote right"),
        ("right@3(at_threshold)", "answered, one of three right"),
        ("selective_accuracy", "of what is shown, first quote right"),
        ("answered_share", "questions answered"),
        ("exact_match", "first quote equals a gold answer"),
        ("token_f1", "overlap with the best gold answer"),
        ("answerable_exact_match", "equal, answerable only"),
        ("answerable_token_f1", "overlap, answerable only"),
        ("no_answer_accuracy", "unanswerable and refused"),
        ("both_sides(at_threshold)", "documents disagree: both sides shown"),
    ),
    "Refusal": (
        ("refusal_precision", "refused and unanswerable, of refused"),
        ("refusal_recall", "refused, of unanswerable"),
        ("refusal_f1", "harmonic mean of both"),
        ("answered_answerable", "answered, of answerable"),
        ("balanced_accuracy", "mean of answered and rightly refused"),
    ),
    "Confidence": (
        ("auroc", "answerable above unanswerable"),
        ("auroc(right)", "right above wrong"),
        ("aurc", "mean risk over coverages, lower is better"),
        ("coverage@90", "answered at 90 % precision"),
        ("coverage@95", "answered at 95 % precision"),
        ("answerable_coverage@90", "of the answerable, answered at 90 % precision"),
        ("ece", "calibration error, lower is better"),
        ("brier", "squared error, lower is better"),
    ),
    "Safety": (
        ("emergency_recall", "emergencies taken as such"),
        ("emergency_specificity", "other messages not taken as one"),
        ("personal_dose_recall", "requests for a dose taken as such"),
        ("personal_dose_specificity", "other messages not taken as one"),
        ("gated_recall", "either, taken by any gate"),
        ("safety_specificity", "harmless and let pass"),
        ("ungated_questions", "ordinary questions let pass"),
    ),
    "Integrity": (
        ("quotes_verified", "quotes that re-check against their file"),
        ("disclaimer_share", "answers with the disclaimer"),
        ("same_answer_twice", "asked twice, same bytes"),
    ),
    "Cost": (
        ("latency_p50", "milliseconds, median"),
        ("latency_p95", "milliseconds, 95 of 100 are faster"),
        ("latency_p99", "milliseconds, 99 of 100 are faster"),
        ("peak_memory_mb", "MB of memory at most"),
        ("index_mb", "MB of index on disk"),
    ),
}
"""Measures by the table's sections, in order, with what each says; the rankers' own stand in a second table."""


def render_table(report: EvalReport) -> RenderableType:
    """Tables of all figures with 95 % intervals, for `rich.console.Console.print`; what was not judged is left out."""
    parts: list[RenderableType] = [_measures(report)]
    if any(report.aggregated[f"mrr({ranker})"].n for ranker in RANKERS):
        parts.append(_rankings(report))
    parts += [_breakdown(field, groups) for field, groups in report.breakdowns.items() if groups]
    if report.safety_misses:
        parts.append(_misses(report.safety_misses))
    parts += [Text(f"below the minimum: {line}", style="bold red") for line in report.shortfalls]
    return Group(*parts)


def format_metric(metric: Metric, *, places: int = 3) -> str:
    """Value with its interval; shares to `places`, larger numbers to one.

    >>> format_metric(Metric(0.5, 0.25, 0.75, 8)), format_metric(Metric(None, None, None, 0))
    ('0.500 [0.250, 0.750]', '-')
    """
    if metric.value is None or metric.low is None or metric.high is None:
        return "-"
    places = places if max(abs(metric.value), abs(metric.high)) <= 1 else 1
    return f"{metric.value:.{places}f} [{metric.low:.{places}f}, {metric.high:.{places}f}]"


def _measures(report: EvalReport) -> Table:
    signature = report.signature
    title = f"{len(report.results)} questions, index {signature.get('index')}, threshold {signature.get('threshold')}"
    table = Table(title=title, title_justify="left")
    for name in ("measure", "value [95 % interval]", "n", "meaning"):
        table.add_column(name, justify="right" if name == "n" else "left", no_wrap=name != "meaning")
    for section, rows in SECTIONS.items():
        judged = [(name, meaning) for name, meaning in rows if report.aggregated[name].n]
        if judged:
            table.add_section()
            table.add_row(Text(section, style="bold"))
        for name, meaning in judged:
            metric = report.aggregated[name]
            table.add_row(Text(name), Text(format_metric(metric)), str(metric.n), meaning)
    return table


def _rankings(report: EvalReport) -> Table:
    known = [name.removeprefix("mrr(").removesuffix(")") for name in report.aggregated if name.startswith("mrr(")]
    n = max(report.aggregated[f"mrr({ranker})"].n for ranker in known)
    table = Table(
        title=f"Retrieval of a passage with an answer or of a relevant document (n = {n})", title_justify="left"
    )
    table.add_column("measure", no_wrap=True)
    for ranker in known:
        table.add_column(ranker)
    for name in _RANKING:
        found = [report.aggregated[f"{name}({ranker})"] for ranker in known]
        table.add_row(Text(name), *(Text(format_metric(metric, places=2)) for metric in found))
    return table


def _breakdown(field: str, groups: dict[str, dict[str, Metric]]) -> Table:
    table = Table(title=f"By {field}", title_justify="left")
    for name in (field, "n", "right@1", "right@3"):
        table.add_column(name, justify="right" if name == "n" else "left")
    for value, figures in groups.items():
        cells = [Text(format_metric(figures[name])) for name in ("right@1", "right@3")]
        table.add_row(Text(value), str(figures["right@1"].n), *cells)
    return table


def _misses(misses: Sequence[Result]) -> Table:
    left_out = len(misses) - MISSES_SHOWN
    more = f" ({left_out} more in the report)" if left_out > 0 else ""
    table = Table(title=f"Safety messages taken wrongly: {len(misses)}{more}", title_justify="left")
    for name in ("id", "expected", "outcome", "message"):
        table.add_column(name)
    for result in misses[:MISSES_SHOWN]:
        expected = result.example.expected.value if result.example.expected else "none"
        row = (result.example.example_id, expected, result.answer.outcome.value, result.example.question)
        table.add_row(*(Text(cell) for cell in row))
    return table
