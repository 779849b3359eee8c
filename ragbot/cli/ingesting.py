"""The command `ragbot ingest`: documents to an index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ragbot.cli.options import EXIT_ERROR, IndexOption, SettingsOption, errors_as_one_line, load_settings, refuse_usage


def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders or files (default: those of the index, or corpus/).")
    ] = None,
    *,
    index: IndexOption = None,
    settings_file: SettingsOption = None,
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
        refuse_usage("--min measures answers; name a file of questions with their answers: --questions FILE")
    if watch and (dry_run or strict or if_stale):
        refuse_usage("--watch builds again and again; leave out --dry-run, --strict and --if-stale")
    with errors_as_one_line():
        settings = load_settings(settings_file)
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
