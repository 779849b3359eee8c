"""All that a served page is made of, as one value: the bot, the words, who may come in, and the operator's own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from ragbot.config import Settings
from ragbot.ui.access import Entrance
from ragbot.ui.identity import Identity, identity
from ragbot.ui.journal import journal
from ragbot.ui.limits import RateLimit
from ragbot.ui.reception import Reception
from ragbot.ui.records import NO_RECORDS, Records
from ragbot.ui.state import BuildState, Gate, GetBot
from ragbot.ui.words import Words

if TYPE_CHECKING:
    from ragbot.ui.documents import Admin


@dataclass(frozen=True, slots=True)
class Site:
    """What is served. `words` hold the operator's name and addition; `admin` None leaves out the documents page."""

    get_bot: GetBot
    words: Words
    examples: Sequence[str]
    settings: Settings
    identity: Identity
    reception: Reception
    entrance: Entrance | None = None
    build: BuildState | None = None
    admin: Admin | None = None
    records: Records = NO_RECORDS

    @property
    def gate(self) -> Gate | None:
        """The safety check alone."""
        return self.reception.gate

    @property
    def keeps_questions(self) -> bool:
        """True if questions are kept on the server, in a file or in the log; the page then says so."""
        return self.records.questions is not None or self.reception.journal.keeps_questions


def make_site(
    get_bot: GetBot,
    settings: Settings,
    *,
    words: Words,
    examples: Sequence[str] | None = None,
    build: BuildState | None = None,
    gate: Gate | None = None,
    admin: Admin | None = None,
    records: Records = NO_RECORDS,
) -> Site:
    """A site as `settings` want it; `examples` None are the packaged ones. Raises SettingsError for a colour or logo."""
    own = identity(settings)
    limit = RateLimit(settings.questions_a_minute) if settings.questions_a_minute else None
    reception = Reception(limit=limit, journal=journal(settings.log, questions=settings.log_questions), gate=gate)
    return Site(
        get_bot,
        with_identity(words, own),
        packaged_examples() if examples is None else examples,
        settings,
        own,
        reception,
        entrance=Entrance(settings.password) if settings.password else None,
        build=build,
        admin=admin,
        records=records,
    )


def with_identity(words: Words, own: Identity) -> Words:
    """`words` with the operator's name, contact line and addition to the disclaimer, which itself stays as it is."""
    line = " ".join(part for part in (words.page.disclaimer_line, own.disclaimer_addition) if part)
    page = words.page.model_copy(update={"name": own.name or words.page.name, "disclaimer_line": line})
    operating = words.operating.model_copy(update={"contact": own.contact})
    return words.model_copy(update={"page": page, "operating": operating})


def packaged_examples() -> list[str]:
    """The example questions for the packaged corpus, from `ragbot/data/examples.json`."""
    questions = json.loads((files("ragbot") / "data" / "examples.json").read_text("utf-8"))
    return [str(question) for question in questions]
