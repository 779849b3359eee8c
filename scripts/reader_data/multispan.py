"""MultiSpanQA JSON (words with B, I, O labels) as rows: every sentence that holds one of the answers is right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from ragbot.errors import DatasetError
from reader_data.rows import Row, SourceRows, cut_windows, n_words, read_json, sentence_spans

NONE_SHARE = 0.5  # of the windows that hold no answer

_CLINGS = re.compile(r"[.,;:!?%)\]}]|'s|n't|''")
_OPENS = ("(", "[", "$", "``")


def read_multispan(path: Path, random: Random, *, held_rows: int = 0) -> SourceRows:
    """Rows of a MultiSpanQA file; the last `held_rows` are held. Raises DatasetError."""
    rows: list[Row] = []
    place = "the top"
    try:
        for number, item in enumerate(read_json(path)["data"], start=1):
            place = f"item {number}"
            rows += _rows(item, path.stem, random)
    except (KeyError, TypeError, ValueError) as error:
        raise DatasetError(f"{path}: no MultiSpanQA data at {place} ({error!r}); mend this file") from error
    first_held = len(rows) - held_rows
    return SourceRows(tuple(_held(row) if place >= first_held else row for place, row in enumerate(rows)))


def joined(words: Sequence[str], labels: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """The text of `words` as people write it, and the characters of the words that are labelled as answers.

    >>> joined(["Tea", ",", "milk", "."], ["B", "O", "B", "O"])
    ('Tea, milk.', [(0, 3), (5, 9)])
    """
    text, marked = "", []
    for word, label in zip(words, labels, strict=True):
        if text and not _CLINGS.fullmatch(word) and not text.endswith(_OPENS):
            text += " "
        if label != "O":
            marked.append((len(text), len(text) + len(word)))
        text += word
    return text, marked


def _rows(item: Any, source: str, random: Random) -> list[Row]:
    text, marked = joined(item["context"], item["label"])
    question = " ".join(item["question"]).replace(" n't", "n't").replace(" 's", "'s")
    spans = sentence_spans(text)
    rows = []
    for window in cut_windows([n_words(text[a:b]) for a, b in spans], random):
        inside = [spans[number] for number in window]
        right = tuple(i for i, (a, b) in enumerate(inside) if any(a <= start and end <= b for start, end in marked))
        if right or random.random() < NONE_SHARE:
            rows.append(Row(question, tuple(text[a:b] for a, b in inside), right, source=source))
    return rows


def _held(row: Row) -> Row:
    return Row(row.question, row.sentences, row.right, source=row.source, held=True)
