"""A follow-up made standalone: which forms a short second question may mean. Chooses none; answering tries them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragbot.lexical import content_words, words

MAX_FOLLOW_UP_WORDS = 9  # a longer turn usually names its own subject

_OPENERS = re.compile(
    r"^\W*(?:(?:and|but|so|or|then|also|ok|okay|thanks|thank you|hmm)\b[\s,.!]*)+|^\W*(?:what|how) about\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|those|these|they|them|there|then|one|ones|he|she|him|her|same|else|instead|either|too)\b",
    re.IGNORECASE,
)
_ASKS_ABOUT = re.compile(
    r"^\W*(?:and|but|so|or|ok|okay)?[\s,]*(?:what about|how about|and|for|with|in|after|before)\b", re.IGNORECASE
)
_QUESTION_WORDS = re.compile(
    r"^\W*(?:how|what|which|when|where|why|who|is|are|can|could|does|do|will|would|should|may|has|have)\b",
    re.IGNORECASE,
)


def is_elliptical(turn: str) -> bool:
    """True if `turn` needs the question before it: it points back, begins with "and", or has hardly a word of its own.

    >>> is_elliptical("and for chronic pain?"), is_elliptical("how long does that last?")
    (True, True)
    >>> is_elliptical("Can I drive after an esketamine session?")
    False
    """
    n_words = len(words(turn))
    if n_words > MAX_FOLLOW_UP_WORDS:
        return bool(_OPENERS.match(turn) and _POINTS_BACK.search(turn))
    return bool(_OPENERS.match(turn) or _POINTS_BACK.search(turn) or len(content_words(turn)) <= 1)


def standalone_forms(turns: Sequence[str]) -> list[str]:
    """Questions that the last of `turns` may mean, most literal first; only itself when it stands alone.

    Three forms: as typed; the last question's frame with the new subject ("does it help pain" + "and PTSD?" ->
    "does it help PTSD"); the new question with the old subject added.

    >>> standalone_forms(["Does ketamine help with depression?", "and for chronic pain?"])[1:]
    ['Does ketamine help with for chronic pain?', 'for chronic pain? Does ketamine help with depression?']
    """
    last = turns[-1].strip()
    before = next((turn.strip() for turn in reversed(turns[:-1]) if content_words(turn)), "")
    if not before or not is_elliptical(last):
        return [last]
    bare = _OPENERS.sub("", last).strip() or last
    forms = [last]
    if _ASKS_ABOUT.match(last) and not _QUESTION_WORDS.match(bare):
        forms.append(f"{_frame(before)} {bare}")
        forms.append(f"{bare} {before}")
    else:
        forms.append(f"{bare.rstrip('?. ')} {' '.join(_subject(before))}?")
        forms.append(f"{before} {bare}")
    return list(dict.fromkeys(forms))


def _frame(question: str) -> str:
    """The question without its last subject: what stands before its last content words."""
    tokens = question.rstrip("?. ").split()
    while tokens and content_words(tokens[-1]):
        tokens.pop()
        if not tokens or not content_words(tokens[-1]):
            break
    return " ".join(tokens)


def _subject(question: str) -> list[str]:
    """Content words of the question, as typed."""
    return [token.strip("?.,!;:") for token in question.split() if content_words(token)]
