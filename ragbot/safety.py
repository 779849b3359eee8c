"""The gate before retrieval: is someone in danger, or asking for a dose for themselves? Fixed texts, no retrieval.

Two judges: phrases that leave no doubt (data/danger_phrases.json, many languages) and a small classifier on the encoder
(safety_model.py, trained on labelled messages). Prefers a false alarm to a miss. Never scores, diagnoses or logs.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

from ragbot.config import EmergencyNumber
from ragbot.datatypes import Outcome


class Danger(str, Enum):
    """What a message may be; the order is that of the classifier's outputs."""

    NONE = "none"
    SUICIDE_SELF = "suicide_self"
    SUICIDE_OTHER = "suicide_other"
    OVERDOSE = "overdose"
    SYMPTOMS = "symptoms"
    PSYCHOSIS_MANIA = "psychosis_mania"
    PERSONAL_DOSE = "personal_dose"


EMERGENCIES = (
    Danger.SUICIDE_SELF, Danger.SUICIDE_OTHER, Danger.OVERDOSE, Danger.SYMPTOMS, Danger.PSYCHOSIS_MANIA,
)  # fmt: skip
_TEXT_OF = {danger: danger.value for danger in EMERGENCIES} | {Danger.SYMPTOMS: "overdose"}
_TO_TALK = (Danger.SUICIDE_SELF, Danger.SUICIDE_OTHER, Danger.PSYCHOSIS_MANIA)
_TO_ASK = (Danger.OVERDOSE, Danger.SYMPTOMS, Danger.PERSONAL_DOSE)
_ALSO_SHOWN = 0.3  # a second kind of danger this likely is answered too; a deliberate overdose gets both texts

_LOOK_ALIKES = str.maketrans("013457@$!|€", "oieastasiie")
_WORD = re.compile(r"\S+")
_MARK = re.compile(r"[0134578@$!|€]")
_HOMOGLYPHS = str.maketrans("аеорсухіѕԁјкмтвнαοερτικν", "aeopcyxisdjkmtbhaoeptikv")
_LATIN = re.compile(r"[a-z]")
_PART = re.compile(r"\{([a-z_]+)\}")  # in a phrase: the part of that name in the same file

Classifier = Callable[[Sequence[str]], Sequence[Mapping[Danger, float]]]
"""Probabilities of each Danger for each message; those of one sum to 1."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided: the outcome that takes over, or None, and its fixed text."""

    outcome: Outcome | None
    message: str | None
    dangers: tuple[Danger, ...]


