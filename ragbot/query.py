"""A question as retrieval and reading use it: cleaned, spelling bridged, synonyms added, its answer type told.

Knows the corpus only through a vocabulary. What it adds is reported, never hidden: `Query.searched_also`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ragbot.errors import QuestionError
from ragbot.lexical import LexicalIndex, content_words, stem, words

MAX_QUESTION_CHARS = 2_000
_MIN_CORRECTABLE = 5  # shorter words are often abbreviations (MDMA) and have too many neighbours at one edit
_SPELLING_CUTOFF = 0.74  # normalised Damerau-Levenshtein similarity: one edit in five letters, two in eight
_CORPUS_BONUS = 0.02  # a corpus word wins over a general word that is as near, not over one that is nearer
_MIN_GENERAL_COUNT = 200
_EVERYDAY_COUNT = 3_000  # occurrences in pyspellchecker's list: some 9,000 words
_COMMON_IDF = 1.6  # the idf of a term that one chunk in five holds

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


class AnswerType(str, Enum):
    """What kind of thing the question asks for."""

    DURATION = "duration"
    AMOUNT = "amount"
    TIME = "time"
    PERSON = "person"
    REASON = "reason"
    LIST = "list"
    YES_NO = "yes_no"
    PROCEDURE = "procedure"
    DEFINITION = "definition"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Query:
    """A question ready for search. `terms` are stems of its content words, `expansions` stems of synonyms.

    `text` is what the encoder reads (spelling mended); `unknown` are content words that no document holds, as typed;
    `named` are the terms of words that are not everyday English: drugs, illnesses, places, people.
    """

    asked: str
    text: str
    terms: tuple[str, ...]
    named: tuple[str, ...]
    expansions: tuple[str, ...]
    answer_type: AnswerType
    unknown: tuple[str, ...]
    searched_also: tuple[str, ...]


def clean_question(text: str) -> str:
    """`text` with hidden characters dropped and white space folded.

    Raises QuestionError, whose text is one line for the person, if it is empty, too long or without a letter.

    >>> clean_question("  can I\\u200b drive?\\n")
    'can I drive?'
    """
    if len(text) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"the question has {len(text):,} characters; shorten it to {MAX_QUESTION_CHARS:,} and ask again"
        )
    cleaned = without_hidden(text)
    if not cleaned:
        raise QuestionError("the question is empty; type a question and ask again")
    if not any(c.isalpha() for c in cleaned):
        raise QuestionError("the question has no letters; type it in words and ask again")
    return cleaned


def without_hidden(text: str) -> str:
    """`text` on one line, without control, format and unassigned characters and lone surrogates."""
    visible = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in _HIDDEN)
    return " ".join(visible.split())


def build_query(question: str, lexical: LexicalIndex) -> Query:
    """The cleaned `question` as a Query against the corpus behind `lexical`."""
    corrections = _corrections(question, lexical)
    text = _replaced(question, corrections)
    query_terms = tuple(dict.fromkeys(stem(word) for word in content_words(text)))
    expansions, added = _expand(text, query_terms, lexical)
    unknown = tuple(dict.fromkeys(w for w in content_words(text) if not lexical.knows(stem(w))))
    return Query(
        asked=question,
        text=text,
        terms=query_terms,
        named=tuple(dict.fromkeys(stem(word) for word in content_words(text) if not is_everyday_word(word))),
        expansions=expansions,
        answer_type=answer_type(text),
        unknown=unknown,
        searched_also=tuple(dict.fromkeys([*(v for v in corrections.values() if content_words(v)), *added])),
    )


def answer_type(question: str) -> AnswerType:
    """What the question asks for, by its wording; the last question in a longer message decides.

    >>> answer_type("how long does it last").value, answer_type("Can I drive?").value
    ('duration', 'yes_no')
    """
    asked = [part for part in re.split(r"(?<=[?.!])\s+", question.casefold()) if part.endswith("?")]
    text = asked[-1] if asked else question.casefold()
    return next((kind for kind, pattern in _TYPE_PATTERNS if pattern.search(text)), AnswerType.OTHER)


def is_everyday_word(word: str) -> bool:
    """True for a common English word; a word that is not (a name, a drug, a place) weighs more when no document has it."""
    return _general_words().get(word, 0) >= _EVERYDAY_COUNT


_TYPE_PATTERNS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            AnswerType.DURATION,
            r"\bhow (long|lng|soon|quick|quickly|fast|often|frequent\w*|many (hours?|days?|weeks?|months?"
            r"|minutes?|years?))\b|\bduration\b|\bwhen (will|does|do|can) .*\b(work|kick|better|wear|last|start"
            r"|feel|drive|eat)",
        ),
        (
            AnswerType.AMOUNT,
            r"\bhow (much|many)\b|\bcosts?\b|\bprices?\b|\bpercent\w*|\bwhat (share|proportion|number|dose)"
            r"|\bhow expensive",
        ),
        (AnswerType.TIME, r"\bwhen\b|\bwhat (year|date|day|time)\b|\bsince when\b"),
        (
            AnswerType.PERSON,
            r"^\W*who(se|m)?\b|\bwho (is|are|was|can|should|may|must|will|gives?|makes?|made|invented"
            r"|discovered|qualif\w+)\b",
        ),
        (AnswerType.REASON, r"\bwhy\b|\bhow come\b|\bwhat (is the|'s the|are the) reasons?\b|\bwhat causes\b"),
        (
            AnswerType.LIST,
            r"\bwhat (are|were)\b|\bwhich\b|\bwhat (kinds?|types?|sorts?|other|else|conditions?|things?"
            r"|questions?|side|risks?|symptoms?|options?|signs?)\b|\bside ?effects?\b|\blist\b|\balternatives\b"
            r"|\bexamples?\b",
        ),
        (
            AnswerType.DEFINITION,
            r"\bwhat('s| is| does)\b.*\b(mean|stand for)\b|^\W*what('s| is| are) (an? "
            r"|the )?[\w-]+( [\w-]+)?\W*$|\bdefin\w+|\bmeaning\b|\bdifference\b|\bvs\b|\bversus\b",
        ),
        (
            AnswerType.YES_NO,
            r"(^|[.,;!?]\s*|\b(and|so|but|or|pls|please|hi|hello)\s+)(is|are|was|were|do|does|did|can|could"
            r"|will|would|should|shall|may|might|must|has|have|had|am|isnt|arent|cant|wont|dont|doesnt) (i|it"
            r"|they|we|he|she|you|there|the|my|a|an|any|this|that|these|those|ketamine|ket|esketamine|spravato"
            r"|people|someone|anyone|patients?|insurance|doctors?|\w+)\b",
        ),
        (
            AnswerType.PROCEDURE,
            r"\bhow (do|does|is|are|can|should|would|will|to|did|was)\b|\bwhat (happens|should|do|can|will)\b"
            r"|\bsteps?\b|\bprepar\w+|\bwhat('s| is) it like\b",
        ),
    )
)


def _corrections(question: str, lexical: LexicalIndex) -> dict[str, str]:
    """For each word that neither the corpus nor the language knows, the known word that it most resembles."""
    corrections: dict[str, str] = {}
    for word in dict.fromkeys(words(question)):
        if habitual := _habitual_spellings().get(word):
            corrections[word] = habitual
        elif _may_be_misspelt(word, lexical) and (best := _nearest(word, lexical)):
            corrections[word] = best
    return corrections


def _may_be_misspelt(word: str, lexical: LexicalIndex) -> bool:
    return (
        len(word) >= _MIN_CORRECTABLE
        and word.isalpha()
        and word not in lexical.vocabulary
        and word not in _general_words()
    )


def _nearest(word: str, lexical: LexicalIndex) -> str | None:
    """The known word most like `word`: by edits, then preferring the corpus's own words, then common ones."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    lengths = range(len(word) - 1, len(word) + 3)
    in_corpus = [v for v in lexical.vocabulary if len(v) in lengths and v[0] == word[0] and v.isalpha()]
    in_language = [v for length in lengths for v in _general_by_start().get((word[0], length), ())]
    best: tuple[float, float, str] | None = None
    for candidates, bonus in ((in_corpus, _CORPUS_BONUS), (in_language, 0.0)):
        for found, similarity, _ in extract(
            word, candidates, scorer=OSA.normalized_similarity, score_cutoff=_SPELLING_CUTOFF, limit=5
        ):
            own = bonus or (_CORPUS_BONUS if lexical.knows(stem(found)) else 0.0)
            ranked = (-round(similarity + own, 6), -float(_general_words().get(found, 0)), found)
            best = ranked if best is None else min(best, ranked)
    return best[2] if best else None


