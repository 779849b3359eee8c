"""A PDF file to pages of placed words, through pypdfium2, whose one home this is. Leaves lines and their order to others.

Coordinates are in points as a reader sees the page: from its left edge to the right, from its top edge down.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from ragbot.errors import DocumentError
from ragbot.loaders.pdf.glyphs import Box, Glyphs, is_raised, upright
from ragbot.loaders.pdf.signs import raised_after, readable

MAX_PAGES = 5_000
MAX_CHARACTERS = 20_000_000

# pdfium holds global state and is not safe in threads; a run that parses while it embeds may use several.
_ONE_AT_A_TIME = threading.Lock()
_WORD = re.compile(r"[^\s\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]")
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


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
    """The words of one page in the order of the file; `turned` run in another direction (a stamp on the edge)."""

    height: float
    words: tuple[Word, ...]
    turned: tuple[Word, ...] = ()


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
    if data.startswith(b"PK\x03\x04"):
        raise DocumentError("not a PDF but a ZIP archive; unpack it or give it its own suffix")
    with _ONE_AT_A_TIME:
        pdf = _opened(data)
        try:
            return _read(pdf)
        finally:
            pdf.close()


@lru_cache(maxsize=1)
def _pdfium() -> Any:
    import pypdfium2

    return pypdfium2


def _opened(data: bytes) -> Any:
    try:
        return _pdfium().PdfDocument(data)
    except _pdfium().PdfiumError as error:
        # For a file without pages pdfium leaves the code of the file before: believe it only of an encrypted one.
        if error.err_code in (_PASSWORD, _SECURITY) and b"/Encrypt" in data:
            raise DocumentError("encrypted; save a copy without a password") from error
        raise DocumentError("no PDF with pages, or damaged; open it in a viewer and save it again") from error


def _read(pdf: Any) -> PdfWords:
    count = len(pdf)
    if count > MAX_PAGES:
        raise DocumentError(f"{count:,} pages, more than {MAX_PAGES:,}; split it")
    pages: list[Page] = []
    characters = 0
    for number in range(count):
        try:
            page, length = _page(pdf, number, MAX_CHARACTERS - characters)
        except _pdfium().PdfiumError as error:
            raise DocumentError(
                f"page {number + 1} of {count} cannot be read; open the file in a viewer and save it again"
            ) from error
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
    except (UnicodeDecodeError, _pdfium().PdfiumError):
        return ""


def _has_image(pdf: Any, number: int) -> bool:
    page = pdf[number]
    try:
        images = page.get_objects(filter=[_pdfium().raw.FPDF_PAGEOBJ_IMAGE], max_depth=5)
        return next(iter(images), None) is not None
    except _pdfium().PdfiumError:
        return False  # a broken picture is no reason to refuse the other pages
    finally:
        page.close()


def _page(pdf: Any, number: int, room: int) -> tuple[Page, int]:
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
    glyphs = Glyphs(text_page, _pdfium().raw)
    seen: set[tuple[str, float, float]] = set()
    last: tuple[int, Word] | None = None
    for match in _WORD.finditer(_characters(text_page, count)):
        for start, end, box in glyphs.on_one_line(*match.span()):
            turns = glyphs.turns(start)
            if turns is None or not (box[0] < right and left < box[2] and box[1] < top and bottom < box[3]):
                continue
            size, place = glyphs.size(start), upright(box, turns, bounds)
            text = glyphs.read(match.string[start:end], start, turns, bounds)
            if not text or _is_double(text, place, size, seen):
                continue
            word = Word(text, *place, size, glyphs.bold(start))
            if last is not None and last[0] == turns and _is_raised_beside(word, last[1]):
                word = word._replace(text=raised_after(last[1].text, text))
            if word.text:
                last = turns, word
                yield last


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
    code = _pdfium().raw.FPDFText_GetUnicode
    return "".join(chr(code(text_page, index)) for index in range(count))


def _turned_upright(bounds: Box, words: Iterator[tuple[int, Word]]) -> Page:
    """The page seen so that most of its characters run from left to right."""
    by_turns: defaultdict[int, list[Word]] = defaultdict(list)
    for turns, word in words:
        by_turns[turns].append(word)
    main = max(by_turns, key=lambda turns: (sum(len(w.text) for w in by_turns[turns]), -turns), default=0)
    others = tuple(word for turns in sorted(by_turns) if turns != main for word in by_turns[turns])
    left, bottom, right, top = bounds
    return Page(right - left if main % 2 else top - bottom, tuple(by_turns[main]), others)
