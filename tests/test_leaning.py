"""A sentence that points back is quoted with what it points to, within its block and the limit of words."""

from __future__ import annotations

import pytest

from ragbot.datatypes import Document, Span
from ragbot.leaning import leans, with_support
from ragbot.loaders.markdown import markdown_blocks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("However, it fades.", True),
        ("They last for an hour.", True),
        ("It lasts for an hour.", True),
        ("It is not known whether ketamine harms a baby.", False),
        ("It's best to wait until the next day.", False),
        ("Both ketamine and esketamine raise blood pressure.", False),
        ("This article is about ketamine.", False),
        ("Ketamine fades.", False),
    ],
)
def test_a_sentence_leans_if_it_opens_with_a_word_that_points_back(text: str, expected: bool) -> None:
    assert leans(text) is expected


def supported(text: str, quoted: str, *, max_words: int = 60) -> str:
    document = Document("a.md", "A", text, "a.md", "0" * 64, tuple(markdown_blocks(text)))
    start = text.index(quoted)
    block = next(n for n, b in enumerate(document.blocks) if b.span.start <= start < b.span.end)
    return with_support(document, block, Span(start, start + len(quoted)), max_words=max_words).cut(text)


PARAGRAPH = "Ketamine raises blood pressure. It falls again soon. However, some need a tablet. Rest helps too."


@pytest.mark.parametrize(
    ("quoted", "max_words", "expected"),
    [
        ("It falls again soon.", 60, "Ketamine raises blood pressure. It falls again soon."),
        # "However" leans on "It falls", which leans on the first: both come.
        ("However, some need a tablet.", 60, PARAGRAPH[: PARAGRAPH.index(" Rest")]),
        # 5 + 4 + 4 words: the third sentence and the second are 9, with the first 13.
        ("However, some need a tablet.", 9, "It falls again soon. However, some need a tablet."),
        ("However, some need a tablet.", 8, "However, some need a tablet."),
        ("Rest helps too.", 60, "Rest helps too."),
        ("Ketamine raises blood pressure.", 60, "Ketamine raises blood pressure."),
    ],
)
def test_support_comes_as_far_as_the_words_allow(quoted: str, max_words: int, expected: str) -> None:
    assert supported(PARAGRAPH, quoted, max_words=max_words) == expected


def test_support_never_comes_from_another_block_nor_from_a_question() -> None:
    assert supported("Ketamine raises it.\n\nIt falls again.\n", "It falls again.") == "It falls again."
    assert supported("Does it rise? It falls again.\n", "It falls again.") == "It falls again."
