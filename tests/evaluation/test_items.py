"""Lists item by item, and whether both sides are shown, on cases worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Block, BlockKind, Document, Quote, Source, Span
from ragbot.evaluation.golds import Gold
from ragbot.evaluation.items import item_scores, shows_both_sides

TEXT = "".join(f"item {n:04d} " for n in range(20))  # ten characters each
DOCUMENT = Document("a.md", "A", TEXT, "a.md", "0" * 64, (Block(Span(0, 200), BlockKind.PARAGRAPH),))


def quote(first: int, last: int | None = None) -> Quote:
    """The items from `first` to `last`, both included."""
    return Quote.cut(DOCUMENT, Span(first * 10, ((first if last is None else last) + 1) * 10))


def gold(item: int, *, number: int | None = None, side: str | None = None, document: str = "a.md") -> Gold:
    span = Span(item * 10, item * 10 + 10)
    return Gold(document, span, None, span.cut(TEXT), item if number is None else number, side=side)


@pytest.mark.parametrize(
    ("quotes", "golds", "scores"),
    [
        ([quote(0), quote(1)], [0, 1], (1.0, 1.0, 1.0)),
        ([quote(0), quote(7)], [0, 1, 2, 3], (1 / 2, 1 / 4, 1 / 3)),  # 2 * 1/8 / (3/4)
        ([quote(0, 2), quote(7), quote(8)], [0, 1, 2, 3], (1 / 3, 3 / 4, 6 / 13)),  # one quote may cover three items
        ([quote(0), quote(0, 1)], [0, 2], (1.0, 1 / 2, 2 / 3)),  # two quotes of one item: both right, one item found
        ([quote(7)], [0], (0.0, 0.0, 0.0)),
        ([], [0], (0.0, 0.0, 0.0)),
    ],
)
def test_item_precision_recall_and_f1(
    quotes: list[Quote], golds: list[int], scores: tuple[float, float, float]
) -> None:
    assert item_scores(quotes, [gold(item) for item in golds]) == pytest.approx(scores)


def test_without_items_nothing_is_judged() -> None:
    assert item_scores([quote(0)], []) is None
    assert item_scores([quote(0)], [replace(gold(0), relevance=1)]) is None


def test_the_same_sentence_at_two_places_is_one_item() -> None:
    twice = [gold(0), replace(gold(5, number=0), text=gold(0).text), gold(1)]
    assert item_scores([quote(5)], twice) == pytest.approx((1.0, 1 / 2, 2 / 3))


def test_a_claim_that_also_stands_elsewhere_covers_the_item_there() -> None:
    elsewhere = replace(quote(0), also_in=(Source("b.md", "B", 30, 40, None),))
    golds = [gold(0), gold(3, document="b.md")]
    assert item_scores([elsewhere], golds) == (1.0, 1.0, 1.0)
    assert item_scores([quote(0)], golds) == pytest.approx((1.0, 1 / 2, 2 / 3))


@given(st.lists(st.integers(0, 19), max_size=4), st.lists(st.integers(0, 19), min_size=1, max_size=6, unique=True))
def test_quotes_of_one_item_each_agree_with_sets(quoted: list[int], wanted: list[int]) -> None:
    found = set(quoted) & set(wanted)
    scores = item_scores([quote(item) for item in quoted], [gold(item) for item in wanted])
    assert scores is not None
    assert scores[0] == pytest.approx(sum(item in wanted for item in quoted) / len(quoted) if quoted else 0)
    assert scores[1] == pytest.approx(len(found) / len(wanted))


@pytest.mark.parametrize(
    ("quotes", "shown"),
    [([quote(0), quote(1)], 1.0), ([quote(0, 1)], 1.0), ([quote(0), quote(2)], 0.0), ([], 0.0)],
)
def test_both_sides_are_shown_if_quotes_cover_a_gold_of_each(quotes: list[Quote], shown: float) -> None:
    assert shows_both_sides(quotes, [gold(0, side="works"), gold(1, side="does not"), gold(2, side="works")]) == shown


@pytest.mark.parametrize("sides", [(None, None), ("a", "a"), ("a", None)])
def test_golds_of_one_side_or_none_judge_nothing(sides: tuple[str | None, str | None]) -> None:
    assert shows_both_sides([quote(0)], [gold(n, side=side) for n, side in enumerate(sides)]) is None
