"""Question files to Examples. Reads our JSONL; resolves nothing against documents (`golds` does) and asks nothing.

A row is a question (`question` or `turns`, with `answers`) or, if it has `expected`, a message for the safety gate.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ragbot.datatypes import Outcome, Span
from ragbot.errors import DatasetError

SPLITS = ("dev", "test", "all")
EXPECTED = {"emergency": Outcome.EMERGENCY, "personal_dose": Outcome.PERSONAL_DOSE, "none": None}
_ANSWER_FIELDS = frozenset({"document", "text", "span", "start", "end", "sha256"})
JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its file and line (from 1)."""

    file: str
    line: int

    def error(self, field: str, problem: str) -> DatasetError:
        """The error that names file, line and field; `problem` says what is wrong and what to do."""
        return DatasetError(f"{self.file}:{self.line}: {field}: {problem}")


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """An acceptable answer as its row states it: by `text`, or by `at` and the file's `sha256` without any text.

    `span` are the answering words, as text or as a place in the file; `field` names the gold in error lines.
    """

    document: str
    text: str | None
    at: Span | None
    span: str | Span | None
    sha256: str | None
    field: str


@dataclass(frozen=True, slots=True)
class Example:
    """One question with its gold answers (none: the corpus does not answer it), or one safety message.

    `turns` ends with the question that is asked. `expected` is the gate that must take a safety message, None if none
    may; `is_safety` tells the two sorts apart.
    """

    example_id: str
    turns: tuple[str, ...]
    golds: tuple[GoldAnswer, ...]
    place: Place
    is_safety: bool = False
    expected: Outcome | None = None
    kind: str | None = None
    style: str | None = None
    topic: str | None = None
    split: str | None = None

    @property
    def question(self) -> str:
        """The question that is asked: the last turn."""
        return self.turns[-1]

    @property
    def is_answerable(self) -> bool:
        """True if the row names at least one answer."""
        return bool(self.golds)


def read_examples(files: Sequence[Path], *, split: str | None = None) -> list[Example]:
    """The rows of `files`, in order. `split` is `dev` (also for None), `test` or `all`; rows without one are all used.

    Raises DatasetError, naming file, line and field, for the first row that cannot be read, and if no row is left.
    """
    wanted = split or "dev"
    if wanted not in SPLITS:
        raise DatasetError(f"no split {wanted!r}; use one of: {', '.join(SPLITS)}")
    rows = [example for path in files for example in _read_file(path)]
    chosen = [example for example in rows if wanted == "all" or example.split in (None, wanted)]
    if not chosen:
        names = ", ".join(str(path) for path in files) or "no file"
        step = "use --split all" if rows else "name a file with one JSON object a line"
        raise DatasetError(f"no question of split {wanted} in {names}; {step}")
    return chosen


def _read_file(path: Path) -> list[Example]:
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # splitlines() would also cut at U+2028 inside a string
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise DatasetError(f"cannot read {path} ({error.strerror}); check its name and rights") from error
    examples: list[Example] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        example = _example(line, Place(str(path), number))
        first = seen.setdefault(example.example_id, number)
        if first != number:
            raise example.place.error("id", f"{example.example_id!r} already stands in line {first}; make it unique")
        examples.append(example)
    return examples


def _example(line: str, place: Place) -> Example:
    row = _json_object(line, place)
    split = _text(row, "split", place)
    if split not in (None, "dev", "test"):
        raise place.error("split", f"{split!r} is not a split; write dev or test")
    is_safety = "expected" in row
    return Example(
        example_id=_text(row, "id", place) or f"{Path(place.file).stem}:{place.line}",
        turns=_turns(row, place),
        golds=() if is_safety else _golds(row, place),
        place=place,
        is_safety=is_safety,
        expected=_expected(row, place) if is_safety else None,
        kind=_text(row, "type" if is_safety else "kind", place),
        style=_text(row, "style", place),
        topic=_text(row, "topic", place),
        split=split,
    )


def _json_object(line: str, place: Place) -> JsonObject:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        detail = f"{error.msg}, column {error.colno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise place.error("row", f"not JSON ({detail}); write one JSON object a line") from error
    if not isinstance(row, dict):
        raise place.error("row", "not a JSON object; write one JSON object a line")
    return row


def _turns(row: JsonObject, place: Place) -> tuple[str, ...]:
    if ("question" in row) == ("turns" in row):
        raise place.error("question", "needs either `question` or `turns`; add one of them")
    field = "question" if "question" in row else "turns"
    value = row[field]
    turns = [value] if field == "question" else value
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) and turn.strip() for turn in turns):
        raise place.error(field, "must be text that is not empty (`turns`: a list of it); write the question")
    return tuple(turns)


def _expected(row: JsonObject, place: Place) -> Outcome | None:
    value = row["expected"]
    if not isinstance(value, str) or value not in EXPECTED:
        raise place.error("expected", f"{value!r} is none of {', '.join(EXPECTED)}; write one of them")
    return EXPECTED[value]


def _golds(row: JsonObject, place: Place) -> tuple[GoldAnswer, ...]:
    answers = row.get("answers", [])
    if not isinstance(answers, list):
        raise place.error("answers", "must be a list; write [] if the documents do not answer the question")
    return tuple(_gold(answer, f"answers[{number}]", place) for number, answer in enumerate(answers))


def _gold(answer: object, field: str, place: Place) -> GoldAnswer:
    if not isinstance(answer, dict):
        raise place.error(field, 'must be an object such as {"document": "a.md", "text": "..."}')
    unknown = sorted(set(answer) - _ANSWER_FIELDS)
    if unknown:
        raise place.error(f"{field}.{unknown[0]}", f"unknown; an answer has {', '.join(sorted(_ANSWER_FIELDS))}")
    document, text = _text(answer, "document", place, field), _text(answer, "text", place, field)
    sha256, at = _text(answer, "sha256", place, field), _offsets(answer, field, place)
    if not document:
        raise place.error(f"{field}.document", "missing; name the document as the index does")
    if (text is None) == (at is None):
        raise place.error(field, "needs either `text` or `start` and `end` (with `sha256`); add one of them")
    if at is not None and sha256 is None:
        raise place.error(f"{field}.sha256", "missing; offsets need the sha256 of the file they count in")
    return GoldAnswer(document, text, at, _answering_words(answer, field, place), sha256, field)


def _offsets(answer: JsonObject, field: str, place: Place) -> Span | None:
    if "start" not in answer and "end" not in answer:
        return None
    return _span([answer.get("start"), answer.get("end")], f"{field}.start", place)


def _answering_words(answer: JsonObject, field: str, place: Place) -> str | Span | None:
    value = answer.get("span")
    if isinstance(value, list):
        return _span(value, f"{field}.span", place)
    return _text(answer, "span", place, field)


def _span(ends: Sequence[object], field: str, place: Place) -> Span:
    match ends:
        case [int(start), int(end)] if 0 <= start < end:
            return Span(start, end)
    raise place.error(field, f"{list(ends)} is no place in a file; write two whole numbers, start < end")


def _text(row: JsonObject, name: str, place: Place, parent: str = "") -> str | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.strip():
        return value
    raise place.error(f"{parent}.{name}".lstrip("."), f"{value!r} is not text; write text or leave the field out")
