"""Measures of answers, rankings and refusals on values worked by hand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Block, BlockKind, Chunk, Document, Quote, Span
from ragbot.evaluation import measures
from ragbot.evaluation.golds import Gold

WORDS = "word " * 100
DOCUMENT = Document("a.md", "A", WORDS, "a.md", "0" * 64, (Block(Span(0, 499), BlockKind.PARAGRAPH),))
GOLD = Gold("a.md", Span(100, 200), None, WORDS[100:200], 0)


def quote(start: int, end: int) -> Quote:
    return Quote.cut(DOCUMENT, Span(start, end))


@pytest.mark.parametrize(
    ("start", "end", "right"),
    [
        (100, 200, True),
        (100, 160, True),  # 60 of 100 characters
        (100, 159, False),  # 59
        (0, 160, True),
        (200, 300, False),
    ],
)
def test_six_tenths_of_the_gold_sentence_make_a_quote_right(start: int, end: int, right: bool) -> None:
    assert measures.is_right(quote(start, end), [GOLD]) is right


def test_a_quote_of_another_document_is_wrong() -> None:
    assert not measures.is_right(quote(100, 200), [Gold("b.md", Span(100, 200), None, "", 0)])


@pytest.mark.parametrize(("start", "right"), [(190, True), (191, False)])
def test_the_whole_span_makes_a_quote_right_however_little_of_the_sentence(start: int, right: bool) -> None:
    gold = Gold("a.md", Span(100, 200), Span(190, 195), "", 0)
    assert measures.is_right(quote(start, 210), [gold]) is right


def test_two_golds_do_not_add_up_to_a_right_quote() -> None:
    halves = [Gold("a.md", Span(0, 100), None, "", 0), Gold("a.md", Span(100, 200), None, "", 1)]
    assert not measures.is_right(quote(50, 150), halves)  # 50 % of each
    assert not measures.is_right(quote(0, 100), [])


def test_a_first_quote_over_sixty_words_is_never_right() -> None:
    sixty, sixty_one = quote(0, 299), quote(0, 304)  # five characters a word
    assert (measures.count_words(sixty.text), measures.count_words(sixty_one.text)) == (60, 61)
    assert measures.right_ranks([sixty], [GOLD]) == (1,)
    assert measures.right_ranks([sixty_one, quote(300, 320), sixty_one], [GOLD]) == (3,)


# Worked by the SQuAD 2.0 script's rules: lower case, punctuation out, articles out, then tokens.
@pytest.mark.parametrize(
    ("prediction", "golds", "exact", "f1"),
    [
        ("The U.S. FDA, in 1970.", ["us fda in 1970"], 1.0, 1.0),
        ("in 1970", ["1970", "in the year 1970"], 0.0, 0.8),  # 2/2 and 2/3 against the second
        ("nausea nausea", ["nausea"], 0.0, 2 / 3),  # a token counts as often as it stands in both: 1/2, 1/1
        ("dizziness", ["nausea"], 0.0, 0.0),
        ("", ["nausea"], 0.0, 0.0),
        ("", [], 1.0, 1.0),
        ("nausea", [], 0.0, 0.0),
        ("an", ["the"], 1.0, 1.0),  # both empty once normalised
        ("nausea", ["the", "an"], 0.0, 0.0),  # golds of which nothing is left are none: as if unanswerable
        ("a", ["the", "nausea"], 0.0, 0.0),  # ... and do not make an empty answer right where another gold is left
        ("the the nausea", ["Nausea!"], 1.0, 1.0),
        ("theatre", ["atre"], 0.0, 0.0),  # articles go as words only
        ("a.n hour", ["hour"], 1.0, 1.0),  # punctuation goes first: "a.n" is then the article "an"
        ("1_000 mg", ["1000 mg"], 1.0, 1.0),  # the underscore is ASCII punctuation
        ("one\u00a0hour\tand", ["one hour and"], 1.0, 1.0),  # any white space is one blank
        ("two hours or one hour", ["one hour"], 0.0, 4 / 7),  # shared one, hour: 2/5 and 2/2
        ("hour hour", ["hour hour hour"], 0.0, 0.8),  # 2/2 and 2/3
        ("40–60 minutes", ["40-60 minutes"], 0.0, 0.5),  # only ASCII punctuation is dropped: "40–60" is not "4060"
    ],
)
def test_squad_measures_agree_with_worked_cases(prediction: str, golds: list[str], exact: float, f1: float) -> None:
    assert measures.exact_match(prediction, golds) == exact
    assert measures.token_f1(prediction, golds) == pytest.approx(f1)


@given(st.text("ab .,", max_size=12), st.text("ab .,", max_size=12))
def test_token_f1_is_symmetric_and_one_for_equal_texts(first: str, second: str) -> None:
    assert measures.token_f1(first, [second]) == pytest.approx(measures.token_f1(second, [first]))
    assert measures.token_f1(first, [first]) == 1.0
    assert measures.exact_match(first, [second]) <= measures.token_f1(first, [second])


def test_ndcg_of_ranks_two_and_three_of_three_relevant() -> None:
    # gains 1/log2(3) + 1/log2(4) = 0.6309 + 0.5; the best possible is 1 + 0.6309 + 0.5
    assert measures.ndcg([2, 3], k=10, n_relevant=3) == pytest.approx(1.13093 / 2.13093, abs=1e-5)


def test_ndcg_at_k_expects_no_more_than_k_relevant() -> None:
    assert measures.ndcg([1, 2], k=2, n_relevant=9) == 1.0


@given(st.sets(st.integers(1, 50)), st.integers(1, 50))
def test_success_is_whether_recall_is_above_zero(ranks: set[int], k: int) -> None:
    share = measures.recall(ranks, k=k, n_relevant=len(ranks))
    assert share is None if not ranks else (share > 0) == bool(measures.success(ranks, k=k))


def test_a_shuffled_ranking_has_a_lower_mrr() -> None:
    chunks = [Chunk("a.md", Span(n * 50, n * 50 + 50), WORDS[:50], (), 10, (n, n + 1)) for n in range(8)]
    golds = [[Gold("a.md", chunk.span, None, "", 0)] for chunk in chunks]
    generator = random.Random(0)
    good = [[chunk, *(c for c in chunks if c is not chunk)] for chunk in chunks]
    bad = [generator.sample(ranking, k=len(ranking)) for ranking in good]

    def mrr(rankings: list[list[Chunk]]) -> float:
        ranks = [measures.relevant_ranks(ranking, own) for ranking, own in zip(rankings, golds, strict=True)]
        return sum(measures.reciprocal_rank(one) for one in ranks) / len(ranks)

    assert mrr(good) == 1.0
    assert mrr(bad) < 0.7


@pytest.mark.parametrize(
    ("wanted", "found", "figures"),
    [
        ([1, 1, 1, 0, 0], [1, 1, 0, 1, 0], (2 / 3, 2 / 3, 2 / 3)),
        ([1, 0], [0, 0], (None, 0.0, 0.0)),  # nothing found
        ([0, 0], [1, 0], (0.0, None, None)),  # nothing wanted
    ],
)
def test_precision_recall_and_f1_of_five_questions(
    wanted: list[int], found: list[int], figures: tuple[float | None, ...]
) -> None:
    got = (measures.precision_of(wanted, found), measures.recall_of(wanted, found), measures.f1_of(wanted, found))
    assert got == pytest.approx(figures) if None not in figures else got == figures


def test_balanced_accuracy_needs_both_sorts_of_questions() -> None:
    assert measures.balanced_accuracy([1, 1, 1], [1, 1, 0]) is None
    assert measures.balanced_accuracy([1, 1, 1, 1, 0], [1, 1, 1, 0, 0]) == 0.875  # (3/4 + 1/1) / 2


def relevant(**grades: int) -> list[Gold]:
    return [
        Gold(f"{name}.md", Span(0, 1), None, "", n, relevance=grade) for n, (name, grade) in enumerate(grades.items())
    ]


def chunks_of(*documents: str) -> list[Chunk]:
    return [Chunk(f"{name}.md", Span(0, 1), "", (), 1, (0, 1)) for name in documents]


def test_where_documents_are_relevant_each_is_ranked_where_it_first_comes() -> None:
    ranking = chunks_of("x", "x", "b", "x", "a", "b", "y")  # as documents: x b a y
    golds = relevant(a=2, b=1, lost=3)
    assert measures.relevant_ranks(ranking, golds) == (2, 3)
    assert measures.relevant_grades(ranking, golds) == (1, 2)
    assert measures.ideal_grades(ranking, golds) == (2, 1, 3)  # what the index lacks should have been found too


def test_where_passages_are_relevant_each_counts_alike() -> None:
    ranking = [Chunk("a.md", Span(n * 50, n * 50 + 50), "", (), 10, (n, n + 1)) for n in range(4)]
    golds = [Gold("a.md", Span(50, 90), None, "", 0), Gold("a.md", Span(160, 170), None, "", 1)]
    assert measures.relevant_ranks(ranking, golds) == (2, 4)
    assert measures.relevant_grades(ranking, golds) == (1, 1)
    assert measures.ideal_grades(ranking, golds) == (1, 1)


def test_no_quote_is_right_where_only_documents_are_known() -> None:
    assert not measures.is_right(quote(0, 200), relevant(a=1))


def test_graded_ndcg_of_three_documents() -> None:
    # gains 1/log2(3) at rank 2 and 3/log2(5) at rank 4: 0.63093 + 1.29202; best 3 + 2/log2(3) + 1/log2(4) = 4.76186
    found = measures.graded_ndcg([2, 4], [1, 3], ideal=[1, 3, 2], k=10)
    assert found == pytest.approx((0.63093 + 1.29202) / 4.76186, abs=1e-5)
    assert measures.graded_ndcg([2, 4], [1, 3], ideal=[1, 3, 2], k=3) == pytest.approx(0.63093 / 4.76186, abs=1e-5)
    assert measures.graded_ndcg([], [], ideal=[1], k=10) == 0.0
    assert measures.graded_ndcg([], [], ideal=[], k=10) is None


@given(st.lists(st.integers(1, 30), max_size=8, unique=True), st.integers(0, 4), st.integers(1, 20))
def test_equal_grades_give_the_binary_ndcg(ranks: list[int], missed: int, k: int) -> None:
    n_relevant = len(ranks) + missed
    graded = measures.graded_ndcg(ranks, [1] * len(ranks), ideal=[1] * n_relevant, k=k)
    binary = measures.ndcg(ranks, k=k, n_relevant=n_relevant)
    assert graded == (None if binary is None else pytest.approx(binary))
