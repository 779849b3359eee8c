"""The reader alone: each SQuAD question with its own context, no index and no search. Prints and writes nothing.

A context becomes windows of whole sentences; the best span over all of them is the answer, unless "none" leads by more
than the threshold in data/reader_span.json (made by scripts/fit_reader_span.py). Figures are `reader_report`'s.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ragbot.datatypes import Block, BlockKind, Document, Sentence, Span
from ragbot.evaluation.datasets.squad import SquadQuestion
from ragbot.reader import Reader, Window, WindowScores
from ragbot.sentences import cut_sentence, split_sentences

MAX_WINDOW_PIECES = 200  # with the question some 220, which is what it was trained on; it could read 429
CountPieces = Callable[[Sequence[str]], list[int]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Candidate:
    """The best span of one sentence, in the context. Both scores are logits against "none" in its window."""

    span: Span
    sentence_score: float
    span_score: float


@dataclass(frozen=True, slots=True)
class SpanRule:
    """How a sentence's and its span's score are weighed, and how far "none" may lead before it is the answer."""

    sentence_weight: float
    span_weight: float
    threshold: float

    def score(self, candidate: Candidate) -> float:
        """The weighed score of `candidate` against "none"; higher is better, comparable within one question.

        >>> SpanRule(0.5, 0.25, 0.0).score(Candidate(Span(0, 1), 2.0, -4.0))
        0.0
        """
        return self.sentence_weight * candidate.sentence_score + self.span_weight * candidate.span_score


@dataclass(frozen=True, slots=True)
class Prediction:
    """The best `text` of a context, and by how much `none` leads it (a logit); `is_refused` if that is too much."""

    text: str
    none: float
    is_refused: bool

    @property
    def said(self) -> str:
        """The answer as SQuAD 2.0 counts it: the empty text for a refusal."""
        return "" if self.is_refused else self.text


def read_contexts(
    questions: Sequence[SquadQuestion], reader: Reader, count_pieces: CountPieces, *, progress: Progress | None = None
) -> list[tuple[Candidate, ...]]:
    """The candidates of each question's context, in the order of `questions`.

    The windows of one question are one batch; what else is in the file changes no score.
    """
    windows = lru_cache(maxsize=None)(lambda context: context_windows(context, count_pieces))
    found = []
    for done, question in enumerate(questions, start=1):
        spans = windows(question.context)
        texts = [Window("", tuple(span.cut(question.context) for span in window)) for window in spans]
        scores = reader.score(question.question, texts)
        found.append(tuple(c for own, score in zip(spans, scores, strict=True) for c in _candidates(own, score)))
        if progress:
            progress(done, len(questions))
    return found


def predict(context: str, candidates: Sequence[Candidate], rule: SpanRule) -> Prediction:
    """What `rule` makes of the candidates; a context without any is refused."""
    best = max(candidates, key=rule.score, default=None)
    if best is None:
        return Prediction("", rule.threshold, is_refused=True)
    none = -rule.score(best)
    return Prediction(best.span.cut(context), none, is_refused=none > rule.threshold)


def context_windows(
    context: str, count_pieces: CountPieces, *, max_pieces: int = MAX_WINDOW_PIECES
) -> list[tuple[Span, ...]]:
    """The sentences of `context`, in order, in as few windows of at most `max_pieces` as hold them, about equally full.

    A line end ends a sentence, as in training. Only a sentence that alone is over the limit is cut, at clause or word
    ends; nothing is dropped.
    """
    sentences, sizes = _fitted(context, count_pieces, max_pieces)
    fewest = len(_filled(sizes, max_pieces))
    # The smallest limit that needs no further window fills all of them about equally: a last window of one sentence
    # would be read without what stands around it.
    limits = range(max(sizes, default=0), max_pieces)
    most = next((limit for limit in limits if len(_filled(sizes, limit)) == fewest), max_pieces)
    return [tuple(s.span for s in sentences[part.start : part.stop]) for part in _filled(sizes, most)]


def shipped_rule() -> SpanRule:
    """The rule in data/reader_span.json, which belongs to the shipped weights."""
    return span_rule(json.loads((files("ragbot") / "data" / "reader_span.json").read_text("utf-8")))


def span_rule(values: Mapping[str, Any]) -> SpanRule:
    """A rule from JSON. Raises KeyError if a value lacks.

    >>> span_rule({"sentence_weight": 1, "span_weight": 0.5, "threshold": -1, "n": 9}).threshold
    -1.0
    """
    return SpanRule(*(float(values[name]) for name in ("sentence_weight", "span_weight", "threshold")))


def _candidates(sentences: Sequence[Span], scores: WindowScores) -> Iterator[Candidate]:
    rows = zip(sentences, scores.spans, scores.sentences, scores.span_scores, strict=True)
    for sentence, (start, end), sentence_score, span_score in rows:
        if start < end:  # a sentence of hidden characters has no words to mark
            span = Span(sentence.start + start, sentence.start + end)
            yield Candidate(span, float(sentence_score) - scores.none, float(span_score))


def _fitted(context: str, count_pieces: CountPieces, max_pieces: int) -> tuple[list[Sentence], list[int]]:
    """Sentences that each fit a window, with their sizes in word pieces."""
    sentences = list(split_sentences(_document(context)))
    sizes = _sizes(context, sentences, count_pieces)
    while any(size > max_pieces and len(s.span) > 1 for s, size in zip(sentences, sizes, strict=True)):
        cut = [cut_sentence(context, s) if size > max_pieces else [s] for s, size in zip(sentences, sizes, strict=True)]
        sentences = [piece for pieces in cut for piece in pieces]
        sizes = _sizes(context, sentences, count_pieces)
    return sentences, sizes


def _sizes(context: str, sentences: Sequence[Sentence], count_pieces: CountPieces) -> list[int]:
    return count_pieces([s.span.cut(context) for s in sentences]) if sentences else []


def _document(context: str) -> Document:
    """The context as a document of one paragraph a line."""
    blocks, start = [], 0
    for line in context.split("\n"):
        if line.strip():
            blocks.append(Block(Span(start, start + len(line)), BlockKind.PARAGRAPH))
        start += len(line) + 1
    return Document(doc_id="context", title="", text=context, path="", sha256="", blocks=tuple(blocks))


def _filled(sizes: Sequence[int], limit: int) -> list[range]:
    """Neighbouring numbers by window, each filled up to `limit` before the next is opened.

    >>> _filled([3, 3, 3, 9], 6)
    [range(0, 2), range(2, 3), range(3, 4)]
    """
    windows, start, held = [], 0, 0
    for number, size in enumerate(sizes):
        if number > start and held + size > limit:
            windows.append(range(start, number))
            start, held = number, 0
        held += size
    return [*windows, range(start, len(sizes))] if sizes else []
