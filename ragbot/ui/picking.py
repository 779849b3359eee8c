"""A document to choose one sentence of, as HTML: every sentence that may answer is a radio button. Keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ragbot.datatypes import Block, BlockKind, Document, Sentence, Span
from ragbot.sentences import is_quotable, split_sentences
from ragbot.ui.display import attribute, escape


def choices_html(document: Document, near: Span | None) -> str:
    """All of `document`, its quotable sentences as choices; the first at `near` or after it is marked to scroll to."""
    sentences = split_sentences(document)
    choices = [s.span for s in sentences if is_quotable(s.span.cut(document.text), s.kind)]
    nearest = next((span.start for span in choices if near and span.end > near.start), None)
    by_block = groupby(sentences, key=lambda sentence: sentence.block)
    blocks = [(document.blocks[number], list(inside)) for number, inside in by_block]
    inner = "".join(_stretches(document, blocks, nearest))
    return f'<div class="document" data-document="{attribute(document.doc_id)}" data-sha256="{document.sha256}">{inner}</div>'


def _stretches(
    document: Document, blocks: Sequence[tuple[Block, Sequence[Sentence]]], nearest: int | None
) -> Iterator[str]:
    for is_list, group in groupby(blocks, key=lambda one: one[0].kind is BlockKind.LIST_ITEM):
        shown = [_block(document, block, sentences, nearest) for block, sentences in group]
        yield f"<ul>{''.join(shown)}</ul>" if is_list else "".join(shown)


def _block(document: Document, block: Block, sentences: Sequence[Sentence], nearest: int | None) -> str:
    tag = {BlockKind.HEADING: "h3", BlockKind.LIST_ITEM: "li"}.get(block.kind, "p")
    inner = " ".join(_sentence(document, sentence, near=sentence.span.start == nearest) for sentence in sentences)
    return f'<{tag} dir="auto">{inner}</{tag}>'


def _sentence(document: Document, sentence: Sentence, *, near: bool) -> str:
    span, text = sentence.span, sentence.span.cut(document.text)
    if not is_quotable(text, sentence.kind):
        return escape(text)
    return (
        f'<label class="choice"{" data-near" if near else ""}><input type="radio" name="choice"'
        f' data-start="{span.start}" data-end="{span.end}"><span>{escape(text)}</span></label>'
    )
