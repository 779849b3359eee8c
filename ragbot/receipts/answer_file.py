"""Answers as `ragbot ask --json` printed them, read again to be checked. Believes nothing of what is written there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ragbot.datatypes import Receipt, text_hash
from ragbot.errors import AnswerFileError

_NEXT = "give the output of: ragbot ask … --json"


@dataclass(frozen=True, slots=True)
class QuotedAnswer:
    """One answer's quotes: the receipt of each, and its words. `name` is the answer's id, maybe empty."""

    name: str
    receipts: tuple[Receipt, ...]
    texts: tuple[str, ...]


def read_answers(written: str, *, name: str) -> list[QuotedAnswer]:
    """The answers in a file of one JSON object, or of one a line; `name` is the file's, for errors.

    Raises AnswerFileError, naming the line, if something in it is no answer.
    """
    return [_answer(values, where) for where, values in _objects(written, name)]


def _objects(written: str, name: str) -> Iterator[tuple[str, object]]:
    try:
        yield name, json.loads(written)
        return
    except (ValueError, RecursionError):
        lines = [(number, line) for number, line in enumerate(written.splitlines(), start=1) if line.strip()]
    if not lines:
        raise AnswerFileError(f"{name} is empty; {_NEXT}")
    for number, line in lines:
        try:
            yield f"{name}, line {number}", json.loads(line)
        except (ValueError, RecursionError) as error:
            raise AnswerFileError(f"{name}, line {number}: no JSON; {_NEXT}") from error


def _answer(values: object, where: str) -> QuotedAnswer:
    quotes = values.get("quotes") if isinstance(values, Mapping) else None
    if not isinstance(values, Mapping) or not isinstance(quotes, list):
        raise AnswerFileError(f"{where}: no answer with 'quotes'; {_NEXT}")
    index = values.get("index")
    checked = [
        _quote(quote, index if isinstance(index, str) else "", f"{where}, quote {n}")
        for n, quote in enumerate(quotes, 1)
    ]
    answer_id = values.get("id")
    return QuotedAnswer(
        name=answer_id if isinstance(answer_id, str) else "",
        receipts=tuple(receipt for receipt, _ in checked),
        texts=tuple(text for _, text in checked),
    )


def _quote(values: Any, index: str, where: str) -> tuple[Receipt, str]:
    if not isinstance(values, Mapping):
        raise AnswerFileError(f"{where}: no object; {_NEXT}")
    words = {key: values.get(key) for key in ("document", "sha256", "text")}
    places = {key: values.get(key) for key in ("start", "end")}
    if wrong := [key for key, value in words.items() if not (isinstance(value, str) and value)]:
        raise AnswerFileError(f"{where}: {wrong[0]!r} is missing or no text; {_NEXT}")
    if wrong := [key for key, value in places.items() if type(value) is not int or value < 0]:
        raise AnswerFileError(f"{where}: {wrong[0]!r} is missing or no offset; {_NEXT}")
    text = str(words["text"])
    receipt = Receipt(
        document=str(words["document"]),
        sha256=str(words["sha256"]),
        start=places["start"] or 0,
        end=places["end"] or 0,
        text_sha256=text_hash(text),
        index=index,
    )
    return receipt, text
