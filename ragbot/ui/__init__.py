"""The chat page: `serve_chat` serves it as the settings say, `serving` puts a bot on a port for the length of a block.

Nothing here loads gradio, a model or an index until it is used.
"""

from __future__ import annotations

from collections.abc import Sequence

from ragbot.config import Settings
from ragbot.ui.serving import serving
from ragbot.ui.site import packaged_examples
from ragbot.ui.state import BuildPhase, BuildProgress, BuildState, GetBot
from ragbot.ui.words import Words, load_words

__all__ = [
    "BuildPhase",
    "BuildProgress",
    "BuildState",
    "GetBot",
    "Words",
    "load_words",
    "packaged_examples",
    "serve_chat",
    "serving",
]


def serve_chat(settings: Settings, *, examples: Sequence[str] | None = None) -> None:
    """Serve the chat page as `settings` say; see `ragbot.ui.startup.serve_chat`."""
    from ragbot.ui import startup

    startup.serve_chat(settings, examples=examples)
