"""The commands `ragbot index list`, `rollback` and `prune`: the generations of the index."""

from __future__ import annotations

from typing import Annotated

import typer

from ragbot.cli.options import IndexOption, SettingsOption, errors_as_one_line, load_settings

index_app = typer.Typer(
    help="The generations of the index: list them, go back to one, remove old ones.", no_args_is_help=True
)


@index_app.command("list")
def list_generations(index: IndexOption = None, settings_file: SettingsOption = None) -> None:
    """List the generations that are kept, oldest first; the current one is marked with *."""
    with errors_as_one_line():
        from ragbot.store import current_generation, kept_generations

        folder = index or load_settings(settings_file).index
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
    settings_file: SettingsOption = None,
) -> None:
    """Make an earlier generation current again, by one rename; a running chat follows."""
    with errors_as_one_line():
        from ragbot.store import roll_back, writing

        folder = index or load_settings(settings_file).index
        with writing(folder):
            chosen = roll_back(folder, name)
        typer.echo(f"{folder}: {chosen} is current; ragbot ingest builds a new one from the documents")


@index_app.command("prune")
def prune_generations(
    keep: Annotated[
        int | None, typer.Option("--keep", min=1, help="How many to keep, the current one among them.")
    ] = None,
    index: IndexOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Remove all generations but the current one and the newest others."""
    with errors_as_one_line():
        from ragbot.store import current_generation, prune, writing

        settings = load_settings(settings_file)
        folder = index or settings.index
        current_generation(folder)
        with writing(folder):
            removed = prune(folder, keep=keep or settings.keep_generations)
        typer.echo(f"{folder}: {len(removed)} generations removed{': ' if removed else ''}{', '.join(removed)}")
