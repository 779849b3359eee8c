"""Documents to sentences, through sentencex. Sentences tile their block: only white space lies between them.

Also tells which sentences may be quoted: a heading, a question, one that only announces a list or the names of a table's
columns is never an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ragbot.datatypes import Block, BlockKind, Document, Sentence, Span

LANGUAGE = "en"
MAX_SENTENCE_CHARS = 1_000  # a longer run without a full stop is no sentence; chunking cuts further if tokens demand it
_MIN_CELL_WORDS = 12  # a table cell this long is prose (an FAQ); a row of shorter cells is one statement

_INITIAL = re.compile(r"(?:^|[\s(])(?:[A-Z]|approx|vs|cf|resp|incl|al|ca|no|fig|sec|mg|ml|min|hr|hrs)\.\s*$")
_WIDE_STOPS = "。！？"  # end a sentence without a blank after it
_CELL_BAR = re.compile(r"\s*\|\s*")
_HARD_SPACES = str.maketrans("\n\t\f\v\u00a0\u2028\u2029", "       ")
_CLAUSE_BREAK = re.compile(r"[;,:)]\s|\s")

_DANGLING = re.compile(
    r"(?:this|that|these|those|they|it|its|their|he|she|however|but|and|also|additionally|furthermore|moreover|such|both|"
    r"instead|therefore|thus|as a result|in addition|another|others|for example|for instance|similarly)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_ANNOUNCES = re.compile(r"[:：][*_`]*\s*$")  # marks of Markdown stay in the text: "**Side effects:**"
_RULE = re.compile(r"\|[ \t]*:?-{3,}|-{3,}:?[ \t]*\|")  # between a table's first row and its others
_MAX_NAME_WORDS = 3  # of a column
_ASKS = re.compile(r"[?？][\"'”’)\]*_`]*\s*$")


def split_sentences(document: Document) -> tuple[Sentence, ...]:
    """Sentences of `document` in reading order, each trimmed of white space."""
    return tuple(
        Sentence(span, number, block.kind)
        for number, block in enumerate(document.blocks)
        for span in block_sentences(document.text, block)
    )


def block_sentences(text: str, block: Block) -> Iterator[Span]:
    """Spans of the sentences of one block; a heading is one sentence, a table row one or one per prose cell."""
    stretches = _prose_cells(text, block) if block.kind is BlockKind.TABLE_ROW else [block.span]
    if block.kind is BlockKind.HEADING or not stretches:
        yield from _pieces(text, block.span, MAX_SENTENCE_CHARS)
        return
    for cell in stretches:
        for start, end in _merged(text, cell):
            if span := _trimmed(text, start, end):
                yield from _pieces(text, span, MAX_SENTENCE_CHARS)


def is_quotable(text: str, kind: BlockKind) -> bool:
    """True if a sentence may be shown as an answer.

    >>> is_quotable("Common side effects include:", BlockKind.PARAGRAPH)
    False
    >>> is_quotable("Is it safe?", BlockKind.PARAGRAPH), is_quotable("Dizziness", BlockKind.LIST_ITEM)
    (False, True)
    """
    if kind is BlockKind.HEADING or _ASKS.search(text) or _ANNOUNCES.search(text):
        return False
    n_words = len(_WORD.findall(text))
    return n_words >= (4 if kind is BlockKind.PARAGRAPH else 1)


def is_header_row(text: str, sentences: Sequence[Sentence], i: int) -> bool:
    """True for the names of the columns in a table of a text file: above a line of dashes, or what looks like them.

    Loaders of other formats put the names into each row.
    """
    after = [s.kind for s in sentences[i + 1 : i + 3]]
    if sentences[i].kind is not BlockKind.TABLE_ROW or after[:1] != [BlockKind.TABLE_ROW]:
        return False
    if _RULE.search(text[sentences[i].span.end : sentences[i + 1].span.start]):
        return True
    opens = i == 0 or sentences[i - 1].kind is not BlockKind.TABLE_ROW
    cells = sentences[i].span.cut(text).split("|")
    return opens and after == [BlockKind.TABLE_ROW] * 2 and len(cells) > 1 and all(map(_is_column_name, cells))


def opens_dangling(text: str) -> bool:
    """True if the sentence opens with a word that leans on the sentence before it.

    >>> opens_dangling("However, it fades."), opens_dangling("Ketamine fades.")
    (True, False)
    """
    return _DANGLING.match(text) is not None


def cut_sentence(text: str, sentence: Sentence) -> list[Sentence]:
    """The sentence in two or three pieces, cut at clause or word ends where there are any; nothing is lost.

    >>> [s.span for s in cut_sentence("one two", Sentence(Span(0, 7), 0, BlockKind.PARAGRAPH))]
    [Span(start=0, end=3), Span(start=4, end=7)]
    """
    half = max(1, (len(sentence.span) + 1) // 2)
    return [Sentence(span, sentence.block, sentence.kind) for span in _pieces(text, sentence.span, half)]


def _prose_cells(text: str, block: Block) -> list[Span]:
    """The cells of a table row one by one if any of them is prose, else none."""
    cells, position = [], block.span.start
    for bar in _CELL_BAR.finditer(text, block.span.start, block.span.end):
        if bar.start() > position:
            cells.append(Span(position, bar.start()))
        position = bar.end()
    if position < block.span.end:
        cells.append(Span(position, block.span.end))
    prose = any(len(_WORD.findall(cell.cut(text))) >= _MIN_CELL_WORDS for cell in cells)
    return cells if prose else []


def _merged(text: str, span: Span) -> Iterator[tuple[int, int]]:
    """Boundaries that sentencex finds, without those after an initial ("U. S.") or a common abbreviation."""
    from sentencex import get_sentence_boundaries

    # White space of other kinds would end a sentence or break an abbreviation; one blank each keeps the offsets.
    flat = span.cut(text).translate(_HARD_SPACES)
    pending: int | None = None
    for boundary in get_sentence_boundaries(LANGUAGE, flat):
        start = boundary["start_index"] if pending is None else pending
        end = boundary["end_index"]
        inside_word = not any(c.isspace() or c in _WIDE_STOPS for c in flat[end - 1 : end + 1])  # "WHAT.EDU.VN"
        if end < len(flat) and (inside_word or _INITIAL.search(flat[start:end])):
            pending = start
            continue
        pending = None
        yield span.start + start, span.start + end
    if pending is not None:
        yield span.start + pending, span.end


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _pieces(text: str, span: Span, max_chars: int) -> Iterator[Span]:
    """The span, cut at clause or word ends into pieces of at most `max_chars`."""
    start = span.start
    while span.end - start > max_chars:
        breaks = [m.end() for m in _CLAUSE_BREAK.finditer(text, start + max_chars // 2, start + max_chars)]
        end = breaks[-1] if breaks else start + max_chars
        if piece := _trimmed(text, start, end):
            yield piece
        start = end
    if piece := _trimmed(text, start, span.end):
        yield piece


def _is_column_name(cell: str) -> bool:
    return 1 <= len(cell.split()) <= _MAX_NAME_WORDS and not re.search(r"[\d:.]", cell)
