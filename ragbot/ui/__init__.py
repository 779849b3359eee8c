"""The chat page: `serve_chat` puts an index folder on a port, `serve` a bot, `build_page` gives gradio Blocks.

Nothing here loads gradio, a model or an index until it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ragbot.config import KEEP_GENERATIONS
from ragbot.ui.serving import packaged_examples, serve, serving
from ragbot.ui.state import BuildPhase, BuildProgress, BuildState, GetBot

if TYPE_CHECKING:
    import gradio as gr
    from pydantic import SecretStr

    from ragbot.ui.chat import Gate

__all__ = [
    "BuildPhase",
    "BuildProgress",
    "BuildState",
    "GetBot",
    "build_page",
    "packaged_examples",
    "serve",
    "serve_chat",
    "serving",
]


def build_page(
    get_bot: GetBot, *, examples: Sequence[str], build: BuildState | None = None, gate: Gate | None = None
) -> gr.Blocks:
    """The chat page as gradio Blocks; see `ragbot.ui.page.build_page`."""
    from ragbot.ui import page

    return page.build_page(get_bot, examples=examples, build=build, gate=gate)


def serve_chat(
    index: Path,
    *,
    host: str,
    port: int,
    encoder: Path | None = None,
    reader: bool = True,
    synonyms: Path | None = None,
    threshold: float | None = None,
    keep_generations: int = KEEP_GENERATIONS,
    admin: bool = False,
    admin_password: SecretStr | None = None,
) -> None:
    """Serve the chat page for the index at `index`; see `ragbot.ui.startup.serve_chat`."""
    from ragbot.ui import startup

    startup.serve_chat(
        index,
        host=host,
        port=port,
        encoder=encoder,
        reader=reader,
        synonyms=synonyms,
        threshold=threshold,
        keep_generations=keep_generations,
        admin=admin,
        admin_password=admin_password,
    )
