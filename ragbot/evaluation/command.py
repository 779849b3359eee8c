"""The command `ragbot evaluate`: question files to tables on stdout, progress on stderr, report.json and report.html.

Also of the reader alone (`--reader-only`), which needs no index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ragbot.errors import DatasetError, RagbotError
from ragbot.evaluation.aggregation import measure_names
from ragbot.evaluation.calibration import calibrate, parse_goal
from ragbot.evaluation.compare import compare, read_report
from ragbot.evaluation.compare_table import render_comparison
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.datasets.recognition import DatasetKind, recognised
from ragbot.evaluation.datasets.squad import SquadQuestion, read_squad
from ragbot.evaluation.misses import MEANINGS
from ragbot.evaluation.reader_only import predict, read_contexts, shipped_rule
from ragbot.evaluation.reader_report import MEANINGS as READER_MEASURES
from ragbot.evaluation.reader_report import ReaderReport, render_reader_table, write_reader_report
from ragbot.evaluation.report import PAGE_NAME, EvalReport, evaluate, prepare_folder, write_report
from ragbot.evaluation.runner import Answerer
from ragbot.evaluation.table import render_table

if TYPE_CHECKING:
    from ragbot.encoding import MiniLmEncoder
    from ragbot.reader import Reader

_MIN_WIDTH = 100  # a pipe has no width of its own; 80 would cut the intervals


def evaluate_files(
    files: Sequence[Path],
    *,
    bot: Answerer,
    threshold: float | None = None,
    report: Path | None = None,
    split: str | None = None,
    minimum: Sequence[str] = (),
    calibration: str | None = None,
    journals: Path | None = None,
) -> bool:
    """Print the tables of `bot` on `files` and write both reports if a folder is named; False below a minimum.

    `minimum` are texts `MEASURE=VALUE`, and so is `calibration`, for which the threshold is printed that reaches it.
    What is done is kept in the folder `journals`, so that the same command goes on after Ctrl-C. Raises what
    `run_evaluation` raises.
    """
    wanted = parse_minimum(minimum)
    goal = None if calibration is None else parse_goal(calibration)
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
    if goal is not None:
        _print_lines("", *calibrate(result.results, goal).lines)
    if report is not None:
        path = write_report(result, report)
        _say_written(path, path.with_name(PAGE_NAME))
    return not result.shortfalls


def evaluate_reader(
    files: Sequence[Path], *, encoder: MiniLmEncoder, reader: Reader, report: Path | None, minimum: Sequence[str] = ()
) -> bool:
    """Print the figures of `reader` alone on SQuAD `files`, write report.json if a folder is named; False below a minimum.

    Raises DatasetError for a file that is not SQuAD or holds no question.
    """
    wanted = parse_minimum(minimum, known=tuple(READER_MEASURES))
    questions = [question for path in files for question in _squad_questions(path)]
    if report is not None:
        prepare_folder(report)
    rule = shipped_rule()
    with _progress() as bar:
        task = bar.add_task("reading", total=len(questions))
        count = encoder.count_pieces
        found = read_contexts(questions, reader, count, progress=lambda done, total: bar.update(task, completed=done))
    said = tuple(predict(q.context, candidates, rule) for q, candidates in zip(questions, found, strict=True))
    result = ReaderReport(tuple(questions), said, rule, wanted)
    _console().print(render_reader_table(result))
    if report is not None:
        _say_written(write_reader_report(result, report))
    return not result.shortfalls


def _squad_questions(path: Path) -> list[SquadQuestion]:
    source = recognised(path)
    if source.kind is not DatasetKind.SQUAD:
        raise DatasetError(f"{path} is not SQuAD JSON; --reader-only reads questions with their contexts, nothing else")
    questions = read_squad(path, source.text)
    if not questions:
        raise DatasetError(f"{path} holds no question; name another file")
    return questions


def compare_files(old: Path, new: Path) -> None:
    """Print what got better, worse and different from the report at `old` to the one at `new`.

    Raises RagbotError for a file that is no report of this schema, or if both have no question in common.
    """
    _console().print(render_comparison(compare(read_report(old), read_report(new))))


def parse_minimum(texts: Sequence[str], *, known: Sequence[str] | None = None) -> dict[str, float]:
    """Measure to the value that it must reach, from texts `MEASURE=VALUE`.

    Raises RagbotError for a text of another form or a measure that is not `known` (None: those of the whole bot).

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
    check_measures(values, known=known)
    return values


def check_measures(names: Iterable[str], *, known: Sequence[str] | None = None) -> None:
    """Raise RagbotError for the first name that is no measure, or none of `known`."""
    known = measure_names() if known is None else known
    for name in names:
        if name not in known:
            raise RagbotError(f"no measure {name!r}; the measures are: {', '.join(known)}")


def _print_lines(*lines: str) -> None:
    _console().print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


def _say_written(*paths: Path) -> None:
    for path in paths:
        Console(stderr=True).print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)


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
