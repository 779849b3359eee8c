"""The row that the reader learns from, the windows that sentences are cut into, and their files. Reads no data set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from ragbot.datatypes import Block, BlockKind, Span
from ragbot.errors import DatasetError
from ragbot.sentences import block_sentences

MIN_WINDOW_WORDS, MAX_WINDOW_WORDS = 70, 150


@dataclass(frozen=True, slots=True)
class Row:
    """A question and a window as the reader meets them; `right` empty means that no sentence answers.

    `ignored` sentences count neither way. `span` (sentence, start, end) holds the characters that answer. `held` rows are
    never trained on. A row with a `paragraph` may get further windows mined: none of that paragraph, and none with the
    wording of one of its `answers`. Rows of one `collection` with the same question are windows of the same documents.
    """

    question: str
    sentences: tuple[str, ...]
    right: tuple[int, ...]
    ignored: tuple[int, ...] = ()
    span: tuple[int, int, int] | None = None
    prefix: str = ""
    source: str = ""
    held: bool = False
    paragraph: str = ""
    answers: tuple[str, ...] = ()
    collection: str = ""


@dataclass(frozen=True, slots=True)
class PoolWindow:
    """A window of a training text that may be mined as a wrong one for questions on other paragraphs."""

    sentences: tuple[str, ...]
    paragraph: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class SourceRows:
    """What one file gives: its rows, and its windows that may be mined."""

    rows: tuple[Row, ...]
    pool: tuple[PoolWindow, ...] = ()


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Characters of each sentence of `text`, split as the product splits documents; a line end ends a sentence.

    >>> sentence_spans("It helps. Really?\\n- One item")
    [(0, 9), (10, 17), (18, 28)]
    """
    spans, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            block = Block(Span(start, start + len(line)), BlockKind.PARAGRAPH)
            spans += [(span.start, span.end) for span in block_sentences(text, block)]
        start += len(line) + 1
    return spans


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of `text` in order."""
    return tuple(text[start:end] for start, end in sentence_spans(text))


def n_words(text: str) -> int:
    """Number of words between blanks."""
    return len(text.split())


def cut_windows(lengths: Sequence[int], random: Random) -> list[range]:
    """Sentence numbers by window, for sentences of `lengths` words: one window if all is short, else of a random size.

    >>> cut_windows([60, 60], Random(1))
    [range(0, 2)]
    >>> cut_windows([60, 60, 60], Random(1))
    [range(0, 1), range(1, 2), range(2, 3)]
    """
    if sum(lengths) <= MAX_WINDOW_WORDS:
        return [range(len(lengths))] if lengths else []
    most = random.randint(MIN_WINDOW_WORDS, MAX_WINDOW_WORDS - 20)
    windows, start, words = [], 0, 0
    for number, length in enumerate(lengths):
        if number > start and words + length > most:
            windows.append(range(start, number))
            start, words = number, 0
        words += length
    return [*windows, range(start, len(lengths))]


def read_json(path: Path) -> Any:
    """The values of a JSON file. Raises DatasetError."""
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read; name a data file or folder") from error
    except json.JSONDecodeError as error:
        raise DatasetError(f"{path}:{error.lineno}: no JSON ({error.msg}); mend or leave out this file") from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: no UTF-8 text; mend or leave out this file") from error


def read_json_lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Each object of a JSONL file with the number of its line. Raises DatasetError."""
    objects = []
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: cannot be read as UTF-8; name a data file or folder") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                values = json.loads(line)
            except json.JSONDecodeError as error:
                raise DatasetError(f"{path}:{number}: no JSON ({error.msg}); mend or delete this line") from error
            if not isinstance(values, dict):
                raise DatasetError(f"{path}:{number}: no JSON object; mend or delete this line")
            objects.append((number, values))
    return objects


def write_rows(rows: Iterable[Row], path: Path) -> None:
    """Write rows as JSONL, without what only mining needs."""
    kept = [{k: v for k, v in asdict(row).items() if k not in ("paragraph", "answers")} for row in rows]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), "utf-8")


def read_rows(path: Path) -> list[Row]:
    """Rows as `write_rows` wrote them. Raises DatasetError."""
    rows = []
    for number, values in read_json_lines(path):
        try:
            tuples: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
            rows.append(Row(**tuples))
        except TypeError as error:
            raise DatasetError(f"{path}:{number}: no row of the reader ({error}); delete the folder") from error
    return rows
