"""What is said of old and superseded sources, on a given day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.ageing import Ageing
from ragbot.datatypes import Answer, Block, BlockKind, CatalogueEntry, Caution, Document, Outcome, Quote, Span

TODAY = date(2026, 11, 22)
NEWER = CatalogueEntry("new.md", "Going home, new edition")


def entry(published: str | None, reviewed: str | None = None, superseded_by: str | None = None) -> CatalogueEntry:
    return CatalogueEntry("old.md", "Old", published, reviewed, superseded_by=superseded_by)


@pytest.mark.parametrize(
    ("source", "cautions"),
    [
        (entry("2012"), (Caution("published", year=2012),)),
        (entry("2012", "2015-03"), (Caution("reviewed", year=2015),)),
        (entry("2019-05-01", "2012"), (Caution("published", year=2019),)),
        (entry("2012", "2026-03"), ()),
        (entry("2021-11-21"), (Caution("published", year=2021),)),  # five years and a day ago
        (entry("2021-11-22"), ()),  # five years ago
        (entry("2021"), ()),  # may be the end of it
        (entry("2020"), (Caution("published", year=2020),)),
        (entry(None), ()),
        (entry("long ago"), ()),
        (entry(None, "2020-12"), (Caution("reviewed", year=2020),)),
    ],
)
def test_a_source_is_old_when_the_later_of_its_dates_is_surely_more_than_five_years_ago(
    source: CatalogueEntry, cautions: tuple[Caution, ...]
) -> None:
    assert Ageing(TODAY, 5).cautions(source) == cautions


@given(st.dates(), st.dates())
def test_no_source_is_old_without_years_or_before_its_date(today: date, published: date) -> None:
    source = entry(published.isoformat())
    assert Ageing(today, 0).cautions(source) == ()
    if published >= today:
        assert Ageing(today, 1).cautions(source) == ()


def test_what_supersedes_a_source_is_named_by_its_title_if_it_is_there() -> None:
    source = entry("2025-01-01", superseded_by="new.md")
    assert Ageing(TODAY, 5, {"new.md": NEWER.title}.get).cautions(source) == (
        Caution("superseded", document="new.md", title=NEWER.title),
    )
    assert Ageing(TODAY, 5).cautions(source) == (Caution("superseded", document="new.md"),)


def test_quotes_and_nearest_passages_of_an_answer_get_their_cautions() -> None:
    text = "Rest at home."
    document = Document(
        "old.md", "Old", text, "old.md", "ab", (Block(Span(0, 13), BlockKind.PARAGRAPH),), published="2012"
    )
    quote = Quote.cut(document, Span(0, 13))
    answer = Answer("?", Outcome.ANSWERED, quotes=(quote,), nearest=(quote,))
    shown = Ageing(TODAY, 5).cautioned(answer)
    assert shown.quotes[0].cautions == shown.nearest[0].cautions == (Caution("published", year=2012),)
    assert answer.quotes[0].cautions == ()
