"""Gold answers to places in documents. Takes Examples and the index's documents; judges nothing.

A sentence that stands several times in its document is an answer at each of these places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragbot.datatypes import Document, Span
from ragbot.errors import DatasetError
from ragbot.evaluation.dataset import Example, GoldAnswer, Place
from ragbot.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Gold:
    """One place where a question is answered: a gold `sentence` and, if the row has them, the `answer` words in it.

    `number` is the position in the row's `answers`; two places of the same sentence share it.
    """

    document: str
    sentence: Span
    answer: Span | None
    text: str
    number: int


def resolve_golds(examples: Sequence[Example], lookup: Callable[[str], Document]) -> list[tuple[Gold, ...]]:
    """The places of each example's golds, in the order of `examples`; `lookup` raises KeyError for an unknown name.

    Raises DatasetError for the first gold whose document is not in the index, is another version (sha256) or does not
    hold its text; the line also counts the other rows that fail.
    """
    resolved: list[tuple[Gold, ...]] = []
    errors: list[DatasetError] = []
    for example in examples:
        try:
            resolved.append(_resolve_row(example, lookup))
        except DatasetError as error:
            errors.append(error)
            resolved.append(())
    if len(errors) > 1:
        raise DatasetError(f"{errors[0]} (and {len(errors) - 1} more rows fail)")
    if errors:
        raise errors[0]
    return resolved


def find_text(text: str, wanted: str) -> list[Span]:
    """All places of `wanted` in `text`; runs of white space match each other if there is no exact place.

    >>> find_text("one two\\nthree, two three", "two three")
    [Span(start=15, end=24)]
    >>> find_text("one two\\nthree", "two three")
    [Span(start=4, end=13)]
    """
    words = wanted.split()
    exact = re.compile(re.escape(wanted.strip()))
    loose = re.compile(r"\s+".join(re.escape(word) for word in words))
    for pattern in (exact, loose) if words else ():
        if places := [Span(*match.span()) for match in pattern.finditer(text)]:
            return places
    return []


def _resolve_row(example: Example, lookup: Callable[[str], Document]) -> tuple[Gold, ...]:
    golds: list[Gold] = []
    for number, stated in enumerate(example.golds):
        document = _document(stated, example.place, lookup)
        for sentence in _places(stated, document, example.place):
            answer = _answer_words(stated, sentence, document, example.place)
            golds.append(Gold(document.doc_id, sentence, answer, sentence.cut(document.text), number))
    return tuple(golds)


def _document(stated: GoldAnswer, place: Place, lookup: Callable[[str], Document]) -> Document:
    try:
        document = lookup(stated.document)
    except KeyError as error:
        problem = f"no document {stated.document!r} in the index; ingest it, or name its index with --index"
        raise place.error(f"{stated.field}.document", problem) from error
    if stated.sha256 is not None and stated.sha256 != document.sha256:
        problem = f"{stated.document!r} is another version in the index ({document.sha256[:12]}); ingest the right one"
        raise place.error(f"{stated.field}.sha256", problem)
    return document


def _places(stated: GoldAnswer, document: Document, place: Place) -> list[Span]:
    if stated.at is not None:
        if stated.at.end > len(document.text):
            problem = f"{stated.at.end} lies after the end of {stated.document!r} ({len(document.text)}); mend it"
            raise place.error(f"{stated.field}.end", problem)
        return [stated.at]
    places = find_text(document.text, stated.text or "")
    if not places:
        problem = f"not found in {stated.document!r}; copy the sentence word for word"
        raise place.error(f"{stated.field}.text", problem)
    return _whole_sentences(places, document) if len(places) > 1 else places


def _whole_sentences(places: list[Span], document: Document) -> list[Span]:
    """Those places that begin and end with a sentence, if any do: `Nausea` the list item, not the word elsewhere."""
    sentences = [sentence.span for sentence in split_sentences(document)]
    starts, ends = {span.start for span in sentences}, {span.end for span in sentences}
    return [span for span in places if span.start in starts and span.end in ends] or places


def _answer_words(stated: GoldAnswer, sentence: Span, document: Document, place: Place) -> Span | None:
    if stated.span is None:
        return None
    if isinstance(stated.span, Span):
        if sentence.contains(stated.span):
            return stated.span
    elif found := find_text(sentence.cut(document.text), stated.span):
        return Span(sentence.start + found[0].start, sentence.start + found[0].end)
    raise place.error(f"{stated.field}.span", f"{stated.span!r} does not stand in the gold sentence; mend it")
