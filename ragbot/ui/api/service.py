"""Rows in, answers as plain values out, with all that `ragbot ask --json` says; and the documents. Knows no request."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

from ragbot.batch import answer_row, asked_of
from ragbot.datatypes import Document
from ragbot.errors import RagbotError
from ragbot.rendering import answer_to_json
from ragbot.ui.reception import Inquiry, Reception
from ragbot.ui.state import GetBot


class Service:
    """Answers rows and lists documents, with the bot that `get_bot` returns."""

    def __init__(self, get_bot: GetBot, reception: Reception) -> None:
        self._get_bot = get_bot
        self._reception = reception
        self._listed: tuple[str, list[dict[str, Any]]] = ("", [])
        self._lock = threading.Lock()

    async def answer(self, row: object, *, door: str, address: str, request: str) -> dict[str, Any]:
        """The answer to one row. Raises RagbotError if there is none now, unless its question tells of danger."""
        inquiry = Inquiry(asked_of(row), door, address, request)
        try:
            return await self._reception.answer(
                inquiry, partial(self._answered, row), outcome=lambda a: str(a["outcome"])
            )
        except RagbotError:
            help_first = await self._reception.help_first(inquiry.question)
            if help_first is None:
                raise
            return answer_to_json(help_first)

    def documents(self) -> dict[str, Any]:
        """All documents of the present index, without their texts."""
        index = self._get_bot().index
        with self._lock:
            if self._listed[0] != index.fingerprint:
                self._listed = (index.fingerprint, [_facts(index.document(one.doc_id)) for one in index.catalogue])
            return {"index": index.fingerprint, "documents": self._listed[1]}

    def document(self, doc_id: str) -> dict[str, Any]:
        """One document with its text, in which the offsets of quotes count. Raises KeyError if there is none."""
        index = self._get_bot().index
        document = index.document(doc_id)
        headings = [{"title": h.title, "level": h.level, "start": h.span.start} for h in document.headings]
        return {"index": index.fingerprint, **_facts(document), "headings": headings, "text": document.text}

    def _answered(self, row: object) -> dict[str, Any]:
        return answer_row(self._get_bot(), row)


def _facts(document: Document) -> dict[str, Any]:
    return {
        "document": document.doc_id,
        "title": document.title,
        "kind": document.kind,
        "published": document.published,
        "reviewed": document.reviewed,
        "certainty": document.certainty,
        "sources": list(document.sources),
        "superseded_by": document.superseded_by,
        "sha256": document.sha256,
        "characters": len(document.text),
    }
