"""The command `ragbot ingest`: one run told on a terminal. Tables or JSON on stdout, progress and skipped files on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.text import Text

from ragbot.answering import Models, load_models
from ragbot.config import KEEP_GENERATIONS
from ragbot.errors import RagbotError
from ragbot.evaluation.command import parse_minimum
from ragbot.expansion import load_synonyms
from ragbot.ingestion import IngestReport, Progress, Skipped, indexed_paths, ingest
from ragbot.rebuilding.questions import read_questions
from ragbot.rebuilding.replay import Replay
from ragbot.rebuilding.tables import render_diff, render_report
from ragbot.rendering import json_line
from ragbot.watching import take_snapshot, unmissable_interrupt, watch

_MIN_WIDTH = 100  # a pipe has no width of its own; 80 would break most names


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """What to build, from where, and what to look at before the switch; `encoder` None is the packaged one.

    `questions` are replayed on both indexes; `minimum` are texts MEASURE=VALUE that the new one must reach on them.
    """

    paths: Sequence[Path]
    index: Path
    encoder: Path | None = None
    reader: bool = True
    synonyms: Path | None = None
    threshold: float | None = None
    questions: Path | None = None
    minimum: Sequence[str] = ()
    keep_generations: int = KEEP_GENERATIONS
    dry_run: bool = False
    as_json: bool = False


def rebuild(request: Rebuild) -> IngestReport:
    """Build the index anew, tell what it did, and return the report. Raises what `ingest` and `Replay` raise.

    The files that were left out are told even where the run fails, the answers that change even where it is refused.
    """
    replay: Replay | None = None
    left_out: list[Skipped] = []
    try:
        with progress_bars() as progress:
            replay = _replay(request, progress)
            report = ingest(
                request.paths,
                index=request.index,
                encoder=request.encoder,
                progress=progress,
                keep_generations=request.keep_generations,
                after_reading=left_out.extend,
                before_switch=replay,
                dry_run=request.dry_run,
            )
    except RagbotError as error:
        _tell_left_out("skipped", left_out)
        if replay is not None and replay.diff is not None:
            _tell_refused(request, replay, str(error))
        raise
    _tell(request, report, replay)
    return report


def rebuild_on_change(request: Rebuild, *, interval: float) -> None:
    """Rebuild now and whenever the documents change, until Ctrl-C; a run that fails is one line.

    Raises what is wrong with the questions before the first run.
    """
    _replay(request, lambda stage, done, total: None)
    sys.stderr.write(f"watching every {interval:g} s; Ctrl-C ends\n")
    try:
        with unmissable_interrupt() as sleep:
            watch(
                lambda: take_snapshot(request.paths or indexed_paths(request.index), without=request.index),
                lambda: _rebuild_quietly(request),
                fail=_say_failed,
                interval=interval,
                sleep=sleep,
            )
    except KeyboardInterrupt:
        sys.stderr.write("stopped watching\n")


def _rebuild_quietly(request: Rebuild) -> None:
    rebuild(request)
    sys.stdout.flush()  # whoever reads a pipe is told at once


def _say_failed(error: RagbotError) -> None:
    sys.stderr.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} failed: {error}\n")
    sys.stderr.flush()


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A bar a stage on stderr, with rate and time left. Nothing is drawn before the first stage."""
    columns = (
        TextColumn("{task.description:<11}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()
    )  # fmt: skip
    bars = Bars(*columns, console=Console(stderr=True))
    tasks: dict[str, Any] = {}

    def report(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            bars.start()
            tasks[stage] = bars.add_task(stage, total=total or None)
        bars.update(tasks[stage], completed=done, total=total or None)

    try:
        yield report
    finally:
        if tasks:
            bars.stop()


class _Rate(ProgressColumn):
    """How many a second, over the last seconds or, once done, over all."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.1f}/s" if speed < 100 else f"{speed:,.0f}/s")


def _replay(request: Rebuild, progress: Progress) -> Replay | None:
    """The hook, with everything about the questions read and checked before anything is built."""
    if request.questions is None:
        return None
    return Replay(
        request.index,
        read_questions(request.questions),
        _loader(request),
        threshold=request.threshold,
        synonyms=load_synonyms(request.synonyms),
        minimum=parse_minimum(request.minimum),
        progress=progress,
    )


def _loader(request: Rebuild) -> Callable[[], Models]:
    return lambda: load_models(request.encoder, reader=request.reader)


def _tell(request: Rebuild, report: IngestReport, replay: Replay | None) -> None:
    _tell_left_out("skipped", (*report.skipped, *report.duplicates))
    _tell_left_out("note", report.notes)
    if request.as_json:
        _write_json(report.to_json() | _answers_json(replay))
        return
    sys.stdout.write(f"{_summary(request, report)}\n")
    console = _console()
    console.print(render_report(report))
    _print_answers(console, replay)
    if not report.switched:
        why = "nothing changed" if report.is_unchanged else "dry run"
        sys.stdout.write(f"{why}: {request.index} stays as it is\n")


def _tell_left_out(word: str, problems: Iterable[Skipped]) -> None:
    """One line of plain ASCII each, so that a name with a newline or another script, in the reason too, forges none."""
    for one in problems:
        reason = "".join(c if c.isascii() and c.isprintable() else json.dumps(c)[1:-1] for c in one.reason)
        sys.stderr.write(f"{word} {json.dumps(one.doc_id)[1:-1]}: {reason}\n")


def _summary(request: Rebuild, report: IngestReport) -> str:
    return (
        f"{request.index}: {report.n_documents} documents, {report.n_chunks} passages, {report.n_sentences} sentences, "
        f"{len(report.skipped)} skipped, {len(report.duplicates)} duplicates, fingerprint {report.fingerprint}"
    )


def _tell_refused(request: Rebuild, replay: Replay, reason: str) -> None:
    if request.as_json:
        _write_json({"refused": reason, **_answers_json(replay)})
    else:
        _print_answers(_console(), replay)


def _print_answers(console: Console, replay: Replay | None) -> None:
    if replay is None:
        return
    if replay.diff is None:
        sys.stdout.write(f"answers not compared: {replay.not_compared}\n")
    else:
        console.print(render_diff(replay.diff))


def _answers_json(replay: Replay | None) -> dict[str, Any]:
    if replay is None:
        return {}
    if replay.diff is None:
        return {"answers": None, "answers_not_compared": replay.not_compared}
    return {"answers": replay.diff.to_json()}


def _write_json(values: dict[str, Any]) -> None:
    sys.stdout.write(json_line(values) + "\n")


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=max(console.width, _MIN_WIDTH))
