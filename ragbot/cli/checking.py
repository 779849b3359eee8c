"""The commands `ragbot doctor` and `ragbot verify`: is everything there that answering needs, do quotes still stand.

Neither changes anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ragbot.cli.options import EXIT_ERROR, IndexOption, SettingsOption, errors_as_one_line, load_settings


def doctor(
    index: IndexOption = None,
    settings_file: SettingsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check models, index, documents and offline readiness; exit 1 when something is wrong."""
    with errors_as_one_line():
        from ragbot.doctor import examine

        settings = load_settings(settings_file)
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


def verify(
    answers: Annotated[
        Path, typer.Argument(help="What ragbot ask --json printed, one answer or one a line; - is stdin.")
    ],
    index: IndexOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Check quotes against their files as they are now: a line each, and exit 1 unless all still stand."""
    with errors_as_one_line():
        from ragbot.receipts.command import answers_in, check_answers

        found = list[bool]()
        for ok, line in check_answers(answers_in(answers), index=index or load_settings(settings_file).index):
            typer.echo(line)
            found.append(ok)
        if not found:
            typer.echo(f"{answers} holds no quotes; there is nothing to check", err=True)
        if not all(found):
            raise typer.Exit(EXIT_ERROR)
