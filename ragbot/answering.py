"""A question to an Answer: the whole way, from safety gate to quotes. Ties the stages together; prints nothing.

In use: `open_bot(Path("index")).ask("Can I drive home after a ketamine infusion?")`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from ragbot.confidence import confidence_features, shipped_confidence
from ragbot.config import EmergencyNumber
from ragbot.conversation import is_elliptical, standalone_forms
from ragbot.datatypes import Answer, Outcome
from ragbot.encoding import Encoder, MiniLmEncoder
from ragbot.errors import IndexMismatchError
from ragbot.expansion import Synonyms, load_synonyms
from ragbot.glossary import definitions, glossary_of
from ragbot.query import Query, build_query, clean_question, without_hidden
from ragbot.questions import MAX_READ_QUESTIONS, asked_questions
from ragbot.reader import Reader
from ragbot.reading import READ_CHUNKS, Reading, read
from ragbot.retrieval import Retrieval, retrieve, unknown_words
from ragbot.safety import Verdict, footer_for, with_local_help
from ragbot.safety_model import SafetyModel
from ragbot.scope import Scope
from ragbot.small_talk import small_talk_reply
from ragbot.store import Index, current_generation
from ragbot.suggesting import suggest

NO_ANSWER = (
    "The documents do not answer this. That does not mean the answer is no: it means that nothing in these documents "
    "speaks to it clearly enough to be quoted. Ask your clinic, doctor or pharmacist."
)
NOT_IN_CHOSEN = (
    "The chosen documents do not answer this. That does not mean the answer is no: it means that nothing in the chosen "
    "documents speaks to it clearly enough to be quoted. The other documents were not searched. Ask your clinic, doctor "
    "or pharmacist."
)
NOTHING_CHOSEN = (
    "Nothing was searched. No document is among those that were chosen to search in, by name, kind and date together. "
    "Choose others, or search all documents."
)
N_QUOTES = 3
_EARLIER_TURNS = 4  # how far back a turn may refer
_EARLIER_CHARS = 500
# A follow-up as typed often finds something by chance, and its subject put into the last question's frame is mostly
# what was meant; docs/answering.md, "Follow-ups".
_FORM_BONUS = (-0.1, 0.1, 0.0)


@dataclass(frozen=True, slots=True)
class Trace:
    """How one question was worked out, for explaining and for evaluation."""

    query: Query
    retrieval: Retrieval
    reading: Reading
    confidence: float


class Bot:
    """Answers questions from one index folder; notices a new generation and goes on with it. Safe to share by threads.

    Below the confidence `threshold` (None: the shipped one) a question is not answered; `synonyms` None are the
    packaged ones. With the name of a `generation` it answers from that one and stays there, current or not. `numbers` are
    the operator's own, shown before the fixed help for a person in danger.
    Build it with `open_bot`; the constructor takes ready parts, so that a test can give it light ones.
    """

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        safety: SafetyModel,
        reader: Reader | None = None,
        *,
        threshold: float | None = None,
        synonyms: Synonyms | None = None,
        generation: str | None = None,
        numbers: Sequence[EmergencyNumber] = (),
    ) -> None:
        self._folder = folder
        self._generation = generation
        self._encoder = encoder
        self._safety = safety
        self._reader = reader
        self._synonyms = synonyms
        self._numbers = tuple(numbers)
        self._confidence = shipped_confidence(with_reader=reader is not None)
        self.has_reader = reader is not None
        self.threshold = self._confidence.threshold if threshold is None else threshold
        self._switching = threading.Lock()
        self._index = self._opened()

    @property
    def index(self) -> Index:
        """The current generation, opened anew if another one was made current; or the one it was made for."""
        if (self._generation or current_generation(self._folder)) != self._index.generation:
            with self._switching:
                if current_generation(self._folder) != self._index.generation:
                    self._index = self._opened()
        return self._index

    def ask(self, question: str, *, threshold: float | None = None, scope: Scope | None = None) -> Answer:
        """The answer to one question. `threshold` 0 always answers if anything can be quoted; the gate stays on.

        With a `scope` only the documents inside are searched and quoted; the gate knows nothing of it. Raises
        QuestionError if the question is empty, too long or without a letter.
        """
        return self.ask_turns([question], threshold=threshold, scope=scope)

    def ask_turns(
        self,
        turns: Sequence[str],
        *,
        threshold: float | None = None,
        alone: bool = False,
        as_typed: bool = False,
        scope: Scope | None = None,
    ) -> Answer:
        """The answer to the last of `turns`, understood in the light of those before unless `alone`. Else as `ask`.

        `as_typed` its words are searched as they are: no spelling mended, no synonym added.
        """
        started = time.perf_counter()
        asked = turns[-1]
        # The gate comes before any refusal, be it of a lost index or of a message too long to search: whatever is
        # wrong, it may still come from someone in danger.
        answer, index = self._gated(turns), self._index
        if answer is None:
            index, question = self.index, clean_question(asked)
            refers = is_elliptical(question) and not alone  # else nobody reads the turns before
            earlier = self._about_documents(turns[:-1]) if refers else []
            limit = self.threshold if threshold is None else threshold
            answer = _small_talk(asked, question) or self._answer(
                asked, question, earlier, index, limit, scope, as_typed=as_typed
            )
        return replace(answer, index=index.fingerprint, seconds=time.perf_counter() - started)

    def _about_documents(self, turns: Sequence[str]) -> list[str]:
        """The last few turns that a follow-up may refer to: neither small talk nor anything that the gate takes."""
        recent = [without_hidden(turn[:_EARLIER_CHARS]) for turn in turns[-_EARLIER_TURNS:]]
        return [t for t in recent if small_talk_reply(t) is None and self._safety.assess(t).outcome is None]

    def _verdict(self, turns: Sequence[str]) -> Verdict:
        """What the gate makes of the last turn. Asking for an amount after speaking of danger is danger."""
        verdict = self._safety.assess(turns[-1])
        if verdict.outcome is Outcome.PERSONAL_DOSE:
            before = (self._safety.assess(turn) for turn in reversed(turns[-_EARLIER_TURNS - 1 : -1]))
            return next((one for one in before if one.outcome is Outcome.EMERGENCY), verdict)
        return verdict

    def help_first(self, turns: Sequence[str]) -> Answer | None:
        """What the gate answers to the last of `turns`, for a caller that cannot ask it; None if it lets it through."""
        answer = self._gated(turns)
        return None if answer is None else replace(answer, index=self._index.fingerprint)

    def trace(self, question: str, *, scope: Scope | None = None) -> Trace:
        """The stages of one standalone question, whatever the gate would say. Errors as `ask`."""
        return self._trace(clean_question(question), self.index, scope)

    def _opened(self) -> Index:
        index = Index(self._folder, generation=self._generation)
        if index.manifest.encoder != self._encoder.name:
            raise IndexMismatchError(
                f"index at {self._folder} was built with the encoder {index.manifest.encoder}, this is "
                f"{self._encoder.name}; rebuild it with: ragbot ingest --index {self._folder}"
            )
        return index

    def _gated(self, turns: Sequence[str]) -> Answer | None:
        return help_for(turns[-1], self._verdict(turns), self._numbers)

    def _trace(self, question: str, index: Index, scope: Scope | None, *, as_typed: bool = False) -> Trace:
        query = build_query(question, index.lexical, synonyms=self._synonyms, as_typed=as_typed)
        retrieval = retrieve(query, index, self._encoder, k=READ_CHUNKS, scope=scope)
        reading = read(query, retrieval, index, self._reader, n_quotes=N_QUOTES)
        if not reading.runs:
            return Trace(query, retrieval, reading, 0.0)
        values = confidence_features(query, retrieval, reading, index)
        return Trace(query, retrieval, reading, self._confidence.probability(values))

    def _answer(
        self,
        asked: str,
        question: str,
        earlier: list[str],
        index: Index,
        threshold: float,
        scope: Scope | None,
        *,
        as_typed: bool,
    ) -> Answer:
        narrowed = scope if scope is not None and index.chunks_inside(scope) is not None else None
        several = asked_questions(question)
        forms = [q.searched for q in several[:MAX_READ_QUESTIONS]] or standalone_forms([*earlier, question])
        traces = [self._trace(form, index, narrowed, as_typed=as_typed) for form in forms]
        best = max(range(len(forms)), key=lambda i: traces[i].confidence + _FORM_BONUS[i])
        trace, form = traces[best], forms[best]
        shown = bool(trace.reading.quotes) and trace.confidence >= threshold
        return Answer(
            question=asked,
            outcome=Outcome.ANSWERED if shown else Outcome.NO_ANSWER,
            quotes=trace.reading.quotes if shown else (),
            nearest=() if shown else trace.reading.quotes,
            confidence=trace.confidence,
            message=None if shown else _refusal(index, narrowed),
            footer=footer_for(f"{question} {form}"),
            understood=form if form != question else None,
            searched_also=trace.query.searched_also,
            as_typed=as_typed,
            unknown_words=() if shown else unknown_words(trace.query, index, narrowed),
            also_asked=tuple(q.shown for i, q in enumerate(several) if i != best),
            try_instead=() if shown else suggest(trace.query, trace.retrieval, index),
            definitions=definitions(trace.reading.quotes, glossary_of(index)),
            scope=narrowed,
        )


class Models(NamedTuple):
    """What a Bot needs beside an index; `reader` None answers from plain features alone."""

    encoder: Encoder
    safety: SafetyModel
    reader: Reader | None


class Gate(NamedTuple):
    """The safety gate and the packaged encoder whose layers it shares, loaded before anything else can fail."""

    encoder: MiniLmEncoder
    safety: SafetyModel


def load_gate() -> Gate:
    """The packaged encoder and the gate on it. Raises ModelError if weights are missing or altered."""
    packaged = MiniLmEncoder()
    return Gate(packaged, SafetyModel(packaged))


def load_models(encoder: Path | None = None, *, reader: bool = True, gate: Gate | None = None) -> Models:
    """The packaged models, or for searching the encoder in the folder `encoder`; without the reader if so wished.

    Raises ModelError if weights are missing or altered.
    """
    # Gate and reader were trained on the packaged encoder's layers: another encoder searches, but never judges danger.
    packaged, safety = gate or load_gate()
    searching = packaged if encoder is None else MiniLmEncoder(encoder)
    return Models(searching, safety, Reader(packaged) if reader else None)


def open_bot(
    folder: Path | str = "index",
    *,
    encoder: Path | None = None,
    reader: bool = True,
    synonyms: Path | None = None,
    numbers: Sequence[EmergencyNumber] = (),
) -> Bot:
    """A Bot on the index at `folder`, with the models of `load_models`; a file of `synonyms` adds to the packaged ones.

    `numbers` stand before the fixed help for a person in danger.

    Raises IndexNotBuiltError, IndexMismatchError, ModelError or SynonymsError, each with what mends it.
    """
    folder = Path(folder)
    current_generation(folder)  # a missing index is said at once, not after seconds of loading
    known = load_synonyms(synonyms)
    return Bot(folder, *load_models(encoder, reader=reader), synonyms=known, numbers=numbers)


def _refusal(index: Index, scope: Scope | None) -> str:
    inside = None if scope is None else index.chunks_inside(scope)
    if inside is None:
        return NO_ANSWER
    return NOT_IN_CHOSEN if inside.any() else NOTHING_CHOSEN


def help_for(asked: str, verdict: Verdict, numbers: Sequence[EmergencyNumber] = ()) -> Answer | None:
    """The answer that the gate gives in place of any other, with the operator's own `numbers` first; or None."""
    if verdict.outcome is None:
        return None
    message = with_local_help(verdict.message or "", verdict.dangers, numbers)
    return Answer(question=asked, outcome=verdict.outcome, message=message)


def _small_talk(asked: str, question: str) -> Answer | None:
    reply = small_talk_reply(question)
    return None if reply is None else Answer(question=asked, outcome=Outcome.SMALL_TALK, message=reply)
