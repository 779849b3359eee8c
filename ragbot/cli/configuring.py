"""The command `ragbot settings`: what is set, and where it comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from ragbot.cli.options import SettingsOption, errors_as_one_line


def settings(
    settings_file: SettingsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print every setting in force and where it comes from: a variable, a line of the file, or the default."""
    with errors_as_one_line():
        from ragbot.rendering import json_line
        from ragbot.settings_file import load, shown

        loaded = load(settings_file)
        rows = {name: (shown(getattr(loaded.settings, name)), origin) for name, origin in loaded.origins.items()}
        if as_json:
            typer.echo(json_line({name: {"value": value, "from": origin} for name, (value, origin) in rows.items()}))
        else:
            widest = max(map(len, rows))
            for name, (value, origin) in rows.items():
                typer.echo(f"{name:<{widest}}  {value}  [{origin}]")
        for variable in loaded.unknown_variables:
            typer.echo(f"{variable} is set, and is no setting; correct its name or unset it", err=True)
