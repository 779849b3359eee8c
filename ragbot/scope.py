"""Which documents a question is asked of: by name, kind and date. Knows documents only by what they say of themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Protocol

from ragbot.dates import first_day
from ragbot.errors import ScopeError

MAX_NAMES = 10_000  # names a scope may list; each is looked up at once
MAX_PATTERNS = 50  # of these with wildcards, which every document is compared with
_MAX_CHARS = 1_000
_ESCAPED = re.compile(r"\[([*?\[])\]")
_SHAPE = '{"documents": ["a*.md"], "kinds": ["leaflet"], "since": "2023"}'


class Described(Protocol):
    """What a scope asks of a document."""

    @property
    def doc_id(self) -> str:
        """Its name."""

    @property
    def kind(self) -> str | None:
        """What kind of text it says it is."""

    @property
    def published(self) -> str | None:
        """When it says it was published."""

    @property
    def reviewed(self) -> str | None:
        """Up to when it says its sources were reviewed."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Documents to search; what is empty leaves nothing out, so `Scope()` is everything.

    A document is inside if one of `documents` is its name or a shell pattern of it (`*` also stands for `/`), if its
    kind is one of `kinds` (letter case aside; "" is a document that names none), and if the later of its two dates,
    published and reviewed, lies surely on or after `since`: a document of 2023 is not one "since 2023-05", nor is one
    without a date. Raises ScopeError if `since` is no date or there is too much to compare.

    >>> Scope(documents=("leaflets/*",), since="2023") == Scope()
    False
    """

    documents: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: str | None = None

    def __post_init__(self) -> None:
        if self.since is not None and (first_day(self.since) is None or not self.since.replace("-", "").isdigit()):
            raise ScopeError(
                f"cannot search since {self.since[:40]!r}; write a year, a month or a day: 2023, 2023-05 or 2023-05-31"
            )
        if problem := _problem(self.documents) or _problem(self.kinds):
            raise ScopeError(f"cannot search only there: {problem}; choose fewer documents, or by kind or date")

    @property
    def is_everything(self) -> bool:
        """True if it leaves no document out, whatever the documents are."""
        return not (self.documents or self.kinds or self.since)

    def admits(self, document: Described) -> bool:
        """True if `document` is inside.

        >>> from types import SimpleNamespace
        >>> leaflet = SimpleNamespace(doc_id="a/b.md", kind="Leaflet", published="2019", reviewed="2024-02")
        >>> Scope(("a/*",), ("leaflet",), "2024").admits(leaflet), Scope(since="2024-03").admits(leaflet)
        (True, False)
        """
        return (
            (not self.documents or _matcher(self.documents)(document.doc_id))
            and (not self.kinds or (document.kind or "").casefold() in {kind.casefold() for kind in self.kinds})
            and (self.since is None or _is_since(document, self.since))
        )

    def to_json(self) -> dict[str, object]:
        """Plain values, ready for `json.dumps`; what is empty is left out."""
        values = {"documents": list(self.documents), "kinds": list(self.kinds), "since": self.since}
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, values: object) -> Scope:
        """The scope in plain values of the shape of `to_json`; None is everything. Raises ScopeError for any other."""
        if values is None:
            return cls()
        if not isinstance(values, Mapping) or not values.keys() <= {"documents", "kinds", "since"}:
            raise _misshapen(values)
        documents, kinds, since = (values.get(name) for name in ("documents", "kinds", "since"))
        if since is not None and not isinstance(since, str):
            raise _misshapen(values)
        return cls(_texts(documents, values), _texts(kinds, values), since)


def pattern_of(doc_id: str) -> str:
    """The pattern that only the document called `doc_id` matches.

    >>> pattern_of("dose [new].md")
    'dose [[]new].md'
    """
    return re.sub(r"([*?\[])", r"[\1]", doc_id)


def name_of(pattern: str) -> str | None:
    """The only name that `pattern` matches, or None if it has wildcards.

    >>> name_of("dose [[]new].md"), name_of("dose*.md")
    ('dose [new].md', None)
    """
    has_wildcard = any(c in _ESCAPED.sub("", pattern) for c in "*?[")
    return None if has_wildcard else _ESCAPED.sub(r"\1", pattern)


@lru_cache(maxsize=16)
def _matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    names = frozenset(name_of(pattern) for pattern in patterns)
    wild = [re.compile(translate(pattern)) for pattern in patterns if name_of(pattern) is None]
    return lambda doc_id: doc_id in names or any(pattern.match(doc_id) for pattern in wild)


def _is_since(document: Described, since: str) -> bool:
    earliest = first_day(since)
    days = [day for text in (document.published, document.reviewed) if (day := first_day(text)) is not None]
    return earliest is not None and bool(days) and max(days) >= earliest


def _problem(names: tuple[str, ...]) -> str | None:
    """What makes `names` too much to compare documents with."""
    if len(names) > MAX_NAMES:
        return f"{len(names):,} names are more than {MAX_NAMES:,}"
    if any(len(name) > _MAX_CHARS for name in names):
        return f"a name has more than {_MAX_CHARS:,} characters"
    n_patterns = sum(name_of(name) is None for name in names)
    return f"{n_patterns} patterns with * or ? are more than {MAX_PATTERNS}" if n_patterns > MAX_PATTERNS else None


def _texts(values: object, whole: object) -> tuple[str, ...]:
    if values is None:
        return ()
    if not isinstance(values, list | tuple) or not all(isinstance(one, str) for one in values):
        raise _misshapen(whole)
    return tuple(values)


def _misshapen(values: object) -> ScopeError:
    shown = json.dumps(values, default=str)
    return ScopeError(f"scope {shown[:80]} is not understood; write {_SHAPE}, each part only if wanted")
