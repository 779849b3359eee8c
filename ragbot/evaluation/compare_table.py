"""A comparison of two reports as tables for a terminal, the verdict first. Takes a Comparison; tests nothing."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ragbot.evaluation.compare import Change, Comparison, Difference, Pair
from ragbot.evaluation.paired_measures import Question
from ragbot.rendering import visible

SHOWN = 20  # questions of each list
_STYLES = {Change.BETTER: "bold green", Change.WORSE: "bold red", Change.MIXED: "bold yellow", Change.UNCLEAR: ""}
_MAX_VALUE = 40  # characters of a value of the signature: a hash is told apart by its beginning


def render_comparison(comparison: Comparison) -> RenderableType:
    """Verdict, measures, questions that changed, and what the two reports were made of, for `Console.print`."""
    moved = [d for d in comparison.differences if (d.low, d.high) != (0.0, 0.0) or d.new != d.old]
    still = [d.name for d in comparison.differences if d not in moved]
    parts: list[RenderableType] = [_verdict(comparison)]
    if moved:
        parts.append(_measures(moved))
    if still:
        parts.append(Text(f"Unchanged: {', '.join(still)}"))
    for title, pairs in (
        ("Now right", comparison.mended),
        ("Now wrong", comparison.broken),
        ("Otherwise different", comparison.changed),
    ):
        if pairs:
            parts.append(_questions(title, pairs))
    if comparison.signature:
        parts.append(_signature(comparison))
    return Group(*parts)


def verdict_line(comparison: Comparison) -> str:
    """The verdict in one line, with the measures that it rests on."""
    told = "; ".join(f"{d.name} {d.old:.3f} to {d.new:.3f}" for d in comparison.telling)
    reason = told or "no headline measure changed by more than chance"
    return f"{comparison.verdict.value.upper()}: {reason}"


def _verdict(comparison: Comparison) -> Text:
    only_old = len(comparison.old.questions) - comparison.n_common
    only_new = len(comparison.new.questions) - comparison.n_common
    left_out = f"; left out {only_old} only in old, {only_new} only in new" if only_old or only_new else ""
    counts = (
        f"{comparison.n_common} questions in both{left_out}: {len(comparison.mended)} now right, "
        f"{len(comparison.broken)} now wrong, {len(comparison.changed)} otherwise different"
    )
    names = f"old {visible(comparison.old.name)}, new {visible(comparison.new.name)}"
    verdict = Text(verdict_line(comparison), style=_STYLES[comparison.verdict])
    return Text("\n").join([verdict, Text(counts), Text(names)])


def _measures(moved: Sequence[Difference]) -> Table:
    table = Table(title="Measures, paired bootstrap test", title_justify="left")
    for name in ("measure", "old", "new", "difference [95 % interval]", "p", "n", ""):
        table.add_column(name, justify="left" if name in ("measure", "") else "right", no_wrap=True)
    for difference in moved:
        table.add_row(*_measure_cells(difference))
    return table


def _measure_cells(difference: Difference) -> tuple[Text, ...]:
    places = 3 if max(abs(difference.old), abs(difference.new)) <= 1 else 1
    low, high = (f"{end:+.{places}f}" for end in (difference.low, difference.high))
    change = difference.change
    return (
        Text(difference.name),
        Text(f"{difference.old:.{places}f}"),
        Text(f"{difference.new:.{places}f}"),
        Text(f"{difference.new - difference.old:+.{places}f} [{low}, {high}]"),
        Text(f"{difference.p:.3f}"),
        Text(str(difference.n)),
        Text("" if change is Change.UNCLEAR else change.value, style=_STYLES[change]),
    )


def _questions(title: str, pairs: Sequence[Pair]) -> Table:
    more = f" ({len(pairs) - SHOWN} more in the reports)" if len(pairs) > SHOWN else ""
    table = Table(title=f"{title}: {len(pairs)}{more}", title_justify="left")
    for name in ("id", "old", "new", "question"):
        table.add_column(name)
    for old, new in pairs[:SHOWN]:
        table.add_row(Text(visible(new.id)), Text(_came_out(old)), Text(_came_out(new)), Text(visible(new.turns[-1])))
    return table


def _came_out(question: Question) -> str:
    """The stage that lost it or `right`, the outcome, and the place of the best quote."""
    quote = question.first_quote
    place = f" ({visible(quote.document)} {quote.start}-{quote.end})" if quote else ""
    return f"{question.miss or 'right'}, {question.outcome}{place}"


def _signature(comparison: Comparison) -> Table:
    table = Table(title="Made of different things", title_justify="left")
    for name in ("", "old", "new"):
        table.add_column(name)
    for name, old, new in comparison.signature:
        table.add_row(*(Text(visible(cell)[:_MAX_VALUE]) for cell in (name, old, new)))
    return table
