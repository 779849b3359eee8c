"""A refusal names questions that the documents answer: headings that ask, over sentences that can be quoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ragbot.encoding import Encoder
from ragbot.query import build_query
from ragbot.retrieval import retrieve
from ragbot.store import Index
from ragbot.suggesting import MAX_SUGGESTIONS, suggest

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
