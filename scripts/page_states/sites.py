"""The servers behind the states: one that answers, one behind a password, one that builds, one without an index, one
that keeps questions and reports, one with a documents page."""

from __future__ import annotations

import shutil
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from page_states.bot import ANSWERED, DOCUMENTS, LIST, NO_MATCH, TWO_SIDES, StateBot
from ragbot.config import Settings
from ragbot.datatypes import Answer, Outcome
from ragbot.encoding import Encoder
from ragbot.errors import IndexNotBuiltError
from ragbot.ingestion import IngestReport, Progress, ingest
from ragbot.safety import emergency_text, phrase_dangers
from ragbot.store import Index
from ragbot.ui import BuildState, Words, serving
from ragbot.ui.documents import Admin
from ragbot.ui.records import Records, open_records
from ragbot.ui.state import AnsweringBot

PASSWORD = "for the screenshots"


@dataclass(frozen=True, slots=True)
class Sites:
    """The addresses by name (chat, closed, building, unavailable, reporting, documents), and the bot that holds its answers back."""

    addresses: Mapping[str, str]
    bot: StateBot


@contextmanager
def serving_sites(folder: Path, encoder: Encoder, words: Words) -> Iterator[Sites]:
    """Serve all sites for the length of a `with` block; `folder` takes the corpus and index of the documents page."""
    bot, build = StateBot(), BuildState()
    build.update("embedding", 1_240, 3_100)
    with ExitStack() as stack:
        sites = {
            "chat": serving(lambda: bot, words=words, examples=[ANSWERED, LIST, TWO_SIDES, NO_MATCH], gate=_gate),
            "closed": serving(lambda: bot, words=words, examples=[], gate=_gate, settings=_closed()),
            "building": serving(lambda: bot, words=words, examples=[], build=build, gate=_gate),
            "unavailable": serving(_no_index, words=words, examples=[], gate=_gate),
            "reporting": serving(lambda: bot, words=words, examples=[ANSWERED], records=_records(folder)),
            "documents": serving(lambda: bot, words=words, examples=[], admin=_admin(folder, encoder)),
        }
        addresses = {name: _ready(stack.enter_context(site)) for name, site in sites.items()}
        yield Sites(addresses, bot)
        bot.released.set()


def _ready(address: str) -> str:
    """`address` once it answers: gradio cannot build two pages at the same time."""
    with urllib.request.urlopen(address, timeout=60):
        return address


def _admin(folder: Path, encoder: Encoder) -> Admin:
    """A documents page with a document of each status: in the index, new, changed, left out."""
    corpus, index = folder / "corpus", folder / "index"
    shutil.copytree(DOCUMENTS, corpus)
    (corpus / "empty-leaflet.md").write_text(" \n", "utf-8")
    ingest([corpus], index=index, encoder=encoder)
    (corpus / "new-leaflet.md").write_text("# New leaflet\n\nAsk before you eat.\n", "utf-8")
    (corpus / "costs.md").write_text("# What treatment costs\n\nIt depends.\n", "utf-8")

    def rebuild(progress: Progress) -> IngestReport:
        return ingest(index=index, encoder=encoder, progress=progress)

    def get_index() -> Index:
        return Index(index)

    return Admin(SecretStr(PASSWORD), index, get_index, rebuild)


def _closed() -> Settings:
    """A page that asks for a password first."""
    return Settings(log="off", password=SecretStr(PASSWORD))


def _records(folder: Path) -> Records:
    """Files for questions and reports, so that the page offers to write them."""
    return open_records(questions=folder / "questions.jsonl", feedback=folder / "reports.jsonl")


def _gate(message: str) -> Answer | None:
    dangers = phrase_dangers(message)
    return Answer(message, Outcome.EMERGENCY, message=emergency_text(dangers)) if dangers else None


def _no_index() -> AnsweringBot:
    raise IndexNotBuiltError("no index at index/; run: ragbot ingest")
