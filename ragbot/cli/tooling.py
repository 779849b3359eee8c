"""The command `ragbot mcp`: the answers as a tool for programs that speak the Model Context Protocol over stdio."""

from __future__ import annotations

import sys
from functools import partial

from ragbot.cli.options import (
    IndexOption,
    ReaderOption,
    SettingsOption,
    ThresholdOption,
    errors_as_one_line,
    load_settings,
    open_bot,
)


def mcp(
    index: IndexOption = None,
    threshold: ThresholdOption = None,
    reader: ReaderOption = None,
    settings_file: SettingsOption = None,
) -> None:
    """Answer a program over stdio as an MCP server with one tool, ask_documents, until its input ends."""
    with errors_as_one_line():
        from ragbot.batch import answer_row
        from ragbot.mcp import serve_lines

        settings = load_settings(settings_file)
        bot = open_bot(index, settings, reader)
        limit = settings.threshold if threshold is None else threshold
        lines = (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
        serve_lines(lines, sys.stdout, partial(answer_row, bot, threshold=limit))
