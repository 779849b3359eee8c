"""A PDF file to pages of placed words, through pypdfium2. Leaves lines and their order to others.

Coordinates are in points as a reader sees the page: from its left edge to the right, from its top edge down.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from ragbot.errors import DocumentError
from ragbot.loaders.pdf.bidi import LEFTWARD
from ragbot.loaders.pdf.glyphs import Box, Glyphs, is_raised, upright
from ragbot.loaders.pdf.opening import opened, page_error, pdfium
from ragbot.loaders.pdf.signs import raised_after, readable

MAX_PAGES = 5_000
MAX_CHARACTERS = 20_000_000

_LINE = re.compile(r"\S[^\r\n]*")
_WORD = re.compile(r"[^\s\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]")


class Word(NamedTuple):  # made hundreds of times a page: a dataclass takes four times as long
    """Characters without a blank; `top` and `bottom` enclose the font's full height, `size` is in points."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool

    @property
    def middle(self) -> float:
        """Height of the middle of the word's line."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Page:
    """The words of one page in the order of the file; `turned` run in another direction (a stamp on the edge).

    Width and height are those of the page turned to the left by `turns` quarters, so that `words` run to the right.
    """

    height: float
    words: tuple[Word, ...]
    turned: tuple[Word, ...] = ()
    width: float = 0.0
    turns: int = 0


@dataclass(frozen=True, slots=True)
class PdfWords:
    """All pages of one file, empty ones included, and the title in its metadata (maybe empty)."""

    pages: tuple[Page, ...]
    title: str
    scanned: tuple[int, ...] = ()  # numbers (from 1) of pages that hold a picture and no word


def read_words(data: bytes) -> PdfWords:
    """The words of a PDF file.

    Raises DocumentError if the file is no PDF, damaged, encrypted, scanned without text, or too large.
    """
    with opened(data) as pdf:
        return _read(pdf)


def _read(pdf: Any) -> PdfWords:
    count = len(pdf)
    if count > MAX_PAGES:
        raise DocumentError(f"{count:,} pages, more than {MAX_PAGES:,}; split it")
    pages: list[Page] = []
    characters = 0
    for number in range(count):
        try:
            page, length = read_page(pdf, number, MAX_CHARACTERS - characters)
        except pdfium().PdfiumError as error:
            raise page_error(number, count) from error
        characters += length
        pages.append(page)
    wordless = [number for number, page in enumerate(pages) if not (page.words or page.turned)]
    scanned = tuple(number + 1 for number in wordless if _has_image(pdf, number))
    if scanned and len(wordless) == count:
        raise DocumentError("scanned pages without text; run OCR on it first")
    return PdfWords(tuple(pages), _title(pdf), scanned)


def _title(pdf: Any) -> str:
    try:
        return readable(" ".join(pdf.get_metadata_value("Title").split()))
    except (UnicodeDecodeError, pdfium().PdfiumError):
        return ""


def _has_image(pdf: Any, number: int) -> bool:
    page = pdf[number]
    try:
        images = page.get_objects(filter=[pdfium().raw.FPDF_PAGEOBJ_IMAGE], max_depth=5)
        return next(iter(images), None) is not None
    except pdfium().PdfiumError:
        return False  # a broken picture is no reason to refuse the other pages
    finally:
        page.close()


def read_page(pdf: Any, number: int, room: int = MAX_CHARACTERS) -> tuple[Page, int]:
    """Page `number` (from 0) of an opened file, and how many characters it has. Raises DocumentError over `room`."""
    page = pdf[number]
    try:
        text_page = page.get_textpage()
        try:
            count = text_page.count_chars()
            if count > room:
                raise DocumentError(f"more than {MAX_CHARACTERS // 1_000_000} million characters; split it")
            bounds = page.get_bbox()
            return _turned_upright(bounds, _words(text_page, count, bounds)), count
        finally:
            text_page.close()
    finally:
        page.close()


def _words(text_page: Any, count: int, bounds: Box) -> Iterator[tuple[int, Word]]:
    """The words inside the bounds with the quarter turns of their line, each placed as if the page were so turned."""
    left, bottom, right, top = bounds
    glyphs = Glyphs(text_page, pdfium().raw)
    seen: set[tuple[str, float, float]] = set()
    last: tuple[int, Word] | None = None
    for start, text, box, turns in _found(_characters(text_page, count), glyphs, bounds):
        if not (box[0] < right and left < box[2] and box[1] < top and bottom < box[3]):
            continue
        size, place = glyphs.size(start), upright(box, turns, bounds)
        if not text or _is_double(text, place, size, seen):
            continue
        word = Word(text, *place, size, glyphs.bold(start))
        if last is not None and last[0] == turns and _is_raised_beside(word, last[1]):
            word = word._replace(text=raised_after(last[1].text, text))
        if word.text:
            last = turns, word
            yield last


def _found(characters: str, glyphs: Glyphs, bounds: Box) -> Iterator[tuple[int, str, Box, int]]:
    """The first character, text, box and quarter turns of each word; the glyphs' matrix is that of its first character."""
    for line in _LINE.finditer(characters):
        if LEFTWARD.search(line[0]) and glyphs.turns(line.start()) == 0:
            for start, text, box in glyphs.by_place(line[0], line.start()):
                if glyphs.turns(start) == 0:
                    yield start, readable(text), box, 0
            continue
        for match in _WORD.finditer(characters, *line.span()):
            for start, end, box in glyphs.on_one_line(*match.span()):
                turns = glyphs.turns(start)
                if turns is not None:
                    yield start, glyphs.read(characters[start:end], start, turns, bounds), box, turns


def _is_double(text: str, place: Box, size: float, seen: set[tuple[str, float, float]]) -> bool:
    """True if the same word was painted here before, a little beside it: some programs so make bold type."""
    step = 0.2 * max(size, 0.5)
    across, down = place[0] // step, place[1] // step
    found = any((text, across + x, down + y) in seen for x in (-1, 0, 1) for y in (-1, 0, 1))
    seen.add((text, across, down))
    return found


def _is_raised_beside(word: Word, base: Word) -> bool:
    """True for small type close behind a word and above its foot, which calls a note or is an exponent."""
    return -0.1 * base.size < word.left - base.right < 0.5 * base.size and is_raised(word[1:5], base[1:5])


def _characters(text_page: Any, count: int) -> str:
    text: str = text_page.get_text_range(0, count) if count > 0 else ""
    if len(text) == count:
        return text
    # Characters that cannot be written were left out, so their numbers no longer agree: ask for each.
    code = pdfium().raw.FPDFText_GetUnicode
    return "".join(chr(code(text_page, index)) for index in range(count))


def _turned_upright(bounds: Box, words: Iterator[tuple[int, Word]]) -> Page:
    """The page seen so that most of its characters run from left to right."""
    by_turns: defaultdict[int, list[Word]] = defaultdict(list)
    for turns, word in words:
        by_turns[turns].append(word)
    main = max(by_turns, key=lambda turns: (sum(len(w.text) for w in by_turns[turns]), -turns), default=0)
    others = tuple(word for turns in sorted(by_turns) if turns != main for word in by_turns[turns])
    left, bottom, right, top = bounds
    width, height = (top - bottom, right - left) if main % 2 else (right - left, top - bottom)
    return Page(height, tuple(by_turns[main]), others, width, main)
