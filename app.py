"""Settings -> ragbot -> the chat page, the same as `ragbot serve`."""

from __future__ import annotations

import sys

from ragbot import RagbotError
from ragbot.settings_file import load
from ragbot.ui import serve_chat


def main() -> int:
    """Serve the chat page with the index of the settings; 1 after an error told in one line."""
    try:
        serve_chat(load().settings)
    except RagbotError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
