"""Our JSONL to Examples: one JSON object a line, as eval/README.md describes it.

A row is a question (`question` or `turns`, with `answers`) or, if it has `expected`, a message for the safety gate.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from ragbot.datatypes import Outcome, Span
from ragbot.errors import ScopeError
from ragbot.evaluation.datasets.records import Example, GoldAnswer, Place
from ragbot.scope import Scope

EXPECTED = {"emergency": Outcome.EMERGENCY, "personal_dose": Outcome.PERSONAL_DOSE, "none": None}
_ANSWER_FIELDS = frozenset({"document", "text", "span", "start", "end", "sha256", "side"})
JsonObject = dict[str, object]


def read_jsonl(path: Path, text: str) -> list[Example]:
    """The rows of the JSONL file `path` with this `text`; raises DatasetError for the first that cannot be used."""
    return with_unique_ids(_example(row, place) for row, place in json_rows(path, text))


def json_rows(path: Path, text: str) -> Iterator[tuple[JsonObject, Place]]:
    """Each line's object with its place; blank lines are no rows. Raises DatasetError for a line of another kind."""
    for number, line in enumerate(text.split("\n"), start=1):  # splitlines() would also cut at U+2028 inside a string
        if line.strip():
            place = Place(str(path), number)
            yield _json_object(line, place), place


def with_unique_ids(rows: Iterator[Example]) -> list[Example]:
    """The rows as a list; raises DatasetError at the first id that another row has."""
    examples: list[Example] = []
    seen: dict[str, Place] = {}
    for example in rows:
        first = seen.setdefault(example.example_id, example.place)
        if first != example.place:
            raise example.place.error(
                "id", f"{example.example_id!r} already stands in line {first.line}; make it unique"
            )
        examples.append(example)
    return examples


def text_field(row: JsonObject, name: str, place: Place, parent: str = "") -> str | None:
    """The text under `name`, None if there is none; raises DatasetError if it is blank or no text."""
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, str) and value.strip():
        return value
    raise place.error(f"{parent}.{name}".lstrip("."), f"{value!r} is not text; write text or leave the field out")


def known_split(value: str | None, place: Place, field: str = "split") -> str | None:
    """`value` if it is dev, test or None; raises DatasetError otherwise."""
    if value not in (None, "dev", "test"):
        raise place.error(field, f"{value!r} is not a split; write dev or test")
    return value


def _example(row: JsonObject, place: Place) -> Example:
    is_safety = "expected" in row
    split = known_split(text_field(row, "split", place), place)
    return Example(
        example_id=text_field(row, "id", place) or f"{Path(place.file).stem}:{place.line}",
        turns=_turns(row, place),
        golds=() if is_safety else _golds(row, place),
        place=place,
        is_safety=is_safety,
        expected=_expected(row, place) if is_safety else None,
        kind=text_field(row, "type" if is_safety else "kind", place),
        style=text_field(row, "style", place),
        topic=text_field(row, "topic", place),
        split=split,
        scope=_scope(row, place),
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


def _scope(row: JsonObject, place: Place) -> Scope | None:
    try:
        return None if row.get("scope") is None else Scope.from_json(row["scope"])
    except ScopeError as error:
        raise place.error("scope", str(error)) from error


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
    document, text = text_field(answer, "document", place, field), text_field(answer, "text", place, field)
    sha256, at = text_field(answer, "sha256", place, field), _offsets(answer, field, place)
    if not document:
        raise place.error(f"{field}.document", "missing; name the document as the index does")
    if text is None and at is None:
        raise place.error(field, "needs `text`, or `start` and `end` (with `sha256`), or both; add one of them")
    if at is not None and sha256 is None:
        raise place.error(f"{field}.sha256", "missing; offsets need the sha256 of the file they count in")
    span, side = _answering_words(answer, field, place), text_field(answer, "side", place, field)
    return GoldAnswer(document, text, at, span, sha256, field, side=side)


def _offsets(answer: JsonObject, field: str, place: Place) -> Span | None:
    if "start" not in answer and "end" not in answer:
        return None
    return _span([answer.get("start"), answer.get("end")], f"{field}.start", place)


def _answering_words(answer: JsonObject, field: str, place: Place) -> str | Span | None:
    value = answer.get("span")
    if isinstance(value, list):
        return _span(value, f"{field}.span", place)
    return text_field(answer, "span", place, field)


def _span(ends: Sequence[object], field: str, place: Place) -> Span:
    match ends:
        case [int(start), int(end)] if 0 <= start < end:
            return Span(start, end)
    raise place.error(field, f"{list(ends)} is no place in a file; write two whole numbers, start < end")
