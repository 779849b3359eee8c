"""The command `ragbot`: arguments in, text or JSON out. Results on stdout, progress on stderr; exits 0, 1 or 2.

Heavy modules are imported inside the commands, so that `ragbot --help` answers at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from ragbot import __version__
from ragbot.errors import QuestionError, RagbotError

if TYPE_CHECKING:
    from ragbot.answering import Bot
    from ragbot.config import Settings
    from ragbot.encoding import Encoder
    from ragbot.ingestion import IngestReport, Progress

app = typer.Typer(
    help="Answers made only of sentences quoted from your documents. Offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

IndexOption = Annotated[Path | None, typer.Option("--index", help="Index folder (default: index/).")]
ThresholdOption = Annotated[
    float | None,
    typer.Option("--threshold", min=0.0, max=1.0, help="Answer only above this confidence; 0 always answers."),
]
ReaderOption = Annotated[
    Literal["shipped", "none"] | None,
    typer.Option("--reader", help="none: answer from plain features alone, on a slow machine."),
]
EXIT_ERROR, EXIT_USAGE = 1, 2


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    """Answers made only of sentences quoted from your documents. Offline."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders or files (default: those of the index, or corpus/).")
    ] = None,
    index: IndexOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 if any file was skipped.")] = False,
    if_stale: Annotated[bool, typer.Option("--if-stale", help="Do nothing if the index is current.")] = False,
) -> None:
    """Build the index from documents (.md, .txt, .html) and make it current. The old one stays until then."""
    with _errors_as_one_line():
        settings = _settings()
        folder = index or settings.index
        from ragbot.ingestion import ingest as run
        from ragbot.ingestion import stale_reason

        if if_stale and not paths and stale_reason(folder) is None:
            typer.echo(f"{folder} is current", err=True)
            return
        with _progress() as progress:
            # without a chosen encoder `run` loads its own, once it knows that there is something to read
            chosen = _encoder(settings) if settings.encoder else None
            report = run(paths or [], index=folder, encoder=chosen, progress=progress)
        _print_ingest_report(report, folder)
        if strict and report.skipped:
            raise typer.Exit(EXIT_ERROR)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    index: IndexOption = None,
    threshold: ThresholdOption = None,
    reader: ReaderOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    questions: Annotated[
        Path | None, typer.Option("--questions", help='JSONL file of {"id", "question"} or {"id", "turns"}.')
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also print how it was worked out: passages, sentences, confidence.")
    ] = False,
) -> None:
    """Answer one question, or with --questions FILE every row of a file, one JSON line each."""
    if (question is None) == (questions is None):
        typer.echo("give a question, or --questions FILE; see: ragbot ask --help", err=True)
        raise typer.Exit(EXIT_USAGE)
    if explain and (as_json or question is None):
        typer.echo("--explain is text about one question; leave out --json and --questions", err=True)
        raise typer.Exit(EXIT_USAGE)
    with _errors_as_one_line():
        settings = _settings()
        threshold = settings.threshold if threshold is None else threshold
        bot = _bot(index, settings, reader)
        if questions is not None:
            _ask_batch(bot, questions, threshold)
        elif question is not None:
            _ask_one(bot, question, threshold, as_json=as_json)
            if explain:
                _explain(bot, question, threshold)


@app.command()
def evaluate(
    dataset: Annotated[
        list[Path],
        typer.Argument(help="Question files: JSONL, SQuAD JSON, BEIR folder, qrels with queries, or a CSV sheet."),
    ],
    *,
    index: IndexOption = None,
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
    with _errors_as_one_line():
        if compare:
            _compare(dataset)
            return
        settings = _settings()
        if reader_only:
            _check_reader_only(reader, calibrate, unused={"--index": index, "--threshold": threshold})
            ok = _evaluate_reader(dataset, report, minimum or [])
        else:
            if calibrate is not None and split != "dev":
                _refuse_usage("--calibrate chooses on dev rows, so that test rows can check it; leave out --split")
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


@app.command()
def show(
    document: Annotated[str, typer.Argument(help="Name of the document, as a quote gives it.")],
    index: IndexOption = None,
) -> None:
    """Print a document's text as it was extracted; quote offsets count in it."""
    with _errors_as_one_line():
        from ragbot.store import Index

        opened = Index(index or _settings().index)
        if document not in opened.doc_ids:
            raise RagbotError(f"no document {document!r} in the index; it holds: {', '.join(opened.doc_ids[:5])} …")
        sys.stdout.write(opened.document(document).text)


@app.command()
def serve(
    index: IndexOption = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
    threshold: ThresholdOption = None,
    reader: ReaderOption = None,
) -> None:
    """Serve the chat page; builds the index first when it is missing or stale."""
    with _errors_as_one_line():
        settings = _settings()
        from ragbot.ui import serve_chat

        serve_chat(
            index or settings.index,
            host=host or settings.host,
            port=port or settings.port,
            encoder=settings.encoder,
            reader=(reader or settings.reader) != "none",
            synonyms=settings.synonyms,
            threshold=settings.threshold if threshold is None else threshold,
        )


@app.command()
def doctor(index: IndexOption = None) -> None:
    """Check models, index, documents and offline readiness; exit 1 when something is wrong."""
    with _errors_as_one_line():
        from ragbot.doctor import examine

        settings = _settings()
        findings = examine(
            index or settings.index,
            encoder=settings.encoder,
            synonyms=settings.synonyms,
            reader=settings.reader != "none",
        )
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.detail}")
        if not all(finding.ok for finding in findings):
            raise typer.Exit(EXIT_ERROR)


