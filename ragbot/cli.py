"""The command `ragbot`: arguments in, text or JSON out. Results on stdout, progress on stderr; exits 0, 1 or 2.

Heavy modules are imported inside the commands, so that `ragbot --help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from ragbot import __version__
from ragbot.errors import QuestionError, RagbotError

if TYPE_CHECKING:
    from ragbot.answering import Bot
    from ragbot.config import Settings
    from ragbot.encoding import Encoder

app = typer.Typer(
    help="Answers made only of sentences quoted from your documents. Offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
index_app = typer.Typer(
    help="The generations of the index: list them, go back to one, remove old ones.", no_args_is_help=True
)
app.add_typer(index_app, name="index")

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
    *,
    index: IndexOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 if any file was skipped.")] = False,
    if_stale: Annotated[bool, typer.Option("--if-stale", help="Do nothing if the index is current.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Build and check everything, tell what would change, and leave it there.")
    ] = False,
    questions: Annotated[
        Path | None,
        typer.Option(
            "--questions", help="Ask these of the old and the new index first, and tell which answers change."
        ),
    ] = None,
    minimum: Annotated[
        list[str] | None,
        typer.Option("--min", help="MEASURE=VALUE on --questions; below it the old index stays. May be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: build again whenever files change. Ctrl-C ends.")
    ] = False,
    interval: Annotated[
        float, typer.Option("--interval", min=0.1, help="With --watch: seconds between two looks at the folders.")
    ] = 10.0,
) -> None:
    """Build the index from documents and make it current. The old one stays until the new one is whole."""
    if minimum and questions is None:
        _refuse_usage("--min measures answers; name a file of questions with their answers: --questions FILE")
    if watch and (dry_run or strict or if_stale):
        _refuse_usage("--watch builds again and again; leave out --dry-run, --strict and --if-stale")
    with _errors_as_one_line():
        settings = _settings()
        folder = index or settings.index
        from ragbot.ingestion import stale_reason

        if if_stale and not paths and stale_reason(folder) is None:
            typer.echo(f"{folder} is current", err=True)
            return
        from ragbot.rebuilding.command import Rebuild, rebuild, rebuild_on_change

        request = Rebuild(
            paths=paths or [],
            index=folder,
            encoder=settings.encoder,
            reader=settings.reader != "none",
            synonyms=settings.synonyms,
            threshold=settings.threshold,
            questions=questions,
            minimum=minimum or [],
            keep_generations=settings.keep_generations,
            dry_run=dry_run,
            as_json=as_json,
        )
        if watch:
            rebuild_on_change(request, interval=interval)
        elif rebuild(request).skipped and strict:
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
    offsets: Annotated[
        bool, typer.Option("--offsets", help="A line a block: its start..end, kind, heading level, page and words.")
    ] = False,
    sentences: Annotated[
        bool, typer.Option("--sentences", help="As --offsets, and a line for each sentence of a block.")
    ] = False,
) -> None:
    """Print a document's text as it was extracted; quote offsets count in it."""
    with _errors_as_one_line():
        from ragbot.showing import neutralised, outline
        from ragbot.store import Index

        opened = Index(index or _settings().index)
        if document not in opened.doc_ids:
            raise RagbotError(f"no document {document!r} in the index; it holds: {', '.join(opened.doc_ids[:5])} …")
        found = opened.document(document)
        if offsets or sentences:
            sys.stdout.writelines(f"{line}\n" for line in outline(found, sentences=sentences))
        else:
            # raw only where a program reads it, so that offsets count; a terminal would obey control characters
            sys.stdout.write(neutralised(found.text) if sys.stdout.isatty() else found.text)


@app.command()
def serve(
    index: IndexOption = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
    threshold: ThresholdOption = None,
    reader: ReaderOption = None,
) -> None:
    """Serve the chat page; builds the index first when it is missing or stale.

    With RAGBOT_ADMIN=1 and RAGBOT_ADMIN_PASSWORD there is also a page to look after the documents, at /documents.
    """
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
            keep_generations=settings.keep_generations,
            admin=settings.admin,
            admin_password=settings.admin_password,
        )


@app.command()
def doctor(
    index: IndexOption = None, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
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
        ok = all(finding.ok for finding in findings)
        if as_json:
            from ragbot.rendering import json_line

            typer.echo(json_line({"ok": ok, "findings": [finding.to_json() for finding in findings]}))
        else:
            for finding in findings:
                typer.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.detail}")
        if not ok:
            raise typer.Exit(EXIT_ERROR)


@index_app.command("list")
def list_generations(index: IndexOption = None) -> None:
    """List the generations that are kept, oldest first; the current one is marked with *."""
    with _errors_as_one_line():
        from ragbot.store import current_generation, kept_generations

        folder = index or _settings().index
        current_generation(folder)  # refuses a folder without an index
        typer.echo(f"  {'name':<24} {'documents':>9} {'passages':>9} {'size':>10}  built")
        for one in kept_generations(folder):
            counts = ["damaged or of another format", ""] if one.n_chunks is None else [one.n_documents, one.n_chunks]
            built = one.built.astimezone().strftime("%Y-%m-%d %H:%M") if one.built else ""
            mark = "*" if one.is_current else " "
            size = f"{one.n_bytes / 1e6:.1f} MB"
            typer.echo(f"{mark} {one.name:<24} {counts[0]:>9} {counts[1]:>9} {size:>10}  {built}".rstrip())


@index_app.command()
def rollback(
    name: Annotated[str | None, typer.Argument(help="Generation to go back to (default: the one before).")] = None,
    index: IndexOption = None,
) -> None:
    """Make an earlier generation current again, by one rename; a running chat follows."""
    with _errors_as_one_line():
        from ragbot.store import roll_back, writing

        folder = index or _settings().index
        with writing(folder):
            chosen = roll_back(folder, name)
        typer.echo(f"{folder}: {chosen} is current; ragbot ingest builds a new one from the documents")


@index_app.command("prune")
def prune_generations(
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, help="How many to keep, the current one among them.")
    ] = None,
    index: IndexOption = None,
) -> None:
    """Remove all generations but the current one and the newest others."""
    with _errors_as_one_line():
        from ragbot.store import current_generation, prune, writing

        settings = _settings()
        folder = index or settings.index
        current_generation(folder)
        with writing(folder):
            removed = prune(folder, keep=keep or settings.keep_generations)
        typer.echo(f"{folder}: {len(removed)} generations removed{': ' if removed else ''}{', '.join(removed)}")


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
    from ragbot.rebuilding.command import progress_bars

    with ExitStack() as kept:
        with progress_bars() as progress:
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