NO_DANGER = Verdict(None, None, ())


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities above which the gate takes over; fitted on dev messages by scripts/fit_safety.py."""

    emergency: float
    personal_dose: float


def assess(message: str, classify: Classifier, thresholds: Thresholds) -> Verdict:
    """Whether a fixed text must take the place of an answer. Danger goes before a request for a dose."""
    message = "".join(c for c in message if unicodedata.category(c) != "Cs")  # tokenizers refuse lone surrogates
    certain = phrase_dangers(message)
    stretches_read = classify(stretches(message))
    # Each gate looks for its own worst stretch: a request for a dose must not hide a danger elsewhere in the message.
    worst = max(stretches_read, key=_danger)
    if certain or _danger(worst) >= thresholds.emergency:
        dangers = _shown_dangers(certain, worst)
        return Verdict(Outcome.EMERGENCY, emergency_text(dangers), dangers)
    if max(_danger(one) + one[Danger.PERSONAL_DOSE] for one in stretches_read) >= thresholds.personal_dose:
        return Verdict(Outcome.PERSONAL_DOSE, crisis_data()["texts"]["personal_dose"], (Danger.PERSONAL_DOSE,))
    return NO_DANGER


def _danger(chances: Mapping[Danger, float]) -> float:
    return sum(chances[danger] for danger in EMERGENCIES)


def emergency_text(dangers: tuple[Danger, ...]) -> str:
    """The fixed texts for these dangers, the most pressing first; each text once."""
    names = dict.fromkeys(_TEXT_OF[danger] for danger in dangers)
    return "\n\n".join(str(crisis_data()["texts"][name]) for name in names)


def with_local_help(message: str, dangers: Sequence[Danger], numbers: Sequence[EmergencyNumber]) -> str:
    """`message` after a line for each region of `numbers` with those that fit these dangers; nothing of it is lost.

    Of each region come the numbers to call in any danger, then those to talk to or the poison line.

    >>> numbers = [EmergencyNumber(region="Germany", number="112"),
    ...     EmergencyNumber(region="Germany", number="0800 111 0 111", name="TelefonSeelsorge", kind="talk")]
    >>> with_local_help("Call now.", [Danger.SUICIDE_SELF], numbers)
    '**Germany: ☎ 112** · TelefonSeelsorge ☎ 0800 111 0 111\\nCall now.'
    >>> with_local_help("Call now.", [Danger.OVERDOSE], numbers)
    '**Germany: ☎ 112**\\nCall now.'
    """
    kinds = {
        "call",
        *("talk" for danger in dangers if danger in _TO_TALK),
        *("poison" for d in dangers if d in _TO_ASK),
    }
    lines = []
    for region in dict.fromkeys(number.region for number in numbers):
        own = [number for number in numbers if number.region == region and number.kind in kinds]
        own.sort(key=lambda number: number.kind != "call")
        items = [f"{number.name} ☎ {number.number}".strip() for number in own]
        if items:
            lines.append(" · ".join([f"**{region}: {items[0]}**", *items[1:]]))
    return "\n".join([*lines, message])


def footer_for(question: str) -> str | None:
    """The fixed line under an ordinary question on driving, pregnancy, young people …, or one that names suicide."""
    plain = folded(question)
    lines = [f["text"] for f in crisis_data()["footers"] if re.search(f["pattern"], plain)]
    crisis = crisis_data()["crisis_footer"]
    if re.search(crisis["pattern"], plain):
        lines.insert(0, crisis["text"])
    return "\n".join(lines) or None


def phrase_dangers(message: str) -> tuple[Danger, ...]:
    """Dangers that the message names in words that leave no doubt.

    >>> phrase_dangers("i want to k1ll mys3lf")
    (<Danger.SUICIDE_SELF: 'suicide_self'>,)
    """
    plain = folded(message)
    return tuple(danger for danger, pattern in _phrases() if pattern.search(plain))


def folded(message: str) -> str:
    """Lower case, one blank between words, accents kept apart, look-alike letters and digits read as letters.

    >>> folded("I’m SU1CIDAL")
    "i'm suicidal"
    """
    text = unicodedata.normalize("NFKC", message).casefold().replace("’", "'").replace("‘", "'")
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    if _LATIN.search(text):
        text = " ".join(w.translate(_HOMOGLYPHS) if _LATIN.search(w) else w for w in text.split())
    return _WORD.sub(lambda match: _unmasked(match[0]), text)


def _unmasked(word: str) -> str:
    """The word with its look-alike digits and signs read as letters, unless it is an amount or has no letter."""
    masked = _MARK.search(word) and _LATIN.search(word) and not (word.isascii() and _is_amount(word))
    return word.translate(_LOOK_ALIKES) if masked else word


@lru_cache(maxsize=1)
def crisis_data() -> dict[str, Any]:
    """data/crisis.json: the fixed texts, numbers and lines, with the month in which they were checked (`as_of`)."""
    values: dict[str, Any] = json.loads((files("ragbot") / "data" / "crisis.json").read_text("utf-8"))
    return values


def _shown_dangers(certain: tuple[Danger, ...], chances: Mapping[Danger, float]) -> tuple[Danger, ...]:
    likely = sorted(EMERGENCIES, key=lambda danger: -chances[danger])
    shown = [*certain, *([] if certain else likely[:1]), *(d for d in likely if chances[d] >= _ALSO_SHOWN)]
    # A suicidal statement comes first: whoever took something on purpose needs that text at the top.
    return tuple(sorted(dict.fromkeys(shown), key=EMERGENCIES.index))


# Word pieces are guessed, so that this module needs no tokenizer: English takes one for four letters, other Latin
# scripts one for two or three, all other scripts at most one a letter. The classifier reads 126.
_UNIT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,24}")
_LETTERS_A_PIECE = 2.5
_LONG_PIECES = 120
_STRETCH_PIECES = 80
_ENDS_CHARS = 4_000  # of a very long paste only both ends go to the classifier; phrases are looked for everywhere


def stretches(message: str) -> list[str]:
    """The message and, if it is long, stretches of it that overlap by half: what the classifier reads."""
    if len(message) > 2 * _ENDS_CHARS:
        message = f"{message[:_ENDS_CHARS]} {message[-_ENDS_CHARS:]}"
    units = [match.span() for match in _UNIT.finditer(message)]
    ends = list(accumulate(_guessed_pieces(message[start:end]) for start, end in units))
    if not units or ends[-1] <= _LONG_PIECES:
        return [message]
    parts, first = [message], 0
    while True:
        before = ends[first - 1] if first else 0
        last = max(first, bisect_right(ends, before + _STRETCH_PIECES) - 1)
        parts.append(message[units[first][0] : units[last][1]])
        if last == len(units) - 1:
            return parts
        first = max(first + 1, bisect_right(ends, before + _STRETCH_PIECES // 2))


def _guessed_pieces(unit: str) -> int:
    return sum(not c.isascii() for c in unit) + math.ceil(sum(c.isascii() for c in unit) / _LETTERS_A_PIECE)


def _is_amount(word: str) -> bool:
    """True for 50mg, 3rd, 24h: digits that mean digits."""
    return re.fullmatch(r"[$€£]?\d+(?:[.,]\d+)*(?:[a-z]{1,4}|%)?[.,!?)]*", word) is not None


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[Danger, re.Pattern[str]], ...]:
    return tuple((Danger(name), re.compile("|".join(patterns))) for name, patterns in danger_patterns().items())


def danger_patterns() -> dict[str, list[str]]:
    """Regular expressions for folded messages, under the danger that each shows; the file's parts are put in place."""
    file = json.loads((files("ragbot") / "data" / "danger_phrases.json").read_text("utf-8"))
    parts = file["parts"]
    return {
        name: [_PART.sub(lambda found: parts[found[1]], phrase) for phrase in phrases]
        for name, phrases in file["phrases"].items()
    }
