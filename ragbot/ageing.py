"""Sources that are old or superseded: what to caution of, on the day on which they are shown. Draws nothing.

Apart from answering, because the same question of the same index has the same answer on every day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol

from ragbot.datatypes import Answer, Caution, Quote
from ragbot.dates import last_day, years_before


class Dated(Protocol):
    """What a caution rests on."""

    @property
    def published(self) -> str | None:
        """When it says it was published."""

    @property
    def reviewed(self) -> str | None:
        """Up to when it says its sources were reviewed."""

    @property
    def superseded_by(self) -> str | None:
        """The document that takes its place."""


@dataclass(frozen=True, slots=True)
class Ageing:
    """When a source counts as old: `years` after the later of its dates, published and reviewed; 0 is never.

    `title_of` gives the title of the document of a name, or None if there is none of it.
    """

    today: date
    years: int
    title_of: Callable[[str], str | None] = lambda name: None

    def cautions(self, source: Dated) -> tuple[Caution, ...]:
        """What to say of `source`: first what supersedes it, then that it is old.

        A date counts as its last day: a document of 2020 is not yet five years old in the summer of 2025.
        """
        found = []
        if source.superseded_by:
            title = self.title_of(source.superseded_by)
            found.append(Caution("superseded", document=source.superseded_by, title=title))
        if (newest := _newest(source)) and self.years and newest[0] < years_before(self.today, self.years):
            found.append(Caution(newest[1], year=newest[0].year))
        return tuple(found)

    def cautioned(self, answer: Answer) -> Answer:
        """`answer` with the cautions of each of its quotes and nearest passages."""
        return replace(
            answer,
            quotes=tuple(self._with_cautions(quote) for quote in answer.quotes),
            nearest=tuple(self._with_cautions(quote) for quote in answer.nearest),
        )

    def _with_cautions(self, quote: Quote) -> Quote:
        return replace(quote, cautions=self.cautions(quote))


def _newest(source: Dated) -> tuple[date, Literal["published", "reviewed"]] | None:
    """The later of the two dates and which it is."""
    published, reviewed = last_day(source.published), last_day(source.reviewed)
    if reviewed is not None and (published is None or reviewed > published):
        return reviewed, "reviewed"
    return None if published is None else (published, "published")
