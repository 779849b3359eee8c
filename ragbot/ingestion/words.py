"""The words of a draft's passages to BM25, and the abbreviations that its sentences define."""

from __future__ import annotations

from collections.abc import Iterator

from ragbot.abbreviations import learn_abbreviations
from ragbot.datatypes import Chunk, Document, Sentence
from ragbot.lexical import LexicalIndex
from ragbot.store import Draft, passage_of


def lexical_of(draft: Draft) -> LexicalIndex:
    """BM25 over what the encoder reads of each chunk, prefix and text."""
    # Two passes over the draft, so that the text of a large corpus is never in memory at once.
    sentences = (s.span.cut(document.text) for document, _, own in _chunks(draft) for s in own)
    abbreviations = learn_abbreviations(sentences)
    passages = (passage_of(*told) for told in _chunks(draft))
    return LexicalIndex.build((f"{p.prefix} {p.text}" for p in passages), abbreviations=abbreviations)


def _chunks(draft: Draft) -> Iterator[tuple[Document, Chunk, list[Sentence]]]:
    for number, rows in enumerate(draft.rows):
        document = draft.document(number)
        for chunk, sentences in rows.cut(document):
            yield document, chunk, sentences
