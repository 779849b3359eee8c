"""A JSON text walked member by member, each with its line and column. For errors that name the place, and nothing else.

The standard library's decoder forgets where a value stood; here it is asked for one member at a time.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ragbot.errors import DatasetError
from ragbot.evaluation.datasets.records import Place

_BLANK = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()
_TYPES = {dict: "an object", list: "a list", str: "text", int: "a whole number", bool: "true or false"}


class JsonText:
    """A whole JSON file as text, which knows the line and column of each character.

    Raises DatasetError, with line and column, if it is not JSON.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.file = str(path)
        self.text = text
        try:
            self.value: object = json.loads(text)
        except json.JSONDecodeError as error:
            at = Place(self.file, error.lineno, error.colno)
            raise at.error("file", f"not JSON ({error.msg}); mend it or export it again") from error
        except (ValueError, RecursionError) as error:
            raise DatasetError(f"{path} is not JSON ({error}); export it again") from error

    @property
    def root(self) -> JsonNode:
        """The outermost value."""
        return JsonNode(self, self.value, _blank_end(self.text, 0), "")

    def place(self, position: int) -> Place:
        """Line and column of the character at `position`."""
        line = bisect_right(self._line_starts, position)
        return Place(self.file, line, position - self._line_starts[line - 1] + 1)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]


@dataclass(frozen=True, slots=True)
class JsonNode:
    """One value of a JSON text, where it begins, and the path to it."""

    owner: JsonText
    value: object
    position: int
    path: str

    @property
    def place(self) -> Place:
        """Line and column where it begins."""
        return self.owner.place(self.position)

    def error(self, problem: str) -> DatasetError:
        """The error that names file, line, column and path."""
        return self.place.error(self.path or "file", problem)

    def text(self) -> str:
        """The value, if it is text; raises DatasetError."""
        if not isinstance(self.value, str):
            raise self.error(f"must be {_TYPES[str]}; mend it")
        return self.value

    def whole_number(self) -> int:
        """The value, if it is a whole number; raises DatasetError."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.error(f"must be {_TYPES[int]}; mend it")
        return self.value

    def members(self) -> Members:
        """The members of an object by name; raises DatasetError for any other value. Walks it anew each time."""
        if not isinstance(self.value, dict):
            raise self.error(f"must be {_TYPES[dict]}; mend it")
        text, found = self.owner.text, Members(self)
        for start in _member_starts(text, self.position):
            name, end = _DECODER.raw_decode(text, start)
            at = _blank_end(text, _blank_end(text, end) + 1)  # over the colon
            found[name] = JsonNode(self.owner, self.value[name], at, f"{self.path}.{name}".lstrip("."))
        return found

    def items(self) -> Iterator[JsonNode]:
        """The items of a list; raises DatasetError for any other value."""
        if not isinstance(self.value, list):
            raise self.error(f"must be {_TYPES[list]}; mend it")
        starts = _member_starts(self.owner.text, self.position)
        for number, (value, start) in enumerate(zip(self.value, starts, strict=True)):
            yield JsonNode(self.owner, value, start, f"{self.path}[{number}]")


class Members(dict[str, JsonNode]):
    """The members of one object by name."""

    def __init__(self, owner: JsonNode) -> None:
        super().__init__()
        self._owner = owner

    def need(self, name: str) -> JsonNode:
        """The member called `name`; raises DatasetError if there is none."""
        if name not in self:
            raise self._owner.error(f"has no `{name}`; add it")
        return self[name]


def _member_starts(text: str, position: int) -> Iterator[int]:
    """Where each member of the object or list at `position` begins; an object's begin with their name."""
    is_object, at = text[position] == "{", _blank_end(text, position + 1)
    while text[at] not in "}]":
        yield at
        _, end = _DECODER.raw_decode(text, at)
        if is_object:
            _, end = _DECODER.raw_decode(text, _blank_end(text, _blank_end(text, end) + 1))
        at = _blank_end(text, end)
        if text[at] == ",":
            at = _blank_end(text, at + 1)


def _blank_end(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position