@lru_cache(maxsize=1)
def _general_words() -> Mapping[str, int]:
    """Common English words with their counts, from pyspellchecker's list; rare ones there are often misspellings."""
    from spellchecker import SpellChecker

    frequency = SpellChecker(language="en").word_frequency
    return {word: frequency[word] for word in frequency.words() if frequency[word] >= _MIN_GENERAL_COUNT}


@lru_cache(maxsize=1)
def _general_by_start() -> Mapping[tuple[str, int], tuple[str, ...]]:
    """General words by first letter and length."""
    groups: dict[tuple[str, int], list[str]] = {}
    for word in _general_words():
        if word.isalpha():
            groups.setdefault((word[0], len(word)), []).append(word)
    return {key: tuple(sorted(group)) for key, group in groups.items()}


@lru_cache(maxsize=1)
def _habitual_spellings() -> Mapping[str, str]:
    """Short forms and habitual misspellings too short for edit distance, from data/spellings.json."""
    return dict(json.loads((files("ragbot") / "data" / "spellings.json").read_text("utf-8")))


def _replaced(question: str, corrections: Mapping[str, str]) -> str:
    if not corrections:
        return question
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, corrections)) + r")\b", re.IGNORECASE)
    return pattern.sub(lambda match: corrections[match[0].casefold()], question)


