"""What a quoted passage claims, for telling whether two say the same. Knows nothing of questions or scores."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ragbot.datatypes import Document
from ragbot.lexical import terms

NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|half|once|twice)\b", re.IGNORECASE
)
DENIES = re.compile(r"\b(?:not|no|never|none|neither|nor|nobody|nothing|without|cannot|\w+n[’']t)\b", re.IGNORECASE)
_SAME_CLAIM = 0.8  # Jaccard similarity of stems above which two passages say the same
_SELLS = re.compile(
    r"\b(?:our (?:clinic|team|staff|centers?|centres?|providers?|doctors?|services?|treatments?|patients)|contact us|"
    r"call us|reach out|schedule (?:a|an|your)|book (?:a|an|your)|free consultation|get started|visit us|join us|"
    r"we (?:offer|provide|specialize|specialise))\b",
    re.IGNORECASE,
)
_MAX_SALES_PHRASES = 1  # a patient leaflet may say "contact us" once
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}$")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a passage says: its stems, its numbers, and whether it denies something.

    >>> one, other = Claim.of("Wait for two hours before driving."), Claim.of("Wait for three hours before driving.")
    >>> one.repeats(one), one.repeats(other)
    (True, False)
    """

    stems: frozenset[str]
    numbers: frozenset[str]
    denies: bool

    @classmethod
    def of(cls, text: str, stems: Iterable[str] | None = None) -> Claim:
        """The claim of `text`; `stems` are its stems where they are known already."""
        numbers = frozenset(number.casefold() for number in NUMBER.findall(text))
        known = frozenset(terms(text) if stems is None else stems)
        return cls(known, numbers, DENIES.search(text) is not None)

    def repeats(self, other: Claim) -> bool:
        """True if both say the same: another number or a "not" makes another claim of the same words."""
        if (self.numbers, self.denies) != (other.numbers, other.denies):
            return False
        return len(self.stems & other.stems) >= _SAME_CLAIM * len(self.stems | other.stems)


def standing(document: Document) -> tuple[bool, bool, str]:
    """How well a document stands as the source of a claim that others make too; the greatest is shown first.

    One that nothing supersedes comes before one that is superseded, one that sells nothing before one that does, then
    the one published last; one without a date comes last.
    """
    date = document.published if document.published and _DATE.match(document.published) else ""
    return document.superseded_by is None, len(_SELLS.findall(document.text)) <= _MAX_SALES_PHRASES, date
