"""Misspelt words toward words that are known: the corpus's own first, then common English. Never changes a known word.

Knows the corpus only as a vocabulary (docs/adr/0005-spelling-against-the-corpus-and-a-word-list.md).
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import islice

from ragbot.lexical import LexicalIndex, stem, words

_MIN_CORRECTABLE = 5  # shorter words are often abbreviations (MDMA) and have too many neighbours at one edit
_SPELLING_CUTOFF = 0.74  # normalised Damerau-Levenshtein similarity: one edit in five letters, two in eight
_NEAREST = 5  # words that are compared further, of the corpus and of the language
_CORPUS_BONUS = 0.02  # a corpus word wins over a general word that is as near, not over one that is nearer
_MIN_GENERAL_COUNT = 200  # a word that is rarer in pyspellchecker's list is left alone, but nothing is corrected to it
_EVERYDAY_COUNT = 3_000  # occurrences in pyspellchecker's list: some 9,000 words


def corrections(question: str, lexical: LexicalIndex, understood: Container[str] = ()) -> dict[str, str]:
    """For each word that neither the corpus nor the language knows, the known word that it most resembles.

    Words that are `understood`, such as slang ("gnashers"), are no misspellings either.
    """
    found: dict[str, str] = {}
    for word in dict.fromkeys(words(question)):
        if habitual := habitual_spellings().get(word):
            found[word] = habitual
        elif word not in understood and _may_be_misspelt(word, lexical) and (best := _nearest(word, lexical)):
            found[word] = best
    return found


def corrected(question: str, found: Mapping[str, str]) -> str:
    """`question` with each word that is a key of `found` replaced, whatever its case.

    >>> corrected("Wat is it?", {"wat": "what"})
    'what is it?'
    """
    if not found:
        return question
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, found)) + r")\b", re.IGNORECASE)
    return pattern.sub(lambda match: found[match[0].casefold()], question)


def is_everyday_word(word: str) -> bool:
    """True for a common English word; a word that is not (a name, a drug, a place) weighs more when no document has it."""
    return _general_words().get(word, 0) >= _EVERYDAY_COUNT


@lru_cache(maxsize=1)
def habitual_spellings() -> Mapping[str, str]:
    """Short forms and habitual misspellings too short for edit distance, from data/spellings.json."""
    return dict(json.loads((files("ragbot") / "data" / "spellings.json").read_text("utf-8")))


def _may_be_misspelt(word: str, lexical: LexicalIndex) -> bool:
    return (
        len(word) >= _MIN_CORRECTABLE
        and word.isalpha()
        and word not in lexical.vocabulary
        and word not in _known_words()
    )


def _nearest(word: str, lexical: LexicalIndex) -> str | None:
    """The known word most like `word`: by edits, then preferring the corpus's own words, then common ones."""
    in_corpus = lexical.vocabulary.starting_with(word[0])  # in a corpus of a million words some hundred thousand
    in_language = [v for length in _lengths(word) for v in _general_by_start().get((word[0], length), ())]
    best: tuple[float, float, str] | None = None
    for candidates, bonus in ((in_corpus, _CORPUS_BONUS), (in_language, 0.0)):
        for found, similarity in _alike(word, candidates):
            own = bonus or (_CORPUS_BONUS if lexical.knows(stem(found)) else 0.0)
            ranked = (-round(similarity + own, 6), -float(_general_words().get(found, 0)), found)
            best = ranked if best is None else min(best, ranked)
    return best[2] if best else None


def _alike(word: str, candidates: Sequence[str]) -> list[tuple[str, float]]:
    """The few of the words that are nearest to `word` and of about its length, with their similarity."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    # rapidfuzz compares ten words in the time in which Python looks at the length of one, so lengths come last.
    found = extract(word, candidates, scorer=OSA.normalized_similarity, score_cutoff=_SPELLING_CUTOFF, limit=None)
    fitting = ((each, similarity) for each, similarity, _ in found if len(each) in _lengths(word) and each.isalpha())
    return list(islice(fitting, _NEAREST))


def _lengths(word: str) -> range:
    """How long a word may be that `word` was meant to be."""
    return range(len(word) - 1, len(word) + 3)


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    """Words that are no misspellings: pyspellchecker's whole list, and the names of data/known_words.json.

    "Warfarin" is rare, and no list of English has "ambien"; to read them as warfare and ambient would be dangerous.
    """
    names: dict[str, list[str]] = json.loads((files("ragbot") / "data" / "known_words.json").read_text("utf-8"))
    return frozenset(_language()).union(*names.values())


@lru_cache(maxsize=1)
def _general_words() -> Mapping[str, int]:
    """Common English words with their counts: what a misspelt word may have been meant to be."""
    return {word: count for word, count in _language().items() if count >= _MIN_GENERAL_COUNT}


@lru_cache(maxsize=1)
def _language() -> Mapping[str, int]:
    """The English words of pyspellchecker's list with their counts."""
    from spellchecker import SpellChecker

    return SpellChecker(language="en").word_frequency.dictionary


@lru_cache(maxsize=1)
def _general_by_start() -> Mapping[tuple[str, int], tuple[str, ...]]:
    """General words by first letter and length."""
    groups: dict[tuple[str, int], list[str]] = {}
    for word in _general_words():
        if word.isalpha():
            groups.setdefault((word[0], len(word)), []).append(word)
    return {key: tuple(sorted(group)) for key, group in groups.items()}
