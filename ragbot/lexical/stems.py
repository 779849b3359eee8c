"""Text to words and stems. Knows nothing of documents or scores."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_APOSTROPHE = re.compile("['’]")
_STOPWORDS = frozenset(
    """a about above after again all am an and any are as at be because been before being between both but by can
    cannot could did do does doing done down during each few for from further get gets getting go going got had has
    have having he her here hers him his how i if in into is it its itself just like lot make me mean more most much
    my myself no nor not now of off on once one only or other our out over own per please put really same say see
    she should so some such tell than thank thanks that the their them then there these they thing things this those
    through to too under until up us use used very want was way we well were what when where which while who whom
    why will with without would you your yours yes im ive ill id dont doesnt didnt cant couldnt isnt arent wasnt
    wont whats hows theres thats hi hello okay ok know need anyone someone something anything everything ever even
    still also may might must""".split()  # noqa: SIM905 - two hundred quoted words would be harder to read
)


def words(text: str) -> list[str]:
    """Lower-case words of `text` in order, look-alike forms folded (NFKC), accents and hidden characters dropped.

    >>> words("Esketamine’s 2-hour WAIT")
    ['esketamine', '2', 'hour', 'wait']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    found: list[str] = _WORD.findall(folded)
    return [_without_apostrophe(word) for word in found] if _APOSTROPHE.search(folded) else found


def is_content_word(word: str) -> bool:
    """False for a function or question word; the word is one of `words`.

    >>> is_content_word("infusions"), is_content_word("what")
    (True, False)
    """
    return word not in _STOPWORDS


def content_words(text: str) -> list[str]:
    """Words of `text` that are not function or question words, in order."""
    return [word for word in words(text) if is_content_word(word)]


def stem(word: str) -> str:
    """Snowball (Porter2) stem of one lower-case word.

    >>> stem("infusions")
    'infus'
    """
    return str(_stemmer().stemWord(word))


def terms(text: str) -> list[str]:
    """Stems of the content words of `text`, in order: what BM25 indexes."""
    return list(_stemmer().stemWords(content_words(text)))


def _without_apostrophe(word: str) -> str:
    for mark in ("'", "’"):
        if mark in word:
            head, tail = word.split(mark, 1)
            return head if tail == "s" else head + tail
    return word


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
