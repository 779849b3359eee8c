"""The command `ragbot`: arguments in, text or JSON out. Results on stdout, progress on stderr; exits 0, 1 or 2.

One module a group of commands; `options` holds what they share. Heavy modules are imported inside the commands, so
that `ragbot --help` answers at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

from ragbot import __version__
from ragbot.cli.asking import ask, show
from ragbot.cli.checking import doctor, verify
from ragbot.cli.configuring import settings
from ragbot.cli.evaluating import evaluate
from ragbot.cli.generations import index_app
from ragbot.cli.ingesting import ingest
from ragbot.cli.serving import serve
from ragbot.cli.tooling import mcp

app = typer.Typer(
    help="Answers made only of sentences quoted from your documents. Offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (ingest, ask, evaluate, show, verify, serve, doctor, settings, mcp):
    app.command()(command)
app.add_typer(index_app, name="index")


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    """Answers made only of sentences quoted from your documents. Offline."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
