"""What the commands share: options, settings, the bot, and errors as one line with an exit code. No command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from ragbot.errors import QuestionError, RagbotError, SettingsError

if TYPE_CHECKING:
    from ragbot.answering import Bot
    from ragbot.config import Settings

IndexOption = Annotated[Path | None, typer.Option("--index", help="Index folder (default: index/).")]
ThresholdOption = Annotated[
    float | None,
    typer.Option("--threshold", min=0.0, max=1.0, help="Answer only above this confidence; 0 always answers."),
]
ReaderOption = Annotated[
    Literal["shipped", "none"] | None,
    typer.Option("--reader", help="none: answer from plain features alone, on a slow machine."),
]
SettingsOption = Annotated[
    Path | None, typer.Option("--settings", help="Settings file (default: RAGBOT_SETTINGS, or ragbot.toml).")
]
EXIT_ERROR, EXIT_USAGE = 1, 2


@contextmanager
def errors_as_one_line() -> Iterator[None]:
    """A named error becomes its one line on stderr and exit 1; a question that cannot be asked, or a setting, exits 2."""
    try:
        yield
    except (QuestionError, SettingsError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_USAGE) from error
    except RagbotError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_ERROR) from error


def refuse_usage(line: str) -> NoReturn:
    """Print `line` on stderr and exit 2."""
    typer.echo(line, err=True)
    raise typer.Exit(EXIT_USAGE)


def load_settings(file: Path | None = None) -> Settings:
    """The settings of this run, those of `file` among them. Raises SettingsError."""
    from ragbot.settings_file import load

    return load(file).settings


def open_bot(index: Path | None, settings: Settings, reader: str | None) -> Bot:
    """The bot on `index`, or on the index of the settings."""
    from ragbot import answering

    return answering.open_bot(
        index or settings.index,
        encoder=settings.encoder,
        reader=(reader or settings.reader) != "none",
        synonyms=settings.synonyms,
        numbers=settings.emergency_numbers,
    )
