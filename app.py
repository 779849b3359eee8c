"""Settings -> ragbot -> the chat page, the same as `ragbot serve`."""

from __future__ import annotations

import sys

from ragbot import RagbotError
from ragbot.config import Settings
from ragbot.ui import serve_chat


def main() -> int:
    """Serve the chat page with the index of the settings; 1 after an error told in one line."""
    settings = Settings()
    try:
        serve_chat(
            settings.index,
            host=settings.host,
            port=settings.port,
            encoder=settings.encoder,
            reader=settings.reader != "none",
            threshold=settings.threshold,
            keep_generations=settings.keep_generations,
            admin=settings.admin,
            admin_password=settings.admin_password,
        )
    except RagbotError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
