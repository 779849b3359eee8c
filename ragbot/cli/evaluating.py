"""The command `ragbot evaluate`: question files to figures."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragbot.cli.options import (
    EXIT_ERROR,
    IndexOption,
    ReaderOption,
    SettingsOption,
    ThresholdOption,
    errors_as_one_line,
    load_settings,
    open_bot,
    refuse_usage,
)

if TYPE_CHECKING:
    from ragbot.config import Settings


def evaluate(
    dataset: Annotated[
        list[Path],
        typer.Argument(help="Question files: JSONL, SQuAD JSON, BEIR folder, qrels with queries, or a CSV sheet."),
    ],
    *,
    index: IndexOption = None,
    settings_file: SettingsOption = None,
    threshold: ThresholdOption = None,
    reader: ReaderOption = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Also write report.json and report.html into this folder.")
    ] = None,
    split: Annotated[str, typer.Option("--split", help="dev, test or all, for rows that have a split.")] = "dev",
    minimum: Annotated[
        list[str] | None, typer.Option("--min", help="MEASURE=VALUE; exit 1 if below. May be repeated.")
    ] = None,
    calibrate: Annotated[
        str | None,
        typer.Option("--calibrate", help="right@1=0.9: print the threshold at which 9 of 10 shown are right."),
    ] = None,
    reader_only: Annotated[
        bool, typer.Option("--reader-only", help="Give the reader each SQuAD question with its own context; no index.")
    ] = False,
    compare: Annotated[
        bool, typer.Option("--compare", help="Compare two reports instead: --compare OLD.json NEW.json")
    ] = False,
) -> None:
    """Measure answers against question files and print the table; after Ctrl-C the same command goes on."""
    with errors_as_one_line():
        if compare:
            _compare(dataset)
            return
        settings = load_settings(settings_file)
        if reader_only:
            _check_reader_only(reader, calibrate, unused={"--index": index, "--threshold": threshold})
            ok = _evaluate_reader(dataset, report, minimum or [])
        else:
            if calibrate is not None and split != "dev":
                refuse_usage("--calibrate chooses on dev rows, so that test rows can check it; leave out --split")
            ok = _evaluate_bot(
                dataset,
                index=index,
                settings=settings,
                reader=reader,
                threshold=settings.threshold if threshold is None else threshold,
                report=report,
                split=split,
                minimum=minimum or [],
                calibrate=calibrate,
            )
        if not ok:
            raise typer.Exit(EXIT_ERROR)


def _evaluate_bot(
    dataset: list[Path],
    *,
    index: Path | None,
    settings: Settings,
    reader: str | None,
    threshold: float | None,
    report: Path | None,
    split: str,
    minimum: list[str],
    calibrate: str | None,
) -> bool:
    from ragbot.encoding import MiniLmEncoder
    from ragbot.evaluation import evaluate_files
    from ragbot.evaluation.datasets.contexts import own_index
    from ragbot.rebuilding.command import progress_bars

    with ExitStack() as kept:
        with progress_bars() as progress:
            chosen = MiniLmEncoder(settings.encoder) if settings.encoder else None
            own = kept.enter_context(own_index([] if index else dataset, encoder=chosen, progress=progress))
        return evaluate_files(
            dataset,
            bot=open_bot(own or index, settings, reader),
            threshold=threshold,
            report=report,
            split=split,
            minimum=minimum,
            calibration=calibrate,
            journals=(index or settings.index) / "evaluation",
        )


def _check_reader_only(reader: str | None, calibrate: str | None, *, unused: dict[str, object]) -> None:
    """Refuse what contradicts --reader-only, and say which options it does not use."""
    if reader == "none" or calibrate is not None:
        refuse_usage("--reader-only measures the reader alone; leave out --reader none and --calibrate")
    if given := [name for name, value in unused.items() if value is not None]:
        typer.echo(f"--reader-only has its own threshold and no index; not used: {', '.join(given)}", err=True)


def _evaluate_reader(dataset: list[Path], report: Path | None, minimum: list[str]) -> bool:
    from ragbot.encoding import MiniLmEncoder
    from ragbot.evaluation.command import evaluate_reader
    from ragbot.reader import Reader

    encoder = MiniLmEncoder()  # the reader's own, whichever encoder searches
    return evaluate_reader(dataset, encoder=encoder, reader=Reader(encoder), report=report, minimum=minimum)


def _compare(reports: list[Path]) -> None:
    from ragbot.evaluation.command import compare_files

    if len(reports) != 2:
        refuse_usage("--compare takes two reports: ragbot evaluate --compare OLD.json NEW.json")
    compare_files(*reports)
