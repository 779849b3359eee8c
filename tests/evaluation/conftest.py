"""A bot that says what a test tells it to, over one small document. The records are real."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from ragbot.answering import Trace
from ragbot.datatypes import Answer, Block, BlockKind, Chunk, Document, IndexManifest, Outcome, Quote, Sentence, Span
from ragbot.errors import QuestionError
from ragbot.features import ScoredSentence
from ragbot.query import AnswerType, Query
from ragbot.reading import Reading
from ragbot.retrieval import Candidate, Retrieval
from ragbot.scope import Scope

TEXT = "Sessions last 40 minutes. Nausea may follow a session.\nNausea\nRest at home afterwards.\n"
ITEM, LAST = Span(55, 61), Span(62, 86)
SHA256 = "5" * 64


def make_document(doc_id: str = "a.md") -> Document:
    """The document that all golds and quotes of these tests stand in."""
    return Document(
        doc_id=doc_id,
        title="Sessions",
        text=TEXT,
        path=doc_id,
        sha256=SHA256,
        blocks=(
            Block(Span(0, 54), BlockKind.PARAGRAPH),
            Block(ITEM, BlockKind.LIST_ITEM, 1),
            Block(LAST, BlockKind.PARAGRAPH),
        ),
    )


class FakeIndex:
    """Two chunks of the document: its paragraph, and the rest."""

    fingerprint = "f00d"
    doc_ids = ("a.md",)
    folder = Path("no-such-index")

    def __init__(self) -> None:
        spans = (Span(0, 54), Span(55, 86))
        self.chunks = [Chunk("a.md", span, span.cut(TEXT), (), 10, (0, 1)) for span in spans]
        self.manifest = IndexManifest(
            format_version=1,
            encoder="fake",
            dimension=4,
            chunking="fake",
            n_documents=1,
            n_chunks=2,
            n_sentences=4,
            corpus_sha256="c" * 64,
            fingerprint=self.fingerprint,
            paths=("corpus",),
            files={"a.md": SHA256},
        )

    def document(self, doc_id: str) -> Document:
        return {"a.md": make_document()}[doc_id]

    def chunk(self, number: int) -> Chunk:
        return self.chunks[number]


@dataclass
class FakeBot:
    """Answers by script: question to spans and confidence, or to an outcome without quotes."""

    said: Mapping[str, tuple[Sequence[Span], float] | Outcome]
    threshold: float = 0.5
    has_reader: bool = False
    order: tuple[int, ...] = (0, 1)
    index: FakeIndex = field(default_factory=FakeIndex)
    asked: list[tuple[tuple[str, ...], float | None]] = field(default_factory=list)
    scopes: list[Scope | None] = field(default_factory=list)  # of all askings and traces, in their order

    def ask(self, question: str, *, threshold: float | None = None, scope: Scope | None = None) -> Answer:
        return self.ask_turns([question], threshold=threshold, scope=scope)

    def ask_turns(self, turns: Sequence[str], *, threshold: float | None = None, scope: Scope | None = None) -> Answer:
        self.asked.append((tuple(turns), threshold))
        self.scopes.append(scope)
        entry = self.said.get(turns[-1], ((), 0.0))
        if isinstance(entry, Outcome):
            return Answer(question=turns[-1], outcome=entry, message="Call for help.")
        spans, confidence = entry
        limit = self.threshold if threshold is None else threshold
        shown = bool(spans) and confidence >= limit
        return Answer(
            question=turns[-1],
            outcome=Outcome.ANSWERED if shown else Outcome.NO_ANSWER,
            quotes=tuple(self.quote(span) for span in spans) if shown else (),
            confidence=confidence,
            seconds=0.001 * len(self.asked),
        )

    def quote(self, span: Span) -> Quote:
        return Quote.cut(make_document(), span)

    def trace(self, question: str, *, scope: Scope | None = None) -> Trace:
        """Chunks in `order` for BM25 and reversed for dense; the sentences said, best first, as the only ones weighed."""
        self.scopes.append(scope)
        if not question.strip():
            raise QuestionError("the question is empty; type one")
        entry = self.said.get(question, ((), 0.0))
        spans, confidence = ((), 0.0) if isinstance(entry, Outcome) else entry
        candidates = [
            Candidate(number, self.index.chunks[number], 0.5, 1.0, 0.03, len(self.order) - i, i + 1)
            for i, number in enumerate(self.order)
        ]
        reading = Reading(
            runs=(),
            sentences=tuple(self._scored(span, candidates) for span in spans),
            scores=-np.arange(len(spans), dtype=np.float32),
            quotes=tuple(self.quote(span) for span in spans),
        )
        retrieval = Retrieval(np.zeros(4, dtype=np.float32), tuple(candidates), self.order[::-1], self.order)
        query = Query(question, question, (), (), (), AnswerType.OTHER, (), ())
        return Trace(query, retrieval, reading, confidence)

    def _scored(self, span: Span, candidates: Sequence[Candidate]) -> ScoredSentence:
        candidate = next(c for c in candidates if c.chunk.span.contains(span))
        sentence = Sentence(span, 0, BlockKind.PARAGRAPH)
        values = np.zeros(0, dtype=np.float32)
        return ScoredSentence(candidate, make_document(), sentence, span.cut(TEXT), 0, frozenset(), 1, values)

    def rankings(self, question: str) -> dict[str, list[Chunk]]:
        if not question.strip():
            raise QuestionError("the question is empty; type one")
        ordered = [self.index.chunks[number] for number in self.order]
        return {"lexical": ordered, "dense": ordered[::-1], "fused": ordered}


@pytest.fixture
def write_rows(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows, one JSON object a line, and returns the file's path."""

    def write(*rows: object, name: str = "q.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
        return path

    return write


@pytest.fixture
def fake() -> type[FakeBot]:
    """The class of the scripted bot."""
    return FakeBot


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred bootstrap draws in place of a thousand, where a test does not look at how wide an interval is."""
    monkeypatch.setattr("ragbot.evaluation.bootstrap.N_RESAMPLES", 100)
