"""A follow-up made standalone: which forms a short second question may mean. Chooses none; answering tries them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragbot.lexical import content_words, words

MAX_FOLLOW_UP_WORDS = 9  # a longer turn usually names its own subject

_OPENERS = re.compile(
    r"^\W*(?:(?:and|an|nd|but|so|or|then|also|plus|right|ok|okay|thanks|thank you|hmm)\b[\s,.!]*)+"
    r"(?:(?:wh?at|how) (?:about|abt)\b)?|^\W*(?:wh?at|how) (?:about|abt)\b",
    re.IGNORECASE,
)
_NEW_SUBJECT = re.compile(
    r"^.{0,60}?\b(?:(?:a |an )?(?:something|different|another|an?oth\w*|new|unrelated|one more|last|other)\b"
    r"[\w ,]{0,20}(?:question|thing|else|subject|topic|unrelated|matter)|by the way|btw|changing (?:the )?subject)\b"
    r"[\w ,]{0,30}?[:,.;-]\s*",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|those|these|they|them|there|then|one|ones|he|she|him|her|same|else|instead|either|too)\b",
    re.IGNORECASE,
)
_ASKS_ABOUT = re.compile(
    r"^\W*(?:(?:and|an|nd|but|so|or|ok|okay|right)\b[\s,]*)*(?:(?:wh?at|how) (?:about|abt)|and|an|for|with|in|after|before)\b",
    re.IGNORECASE,
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

    "Different question: …" and the like begin a new subject.

    Three forms: as typed; the last question's frame with the new subject ("does it help pain" + "and PTSD?" ->
    "does it help PTSD"); the new question with the old subject added.

    >>> standalone_forms(["Does ketamine help with depression?", "and for chronic pain?"])[1:]
    ['Does ketamine help for chronic pain?', 'for chronic pain? Does ketamine help with depression?']
    >>> standalone_forms(["Who makes Spravato?", "Different question: can I drive?"])
    ['can I drive?']
    """
    last = turns[-1].strip()
    fresh = _NEW_SUBJECT.sub("", last)
    if fresh != last and content_words(fresh):
        return [fresh]
    before = next((turn.strip() for turn in reversed(turns[:-1]) if content_words(turn)), "")
    if not before or not is_elliptical(last):
        return [last]
    bare = _OPENERS.sub("", last).strip() or last
    forms = [last]
    if _ASKS_ABOUT.match(last) and not _QUESTION_WORDS.match(bare):
        forms.append(_joined(_frame(before), bare))
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


_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "from",
        "by",
        "with",
        "about",
        "after",
        "before",
        "during",
        "across",
        "my",
        "your",
        "his",
        "her",
    ]
)


def _joined(frame: str, subject: str) -> str:
    """Frame and subject, without the frame's last small words if the subject brings its own."""
    tokens, first = frame.split(), (words(subject) or [""])[0]
    while tokens and first in _SMALL and tokens[-1].casefold() in _SMALL:
        tokens.pop()
    return " ".join([*tokens, subject])


def _subject(question: str) -> list[str]:
    """Content words of the question, as typed."""
    return [token.strip("?.,!;:") for token in question.split() if content_words(token)]
