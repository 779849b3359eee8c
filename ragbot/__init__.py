"""ragbot: answers made only of sentences cut out of trusted documents, each with its source.

    from ragbot import open_bot
    answer = open_bot("index").ask("Can I drive home after esketamine?")
    for quote in answer.quotes: print(quote.text, quote.document)

Heavy libraries (torch, faiss, gradio) are imported only by the one module that is their home, and only when used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Answer", "Bot", "Document", "Quote", "RagbotError", "Span", "ingest", "open_bot"]

if TYPE_CHECKING:
    from ragbot.answering import Bot, open_bot
    from ragbot.datatypes import Answer, Document, Quote, Span
    from ragbot.errors import RagbotError
    from ragbot.ingestion import ingest

_HOMES = {
    "Answer": "datatypes",
    "Bot": "answering",
    "Document": "datatypes",
    "Quote": "datatypes",
    "RagbotError": "errors",
    "Span": "datatypes",
    "ingest": "ingestion",
    "open_bot": "answering",
}


def __getattr__(name: str) -> object:
    """Load a public name from its home on first use, so that `import ragbot` stays instant."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ragbot' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"ragbot.{_HOMES[name]}"), name)
