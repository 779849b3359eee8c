"""The command `ragbot evaluate`: question files to tables on stdout, progress on stderr, and report.json."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ragbot.errors import RagbotError
from ragbot.evaluation.aggregation import measure_names
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.report import EvalReport, evaluate, prepare_folder, write_report
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
) -> bool:
    """Print the tables of `bot` on `files` and write `report/report.json` if a folder is named; False below a minimum.

    `minimum` are texts `MEASURE=VALUE`. Raises what `run_evaluation` raises.
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
        )
    _print(result)
    if report is not None:
        path = write_report(result, report)
        Console(stderr=True).print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    return not result.shortfalls


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
    console = Console()
    if not console.is_terminal:
        console = Console(width=max(console.width, _MIN_WIDTH))
    console.print(render_table(report))
