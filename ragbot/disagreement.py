"""Do two passages exclude each other? Says yes only where words or numbers show it plainly; never who is right.

Two passages disagree if one finds a benefit where the other finds none, if one denies what the other says in nearly the
same words, or if they give durations, shares or sums for the same thing that cannot both hold. Knows no scores.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ragbot.claims import DENIES, NUMBER
from ragbot.lexical import content_words, stem, terms
from ragbot.spelling import is_everyday_word

_ALIKE = 0.5  # Jaccard similarity of the stems of passages of which one denies the other
_ALIKE_BUT_FOR_NUMBER = 0.6  # numbers of unlike sentences measure unlike things more often than not
_NO_BENEFIT = re.compile(
    r"\b(?:no|not any|without)\b(?: \w+){0,2} (?:benefit|advantage|effect|improvement|relief|difference)s?\b"
    r"|(?<!who )\b(?:did|does|do) not (?:\w+ ){0,2}(?:help|work|improve|reduce|ease|relieve|differ|benefit|respond)\b"
    r"|\bnone (?:\w+ ){0,3}(?:improved|responded|benefited|got better)\b|\b(?:is|was|were|are) not (?:effective|helpful)\b"
    r"|\bno better than\b|\bmissed (?:\w+ ){0,2}(?:target|significance|statistical)|\bsuggests? against\b"
    r"|\bimproved? [\w ]* but not\b|\bfailed to (?:\w+ ){0,2}(?:help|improve|reduce|show|ease)",
    re.IGNORECASE,
)
_BENEFIT = re.compile(
    r"\b(?:found|reported|showed?|shown|shows|brings?|brought|gave|had|saw|offers?|provides?)\b[^.;]*\b"
    r"(?:benefits?|advantages?|improvements?|relief|effective)\b"
    r"|\b(?:helps|helped|eases|eased|relieves|relieved|works|worked|responded|improved|reduces|reduced|alleviates?)\b"
    r"|\b(?:is|was|are|were|be|been) (?:\w+ )?(?:effective|helpful|beneficial)\b|\bbetter than (?:placebo|saline|midazolam)",
    re.IGNORECASE,
)
_UNDECIDED = re.compile(
    r"\b(?:mixed|disagree\w*|differ(?:ent|ing)? directions|conflicting|unclear|uncertain\w*|unknown|not known|unproven"
    r"|settles?|settled|could|if|hopes?|expectations?|although|though|but|however|while|whereas|claims?|some (?:websites|writers|articles|sites)|not \w+ (?:for )?every(?:one|body))\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(  # who found it: "In the 2025 KARMA-Dep 2 trial of 65 inpatients, …"
    r"^(?:in|according to) [^,]*\b(?:trial|study|review|meta-analysis|analysis|comparison|survey)s?\b[^,]*,(?: of [^,]*,)?",
    re.IGNORECASE,
)
_CONCESSION = re.compile(r",\s+(?:although|though|while|whereas)\b.*$", re.IGNORECASE | re.DOTALL)
_COMPARISON = re.compile(r",?\s(?:against|between|versus|compared (?:with|to)|over|than)\b[^,.;]*", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(\w+) (?:was|is|were|are|remains?) (?:an? |the )?(no better|no worse|better|worse)\b(?![\s-]*proven)",
    re.IGNORECASE,
)
_OF_TRIALS = frozenset(
    {"placebo", "saline", "guideline", "guidelines", "randomised", "randomized", "meta", "trial", "trials"}
)
_DENIED = re.compile(
    r"\b(?:not|never|cannot|\w+n[’']t)\s+(?:(?:be|yet|been|usually|generally|currently|a|an|the)\s+)*([a-z-]+)",
    re.IGNORECASE,
)
_COUNT = r"\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half an|an?"
_HOURS = {
    "second": 1 / 3600, "minute": 1 / 60, "min": 1 / 60, "hour": 1.0, "day": 24.0, "night": 24.0, "week": 168.0,
    "month": 730.0, "year": 8760.0,
}  # fmt: skip
_QUANTITY = re.compile(
    rf"\b({_COUNT})(?:\s*(?:to|or|and|[-–—])\s*({_COUNT}))?[\s-]+({'|'.join(_HOURS)})s?\b"
    r"|(\d+(?:\.\d+)?)(?:\s*(?:to|[-–—])\s*(\d+(?:\.\d+)?))?\s*(?:%|percent\b|per cent\b)"
    r"|[$£€](\d[\d,]*(?:\.\d+)?)(?:\s*(?:to|[-–—])\s*[$£€]?(\d[\d,]*(?:\.\d+)?))?",
    re.IGNORECASE,
)
_WORDS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0,
    "eight": 8.0, "nine": 9.0, "ten": 10.0, "twelve": 12.0, "half an": 0.5,
}  # fmt: skip
_BOUNDS = re.compile(
    r"\b(?:first|second|later|last|initial|final|at least|at most|up to|more than|less than|over|under|within|about half|or more|or longer|or less)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its dimension: hours, a share in percent, or money. `low` equals `high` unless it is a range."""

    dimension: str
    low: float
    high: float

    def excludes(self, other: Quantity) -> bool:
        """True if both measure the same and no value lies in both ranges."""
        return self.dimension == other.dimension and (self.high < other.low or other.high < self.low)


