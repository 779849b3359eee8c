"""The command `ragbot evaluate`: question files to tables on stdout, progress on stderr, report.json and report.html."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ragbot.errors import RagbotError
from ragbot.evaluation.aggregation import measure_names
from ragbot.evaluation.compare import compare, read_report
from ragbot.evaluation.compare_table import render_comparison
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.misses import MEANINGS
from ragbot.evaluation.report import PAGE_NAME, EvalReport, evaluate, prepare_folder, write_report
from ragbot.evaluation.runner import Answerer
from ragbot.evaluation.table import render_table

_MIN_WIDTH = 100  # a pipe has no width of its own; 80 would cut the intervals


def evaluate_files(
    files: Sequence[Path],
    *,
    bot: Answerer,
    threshold: float | None = None,
    report: Path | None = None,
    split: str | None = None,
    minimum: Sequence[str] = (),
    journals: Path | None = None,
) -> bool:
    """Print the tables of `bot` on `files` and write both reports if a folder is named; False below a minimum.

    `minimum` are texts `MEASURE=VALUE`. What is done is kept in the folder `journals`, so that the same command goes on
    after Ctrl-C. Raises what `run_evaluation` raises.
    """
    wanted = parse_minimum(minimum)
    examples = read_examples(files, split=split)
    if report is not None:
        prepare_folder(report)
    with _progress() as bar:
        task = bar.add_task("asking", total=len(examples))
        result = evaluate(
            bot,
            examples,
            threshold=threshold,
            minimum=wanted,
            progress=lambda done, total: bar.update(task, completed=done),
            journals=journals,
        )
    _print(result)
    if report is not None:
        path = write_report(result, report)
        for written in (path, path.with_name(PAGE_NAME)):
            Console(stderr=True).print(f"wrote {written}", markup=False, highlight=False, soft_wrap=True)
    return not result.shortfalls


def compare_files(old: Path, new: Path) -> None:
    """Print what got better, worse and different from the report at `old` to the one at `new`.

    Raises RagbotError for a file that is no report of this schema, or if both have no question in common.
    """
    _console().print(render_comparison(compare(read_report(old), read_report(new))))


def parse_minimum(texts: Sequence[str]) -> dict[str, float]:
    """Measure to the value that it must reach, from texts `MEASURE=VALUE`.

    Raises RagbotError for a text of another form or an unknown measure.

    >>> parse_minimum(["right@1=0.8"])
    {'right@1': 0.8}
    """
    values: dict[str, float] = {}
    for text in texts:
        name, _, number = text.rpartition("=")
        try:
            values[name.strip()] = float(number)
        except ValueError as error:
            raise RagbotError(f"--min {text!r} is not MEASURE=VALUE; write for example --min right@1=0.8") from error
    check_measures(values)
    return values


def check_measures(names: Iterable[str]) -> None:
    """Raise RagbotError for the first name that is no measure."""
    known = measure_names()
    for name in names:
        if name not in known:
            raise RagbotError(f"no measure {name!r}; the measures are: {', '.join(known)}")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _print(report: EvalReport) -> None:
    console = _console()
    console.print(render_table(report))
    if any(report.misses.values()):
        console.print(_miss_counts(report))


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=max(console.width, _MIN_WIDTH))


def _miss_counts(report: EvalReport) -> Table:
    lost = sum(len(results) for results in report.misses.values())
    table = Table(title=f"Stage that lost it: {lost} of {len(report.results)}", title_justify="left")
    table.add_column("stage", no_wrap=True)
    table.add_column("n", justify="right")
    table.add_column("meaning")
    for miss, results in report.misses.items():
        if results:
            table.add_row(Text(miss.value), str(len(results)), MEANINGS[miss])
    return table
