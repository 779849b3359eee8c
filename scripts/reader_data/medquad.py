"""MedQuAD as weak supervision: lay questions, the head of the answer as right, other answers as confusable wrong ones."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from ragbot.datatypes import BlockKind
from ragbot.errors import DatasetError
from ragbot.sentences import is_quotable
from reader_data.lay_questions import QUESTION_TYPES, lay_question
from reader_data.rows import Row, SourceRows, n_words, read_json_lines, sentences_of

MAX_SENTENCES = 40  # of one answer
MAX_SENTENCE_WORDS = 70
_ONE_RIGHT = ("information", "inheritance", "genetic changes")  # types whose first sentence says it all
_TEMPLATED = ("genetic changes", "inheritance", "frequency")  # thousands of near copies about rare genetic diseases
_TEMPLATED_SHARE = 0.4
_NAMED_SHARE = 0.7  # of the questions name the illness; a heading or an earlier question would name it for the others
# An answer to one type of a group may well answer another one.
_CLOSE = (
    {"causes", "genetic changes", "inheritance", "susceptibility"}, {"treatment", "considerations", "research", "outlook"},
    {"symptoms", "complications", "outlook", "stages"}, {"prevention", "considerations", "susceptibility"},
    {"frequency", "susceptibility"}, {"exams and tests", "stages"},
)  # fmt: skip
_ANNOUNCEMENTS = (
    "There are a few things to know about this.", "Here is what you need to know.", "These include the following:",
    "The answer depends on several factors:", "Let's explore this topic in detail.", "Many people ask this question.",
    "This can cause a range of effects.", "Read on to find out more.", "There are several options:",
    "Some of the most common are listed below.", "It is important to understand the facts.",
    "This article covers the basics.",
)  # fmt: skip
_BULLET = re.compile(r"\s{2,}-\s+|\n\s*-\s+")
_LINE_END = re.compile(r"\s*\n\s*")
_LONG_WORD = re.compile(r"\w{4,}")


@dataclass(frozen=True, slots=True)
class Illness:
    """What MedQuAD says of one illness: sentences of the answer and the catalogue's question, by question type."""

    focus: str
    answers: Mapping[str, tuple[str, ...]]
    questions: Mapping[str, str]

    @property
    def held(self) -> bool:
        """True for one illness in forty, whatever the seed."""
        return zlib.crc32(self.focus.encode()) % 40 == 0

    def others(self, question_type: str) -> list[str]:
        """Types whose answers don't answer a question of `question_type`."""
        return [other for other in self.answers if not are_close(other, question_type)]

    def asked(self, question_type: str, random: Random, *, named: bool) -> str:
        """A question of `question_type` as people ask it."""
        return lay_question(question_type, self.focus, self.questions[question_type], random, named=named)

    def row(self, question: str, sentences: Sequence[str], right: Sequence[int], ignored: Sequence[int]) -> Row:
        """A row on a window that stands under the illness's name."""
        return Row(
            question, tuple(sentences), tuple(right), tuple(ignored), None, self.focus, "medquad", held=self.held
        )


def read_medquad(path: Path, random: Random, *, most: int | None = None) -> SourceRows:
    """Rows on the illnesses of a MedQuAD file (on the first `most` of them), in random order. Raises DatasetError."""
    illnesses = read_illnesses(path)
    neighbours: dict[str, list[Illness]] = defaultdict(list)
    for illness in illnesses:
        for word in _long_words(illness.focus):
            neighbours[word].append(illness)
    asked = [(i, t) for i in illnesses[:most] for t in i.answers if _is_taken(t, random)]
    rows: list[Row] = []
    for illness, question_type in asked:
        if answering := _answering(illness, question_type, random):
            roll = random.random()
            rows.append(answering)
            if roll < 0.45:
                rows += _elsewhere_in_illness(illness, question_type, random)
            elif roll < 0.9:
                near = [n for word in _long_words(illness.focus) for n in neighbours[word][:200] if n is not illness]
                other = random.choice(near if near and random.random() < 0.6 else illnesses)
                rows += _in_another_illness(illness, question_type, other, random)
    return SourceRows(tuple(rows))


def read_illnesses(path: Path) -> list[Illness]:
    """Illnesses with their usable answers; none that speaks of ketamine, which is what ragbot is measured on."""
    answers: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    questions: dict[str, dict[str, str]] = defaultdict(dict)
    for line, values in read_json_lines(path):
        try:
            focus, question_type = values["focus"].strip(), values["qtype"]
            question, answer = values["question"], values["answer"]
        except (KeyError, AttributeError) as error:
            raise DatasetError(f"{path}:{line}: no row of MedQuAD ({error!r}); mend or delete this line") from error
        if question_type not in QUESTION_TYPES or question_type in answers[focus]:
            continue
        if "Human Phenotype Ontology" in answer or "ketamine" in answer.casefold():
            continue
        sentences = answer_sentences(answer)
        if any(can_answer(sentence) for sentence in sentences):
            answers[focus][question_type] = sentences
            questions[focus][question_type] = question
    return [Illness(focus, answers[focus], questions[focus]) for focus in answers if answers[focus]]


