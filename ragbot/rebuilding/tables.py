"""What an ingest did and which answers it changes, as tables for a terminal. Values in, rich tables out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from ragbot.datatypes import Answer
from ragbot.ingestion import IngestReport
from ragbot.rebuilding.diff import MEANINGS, AnswerDiff
from ragbot.rendering import visible

NAMES_SHOWN = 5
CHANGES_SHOWN = 50
_QUOTE_CHARS = 160


def render_report(report: IngestReport) -> Table:
    """One row for each thing that may become of a file: how many, and the first names."""
    table = Table(title="Documents", title_justify="left")
    table.add_column("what")
    table.add_column("files", justify="right")
    table.add_column("which", overflow="fold")
    for what, names in _rows(report):
        table.add_row(what, str(len(names)), Text(_listed(names)))
    table.caption = (
        f"{report.n_embedded:,} passages computed, {report.n_reused:,} taken over; {sum(report.seconds.values()):.1f} s"
    )
    table.caption_justify = "left"
    return table


def render_diff(diff: AnswerDiff) -> Table:
    """The answers that appear, vanish or change, old and new side by side, the gravest first."""
    counts = ", ".join(f"{n} {change.value}" for change, n in diff.counts.items())
    left_out = len(diff.changes) - CHANGES_SHOWN
    more = f" (the first {CHANGES_SHOWN}; --json has all)" if left_out > 0 else ""
    table = Table(title=f"Answers to {diff.n_questions} questions: {counts}{more}", title_justify="left")
    table.add_column("change")
    for name in ("question", "before", "after"):
        table.add_column(name, overflow="fold", ratio=1)
    for one in diff.changes[:CHANGES_SHOWN]:
        asked = f"{one.example.example_id}: {one.example.question}"
        table.add_row(one.change.value, *(Text(cell) for cell in (_short(asked), _said(one.old), _said(one.new))))
    if diff.changes:
        shown = dict.fromkeys(one.change for one in diff.changes[:CHANGES_SHOWN])
        table.caption = "; ".join(f"{change.value}: {MEANINGS[change]}" for change in shown)
        table.caption_justify = "left"
    return table


def _rows(report: IngestReport) -> Iterator[tuple[str, Sequence[str]]]:
    yield "added", report.added
    yield "changed", report.changed
    yield "renamed", [f"{one.before} → {one.doc_id}" for one in report.renamed]
    yield "removed", report.removed
    yield "unchanged", report.unchanged
    yield "duplicates", [f"{one.doc_id}: {one.reason}" for one in report.duplicates]
    yield "near-duplicates", [f"{n.doc_id} ({n.overlap:.0%} of it in {n.near})" for n in report.near_duplicates]
    yield "skipped", [f"{one.doc_id}: {one.reason}" for one in report.skipped]


def _listed(names: Sequence[str]) -> str:
    left_out = len(names) - NAMES_SHOWN
    more = [f"… {left_out} more"] if left_out > 0 else []
    return "\n".join([*map(visible, names[:NAMES_SHOWN]), *more])


def _said(answer: Answer) -> str:
    if not answer.quotes:
        return f"{answer.outcome.value} ({answer.confidence:.3f})"
    quote = answer.quotes[0]
    place = quote.document if quote.page is None else f"{quote.document}, page {quote.page}"
    return f"“{_short(quote.text)}” {visible(place)} ({answer.confidence:.3f})"


def _short(text: str) -> str:
    flat = visible(text)
    return flat if len(flat) <= _QUOTE_CHARS else f"{flat[: _QUOTE_CHARS - 1]}…"
