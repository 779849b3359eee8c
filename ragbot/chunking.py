"""Sentences to chunks: passages bounded by sentences and headings, within a token budget. Knows nothing of vectors.

Every sentence of a document lies in exactly one chunk unless `overlap_sentences` asks for more, so that no text is
embedded twice. The marks of a file format ("• ", "1. ", "## ") count alike, so that an article is cut in the same places
whatever it is saved as.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ragbot.datatypes import BlockKind, Chunk, Document, Sentence, Span
from ragbot.sentences import cut_sentence

_WORD = re.compile(r"[^\W\d_]{2}")
_MARK = "\n\n- "  # what a model reads before an item


@dataclass(frozen=True, slots=True)
class Chunking:
    """How to cut. `max_tokens` is in tiktoken tokens, `max_pieces` in the encoder's own word pieces of the chunk alone.

    120 tokens and no overlap: docs/answering.md, "Chunk size", prints the curve (`scripts/tune_chunking.py`).
    """

    max_tokens: int = 120
    max_pieces: int = 190  # the encoder reads 256: the rest holds two special tokens, the title and the headings
    overlap_sentences: int = 0

    @property
    def signature(self) -> str:
        """One word that differs whenever chunks would."""
        return f"sentences-t{self.max_tokens}-p{self.max_pieces}-o{self.overlap_sentences}"


Measure = Callable[[Sequence[str]], list[tuple[int, int]]]
"""Sizes of texts: for each its tiktoken tokens and its encoder word pieces."""


def chunk_document(
    document: Document, sentences: Sequence[Sentence], *, chunking: Chunking, measure: Measure
) -> tuple[tuple[Sentence, ...], tuple[Chunk, ...]]:
    """Sentences that fit the budget, and the chunks that together hold every one of them, in reading order.

    A heading opens a new chunk and stays with what follows. A sentence over the budget (a run without a full stop)
    comes back cut into several.
    """
    fitted, sizes = _fitted(document, list(sentences), chunking, measure)
    gaps = measure(list(gaps_as_read(document.text, fitted)))
    ranges = _within_budget(document, fitted, _ranges(fitted, sizes, gaps, chunking), chunking, measure)
    return tuple(fitted), tuple(_chunk(document, fitted, ends, token_count) for ends, token_count in ranges)


def _fitted(
    document: Document, sentences: list[Sentence], chunking: Chunking, measure: Measure
) -> tuple[list[Sentence], list[tuple[int, int]]]:
    sizes = measure([s.span.cut(document.text) for s in sentences])
    while any(_over(size, chunking) and len(s.span) > 1 for s, size in zip(sentences, sizes, strict=True)):
        pieces = [
            cut_sentence(document.text, s) if _over(size, chunking) else [s]
            for s, size in zip(sentences, sizes, strict=True)
        ]
        sentences = [piece for cut in pieces for piece in cut]
        sizes = measure([s.span.cut(document.text) for s in sentences])
    return sentences, sizes


def _over(size: tuple[int, int], chunking: Chunking) -> bool:
    return size[0] > chunking.max_tokens or size[1] > chunking.max_pieces


def gaps_as_read(text: str, sentences: Sequence[Sentence]) -> Iterator[str]:
    """What a model reads before each sentence since the one before it: all marks of list items alike, no other marks.

    White space stays, and so does a whole code fence or another stretch with words.
    """
    previous = None
    for sentence in sentences:
        gap = "" if previous is None else text[previous.span.end : sentence.span.start]
        if previous is None or _WORD.search(gap):
            yield gap
        elif sentence.block == previous.block:
            yield gap if not gap.strip() else " | " if "|" in gap else " "
        else:
            yield _MARK if sentence.kind is BlockKind.LIST_ITEM and gap.strip() else "\n\n"
        previous = sentence


def _ranges(
    sentences: Sequence[Sentence],
    sizes: Sequence[tuple[int, int]],
    gaps: Sequence[tuple[int, int]],
    chunking: Chunking,
) -> list[tuple[int, int]]:
    both = ((gap[0] + size[0], gap[1] + size[1]) for gap, size in zip(gaps, sizes, strict=True))
    upto = list(accumulate(both, lambda a, b: (a[0] + b[0], a[1] + b[1])))

    def fits(first: int, last: int) -> bool:
        tokens, pieces = (upto[last][unit] - upto[first][unit] + sizes[first][unit] for unit in (0, 1))
        return not _over((tokens, pieces), chunking)

    ranges: list[tuple[int, int]] = []
    first = 0
    for number, sentence in enumerate(sentences):
        has_body = any(s.kind is not BlockKind.HEADING for s in sentences[first:number])
        opens_section = sentence.kind is BlockKind.HEADING and has_body
        if number > first and (opens_section or not fits(first, number)):
            ranges.append((first, number))
            first = number if opens_section else max(number - chunking.overlap_sentences, first + 1)
            while first < number and not fits(first, number):
                first += 1
    if first < len(sentences):
        ranges.append((first, len(sentences)))
    return ranges


def _within_budget(
    document: Document,
    sentences: Sequence[Sentence],
    ranges: Sequence[tuple[int, int]],
    chunking: Chunking,
    measure: Measure,
) -> list[tuple[tuple[int, int], int]]:
    """The ranges with the token count of their text; one that is over the budget once joined is halved.

    Parts seldom add up to more tokens together than apart, but neither tokenizer promises it.
    """
    sizes = measure([_span(sentences, ends).cut(document.text) for ends in ranges])
    kept: list[tuple[tuple[int, int], int]] = []
    for (first, last), size in zip(ranges, sizes, strict=True):
        if _over(size, chunking) and last - first > 1:
            halves = [(first, (first + last) // 2), ((first + last) // 2, last)]
            kept += _within_budget(document, sentences, halves, chunking, measure)
        else:
            kept.append(((first, last), size[0]))
    return kept


def _span(sentences: Sequence[Sentence], ends: tuple[int, int]) -> Span:
    return Span(sentences[ends[0]].span.start, sentences[ends[1] - 1].span.end)


def _chunk(document: Document, sentences: Sequence[Sentence], ends: tuple[int, int], token_count: int) -> Chunk:
    span = _span(sentences, ends)
    body = next((s for s in sentences[slice(*ends)] if s.kind is not BlockKind.HEADING), sentences[ends[0]])
    path = document.heading_path(body.span.start)
    return Chunk(document.doc_id, span, span.cut(document.text), path, token_count, ends)
