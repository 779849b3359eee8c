"""The commands `ragbot ask` and `ragbot show`: answers, and the texts that they are cut from."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ragbot.cli.options import (
    IndexOption,
    ReaderOption,
    SettingsOption,
    ThresholdOption,
    errors_as_one_line,
    load_settings,
    open_bot,
    refuse_usage,
)
from ragbot.errors import QuestionError, RagbotError
from ragbot.scope import Scope

if TYPE_CHECKING:
    from ragbot.answering import Bot
    from ragbot.config import Settings


def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    index: IndexOption = None,
    settings_file: SettingsOption = None,
    threshold: ThresholdOption = None,
    reader: ReaderOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown to keep, as the page saves it.")
    ] = False,
    questions: Annotated[
        Path | None, typer.Option("--questions", help='JSONL file of {"id", "question"} or {"id", "turns"}.')
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also print how it was worked out: passages, sentences, confidence.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Search only documents of this name or pattern, such as 'leaflets/*'; repeatable."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="Search only documents of this kind; '' are those without one. Repeatable."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Search only documents dated so or later: 2023, 2023-05, 2023-05-31.")
    ] = None,
) -> None:
    """Answer one question, or with --questions FILE every row of a file, one JSON line each.

    A row may have its own "scope" in the shape in which an answer tells it; it takes the place of --only, --kind, --since.
    """
    if (question is None) == (questions is None):
        refuse_usage("give a question, or --questions FILE; see: ragbot ask --help")
    if explain and (as_json or question is None):
        refuse_usage("--explain is text about one question; leave out --json and --questions")
    if as_markdown and (as_json or explain or question is None):
        refuse_usage("--markdown is one question's answer to keep; leave out --json, --explain and --questions")
    with errors_as_one_line():
        settings = load_settings(settings_file)
        scope = Scope(tuple(only or ()), tuple(kind or ()), since)
        threshold = settings.threshold if threshold is None else threshold
        bot = open_bot(index, settings, reader)
        if questions is not None:
            _ask_batch(bot, questions, threshold, scope)
        elif question is not None and as_markdown:
            _ask_for_keeping(bot, question, threshold, scope, settings)
        elif question is not None:
            _ask_one(bot, question, threshold, scope, as_json=as_json, old_after_years=settings.old_after_years)
            if explain:
                _explain(bot, question, threshold, scope)


def show(
    document: Annotated[str, typer.Argument(help="Name of the document, as a quote gives it.")],
    index: IndexOption = None,
    settings_file: SettingsOption = None,
    offsets: Annotated[
        bool, typer.Option("--offsets", help="A line a block: its start..end, kind, heading level, page and words.")
    ] = False,
    sentences: Annotated[
        bool, typer.Option("--sentences", help="As --offsets, and a line for each sentence of a block.")
    ] = False,
) -> None:
    """Print a document's text as it was extracted; quote offsets count in it."""
    with errors_as_one_line():
        from ragbot.showing import neutralised, outline
        from ragbot.store import Index

        opened = Index(index or load_settings(settings_file).index)
        if document not in opened.doc_ids:
            raise RagbotError(f"no document {document!r} in the index; it holds: {', '.join(opened.doc_ids[:5])} …")
        found = opened.document(document)
        if offsets or sentences:
            sys.stdout.writelines(f"{line}\n" for line in outline(found, sentences=sentences))
        else:
            # raw only where a program reads it, so that offsets count; a terminal would obey control characters
            sys.stdout.write(neutralised(found.text) if sys.stdout.isatty() else found.text)


def _ask_one(
    bot: Bot, question: str, threshold: float | None, scope: Scope, *, as_json: bool, old_after_years: int
) -> None:
    from ragbot.ageing import Ageing
    from ragbot.batch import unusable_answer
    from ragbot.rendering import answer_to_json, answer_to_text, json_line

    try:
        answer = bot.ask(question, threshold=threshold, scope=scope)
    except QuestionError as error:
        if not as_json:
            raise
        answer = unusable_answer(question, str(error), bot)
    if as_json:
        typer.echo(json_line(answer_to_json(answer)))
    else:
        ageing = Ageing(date.today(), old_after_years, bot.index.title)
        typer.echo(answer_to_text(ageing.cautioned(answer)))


def _ask_for_keeping(bot: Bot, question: str, threshold: float | None, scope: Scope, settings: Settings) -> None:
    from ragbot.ageing import Ageing
    from ragbot.ui.exporting import answer_markdown
    from ragbot.ui.words import load_words

    today = date.today()
    answer = bot.ask(question, threshold=threshold, scope=scope)
    cautioned = Ageing(today, settings.old_after_years, bot.index.title).cautioned(answer)
    typer.echo(answer_markdown(cautioned, load_words(settings.language), day=today), nl=False)


def _explain(bot: Bot, question: str, threshold: float | None, scope: Scope) -> None:
    from ragbot.evaluation.explanation import explain

    trace = bot.trace(question, scope=scope)
    typer.echo()
    typer.echo(explain(trace, bot.index, threshold=bot.threshold if threshold is None else threshold))


def _ask_batch(bot: Bot, path: Path, threshold: float | None, scope: Scope) -> None:
    from ragbot.batch import answer_rows
    from ragbot.rendering import json_line

    for values in answer_rows(bot, path, threshold=threshold, scope=scope):
        typer.echo(json_line(values))
