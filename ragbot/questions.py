"""One message to the questions in it: "can I drive? and how much does it cost?" asks two. Chooses none.

A question ends with a question mark. What only goes on with the one before it ("…, weeks or months?", "or is it?") is no
question of its own. Sentences that ask nothing (the story around them) go with each question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ragbot.lexical import content_words

MAX_READ_QUESTIONS = 3  # each is searched and read as a whole question, in as much time

# A question mark ends a question even when the next one follows without a blank.
_BOUNDARY = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"'”’)\]])\s+|(?<=\?)(?=[^\W\d_])")
_JOINER = re.compile(
    r"^\W*(?:(?:and|also|then|plus|but|so|oh|ok|okay|ps|next|finally|secondly)\b[\s,:;]*)+", re.IGNORECASE
)
_ASKS = re.compile(
    r"^\W*(?:how|what|whats|which|when|where|why|who|whose|is|isnt|are|arent|am|was|were|can|cant|could|do|dont|does"
    r"|doesnt|did|didnt|will|wont|would|should|shall|may|might|must|has|have|any|anyone|anything)\b",
    re.IGNORECASE,
)
_ASKS_FOR_A_FACT = re.compile(r"^\W*(?:how (?:much|long|many|often|soon)|when|where|who)\s+\w+\s+\w+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One of several questions: its own words for showing, and with the story around it as it is searched."""

    shown: str
    searched: str


def asked_questions(message: str) -> list[AskedQuestion]:
    """The questions of a message that asks several, in order; an empty list when it asks one, or none.

    >>> [q.shown for q in asked_questions("can i drive? and how much does it cost?")]
    ['can i drive?', 'how much does it cost?']
    >>> asked_questions("How long does it last? Weeks or months?")
    []
    """
    parts: list[tuple[str, int | None]] = []  # a sentence, and the number of the question that it belongs to
    questions: list[str] = []
    for sentence in filter(None, _BOUNDARY.split(message)):
        if not _is_question(sentence):
            parts.append((sentence, None))
            continue
        if not questions or _stands_alone(sentence, questions):
            questions.append(_bare(sentence) if questions else sentence)
        else:
            questions[-1] += f" {sentence}"
        parts.append((sentence, len(questions) - 1))
    if len(questions) < 2:
        return []
    return [
        AskedQuestion(shown, " ".join(_bare(text) if own == n else text for text, own in parts if own in (None, n)))
        for n, shown in enumerate(questions)
    ]


def _is_question(sentence: str) -> bool:
    return sentence.rstrip("\"'”’)]!").endswith("?")


def _stands_alone(sentence: str, before: Sequence[str]) -> bool:
    """True if it opens like a question and brings a content word that those before it lack, or asks for a fact."""
    known = {word for question in before for word in content_words(question)}
    bare = _bare(sentence)
    return bool(_ASKS.match(bare)) and (
        not set(content_words(bare)) <= known or _ASKS_FOR_A_FACT.match(bare) is not None
    )


def _bare(sentence: str) -> str:
    """The question without the word that joins it to the one before, and without brackets or quotation marks."""
    return _JOINER.sub("", sentence).strip("\"'“”‘’()[] ") or sentence
