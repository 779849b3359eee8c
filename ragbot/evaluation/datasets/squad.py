"""SQuAD 1.1 and 2.0 JSON, as they are: questions with their contexts, and the articles as documents.

`read_squad` gives question, context, answers and is_impossible, for a reader alone; `squad_examples` and
`squad_documents` give the same end to end, where the article has to be found first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ragbot.datatypes import Span
from ragbot.evaluation.datasets.json_nodes import JsonNode, JsonText
from ragbot.evaluation.datasets.jsonl import with_unique_ids
from ragbot.evaluation.datasets.names import OwnDocument, document_name, plain_text
from ragbot.evaluation.datasets.records import Example, GoldAnswer, Place

_BETWEEN_CONTEXTS = "\n\n"


@dataclass(frozen=True, slots=True)
class SquadAnswer:
    """An answer's words, and where in the context they stand."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """One question on one context; `answers` is empty if `is_impossible`.

    The context begins at `offset` of the article called `document`; `place` is the question's in the file.
    """

    question_id: str
    question: str
    context: str
    answers: tuple[SquadAnswer, ...]
    is_impossible: bool
    document: str
    offset: int
    place: Place


def read_squad(path: Path, text: str) -> list[SquadQuestion]:
    """All questions of the SQuAD file `path` with this `text`.

    Raises DatasetError, naming line, column and path in the JSON, for the first that cannot be used.
    """
    return [question for article in _articles(path, text) for question in _questions(article)]


def squad_examples(path: Path, text: str) -> list[Example]:
    """The questions as Examples whose golds stand in the documents of `squad_documents`."""
    return with_unique_ids(_example(question) for question in read_squad(path, text))


def squad_documents(path: Path, text: str) -> list[OwnDocument]:
    """Each article as one document: its contexts, in order, with a blank line between."""
    return [
        OwnDocument(article.name, _BETWEEN_CONTEXTS.join(text for _, text, _ in article.contexts))
        for article in _articles(path, text)
    ]


@dataclass(frozen=True, slots=True)
class _Article:
    """An article's document name, and each paragraph's questions, context and the offset where that begins."""

    name: str
    contexts: tuple[tuple[JsonNode, str, int], ...]


def _articles(path: Path, text: str) -> Iterator[_Article]:
    taken: set[str] = set()
    for number, article in enumerate(JsonText(path, text).root.members().need("data").items(), start=1):
        members = article.members()
        title = members["title"].text() if "title" in members else f"article {number}"
        name = document_name(path, title)
        if name in taken:
            name = document_name(path, f"{title} ({number})")
        taken.add(name)
        yield _Article(name, tuple(_contexts(members.need("paragraphs"))))


def _contexts(paragraphs: JsonNode) -> Iterator[tuple[JsonNode, str, int]]:
    offset = 0
    for paragraph in paragraphs.items():
        members = paragraph.members()
        node = members.need("context")
        context = plain_text(node.text())
        if not context.strip():
            raise node.error("is empty; add its text")
        yield members.need("qas"), context, offset
        offset += len(context) + len(_BETWEEN_CONTEXTS)


def _questions(article: _Article) -> Iterator[SquadQuestion]:
    for questions, context, offset in article.contexts:
        for node in questions.items():
            members = node.members()
            answers = _answers(members["answers"], context) if "answers" in members else ()
            impossible = members.get("is_impossible")
            is_impossible = not answers if impossible is None else bool(impossible.value)
            if is_impossible == bool(answers):
                problem = "has answers, yet is_impossible" if answers else "has no answer, yet is not impossible"
                raise node.error(f"{problem}; correct one of them")
            question = members.need("question")
            if not question.text().strip():
                raise question.error("is empty; write the question")
            question_id, text = members.need("id").text(), question.text().strip()
            yield SquadQuestion(question_id, text, context, answers, is_impossible, article.name, offset, node.place)


def _answers(answers: JsonNode, context: str) -> tuple[SquadAnswer, ...]:
    """The answers of all annotators, each once."""
    return tuple(dict.fromkeys(_answer(node, context) for node in answers.items()))


def _answer(node: JsonNode, context: str) -> SquadAnswer:
    members = node.members()
    text = plain_text(members.need("text").text())
    if not text.strip():
        raise members["text"].error("is empty; write the answer, or mark the question is_impossible")
    stated = members.need("answer_start").whole_number()
    if stated >= 0 and context.startswith(text, stated):
        return SquadAnswer(text, Span(stated, stated + len(text)))
    places = _occurrences(text, context)  # sets made by translation are often a few characters off
    if not places:
        raise members["text"].error("does not stand in the context; copy it word for word")
    start = min(places, key=lambda at: abs(at - stated))
    return SquadAnswer(text, Span(start, start + len(text)))


def _occurrences(wanted: str, text: str) -> Sequence[int]:
    found, at = [], text.find(wanted)
    while at >= 0:
        found.append(at)
        at = text.find(wanted, at + 1)
    return found


def _example(question: SquadQuestion) -> Example:
    golds = tuple(
        GoldAnswer(
            document=question.document,
            text=answer.text,
            at=Span(question.offset + answer.span.start, question.offset + answer.span.end),
            span=None,
            sha256=None,
            field=f"answers[{number}]",
            is_excerpt=True,
        )
        for number, answer in enumerate(question.answers)
    )
    return Example(question.question_id, (question.question,), golds, question.place)