@contextmanager
def _errors_as_one_line() -> Iterator[None]:
    """A named error becomes its one line on stderr and exit 1; a question that cannot be asked exits 2."""
    from pydantic import ValidationError

    try:
        yield
    except QuestionError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_USAGE) from error
    except RagbotError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_ERROR) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = "RAGBOT_" + "_".join(str(part) for part in first["loc"]).upper()
        typer.echo(f"setting {name}={first['input']!r}: {first['msg']}; correct or unset it", err=True)
        raise typer.Exit(EXIT_USAGE) from error


@contextmanager
def _progress() -> Iterator[Progress]:
    """A progress bar on stderr, with time left; one bar per stage. Nothing is drawn before the first stage."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    tasks: dict[str, Any] = {}

    def report(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            bars.start()
            tasks[stage] = bars.add_task(stage, total=total)
        bars.update(tasks[stage], completed=done, total=total)

    try:
        yield report
    finally:
        if tasks:
            bars.stop()


def _print_ingest_report(report: IngestReport, folder: Path) -> None:
    for problem in (*report.skipped, *report.duplicates):
        # ASCII-escaped, so that a name with a newline or another script is one line in any terminal.
        typer.echo(f"skipped {json.dumps(problem.doc_id)[1:-1]}: {problem.reason}", err=True)
    typer.echo(
        f"{folder}: {report.n_documents} documents, {report.n_chunks} passages, {report.n_sentences} sentences, "
        f"{len(report.skipped)} skipped, {len(report.duplicates)} duplicates, fingerprint {report.fingerprint}"
    )


def _settings() -> Settings:
    from ragbot.config import Settings

    return Settings()


def _encoder(settings: Settings) -> Encoder:
    from ragbot.encoding import MiniLmEncoder

    return MiniLmEncoder(settings.encoder)


def _bot(index: Path | None, settings: Settings, reader: str | None) -> Bot:
    from ragbot.answering import open_bot

    return open_bot(
        index or settings.index,
        encoder=settings.encoder,
        reader=(reader or settings.reader) != "none",
        synonyms=settings.synonyms,
    )


def _ask_one(bot: Bot, question: str, threshold: float | None, *, as_json: bool) -> None:
    from ragbot.batch import unusable_answer
    from ragbot.rendering import answer_to_json, answer_to_text, json_line

    try:
        answer = bot.ask(question, threshold=threshold)
    except QuestionError as error:
        if not as_json:
            raise
        answer = unusable_answer(question, str(error), bot)
    typer.echo(json_line(answer_to_json(answer)) if as_json else answer_to_text(answer))


def _explain(bot: Bot, question: str, threshold: float | None) -> None:
    from ragbot.evaluation.explanation import explain

    typer.echo()
    typer.echo(explain(bot.trace(question), bot.index, threshold=bot.threshold if threshold is None else threshold))


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
    from ragbot.evaluation import evaluate_files
    from ragbot.evaluation.datasets.contexts import own_index

    with ExitStack() as kept:
        with _progress() as progress:
            chosen = _encoder(settings) if settings.encoder else None
            own = kept.enter_context(own_index([] if index else dataset, encoder=chosen, progress=progress))
        return evaluate_files(
            dataset,
            bot=_bot(own or index, settings, reader),
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
        _refuse_usage("--reader-only measures the reader alone; leave out --reader none and --calibrate")
    if given := [name for name, value in unused.items() if value is not None]:
        typer.echo(f"--reader-only has its own threshold and no index; not used: {', '.join(given)}", err=True)


def _evaluate_reader(dataset: list[Path], report: Path | None, minimum: list[str]) -> bool:
    from ragbot.encoding import MiniLmEncoder
    from ragbot.evaluation.command import evaluate_reader
    from ragbot.reader import Reader

    encoder = MiniLmEncoder()  # the reader's own, whichever encoder searches
    return evaluate_reader(dataset, encoder=encoder, reader=Reader(encoder), report=report, minimum=minimum)


def _refuse_usage(line: str) -> NoReturn:
    typer.echo(line, err=True)
    raise typer.Exit(EXIT_USAGE)


def _compare(reports: list[Path]) -> None:
    from ragbot.evaluation.command import compare_files

    if len(reports) != 2:
        typer.echo("--compare takes two reports: ragbot evaluate --compare OLD.json NEW.json", err=True)
        raise typer.Exit(EXIT_USAGE)
    compare_files(*reports)


def _ask_batch(bot: Bot, path: Path, threshold: float | None) -> None:
    from ragbot.batch import answer_rows
    from ragbot.rendering import json_line

    for values in answer_rows(bot, path, threshold=threshold):
        typer.echo(json_line(values))
