"""BioASQ's questions over single snippets of papers (SQuAD JSON): each snippet set among others on a like subject."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from ragbot.encoding import Encoder, Vectors
from ragbot.errors import DatasetError
from reader_data.rows import PoolWindow, Row, SourceRows, n_words, read_json, sentence_spans
from reader_data.squad import Text, answer_spans

MAX_SENTENCES_OF_NEIGHBOUR = 3
ENOUGH_WORDS, MAX_WORDS = 100, 140
_NEAREST = 24
_TAKEN_SHARE = 0.7  # of the near snippets, so that the nearest is not always there
_NONE_SHARE = 0.3  # of the questions, also asked of the neighbours alone


@dataclass(frozen=True, slots=True)
class Snippet:
    """A question, one snippet, and where in it the answers stand."""

    question: str
    text: Text
    answers: tuple[tuple[int, int], ...]

    @property
    def wordings(self) -> tuple[str, ...]:
        """The answers' words."""
        return tuple(sorted({self.text.text[start:end] for start, end in self.answers}))


def read_snippets(path: Path, random: Random, encoder: Encoder, *, most: int | None = None) -> SourceRows:
    """Rows of a BioASQ file (of its first `most` snippets); one question in 14 is held. Raises DatasetError."""
    snippets = _snippets(path)[:most]
    vectors = encoder.encode([snippet.text.text for snippet in snippets])
    rows: list[Row] = []
    pool: list[PoolWindow] = []
    for number, snippet in enumerate(snippets):
        before, after = _neighbours(number, snippets, vectors, random)
        window = range(len(snippet.text.spans))
        right = tuple(place + len(before) for place in snippet.text.right(window, snippet.answers))
        span = snippet.text.span(window, snippet.answers)
        moved = (span[0] + len(before), span[1], span[2]) if span else None
        rows.append(_row(snippet, (*before, *snippet.text.sentences(window), *after), right, moved, path.stem))
        if rest := (*before, *after):
            if not snippet.text.held:
                pool.append(PoolWindow(rest, f"{snippet.text.paragraph} rest"))
            if random.random() < _NONE_SHARE:
                rows.append(_row(snippet, rest, (), None, path.stem))
    return SourceRows(tuple(rows), tuple(pool))


def _snippets(path: Path) -> list[Snippet]:
    snippets: list[Snippet] = []
    place = "the top"
    try:
        for number, article in enumerate(read_json(path)["data"], start=1):
            place = f"article {number}"
            for index, paragraph in enumerate(article["paragraphs"]):
                for qa in paragraph["qas"]:
                    snippets += _snippet(qa, str(paragraph["context"]), f"{path.name} {number}.{index}")
    except (KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path}: no SQuAD data at {place} ({error!r}); mend or leave out this file") from error
    return snippets


def _snippet(qa: Any, context: str, paragraph: str) -> list[Snippet]:
    """The question with its snippet, or nothing if its answer is not there."""
    question = str(qa["question"]).strip()
    answers = answer_spans(qa["answers"], context, tokenised=False)
    spans = sentence_spans(context)
    held = zlib.crc32(question.encode()) % 14 == 0
    text = Text(context, tuple(spans), (range(len(spans)),), paragraph, "", held)
    return [Snippet(question, text, tuple(answers))] if answers and spans else []


def _neighbours(
    number: int, snippets: Sequence[Snippet], vectors: Vectors, random: Random
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sentences before and after a snippet, from near ones on other questions that lack its answers."""
    own = snippets[number]
    before: list[str] = []
    after: list[str] = []
    words = n_words(own.text.text)
    for i in np.argsort(-(vectors @ vectors[number]), kind="stable")[1 : _NEAREST + 1]:
        other = snippets[i]
        if other.question == own.question or other.text.held != own.text.held or random.random() > _TAKEN_SHARE:
            continue
        sentences = other.text.sentences(range(min(MAX_SENTENCES_OF_NEIGHBOUR, len(other.text.spans))))
        longer = words + sum(map(n_words, sentences))
        if longer > MAX_WORDS or any(w.casefold() in other.text.text.casefold() for w in own.wordings):
            continue
        words = longer
        (before if random.random() < 0.5 else after).extend(sentences)
        if words > ENOUGH_WORDS:
            break
    return tuple(before), tuple(after)


def _row(
    snippet: Snippet,
    sentences: tuple[str, ...],
    right: tuple[int, ...],
    span: tuple[int, int, int] | None,
    source: str,
) -> Row:
    text = snippet.text
    return Row(snippet.question, sentences, right, (), span, "", source, text.held, text.paragraph, snippet.wordings)