def exclude_each_other(one: str, other: str) -> bool:
    """True if both passages speak of the same medicine or illness and cannot both be right.

    >>> exclude_each_other("A trial of ketamine for PTSD found no benefit.", "Ketamine helped with PTSD.")
    True
    >>> exclude_each_other("Wait 2 hours after ketamine.", "Wait 24 hours after ketamine.")
    True
    >>> exclude_each_other("Wait 2 hours after ketamine.", "Wait 24 hours after esketamine.")
    False
    """
    shared = _names(one) & _names(other)
    first, second = _names(_SOURCE.sub("", one)), _names(_SOURCE.sub("", other))
    if _other_winner(one, other, shared):
        return True
    if not shared or not (first <= second or second <= first):
        return False  # each names something that the other does not: another medicine, country or illness
    if first == second and _other_quantity(one, other):
        return True
    own = _names(_COMPARISON.sub("", one)) & _names(_COMPARISON.sub("", other))
    same = len(own) > 1 or _alike(one, other) >= _ALIKE
    return same and (_opposite_findings(one, other) or _denied(one, other))


@lru_cache(maxsize=4096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Durations in hours, shares in percent and sums of money in `text`, in order.

    >>> quantities("within two hours, 40-60 minutes, $400 to $800")[0]
    Quantity(dimension='hours', low=2.0, high=2.0)
    """
    return tuple(_quantity(*match.groups()) for match in _QUANTITY.finditer(text))


def _quantity(
    count: str | None,
    to: str | None,
    unit: str | None,
    share: str | None,
    share_to: str | None,
    sum_: str | None,
    sum_to: str | None,
) -> Quantity:
    if unit and count:
        low, high = _value(count), _value(to or count)
        return Quantity("hours", low * _HOURS[unit.casefold()], high * _HOURS[unit.casefold()])
    dimension, one, two = ("percent", share, share_to) if share else ("money", sum_, sum_to)
    return Quantity(dimension, _value(one or "0"), _value(two or one or "0"))


def _value(number: str) -> float:
    return _WORDS.get(number.casefold()) or float(number.replace(",", ""))


@lru_cache(maxsize=4096)
def _names(text: str) -> frozenset[str]:
    """Stems of the words that are no everyday English: medicines, illnesses, places, trials."""
    return frozenset(
        stem(word)
        for word in content_words(text)
        if word.isalpha() and word not in _OF_TRIALS and not is_everyday_word(word)
    )


def _opposite_findings(one: str, other: str) -> bool:
    stances = {_finding(one), _finding(other)}
    return stances == {True, False}


@lru_cache(maxsize=4096)
def _finding(text: str) -> bool | None:
    """Whether the passage reports a benefit (True) or none (False); None if neither, both or left open."""
    said = _COMPARISON.sub("", _CONCESSION.sub("", text))
    if _UNDECIDED.search(said):
        return None
    if _NO_BENEFIT.search(said):
        return False
    return True if _BENEFIT.search(said) and not DENIES.search(said) else None


def _other_winner(one: str, other: str, shared: frozenset[str]) -> bool:
    """True if both compare the same two and one finds the first better where the other finds it no better."""
    first, second = _winner(one), _winner(other)
    if first is None or second is None or not {first[0], second[0]} <= shared:
        return False
    (of_first, verdict), (of_second, other_verdict) = first, second
    if of_first == of_second:
        return {verdict, other_verdict} in ({"better", "worse"}, {"better", "no better"}, {"worse", "no worse"})
    return "better" in (verdict, other_verdict) and {verdict, other_verdict} <= {"better", "no worse"}


@lru_cache(maxsize=4096)
def _winner(text: str) -> tuple[str, str] | None:
    found = _COMPARED.search(text)
    return (stem(found[1].casefold()), " ".join(found[2].casefold().split())) if found else None


def _denied(one: str, other: str) -> bool:
    """True if one denies a word that the other says undenied, and they are otherwise nearly alike."""
    if _alike(one, other) < _ALIKE or _numbers(one) != _numbers(other):
        return False
    for denying, saying in ((one, other), (other, one)):
        if DENIES.search(saying) or _UNDECIDED.search(denying + " " + saying):
            continue
        if {stem(word.casefold()) for word in _DENIED.findall(denying)} & set(terms(saying)):
            return True
    return False


def _other_quantity(one: str, other: str) -> bool:
    """True if each gives one quantity, they exclude each other, and the passages are otherwise nearly alike."""
    first, second = quantities(one), quantities(other)
    if len(first) != 1 or len(second) != 1 or _BOUNDS.search(one + " " + other):
        return False
    return first[0].excludes(second[0]) and _alike(one, other) >= _ALIKE_BUT_FOR_NUMBER


def _numbers(text: str) -> frozenset[str]:
    return frozenset(number.casefold() for number in NUMBER.findall(text))


def _alike(one: str, other: str) -> float:
    """Jaccard similarity of the stems that hold no digit."""
    first, second = (frozenset(t for t in terms(text) if t.isalpha()) for text in (one, other))
    return len(first & second) / (len(first | second) or 1)