def answer_sentences(answer: str) -> tuple[str, ...]:
    """The first sentences of an answer, its list items apart.

    >>> answer_sentences("Signs are:  - a rash  - fever")
    ('Signs are:', '- a rash', '- fever')
    """
    return sentences_of(_LINE_END.sub("\n", _BULLET.sub("\n- ", answer)))[:MAX_SENTENCES]


def can_answer(sentence: str) -> bool:
    """True unless it asks, announces, or speaks of the web page."""
    kind = BlockKind.LIST_ITEM if sentence.startswith("- ") else BlockKind.PARAGRAPH
    return is_quotable(sentence, kind) and "click here" not in sentence.casefold()


def are_close(first: str, second: str) -> bool:
    """True if an answer to one type of question may answer the other.

    >>> are_close("causes", "inheritance"), are_close("causes", "treatment"), are_close("information", "stages")
    (True, False, True)
    """
    return first == second or "information" in (first, second) or any({first, second} <= group for group in _CLOSE)


def _is_taken(question_type: str, random: Random) -> bool:
    return question_type not in _TEMPLATED or random.random() < _TEMPLATED_SHARE


def _answering(illness: Illness, question_type: str, random: Random) -> Row | None:
    """The head of the answer between sentences of answers to other questions; the rest of that head is ignored."""
    head = list(_limited(illness.answers[question_type], random.choice((40, 80, 120))))
    usable = [place for place, sentence in enumerate(head) if can_answer(sentence)]
    if not usable:
        return None
    right = usable[: 1 if question_type in _ONE_RIGHT else 2]
    if head[right[0]].startswith("- "):
        right = [place for place in usable if head[place].startswith("- ")][:6]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    others = illness.others(question_type)
    if others and random.random() < 0.7:
        other = illness.answers[random.choice(others)]
        start = random.randrange(max(1, len(other) - 3))
        before = _limited(other[start : start + 4], 50)
    if others and random.random() < 0.5:
        after = _limited(illness.answers[random.choice(others)][:4], 40)
    opening = _opening(illness, question_type, random)
    shift = len(before) + len(opening)
    question = illness.asked(question_type, random, named=random.random() < _NAMED_SHARE)
    ignored = [place + shift for place in usable if place not in right]
    return illness.row(question, [*before, *opening, *head, *after], [place + shift for place in right], ignored)


def _opening(illness: Illness, question_type: str, random: Random) -> list[str]:
    """At times what often stands before an answer and never is one: the question as a heading, an announcement."""
    opening = []
    if random.random() < 0.25:
        opening.append(illness.asked(question_type, random, named=True).capitalize())
    if random.random() < 0.15:
        opening.append(random.choice(_ANNOUNCEMENTS))
    return opening


def _elsewhere_in_illness(illness: Illness, question_type: str, random: Random) -> list[Row]:
    """The question beside what is said of the same illness in answer to other questions."""
    others = illness.others(question_type)
    if not others:
        return []
    chosen = random.sample(others, min(2, len(others)))
    sentences = [s for t in chosen for s in _limited(illness.answers[t][random.choice((0, 0, 2)) :], 65)]
    question = illness.asked(question_type, random, named=random.random() < _NAMED_SHARE)
    return [illness.row(question, sentences, (), ())] if sentences else []


def _in_another_illness(illness: Illness, question_type: str, other: Illness, random: Random) -> list[Row]:
    """The question beside the answer to the same question on another illness, if that does not speak of this one."""
    name, other_name = illness.focus.casefold(), other.focus.casefold()
    answer = other.answers.get(question_type, ())
    if not answer or name in other_name or other_name in name or illness.held != other.held:
        return []
    if name in " ".join(answer).casefold():
        return []
    question = illness.asked(question_type, random, named=True)
    return [replace(illness.row(question, _limited(answer, 120), (), ()), prefix=other.focus)]


def _limited(sentences: Sequence[str], words: int) -> tuple[str, ...]:
    """The first sentences with at most `words` words in all, each cut to a bearable length; at least one."""
    kept: list[str] = []
    for sentence in sentences:
        shortened = " ".join(sentence.split()[:MAX_SENTENCE_WORDS])
        if kept and sum(map(n_words, kept)) + n_words(shortened) > words:
            break
        kept.append(shortened)
    return tuple(kept)


def _long_words(focus: str) -> list[str]:
    return sorted(set(_LONG_WORD.findall(focus.casefold())))
