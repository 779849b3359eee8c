"""The pieces that the page's styles and behaviour are made of, in the order in which they stand. Reads; draws nothing.

The scripts are joined into one function that gradio runs when it has drawn the dock: `element` is the dock, `trigger`
sends an event to the server, `server` calls it directly. All pieces share that one scope, `page.js` comes first and
tells how a piece takes part; no two may declare the same name. The styles share one sheet; what a part of the page
looks like in print or on a narrow screen stands in its own piece.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

SCRIPTS = (
    "page", "asking", "panel", "document", "proof", "tips", "shortcuts", "scope", "library", "keeping", "history",
    "reporting", "terms", "next", "help", "keyboard", "remembering",
)  # fmt: skip
STYLES = (
    "colours", "page", "welcome", "turns", "quotes", "messages", "dock", "panel", "dialogs", "library", "keeping",
    "reporting", "terms", "next", "help", "operating", "screens", "print",
)  # fmt: skip


def script() -> str:
    """The behaviour of the chat page."""
    return "\n".join(asset(f"js/{name}.js") for name in SCRIPTS)


def style() -> str:
    """The look of the chat page; the documents page builds on it."""
    return "\n".join(asset(f"css/{name}.css") for name in STYLES)


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """Text of a file in `ragbot/ui/assets`."""
    return (files("ragbot.ui") / "assets" / name).read_text("utf-8")
