"""A question as retrieval and reading use it: cleaned, spelling mended, synonyms added, its answer type told.

Ties spelling and expansion together; knows the corpus only through a vocabulary. What it adds is reported, never
hidden: `Query.searched_also`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from ragbot.errors import QuestionError
from ragbot.expansion import Expansion, Synonyms, expand, packaged_synonyms
from ragbot.lexical import LexicalIndex, content_words, stem
from ragbot.spelling import corrected, corrections, is_everyday_word

MAX_QUESTION_CHARS = 2_000
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
    `named` are the terms of words that are not everyday English: drugs, illnesses, places, people. `meant` are those
    of the words behind `expansions` that stand for slang and for words that no document uses.
    """

    asked: str
    text: str
    terms: tuple[str, ...]
    named: tuple[str, ...]
    expansions: tuple[str, ...]
    answer_type: AnswerType
    unknown: tuple[str, ...]
    searched_also: tuple[str, ...]
    meant: tuple[str, ...] = ()

    @property
    def spelt_out(self) -> str:
        """`text` with the words that are `meant` behind it, in brackets.

        >>> from dataclasses import replace
        >>> asked = Query("what pee", "what pee", (), (), (), AnswerType.OTHER, (), ())
        >>> asked.spelt_out, replace(asked, meant=("urine", "bladder")).spelt_out
        ('what pee', 'what pee (urine, bladder)')
        """
        return f"{self.text} ({', '.join(self.meant)})" if self.meant else self.text


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


def build_query(
    question: str, lexical: LexicalIndex, *, synonyms: Synonyms | None = None, as_typed: bool = False
) -> Query:
    """The cleaned `question` as a Query against the corpus behind `lexical`; `synonyms` None are the packaged ones.

    `as_typed` it is taken word for word: no spelling mended, no synonym and no abbreviation added.
    """
    known = packaged_synonyms() if synonyms is None else synonyms
    mended = {} if as_typed else corrections(question, lexical, known.vocabulary)
    text = corrected(question, mended)
    query_terms = tuple(dict.fromkeys(stem(word) for word in content_words(text)))
    meant = Expansion((), (), ()) if as_typed else expand(text, query_terms, lexical, known)
    unknown = tuple(dict.fromkeys(w for w in content_words(text) if not lexical.knows(stem(w))))
    return Query(
        asked=question,
        text=text,
        terms=query_terms,
        named=tuple(dict.fromkeys(stem(word) for word in content_words(text) if not is_everyday_word(word))),
        expansions=meant.terms,
        answer_type=answer_type(text),
        unknown=unknown,
        searched_also=tuple(dict.fromkeys([*(v for v in mended.values() if content_words(v)), *meant.words])),
        meant=meant.for_lay_words,
    )


def answer_type(question: str) -> AnswerType:
    """What the question asks for, by its wording; the last question in a longer message decides.

    >>> answer_type("how long does it last").value, answer_type("Can I drive?").value
    ('duration', 'yes_no')
    """
    asked = [part for part in re.split(r"(?<=[?.!])\s+", question.casefold()) if part.endswith("?")]
    text = asked[-1] if asked else question.casefold()
    return next((kind for kind, pattern in _TYPE_PATTERNS if pattern.search(text)), AnswerType.OTHER)


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
