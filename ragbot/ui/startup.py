"""From an index folder to a page that answers: the page opens at once, the index is built or opened behind it.

Ties ingestion and answering to the page; what the page shows meanwhile is `BuildState`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ragbot.answering import Bot, Models, help_for, load_gate, load_models
from ragbot.config import KEEP_GENERATIONS, EmergencyNumber, Settings
from ragbot.datatypes import Answer, Outcome
from ragbot.encoding import Encoder
from ragbot.errors import IndexNotBuiltError, RagbotError
from ragbot.expansion import Synonyms, load_synonyms
from ragbot.ingestion import IngestReport, Progress, ingest, stale_reason
from ragbot.safety import NO_DANGER, Verdict, emergency_text, phrase_dangers
from ragbot.safety_model import SafetyModel
from ragbot.store import Index
from ragbot.ui.documents import Admin, required_password
from ragbot.ui.records import open_records
from ragbot.ui.serving import listen, run
from ragbot.ui.site import make_site
from ragbot.ui.state import BuildPhase, BuildState
from ragbot.ui.words import load_words

_CHECKED_CHARS = 10_000  # of a question too long to be asked; keeps one message from holding the page up
_log = logging.getLogger(__name__)


def serve_chat(settings: Settings, *, examples: Sequence[str] | None = None) -> None:
    """Serve the chat page as `settings` say until interrupted; build the index first if missing or stale.

    Raises ServeError if the port is taken or a password is missing, SynonymsError, LanguageError, RecordingError or
    SettingsError if a file or value cannot be used. Any other error is shown on the page, with its next step, since it is open by then.
    """
    password = required_password(admin=settings.admin, password=settings.admin_password)
    known, words = load_synonyms(settings.synonyms), load_words(settings.language)
    startup = Startup(
        settings.index,
        load=partial(load_models, settings.encoder, reader=settings.reader != "none"),
        synonyms=known,
        threshold=settings.threshold,
        keep_generations=settings.keep_generations,
        numbers=settings.emergency_numbers,
    )
    site = make_site(
        startup.bot,
        settings,
        words=words,
        examples=examples,
        build=startup.build,
        gate=startup.help_first,
        records=open_records(questions=settings.keep_questions, feedback=settings.feedback),
        admin=Admin(password, settings.index, startup.index, startup.rebuild) if password else None,
    )
    with listen(settings.host, settings.port) as listener:
        threading.Thread(target=startup.prepare, name="ragbot-startup", daemon=True).start()
        site.reception.journal.note("start", host=settings.host, port=settings.port, root_path=settings.root_path)
        run(listener, site)


class Startup:
    """One start of the page: makes the index current, opens the bot, and helps people in danger in the meantime."""

    def __init__(
        self,
        index: Path,
        *,
        load: Callable[..., Models] = load_models,
        synonyms: Synonyms | None = None,
        threshold: float | None = None,
        keep_generations: int = KEEP_GENERATIONS,
        numbers: Sequence[EmergencyNumber] = (),
    ) -> None:
        self.build = BuildState()
        self._numbers = tuple(numbers)
        self._keep_generations = keep_generations
        self._index = index
        self._load = load
        self._synonyms = synonyms
        self._threshold = threshold
        self._safety: SafetyModel | None = None
        self._models: Models | None = None
        self._bot: Bot | None = None

    def prepare(self) -> None:
        """Load the models, build the index if it is missing or stale, open it. Errors end up in `build`."""
        try:
            gate = load_gate()
            self._safety = gate.safety  # help for a person in danger waits for nothing else
            self._models = models = self._load(gate=gate)
            problem = self._make_current(models.encoder)
            self._open(models, problem)
        except RagbotError as error:
            self.build.fail(str(error))
        finally:
            if self.build.progress.phase is BuildPhase.BUILDING:
                self.build.fail("the index could not be prepared; the reason stands in the terminal of this page")

    def bot(self) -> Bot:
        """The bot. Raises IndexNotBuiltError while there is none."""
        if self._bot is None:
            raise IndexNotBuiltError(self.build.progress.reason or "the index is not open yet; ask again in a moment")
        return self._bot

    def index(self) -> Index:
        """The index that answers now. Raises IndexNotBuiltError while there is none."""
        return self.bot().index

    def rebuild(self, progress: Progress) -> IngestReport:
        """Rebuild the index while the bot answers from the old one, which notices the new one by itself.

        Raises RagbotError if it cannot be built; the old one stays.
        """
        if self._models is None or self.build.progress.phase is BuildPhase.BUILDING:
            raise IndexNotBuiltError(self.build.progress.reason or "the index is still being prepared; wait for it")
        report = self._ingest(self._models.encoder, progress)
        if self._bot is None:  # the page began without an index
            try:
                self._open(self._models, None)
            except RagbotError as error:
                self.build.fail(str(error))
                raise
        return report

    def help_first(self, question: str) -> Answer | None:
        """Help for a person in danger, or None; by plain phrases alone until the safety model is loaded."""
        message = question[:_CHECKED_CHARS]
        if self._safety is None:
            dangers = phrase_dangers(message)
            verdict = Verdict(Outcome.EMERGENCY, emergency_text(dangers), dangers) if dangers else NO_DANGER
        else:
            verdict = self._safety.assess(message)
        return help_for(question, verdict, self._numbers)

    def _ingest(self, encoder: Encoder, progress: Progress) -> IngestReport:
        return ingest(index=self._index, encoder=encoder, progress=progress, keep_generations=self._keep_generations)

    def _make_current(self, encoder: Encoder) -> RagbotError | None:
        """Build the index if that is needed; the error if it could not be built."""
        try:
            reason = stale_reason(self._index, encoder_name=encoder.name)
            if reason:
                _log.info("building %s: %s", self._index, reason)
                self._ingest(encoder, self.build.update)
        except RagbotError as error:
            _log.warning("%s", error)
            return error
        return None

    def _open(self, models: Models, problem: RagbotError | None) -> None:
        """Open the index, an older one too if the new one could not be built: nothing that worked is lost."""
        self.build.update("opening", 0, 0)
        try:
            self._bot = Bot(
                self._index, *models, threshold=self._threshold, synonyms=self._synonyms, numbers=self._numbers
            )
        except RagbotError as error:
            raise problem or error from error
        self.build.finish()
