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
from ragbot.conversation import standalone_forms
from ragbot.datatypes import Answer, Chunk, Outcome
from ragbot.encoding import Encoder, MiniLmEncoder
from ragbot.errors import IndexMismatchError
from ragbot.query import Query, build_query, clean_question, without_hidden
from ragbot.reader import Reader
from ragbot.reading import READ_CHUNKS, Reading, read
from ragbot.retrieval import Retrieval, fuse, retrieve
from ragbot.safety import Verdict, footer_for
from ragbot.safety_model import SafetyModel
from ragbot.small_talk import small_talk_reply
from ragbot.store import Index, current_generation

NO_ANSWER = (
    "The documents do not answer this. That does not mean the answer is no: it means that nothing in these documents "
    "speaks to it clearly enough to be quoted. Ask your clinic, doctor or pharmacist."
)
N_QUOTES = 3
_LITERAL_BONUS = 0.05  # the question as typed wins unless another reading of it is clearly more answerable


@dataclass(frozen=True, slots=True)
class Trace:
    """How one question was worked out, for explaining and for evaluation."""

    query: Query
    retrieval: Retrieval
    reading: Reading
    confidence: float


class Bot:
    """Answers questions from one index folder; notices a new generation and goes on with it. Safe to share by threads.

    Below the confidence `threshold` (None: the shipped one) a question is not answered.
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
    ) -> None:
        self._folder = folder
        self._encoder = encoder
        self._safety = safety
        self._reader = reader
        self._confidence = shipped_confidence(with_reader=reader is not None)
        self.threshold = self._confidence.threshold if threshold is None else threshold
        self._switching = threading.Lock()
        self._index = self._opened()

    @property
    def index(self) -> Index:
        """The current generation, opened anew if another one was made current."""
        if current_generation(self._folder) != self._index.generation:
            with self._switching:
                if current_generation(self._folder) != self._index.generation:
                    self._index = self._opened()
        return self._index

    def ask(self, question: str, *, threshold: float | None = None) -> Answer:
        """The answer to one question. `threshold` 0 always answers if anything can be quoted; the gate stays on.

        Raises QuestionError if the question is empty, too long or without a letter.
        """
        return self.ask_turns([question], threshold=threshold)

    def ask_turns(self, turns: Sequence[str], *, threshold: float | None = None) -> Answer:
        """The answer to the last of `turns`, understood in the light of those before. Errors as `ask`."""
        started = time.perf_counter()
        asked = turns[-1]
        index = self.index
        # The gate comes before any refusal: a message too long to search may still come from someone in danger.
        gated = _gated(asked, self._verdict(turns))
        question = "" if gated else clean_question(asked)
        answer = gated or _small_talk(asked, question)
        if answer is None:
            earlier = [without_hidden(turn[:500]) for turn in turns[:-1]]
            answer = self._answer(asked, question, earlier, index, self.threshold if threshold is None else threshold)
        return replace(answer, index=index.fingerprint, seconds=time.perf_counter() - started)

    def _verdict(self, turns: Sequence[str]) -> Verdict:
        """What the gate makes of the last turn. Asking for an amount after speaking of danger is danger."""
        verdict = self._safety.assess(turns[-1])
        if verdict.outcome is Outcome.PERSONAL_DOSE:
            before = (self._safety.assess(turn) for turn in reversed(turns[:-1]))
            return next((one for one in before if one.outcome is Outcome.EMERGENCY), verdict)
        return verdict

    def trace(self, question: str) -> Trace:
        """The stages of one standalone question, whatever the gate would say. Errors as `ask`."""
        return self._trace(clean_question(question), self.index)

    def rankings(self, question: str) -> dict[str, list[Chunk]]:
        """Chunks as each ranker orders them (`lexical`, `dense`, `fused`), best first. Errors as `ask`."""
        index = self.index
        retrieval = self._trace(clean_question(question), index).retrieval
        fused = [number for number, _ in fuse([retrieval.dense_ranking, retrieval.lexical_ranking])]
        orders = {"lexical": retrieval.lexical_ranking, "dense": retrieval.dense_ranking, "fused": fused}
        return {name: [index.chunk(number) for number in order] for name, order in orders.items()}

    def _opened(self) -> Index:
        index = Index(self._folder)
        if index.manifest.encoder != self._encoder.name:
            raise IndexMismatchError(
                f"index at {self._folder} was built with the encoder {index.manifest.encoder}, this is "
                f"{self._encoder.name}; rebuild it with: ragbot ingest --index {self._folder}"
            )
        return index

    def _trace(self, question: str, index: Index) -> Trace:
        query = build_query(question, index.lexical)
        retrieval = retrieve(query, index, self._encoder, k=READ_CHUNKS)
        reading = read(query, retrieval, index, self._reader, n_quotes=N_QUOTES)
        if not reading.runs:
            return Trace(query, retrieval, reading, 0.0)
        values = confidence_features(query, retrieval, reading, index)
        return Trace(query, retrieval, reading, self._confidence.probability(values))

    def _answer(self, asked: str, question: str, earlier: list[str], index: Index, threshold: float) -> Answer:
        forms = standalone_forms([*earlier, question])
        traces = [self._trace(form, index) for form in forms]
        best = max(range(len(forms)), key=lambda i: traces[i].confidence + (_LITERAL_BONUS if i == 0 else 0.0))
        trace, form = traces[best], forms[best]
        shown = bool(trace.reading.quotes) and trace.confidence >= threshold
        return Answer(
            question=asked,
            outcome=Outcome.ANSWERED if shown else Outcome.NO_ANSWER,
            quotes=trace.reading.quotes if shown else (),
            nearest=() if shown else trace.reading.quotes,
            confidence=trace.confidence,
            message=None if shown else NO_ANSWER,
            footer=footer_for(f"{question} {form}"),
            understood=form if form != question else None,
            searched_also=trace.query.searched_also,
            unknown_words=() if shown else trace.query.unknown,
        )


class Models(NamedTuple):
    """What a Bot needs beside an index; `reader` None answers from plain features alone."""

    encoder: Encoder
    safety: SafetyModel
    reader: Reader | None


def load_models(encoder: Path | None = None, *, reader: bool = True) -> Models:
    """The packaged models, or for searching the encoder in the folder `encoder`; without the reader if so wished.

    Raises ModelError if weights are missing or altered.
    """
    searching = MiniLmEncoder(encoder)
    # Gate and reader were trained on the packaged encoder's layers: another encoder searches, but never judges danger.
    packaged = searching if encoder is None else MiniLmEncoder()
    return Models(searching, SafetyModel(packaged), Reader(packaged) if reader else None)


def open_bot(folder: Path | str = "index", *, encoder: Path | None = None, reader: bool = True) -> Bot:
    """A Bot on the index at `folder`, with the models of `load_models`.

    Raises IndexNotBuiltError, IndexMismatchError or ModelError, each with the command that mends it.
    """
    folder = Path(folder)
    current_generation(folder)  # a missing index is said at once, not after seconds of loading
    return Bot(folder, *load_models(encoder, reader=reader))


def _gated(asked: str, verdict: Verdict) -> Answer | None:
    if verdict.outcome is None:
        return None
    return Answer(question=asked, outcome=verdict.outcome, message=verdict.message)


def _small_talk(asked: str, question: str) -> Answer | None:
    reply = small_talk_reply(question)
    return None if reply is None else Answer(question=asked, outcome=Outcome.SMALL_TALK, message=reply)
