"""A passage that opens with "this" or "however" gets the sentence before it. Knows blocks, not questions or scores."""

from __future__ import annotations

import re

from ragbot.datatypes import Document, Span
from ragbot.sentences import block_sentences, is_quotable, opens_dangling

MAX_STEPS = 2  # a sentence that leans on one that leans on a third is quoted with both, not with a whole paragraph
_STANDS = re.compile(
    # "It is not known whether", "both A and B", "this article says": nothing before them is needed.
    r"it(?: is|'s|’s| was| can be| may be| has been| remains)\b[^.,;]*\b(?:that|to|whether|how|when|if|why|who)\b"
    r"|both (?:the )?[\w-]+(?: [\w-]+){0,2} and\b|another\b[^.]* is\b|also known as\b"
    r"|this (?:article|guide|page|leaflet|site|website|review|document)\b|that (?:is|said) why\b",
    re.IGNORECASE,
)


def leans(text: str) -> bool:
    """True if the sentence opens with a word that points back and so cannot be read alone.

    >>> leans("However, it fades."), leans("It is not known whether it lasts."), leans("Ketamine fades.")
    (True, False, False)
    """
    return opens_dangling(text) and _STANDS.match(text) is None


def with_support(document: Document, block: int, span: Span, *, max_words: int) -> Span:
    """`span`, which begins in block number `block`, with the sentences before it that it leans on.

    They come from the same block, as many as are needed, are quotable and make at most `max_words` words in all.
    """
    text = document.text
    if not leans(span.cut(text)):
        return span
    before = [s for s in block_sentences(text, document.blocks[block]) if s.end <= span.start]
    start = span.start
    for sentence in reversed(before[-MAX_STEPS:]):
        wider = Span(sentence.start, span.end)
        if not is_quotable(sentence.cut(text), document.blocks[block].kind) or len(wider.cut(text).split()) > max_words:
            break
        start = sentence.start
        if not leans(sentence.cut(text)):
            break
    return Span(start, span.end)
