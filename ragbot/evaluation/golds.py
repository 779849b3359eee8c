"""Gold answers to places in documents. Takes Examples and the index's documents; judges nothing.

A sentence that stands several times in its document is an answer at each of these places. Of an excerpt the sentence
around it is the gold and its own words the answering ones; of an excerpt over several sentences each is a gold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ragbot.datatypes import Document, Span
from ragbot.errors import DatasetError
from ragbot.evaluation.datasets.records import Example, GoldAnswer, Place
from ragbot.loaders import SUFFIXES
from ragbot.sentences import split_sentences

_MOSTLY = 0.6  # of a sentence: as much as makes a quote right (eval/README.md)
_ALIKE = {c: f"[{re.escape(group)}]" for group in ("'’‘`", '"“”„', "-‐‑–—") for c in group}


@dataclass(frozen=True, slots=True)
class Gold:
    """One place where a question is answered: a gold `sentence` and, if the row has them, the `answer` words in it.

    `number` is the position in the row's `answers`; two places of the same sentence share it. `stated` is the answer as
    its row writes it, where that is not the sentence; `side` what it argues for. With a `relevance` the whole document
    is relevant and no sentence is known.
    """

    document: str
    sentence: Span
    answer: Span | None
    text: str
    number: int
    side: str | None = None
    stated: str | None = None
    relevance: int | None = None


def resolve_golds(examples: Sequence[Example], lookup: Callable[[str], Document]) -> list[tuple[Gold, ...]]:
    """The places of each example's golds, in the order of `examples`; `lookup` raises KeyError for an unknown name.

    Raises DatasetError for the first gold whose document is not in the index, is another version (sha256) or does not
    hold its text; the line also counts the other rows that fail. Of relevant documents only one need be in the index:
    the others are missed by any ranking.
    """
    _check_relevant(examples, lookup)
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
    """All places of `wanted` in `text`; if there is no exact one, runs of white space, quotes and dashes are alike.

    >>> find_text("one two\\nthree, two three", "two three")
    [Span(start=15, end=24)]
    >>> find_text("one two\\nthree", "two three"), find_text("don’t", "don't")
    ([Span(start=4, end=13)], [Span(start=0, end=5)])
    """
    words = wanted.split()
    exact = re.compile(re.escape(wanted.strip()))
    loose = re.compile(r"\s+".join(re.escape(word) for word in words))
    looser = re.compile(r"\s+".join("".join(_ALIKE.get(c, re.escape(c)) for c in word) for word in words))
    for pattern in (exact, loose, looser) if words else ():
        if places := [Span(*match.span()) for match in pattern.finditer(text)]:
            return places
    return []


def _check_relevant(examples: Sequence[Example], lookup: Callable[[str], Document]) -> None:
    """Raise DatasetError if the rows name relevant documents and none of all of them is in the index."""
    rows = [example for example in examples if example.is_ranking_only]
    if rows and not any(_found(gold, lookup) for example in rows for gold in example.golds):
        raise _missing(rows[0].golds[0], rows[0].place)


def _resolve_row(example: Example, lookup: Callable[[str], Document]) -> tuple[Gold, ...]:
    golds: list[Gold] = []
    for number, stated in enumerate(example.golds):
        if stated.relevance is not None:
            golds.append(_whole_document(stated, _found(stated, lookup), number))
            continue
        document = _document(stated, example.place, lookup)
        places = _places(stated, document, example.place)
        if stated.is_excerpt:
            golds += _around(places, stated, document, number)
            continue
        for sentence in places:
            answer = _answer_words(stated, sentence, document, example.place)
            text = sentence.cut(document.text)
            golds.append(Gold(document.doc_id, sentence, answer, text, number, side=stated.side))
    return tuple(dict.fromkeys(golds))


def _whole_document(stated: GoldAnswer, document: Document | None, number: int) -> Gold:
    name = document.doc_id if document else stated.document
    whole = Span(0, max(1, len(document.text) if document else 1))
    return Gold(name, whole, None, "", number, relevance=stated.relevance)


def _around(places: Sequence[Span], stated: GoldAnswer, document: Document, number: int) -> list[Gold]:
    """The golds of an excerpt at `places`: the sentence that holds it, or the several that it mostly covers."""
    sentences = [sentence.span for sentence in split_sentences(document)]
    golds: list[Gold] = []
    for place in _between_words(places, document.text):
        touched = [span for span in sentences if span.overlap(place)]
        covered = [span for span in touched if span.overlap(place) >= _MOSTLY * len(span)]
        own = covered if len(touched) > 1 and covered else [_together([*touched, place])]
        golds += [
            Gold(
                document=document.doc_id,
                sentence=sentence,
                answer=place if sentence.contains(place) else None,
                text=sentence.cut(document.text),
                number=number,
                side=stated.side,
                stated=stated.text,
            )
            for sentence in own
        ]
    return golds


def _between_words(places: Sequence[Span], text: str) -> Sequence[Span]:
    """Those places that cut no word, if any do not: `40 minutes`, but not in `140 minutes`."""
    whole = [
        span
        for span in places
        if not (span.start and text[span.start - 1].isalnum() and text[span.start].isalnum())
        and not (text[span.end : span.end + 1].isalnum() and text[span.end - 1].isalnum())
    ]
    return whole or places


def _together(spans: Sequence[Span]) -> Span:
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _found(stated: GoldAnswer, lookup: Callable[[str], Document]) -> Document | None:
    """The document by its name or, where a person or a benchmark wrote it, by its name without the file's ending."""
    endings = ("", *SUFFIXES) if stated.is_excerpt or stated.relevance is not None else ("",)
    for ending in endings:
        try:
            return lookup(f"{stated.document}{ending}")
        except KeyError:
            continue
    return None


def _missing(stated: GoldAnswer, place: Place) -> DatasetError:
    problem = f"no document {stated.document!r} in the index; ingest it, or name its index with --index"
    field = stated.field if stated.is_excerpt or stated.relevance is not None else f"{stated.field}.document"
    return place.error(field, problem)


def _document(stated: GoldAnswer, place: Place, lookup: Callable[[str], Document]) -> Document:
    document = _found(stated, lookup)
    if document is None:
        raise _missing(stated, place)
    has_both = stated.text is not None and stated.at is not None  # a changed file is searched for the text
    if stated.sha256 is not None and stated.sha256 != document.sha256 and not has_both:
        problem = f"{stated.document!r} is another version in the index ({document.sha256[:12]}); ingest the right one"
        raise place.error(f"{stated.field}.sha256", problem)
    return document


def _places(stated: GoldAnswer, document: Document, place: Place) -> list[Span]:
    if stated.at is not None and (stated.text is None or stated.at.cut(document.text) == stated.text):
        if stated.at.end > len(document.text):
            problem = f"{stated.at.end} lies after the end of {stated.document!r} ({len(document.text)}); mend it"
            raise place.error(f"{stated.field}.end", problem)
        return [stated.at]
    places = find_text(document.text, stated.text or "")
    if not places:
        problem = f"not found in {stated.document!r}; copy the sentence word for word"
        raise place.error(stated.field if stated.is_excerpt else f"{stated.field}.text", problem)
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
