"""One article gives the same sentences under the same headings whatever format it is saved in; no word is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragbot.datatypes import Block, BlockKind, Document
from ragbot.loaders import parse_source
from ragbot.sentences import split_sentences
from tests.loaders.article_files import (
    Part,
    as_docx,
    as_epub,
    as_html,
    as_markdown,
    as_old_html,
    as_pdf,
    as_text,
    heading,
    item,
    paragraph,
    source_of,
    table,
)

Writer = Callable[[Sequence[Part]], bytes]
WRITERS: dict[str, Writer] = {
    ".txt": as_text,
    ".md": as_markdown,
    ".html": as_html,
    ".htm": as_old_html,
    ".docx": as_docx,
    ".epub": as_epub,
    ".pdf": as_pdf,
}
ARTICLE = (
    heading(1, "After a ketamine infusion"),
    paragraph(
        "Most people feel well again within two hours. Some stay dizzy or tired for the rest of the day, "
        "and a few feel sick. It costs 5 € to have a nurse call you in the evening."
    ),
    heading(2, "What should I do at home?"),
    paragraph("Rest at home until the next morning, and ask somebody to stay with you in the first night."),
    item("Drink water and eat something light"),
    item("Do not drive a car before the next morning"),
    item("Do not sign contracts"),
    paragraph("Call the clinic if you still feel unsteady after a night of sleep."),
    heading(2, "When may I drive again?"),
    paragraph(
        "You may drive on the day after treatment if you have slept well. The “usual” rule in the study was 24 hours; "
        "0.5 mg/kg was given to each of the 67 patients."
    ),
)


def saved_as(suffix: str, article: Sequence[Part]) -> Document:
    return parse_source(source_of(WRITERS[suffix](article), f"after-treatment{suffix}"))


def sentences_of(document: Document) -> list[tuple[str, str]]:
    """Each sentence with the heading that it stands under; a heading stands under itself."""
    return [
        (document.heading_path(s.span.start)[-1], " ".join(s.span.cut(document.text).split()))
        for s in split_sentences(document)
    ]


@pytest.mark.parametrize("suffix", WRITERS)
def test_an_article_gives_the_same_sentences_under_the_same_headings_in_every_format(suffix: str) -> None:
    first, home, drive = "After a ketamine infusion", "What should I do at home?", "When may I drive again?"
    assert sentences_of(saved_as(suffix, ARTICLE)) == [
        (first, first),
        (first, "Most people feel well again within two hours."),
        (first, "Some stay dizzy or tired for the rest of the day, and a few feel sick."),
        (first, "It costs 5 € to have a nurse call you in the evening."),
        (home, home),
        (home, "Rest at home until the next morning, and ask somebody to stay with you in the first night."),
        (home, "Drink water and eat something light"),
        (home, "Do not drive a car before the next morning"),
        (home, "Do not sign contracts"),
        (home, "Call the clinic if you still feel unsteady after a night of sleep."),
        (drive, drive),
        (drive, "You may drive on the day after treatment if you have slept well."),
        (
            drive,
            "The “usual” rule in the study was 24 hours; 0.5 mg/kg was given to each of the 67 patients.",
        ),
    ]


@pytest.mark.parametrize("suffix", [suffix for suffix in WRITERS if suffix != ".txt"])
def test_levels_of_headings_and_kinds_of_blocks_are_the_article_s_own(suffix: str) -> None:
    document = saved_as(suffix, ARTICLE)  # plain text has no levels
    assert [(b.kind, b.level) for b in document.blocks] == [(p.kind, p.level) for p in ARTICLE]


@pytest.mark.parametrize("suffix", [".html", ".docx", ".epub"])
def test_a_table_row_carries_its_headers_in_every_format(suffix: str) -> None:
    rows = table(("Drug", "Dose"), ("ketamine", "0.5 mg/kg"), ("esketamine", "56 mg"))
    document = saved_as(suffix, (*ARTICLE, rows))
    texts = [b.span.cut(document.text) for b in document.blocks if b.kind is BlockKind.TABLE_ROW]
    assert texts == ["Drug: ketamine | Dose: 0.5 mg/kg", "Drug: esketamine | Dose: 56 mg"]


@st.composite
def articles(draw: st.DrawFn) -> tuple[Part, ...]:
    """A title and some twenty parts; each word of the article is another one, and its number tells its place."""
    count = iter(range(1, 100_000))

    def words(n: int) -> str:
        return " ".join(f"word{next(count)}" for _ in range(n))

    def part(kind: str) -> Part:
        size = draw(st.integers(1, 12))
        if kind == "heading":
            return heading(draw(st.integers(1, 4)), words(min(size, 8)))
        if kind == "table":
            n_rows, n_columns = draw(st.integers(2, 4)), draw(st.integers(2, 3))
            return table(*(tuple(words(draw(st.integers(1, 3))) for _ in range(n_columns)) for _ in range(n_rows)))
        return item(words(size)) if kind == "item" else paragraph(words(size) + ".")

    kinds = draw(st.lists(st.sampled_from(["heading", "paragraph", "item", "table"]), max_size=20))
    return (heading(1, words(2)), paragraph(words(30) + "."), *(part(kind) for kind in kinds))


def expected_words(article: Sequence[Part]) -> Iterator[str]:
    """The words in order; those of a table's header before each cell of their column, as every row carries them."""
    for part in article:
        if part.kind is not BlockKind.TABLE_ROW:
            yield from part.text.split()
            continue
        header, *body = part.rows
        for row in body:
            for position, (label, cell) in enumerate(zip(header, row, strict=True)):
                yield from (["|"] if position else []) + f"{label}: {cell}".split()


@pytest.mark.parametrize("suffix", [".html", ".htm", ".docx", ".epub"])
@settings(max_examples=25, deadline=None)
@given(article=articles())
def test_every_word_of_any_article_comes_out_once_and_in_order(suffix: str, article: Sequence[Part]) -> None:
    document = saved_as(suffix, article)
    cuts = [block.span.cut(document.text) for block in document.blocks]
    assert " ".join(cuts).split() == list(expected_words(article))


@pytest.mark.parametrize("suffix", [".html", ".docx", ".epub"])
@settings(max_examples=15, deadline=None)
@given(article=articles())
def test_blocks_are_exact_slices_a_blank_line_apart(suffix: str, article: Sequence[Part]) -> None:
    document = saved_as(suffix, article)
    assert "\n\n".join(_as_line(block, document.text) for block in document.blocks) == document.text
    headings = [block.span for block in document.blocks if block.kind is BlockKind.HEADING]
    assert [h.span for h in document.headings] == headings
    assert [h.span.cut(document.text) for h in document.headings] == [h.title for h in document.headings]


def _as_line(block: Block, text: str) -> str:
    return f"- {block.span.cut(text)}" if block.kind is BlockKind.LIST_ITEM else block.span.cut(text)
