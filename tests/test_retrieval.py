"""Rankings fused: laws of reciprocal rank fusion, and what a candidate knows of each ranker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ragbot.encoding import Encoder
from ragbot.lexical import LexicalIndex
from ragbot.query import build_query
from ragbot.retrieval import (
    DENSE_WEIGHT,
    EXPANSION_WEIGHT,
    MEANT_WEIGHT,
    RRF_K,
    fuse,
    hits,
    lexical_scores,
    question_vector,
    retrieve,
)  # fmt: skip
from ragbot.store import Index

BuildIndex = Callable[[Mapping[str, str | bytes]], Path]

FILES = {
    "drive.md": "# Driving\n\nDo not drive until the next day. Ask somebody to take you home.\n",
    "cost.md": "# Cost\n\nMost plans refuse to pay for the infusion. Ask the clinic for the price.\n",
    "nausea.md": "# Nausea\n\nNausea is common after the infusion. Vomiting is less so.\n",
    "bladder.md": "# Bladder\n\nHeavy misuse harms the bladder. Passing urine hurts then.\n",
}
rankings = st.lists(st.lists(st.integers(0, 20), unique=True, max_size=10), max_size=3)


@pytest.fixture
def index(build_index: BuildIndex) -> Index:
    return Index(build_index(FILES))


# --- fusion ---


def test_fusion_sums_reciprocal_ranks() -> None:
    # 7 is second and first: 1/62 + 1/61; 3 is first only: 1/61; 9 is second only: 1/62.
    assert fuse([[3, 7], [7, 9]]) == [
        (7, pytest.approx(1 / 62 + 1 / 61)),
        (3, pytest.approx(1 / 61)),
        (9, pytest.approx(1 / 62)),
    ]
    assert RRF_K == 60


@given(rankings)
def test_fusion_keeps_every_item_once_with_falling_scores(orders: list[list[int]]) -> None:
    fused = fuse(orders)
    assert sorted(item for item, _ in fused) == sorted({item for order in orders for item in order})
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)


@given(rankings)
def test_fusion_does_not_ask_which_ranker_spoke_first(orders: list[list[int]]) -> None:
    forward = {item: pytest.approx(score) for item, score in fuse(orders)}
    assert dict(fuse(orders[::-1])) == forward


@given(st.lists(st.integers(0, 20), unique=True, min_size=1))
def test_agreeing_rankings_stay_as_they_are(order: list[int]) -> None:
    assert [item for item, _ in fuse([order, order])] == order


def test_ties_go_to_the_lower_number() -> None:
    assert [item for item, _ in fuse([[5], [2]])] == [2, 5]


# --- retrieval ---


def test_a_chunk_that_both_rankers_like_best_is_the_first_candidate(index: Index, fake_encoder: Encoder) -> None:
    query = build_query("does misuse harm the bladder", index.lexical)
    retrieval = retrieve(query, index, fake_encoder, k=3)
    best = retrieval.candidates[0]
    assert best.chunk.doc_id == "bladder.md"
    assert (best.dense_rank, best.lexical_rank) == (1, 1)
    assert best.fused == pytest.approx((DENSE_WEIGHT + 1) / 61)
    assert len(retrieval.candidates) == 3


def test_the_vector_of_a_question_leans_towards_the_words_that_it_may_mean() -> None:
    class Corners:
        """The typed question points along the first axis, the one with words in brackets along the second."""

        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return np.array([[0.0, 1.0] if "(" in text else [1.0, 0.0] for text in texts], dtype=np.float32)

    lexical = LexicalIndex.build(["Brush your teeth.", "Clean the floor.", "Nothing else."])
    plain = build_query("must i clean them", lexical)
    lay = replace(plain, meant=("teeth",))
    encoder = cast(Encoder, Corners())
    np.testing.assert_array_equal(question_vector(plain, encoder), [1, 0])
    # 1 and 0.5 to the side, brought to length 1: 1 / sqrt(1.25) = 0.894.
    assert MEANT_WEIGHT == 0.5
    np.testing.assert_allclose(question_vector(lay, encoder), [0.894427, 0.447214], rtol=1e-5)


def test_lay_words_reach_documents_that_do_not_use_them(build_index: BuildIndex) -> None:
    teeth = {**FILES, "teeth.md": "# Teeth\n\nBrush your teeth after each lozenge.\n"}
    index = Index(build_index(teeth))
    query = build_query("is it bad for my gnashers", index.lexical)
    assert "teeth" in query.meant
    assert query.spelt_out == "is it bad for my gnashers (teeth)"
    best = int(np.argmax(lexical_scores(query, index.lexical)))
    assert index.chunk(best).doc_id == "teeth.md"


def test_candidates_carry_the_scores_of_each_ranker(index: Index, fake_encoder: Encoder) -> None:
    query = build_query("nausea after the infusion", index.lexical)
    retrieval = retrieve(query, index, fake_encoder, k=10)
    bm25 = lexical_scores(query, index.lexical)
    ids, similarities = index.dense.search(fake_encoder.encode([query.text])[0], 10)
    known = dict(zip((int(i) for i in ids), similarities, strict=True))
    for candidate in retrieval.candidates:
        assert candidate.bm25 == pytest.approx(float(bm25[candidate.number]))
        assert candidate.similarity == pytest.approx(float(known[candidate.number]))
        assert candidate.chunk == index.chunk(candidate.number)
        assert candidate.dense_rank == 1 + retrieval.dense_ranking.index(candidate.number)
        assert (candidate.lexical_rank is None) == (bm25[candidate.number] == 0)
    assert {c.number for c in retrieval.candidates} == set(retrieval.dense_ranking) | set(retrieval.lexical_ranking)


def test_a_question_without_a_known_word_is_ranked_by_meaning_alone(index: Index, fake_encoder: Encoder) -> None:
    retrieval = retrieve(build_query("what is it", index.lexical), index, fake_encoder, k=2)
    assert retrieval.lexical_ranking == ()
    assert [c.number for c in retrieval.candidates] == list(retrieval.dense_ranking[:2])


def test_a_synonym_counts_for_less_than_the_word_itself() -> None:
    # "puke" in one of eight chunks: idf = ln(1 + 7.5 / 1.5) = 1.79, rare enough to bring its synonyms.
    lexical = LexicalIndex.build(["Nausea is common.", "People puke."] + ["Other words."] * 6)
    query = build_query("will i puke", lexical)
    assert query.expansions == ("nausea",)
    typed, widened = lexical.scores(("puke",)), lexical_scores(query, lexical)
    assert widened[1] == pytest.approx(typed[1])
    assert widened[0] == pytest.approx(EXPANSION_WEIGHT * lexical.scores(("nausea",))[0])
    assert widened[1] > widened[0] > 0
    np.testing.assert_array_equal(widened[2:], 0)


def test_hits_are_ranked_from_one_with_falling_scores(index: Index) -> None:
    found = hits([2, 0, 1], index, "dense")
    assert [hit.rank for hit in found] == [1, 2, 3]
    assert [hit.score for hit in found] == [1, 1 / 2, 1 / 3]
    assert [hit.chunk for hit in found] == [index.chunk(n) for n in (2, 0, 1)]
    assert {hit.ranker for hit in found} == {"dense"}
