"""A refusal names questions that the documents answer: headings that ask, over sentences that can be quoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ragbot.datatypes import Answer, Definition, Document, Heading, Outcome, Quote, Span
from ragbot.encoding import Encoder
from ragbot.query import build_query
from ragbot.retrieval import retrieve
from ragbot.store import Index
from ragbot.suggesting import MAX_SUGGESTIONS, next_candidates, suggest

BuildIndex = Callable[[Mapping[str, str | bytes]], Path]
FILES = {
    "a.md": (
        "# Driving\n\n## Can I drive after a drip?\n\nDo not drive until the next day has come.\n\n"
        "## Can I drive a tractor after a drip?\n\n## What now?\n\nWait for the next day to come.\n"
    ),
    "b.md": "# More\n\n## Can I DRIVE after a drip?\n\nPeople should not drive on the same day.\n\n"
    "## Driving after a drip\n\nThis heading asks nothing at all here.\n",
    "c.txt": "Seven things\n\n7. Is a drip **addictive**?\n\nIt can be when it is misused for months.\n",
}


@pytest.fixture
def suggested(build_index: BuildIndex, fake_encoder: Encoder) -> Callable[[str], tuple[str, ...]]:
    index = Index(build_index(FILES))

    def ask(question: str) -> tuple[str, ...]:
        query = build_query(question, index.lexical)
        return suggest(query, retrieve(query, index, fake_encoder, k=20), index)

    return ask


def test_the_nearest_question_that_is_answered_comes_first(suggested: Callable[[str], tuple[str, ...]]) -> None:
    # The tractor's heading has nothing to quote below it; "DRIVE" and "drive" ask the same; "Driving …" asks nothing.
    found = suggested("can i drive a lorry after a drip")
    assert found[0] in ("Can I drive after a drip?", "Can I DRIVE after a drip?")
    assert sum(heading.casefold() == "can i drive after a drip?" for heading in found) == 1
    assert not any("tractor" in heading or heading.startswith("Driving") for heading in found)
    assert len(found) <= MAX_SUGGESTIONS


def test_what_was_asked_is_not_suggested_again(suggested: Callable[[str], tuple[str, ...]]) -> None:
    assert not any("drive" in heading.casefold() for heading in suggested("drive after drip?"))


def test_a_heading_is_suggested_without_its_number_and_marks(suggested: Callable[[str], tuple[str, ...]]) -> None:
    assert "Is a drip addictive?" in suggested("is the drip addictive for children")


def test_nothing_near_suggests_nothing(suggested: Callable[[str], tuple[str, ...]]) -> None:
    assert suggested("zebra racing in Paris") == ()


# --- what to ask next ---

NEXT = """# Driving

## Can I drive after Spravato?

Not until the next day.

## How long do I have to stay?

Two hours.

## The spray

This heading asks nothing.

## What should I avoid?

Alcohol.
"""


def document_of(text: str, name: str) -> Document:
    lines = [line for line in text.splitlines() if line.startswith("#")]
    starts = [text.index(line) for line in lines]
    headings = tuple(
        Heading(Span(start, start + len(line)), line.count("#"), line.lstrip("# "))
        for start, line in zip(starts, lines, strict=True)
    )
    return Document(name, "T", text, name, "ab", (), headings)


DOCUMENTS = {
    "a.md": document_of(NEXT, "a.md"),
    "b.md": document_of("# Cost\n\n## Who pays?\n\nInsurers do.\n\n## What if they refuse?\n\nAppeal.\n", "b.md"),
}


def quote_of(name: str, text: str) -> Quote:
    start = DOCUMENTS[name].text.index(text)
    return Quote.cut(DOCUMENTS[name], Span(start, start + len(text)))


def answered(*quotes: Quote, question: str = "May I drive?") -> Answer:
    return Answer(question, Outcome.ANSWERED, quotes)


def candidates(answer: Answer, asked: Sequence[str] = ()) -> list[str]:
    return list(next_candidates(answer, DOCUMENTS.__getitem__, asked=asked))


def test_after_an_answer_come_the_headings_around_it_the_next_section_first() -> None:
    assert candidates(answered(quote_of("a.md", "Two hours."))) == [
        "What should I avoid?",
        "Can I drive after Spravato?",
    ]


def test_headings_around_several_quotes_take_turns_and_the_answers_own_is_left_out() -> None:
    found = candidates(answered(quote_of("a.md", "Not until the next day."), quote_of("b.md", "Appeal.")))
    # Over the quotes: drive (just answered), refuse. Then the next ones outwards: stay, who pays. Then: avoid.
    assert found == ["What if they refuse?", "How long do I have to stay?", "Who pays?", "What should I avoid?"]


def test_no_question_comes_twice_or_again() -> None:
    both = answered(quote_of("a.md", "Two hours."), quote_of("a.md", "Alcohol."), question="what to AVOID")
    assert candidates(both) == ["Can I drive after Spravato?"]
    assert candidates(both, asked=["can i drive after spravato"]) == []


def test_after_a_refusal_come_those_to_try_then_the_headings_over_the_nearest_passages() -> None:
    refused = Answer(
        "moon?",
        Outcome.NO_ANSWER,
        nearest=(quote_of("b.md", "Insurers do."),),
        try_instead=("How long do I have to stay?",),
    )
    assert candidates(refused) == ["How long do I have to stay?", "Who pays?", "What if they refuse?"]


def test_a_word_that_is_explained_may_be_asked_about_last() -> None:
    quote = quote_of("b.md", "Appeal.")
    answer = replace(answered(quote), definitions=(Definition("Appeal", quote, 0, 0, 6),))
    assert candidates(answer) == ["Who pays?", "What does “Appeal” mean?"]
