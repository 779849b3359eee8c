"""The command `ragbot serve`: the chat page on a port."""

from __future__ import annotations

from typing import Annotated

import typer

from ragbot.cli.options import (
    IndexOption,
    ReaderOption,
    SettingsOption,
    ThresholdOption,
    errors_as_one_line,
    load_settings,
)


def serve(
    index: IndexOption = None,
    settings_file: SettingsOption = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
    threshold: ThresholdOption = None,
    reader: ReaderOption = None,
    language: Annotated[str | None, typer.Option("--language", help="Language of the page: en or de.")] = None,
) -> None:
    """Serve the chat page; builds the index first when it is missing or stale.

    With RAGBOT_ADMIN=1 and RAGBOT_ADMIN_PASSWORD there is also a page to look after the documents, at /documents.
    """
    with errors_as_one_line():
        settings = load_settings(settings_file)
        from ragbot.ui import serve_chat

        given = {
            "index": index, "host": host, "port": port, "threshold": threshold, "reader": reader, "language": language,
        }  # fmt: skip
        chosen = {name: value for name, value in given.items() if value is not None}
        serve_chat(settings.model_copy(update=chosen))
