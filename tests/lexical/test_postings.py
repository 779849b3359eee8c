"""The matrix holds the terms of each text, whatever the blocks in which the texts were counted."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.lexical import postings
from ragbot.lexical.postings import Matrix, bm25_matrix

texts = st.lists(st.lists(st.sampled_from(["a", "b", "c", "dd", "the"]), max_size=8), max_size=40)


def upper(word: str) -> str | None:
    return None if word == "the" else word.upper()


def built(words: list[list[str]]) -> Matrix:
    return bm25_matrix(words, upper, k1=1.2, b=0.5)


def rows_of(matrix: Matrix, term: str) -> list[int]:
    number = matrix.terms.number(term)
    assert number is not None
    return matrix.rows[matrix.starts[number] : matrix.starts[number + 1]].tolist()


@given(texts)
def test_each_term_has_the_texts_that_hold_it_in_order(words: list[list[str]]) -> None:
    matrix = built(words)
    assert matrix.n_texts == len(words)
    assert list(matrix.terms) == sorted({term for text in words for word in text if (term := upper(word))})
    for term, frequency in matrix.terms.items():
        expected = [row for row, text in enumerate(words) if term in map(upper, text)]
        assert rows_of(matrix, term) == expected
        assert frequency == len(expected)
    assert len(matrix.rows) == len(matrix.scores) == sum(matrix.terms.values())


@given(texts)
def test_words_are_counted_also_where_they_are_not_indexed(words: list[list[str]]) -> None:
    assert dict(built(words).words) == Counter(word for text in words for word in text)


@given(texts)
def test_blocks_make_no_difference(words: list[list[str]]) -> None:
    whole = built(words)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(postings, "BLOCK", 3)
        parted = built(words)
    assert parted.scores.tolist() == whole.scores.tolist()
    assert parted.rows.tolist() == whole.rows.tolist()
    assert (dict(parted.terms), dict(parted.words)) == (dict(whole.terms), dict(whole.words))


def test_words_with_one_term_are_counted_together() -> None:
    # Both texts hold A; idf = ln(1 + 0.5 / 2.5) = ln 1.2. Lengths 3 and 1, mean 2; k1 = 1.2, b = 0.5:
    # text 0 has A three times: 3 / (3 + 1.2 (0.5 + 0.5 * 3/2)) = 3 / 4.5; text 1 once: 1 / (1 + 1.2 (0.5 + 0.5 / 2)) = 1 / 1.9
    matrix = built([["a", "A", "a", "the"], ["the", "A"]])
    assert matrix.terms == {"A": 2}
    assert matrix.words == {"a": 2, "A": 2, "the": 2}
    assert matrix.scores.tolist() == pytest.approx([0.18232156 * 3 / 4.5, 0.18232156 / 1.9], rel=1e-6)


def test_a_term_more_frequent_than_16_bits_count_scores_as_much_as_any() -> None:
    matrix = built([["a"] * 70_000, ["a"]])
    # 65,535 / (65,535 + 1.2 (0.5 + 0.5 * 70,000 / 35,000.5)), which is 1 but for 3 in 100,000
    assert matrix.scores[0] == pytest.approx(0.18232156, rel=1e-4)