def _expand(text: str, query_terms: tuple[str, ...], lexical: LexicalIndex) -> tuple[tuple[str, ...], list[str]]:
    """Stems of synonyms that the corpus holds and the question lacks, and the words themselves for showing."""
    flat = f" {' '.join(words(text))} "
    stems = f" {' '.join(stem(word) for word in words(text))} "
    expansions: dict[str, None] = {}
    shown: list[str] = []
    for group in _synonyms():
        typed = [s for flat_form, stem_form, s in group if f" {flat_form} " in flat or f" {stem_form} " in stems]
        if not any(_needs_synonyms(term_stems, lexical) for term_stems in typed):
            continue
        for flat_form, _, term_stems in group:
            fresh = [s for s in term_stems if s not in query_terms and s not in expansions and lexical.knows(s)]
            if fresh and len(fresh) == len(term_stems):
                expansions.update(dict.fromkeys(fresh))
                shown.append(flat_form)
    return tuple(expansions), shown[:6]


def _needs_synonyms(term_stems: tuple[str, ...], lexical: LexicalIndex) -> bool:
    """False for a word that the corpus itself uses everywhere: its synonyms would only add noise."""
    return not term_stems or max(lexical.idf(term) for term in term_stems) > _COMMON_IDF


@lru_cache(maxsize=1)
def _synonyms() -> tuple[tuple[tuple[str, str, tuple[str, ...]], ...], ...]:
    """Groups of (words, their stems in a row, stems of the content words) from data/synonyms.json."""
    groups: list[Any] = json.loads((files("ragbot") / "data" / "synonyms.json").read_text("utf-8"))
    return tuple(
        tuple(
            (" ".join(words(p)), " ".join(stem(w) for w in words(p)), tuple(stem(w) for w in content_words(p)))
            for p in group
        )
        for group in groups
    )
