"""Pages in Hebrew or Arabic placed as if their script ran to the right, so that all else need know one direction only.

A page is mirrored where most of its letters run to the left. A line, or a phrase in it, that runs against its page is
then turned about where it stands. A number before such a phrase is no part of it: Unicode Annex 9 shows "0.5 mg" among
Hebrew words with the unit on the left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from unicodedata import bidirectional

from ragbot.loaders.pdf.lines import rows_of
from ragbot.loaders.pdf.words import Page, Word

_LEFTWARD = ("R", "AL")
_NUMERIC = ("EN", "AN")
_CLEAR = 0.2  # beyond a half: a line with fewer letters of the other script is told by them
_APART = 1.5  # em between two words that are no neighbours: they stand in two columns or cells


def placed_to_the_right(pages: Sequence[Page]) -> list[Page]:
    """The pages, words in leftward scripts placed so that each line is read from left to right."""
    if not any(_runs_left(word) for page in pages for word in page.words):
        return list(pages)
    edge = max((word.right for page in pages for word in page.words), default=0.0)  # one for all: heads stand alike
    return [replace(page, words=_placed(page.words, edge)) for page in pages]


def _placed(words: tuple[Word, ...], edge: float) -> tuple[Word, ...]:
    if not any(_runs_left(word) for word in words):
        return words
    is_mirrored = _leftward_share(words) > 0.5
    if is_mirrored:
        words = tuple(_mirrored(word, 0.0, edge) for word in words)
    turned: dict[int, Word] = {}
    leftward = is_mirrored
    for row in rows_of(words):
        for segment in _segments(row):
            leftward = _is_leftward(segment, otherwise=leftward)  # where it cannot be told as the line above
            after = _straight(segment, is_leftward=leftward, is_mirrored=is_mirrored)
            turned |= zip(map(id, segment), after, strict=True)
    return tuple(turned[id(word)] for word in words)


def _straight(segment: list[Word], *, is_leftward: bool, is_mirrored: bool) -> list[Word]:
    """The words of a line or cell, given from left to right, at places that are read from left to right."""
    placed = list(segment) if is_leftward == is_mirrored else _turned(segment)
    order = sorted(range(len(placed)), key=lambda number: placed[number].left)
    for phrase in _phrases([placed[number] for number in order], against_left=is_leftward):
        run = order[phrase.start : phrase.stop]
        for number, word in zip(run, _turned([placed[number] for number in run]), strict=True):
            placed[number] = word
    return placed


def _turned(words: Sequence[Word]) -> list[Word]:
    """The words mirrored about the middle of the stretch that they take."""
    left, right = min(word.left for word in words), max(word.right for word in words)
    return [_mirrored(word, left, right) for word in words]


def _mirrored(word: Word, left: float, right: float) -> Word:
    """The word as far from `right` as it was from `left`."""
    return word._replace(left=left + right - word.right, right=left + right - word.left)


def _segments(row: Sequence[Word]) -> Iterator[list[Word]]:
    """The row cut where words stand so far apart that they are of two columns or cells."""
    segment: list[Word] = []
    for word in row:
        if segment and word.left - segment[-1].right > _APART * word.size:
            yield segment
            segment = []
        segment.append(word)
    yield segment


def _phrases(words: Sequence[Word], *, against_left: bool) -> Iterator[range]:
    """Runs of two words and more, by their places, that are read from right to left among `words`.

    Each begins with a word that runs against the line and goes on to the last such word or, in a line of a leftward
    script, to the numbers behind it.
    """
    opposite, same = (_runs_right, _runs_left) if against_left else (_runs_left, _runs_right)
    begin: int | None = None
    end = 0
    for place, word in enumerate([*words, None]):
        if begin is not None and (word is None or same(word)):
            if end - begin > 1:
                yield range(begin, end)
            begin = None
        elif word is not None and opposite(word):
            begin, end = place if begin is None else begin, place + 1
        elif word is not None and against_left and _is_number(word):
            end = place + 1


def _is_leftward(words: Sequence[Word], *, otherwise: bool) -> bool:
    """True if the line runs to the left: both ends do, or most of it; as `otherwise` says where it cannot be told."""
    strong = [word for word in words if _strong(word)]
    if not strong:
        return otherwise
    if _runs_left(strong[0]) == _runs_left(strong[-1]):
        return _runs_left(strong[0])
    share = _leftward_share(strong)
    return share > 0.5 if abs(share - 0.5) > _CLEAR else otherwise


def _leftward_share(words: Sequence[Word]) -> float:
    """The share, from 0 to 1, that words running to the left have of the characters of all that run anywhere."""
    lengths = [(len(word.text), _runs_left(word)) for word in words if _strong(word)]
    return sum(n for n, leftward in lengths if leftward) / max(1, sum(n for n, _ in lengths))


def _runs_left(word: Word) -> bool:
    """True if the word's first letter is Hebrew, Arabic or of another script that runs to the left."""
    return _strong(word) in _LEFTWARD


def _runs_right(word: Word) -> bool:
    return _strong(word) == "L"


def _is_number(word: Word) -> bool:
    return not _strong(word) and any(bidirectional(character) in _NUMERIC for character in word.text)


def _strong(word: Word) -> str:
    """The direction of the word's first letter, nothing if it has none."""
    return next((kind for c in word.text if (kind := bidirectional(c)) in ("L", *_LEFTWARD)), "")
