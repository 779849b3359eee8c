"""Abbreviations that documents define themselves: "treatment-resistant depression (TRD)" and "TRD (…)".

After Schwartz and Hearst 2003, "A simple algorithm for identifying abbreviation definitions in biomedical text", Pacific
Symposium on Biocomputing 8, 451-462. Stricter in two points, because a wrong pair does harm in a search: the short form
needs two capitals or digits, and in the reverse order the long form fills the brackets. Takes sentences, knows no index.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

_MAX_SHORT_CHARS = 10  # the paper's bounds of a short form
_MAX_SHORT_WORDS = 2
_BRACKETS = re.compile(r"[(\[]([^()\[\]]+)[)\]]")
_MARKS = re.compile(r"[*_`]+")  # Markdown, which stays in the text: "**cognitive therapy** (CBT)"
_END_OF_TERM = re.compile(r"[,;:)\]\"”]\s|\s[-–—]\s|[.?!]\s|[,;]$")
_STRONG = re.compile(r"[A-Z0-9]")
_PLURAL = re.compile(r"(?<=[A-Z0-9])s$")
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_ALIAS = re.compile(r"^(?:or|also|abbreviated|known as|called)\s+", re.IGNORECASE)


def learn_abbreviations(sentences: Iterable[str]) -> dict[str, str]:
    """Short forms with the long form that `sentences` give each most often (the first of equals), sorted.

    >>> learn_abbreviations(["Treatment-resistant depression (TRD) is common.", "SSRIs (selective serotonin reuptake inhibitors)"])
    {'SSRI': 'selective serotonin reuptake inhibitors', 'TRD': 'Treatment-resistant depression'}
    """
    counts: Counter[tuple[str, str]] = Counter()
    spelt: dict[tuple[str, str], str] = {}
    for sentence in sentences:
        for short, long in definitions(sentence):
            key = (short, long.casefold())
            counts[key] += 1
            spelt.setdefault(key, long)
    learned: dict[str, str] = {}
    for key, _ in counts.most_common():  # equal counts stay in the order of their first occurrence
        learned.setdefault(key[0], spelt[key])
    return dict(sorted(learned.items()))


def definitions(sentence: str) -> Iterator[tuple[str, str]]:
    """Pairs of short and long form that one sentence defines, in reading order; plurals ("SSRIs") made singular.

    >>> list(definitions("Post-traumatic stress disorder (PTSD) is treated under REMS (Risk Evaluation and Mitigation Strategy)."))
    [('PTSD', 'Post-traumatic stress disorder'), ('REMS', 'Risk Evaluation and Mitigation Strategy')]
    """
    text = " ".join(_MARKS.sub("", sentence).split())
    for bracket in _BRACKETS.finditer(text):
        before = text[: bracket.start()].rstrip(" \"'”’")
        inner = _ALIAS.sub("", _END_OF_TERM.split(bracket[1].strip())[0].strip(" \"'“”‘’"))
        pair = _inside(inner, before) if _is_short_form(inner) else _outside(before, inner)
        if pair is not None:
            yield _PLURAL.sub("", pair[0]), pair[1]


def _inside(short: str, before: str) -> tuple[str, str] | None:
    """The usual order, `long form (SHORT)`: the long form among the last words before the bracket."""
    clause = _END_OF_TERM.split(before)[-1]
    near = clause.split()[-_max_words(short) :]
    long = best_long_form(short, " ".join(near))
    return (short, long) if long is not None and _is_plausible(short, long) else None


def _outside(before: str, inner: str) -> tuple[str, str] | None:
    """The reverse order, `SHORT (long form)`: the word before the bracket, and all that stands in it."""
    short = before.rsplit(maxsplit=1)[-1].strip("\"'“”‘’,;:") if before else ""
    long = _ARTICLE.sub("", inner)
    if not _is_short_form(short) or len(long.split()) > _max_words(short):
        return None
    return (short, long) if best_long_form(short, long) == long and _is_plausible(short, long) else None


def best_long_form(short: str, text: str) -> str | None:
    """The shortest end of `text` that holds the letters of `short` in order, its first letter at the start of a word.

    Letters are matched from the right, as the paper does; None if they are not all there.

    >>> best_long_form("TRD", "people with treatment-resistant depression")
    'treatment-resistant depression'
    """
    position = len(text)
    letters = [c for c in short.casefold() if c.isalnum()]
    folded = text.casefold()
    if len(folded) != len(text):  # a letter that grows when folded (ß): the positions would not be those of the text
        return None
    for number in range(len(letters) - 1, -1, -1):
        position = folded.rfind(letters[number], 0, position)
        while number == 0 and position > 0 and folded[position - 1].isalnum():
            position = folded.rfind(letters[number], 0, position)
        if position < 0:
            return None
    # Back to the start of the hyphenated word: "post-traumatic", not "traumatic".
    return text[text.rfind(" ", 0, position) + 1 :].lstrip("\"'“‘")


def _is_short_form(text: str) -> bool:
    return (
        2 <= len(text) <= _MAX_SHORT_CHARS
        and len(text.split()) <= _MAX_SHORT_WORDS
        and text[0].isalnum()
        and any(c.isalpha() for c in text)
        and len(_STRONG.findall(text)) >= 2
    )


def _max_words(short: str) -> int:
    """The paper's bound on the words of a long form."""
    n = sum(c.isalnum() for c in short)
    return min(n + 5, n * 2)


def _is_plausible(short: str, long: str) -> bool:
    """False if the "long form" is no longer than the short one, holds it as a word of its own, or holds a bracket."""
    if len(long) <= len(short) or not {"(", ")", "[", "]"}.isdisjoint(long):
        return False
    return short.casefold() not in re.findall(r"[\w-]+", long.casefold())
