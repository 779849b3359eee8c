"""Which words of a quote answer the question. Marks a clause only if what it leaves out changes no meaning."""

from __future__ import annotations

import re

from ragbot.datatypes import Span
from ragbot.lexical import terms
from ragbot.query import AnswerType, Query

_CLAUSE = re.compile(r"[;:]\s+|\s[–—-]\s|,\s+(?=(?:and|but|which|who|while|although|though|because|so|whereas|as)\b)")
_CHANGES_MEANING = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|\w+n[’']t|unless|only|except|if|may|might|could|can|possibly|"
    r"perhaps|likely|unlikely|reported|suggests?|some|few|small|limited|rarely|sometimes|usually|often|in (?:adults|"
    r"children|animals|mice|the United States|England)|compared|than|versus|against|under|until|before|after|at least|"
    r"at most|up to|about|around|roughly|more|less|fewer|however|although|though|but|nobody|nothing|hardly|barely|"
    r"seldom|fail\w*|lack\w*|refus\w+|avoid\w*|stop\w*|instead|despite|unclear|unknown|uncertain|whether|myth|false\w*|"
    r"wrong\w*|untrue|claim\w*|should|must|when|while|where|once|as long as|provided|with|exception\w*|probabl\w*|"
    r"appear\w*|seem\w*|theor\w*|believ\w*|thought|early|prelimin\w*|potential\w*|most\w*|animals?|mice|placebo)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d")
_MIN_CLAUSE_WORDS = 4


def highlight(query: Query, text: str, best: Span, answer: Span | None = None) -> tuple[Span, ...]:
    """Spans (document offsets) of the answering words: a clause of the `best` sentence, or the whole of it.

    The clause is the one that holds most of `answer`, if the reader found one. A clause stands for its sentence only if
    no negation, hedge, condition, comparison or number lies outside it.
    """
    clause = _best_clause(query, text, best, answer)
    outside = text[best.start : clause.start] + " " + text[clause.end : best.end]
    safe = not _CHANGES_MEANING.search(outside) and not _NUMBER.search(outside)
    return (clause if safe else best,)


def _best_clause(query: Query, text: str, sentence: Span, answer: Span | None) -> Span:
    """The clause with most of `answer`; without one that which shares most with the question's words and answer type.

    What the question already says is given, what the sentence adds is the answer: so for durations and amounts the
    clause with the number wins.
    """
    clauses = [c for c in _clauses(text, sentence) if len(c.cut(text).split()) >= _MIN_CLAUSE_WORDS]
    if len(clauses) < 2:
        return sentence
    wanted = set(query.terms) | set(query.expansions)
    wants_number = query.answer_type in (AnswerType.DURATION, AnswerType.AMOUNT, AnswerType.TIME)

    def worth(clause: Span) -> tuple[int, int, int, int]:
        words = clause.cut(text)
        held = answer.overlap(clause) if answer else 0
        return (
            held,
            int(wants_number and _NUMBER.search(words) is not None),
            len(wanted & set(terms(words))),
            clause.start,
        )

    return max(clauses, key=worth)


def _clauses(text: str, sentence: Span) -> list[Span]:
    clauses, start = [], sentence.start
    for mark in _CLAUSE.finditer(text, sentence.start, sentence.end):
        if mark.start() > start:
            clauses.append(Span(start, mark.start()))
        start = mark.end()
    if start < sentence.end:
        clauses.append(Span(start, sentence.end))
    return clauses
