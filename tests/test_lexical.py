"""Words, stems and BM25 scores worked by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.lexical import LexicalIndex, content_words, stem, terms, words

TEXTS = ["nausea nausea headache", "nausea", "headache sleep"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Esketamine’s 2-hour WAIT", ["esketamine", "2", "hour", "wait"]),
        ("don't DON’T", ["dont", "dont"]),
        ("café naïve e\u0301", ["cafe", "naive", "e"]),
        ("ﬁrst ｋｅｔ", ["first", "ket"]),
        ("keta\u200bmine so\u00adft", ["ketamine", "soft"]),
        ("snake_case 0.5mg", ["snake", "case", "0", "5mg"]),
        ("😀 …", []),
    ],
)
def test_words_are_folded_to_one_form(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_terms_are_the_stems_of_content_words() -> None:
    assert content_words("What are the side effects of infusions?") == ["side", "effects", "infusions"]
    assert terms("What are the side effects of infusions?") == ["side", "effect", "infus"]
    assert stem("infusions") == stem("infusion")


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once


def test_scores_are_those_of_bm25_by_hand() -> None:
    # Lengths 3, 1, 2: mean 2. "nausea" is in 2 of 3 texts: idf = ln(1 + (3 - 2 + 0.5) / (2 + 0.5)) = ln 1.6
    # k1 = 1.2, b = 0.5: text 0 has it twice: 2 / (2 + 1.2 (0.5 + 0.5 * 3/2)) = 2 / 3.5
    # text 1 has it once: 1 / (1 + 1.2 (0.5 + 0.5 * 1/2)) = 1 / 1.9
    idf = math.log(1.6)
    index = LexicalIndex.build(TEXTS)
    np.testing.assert_allclose(index.scores(["nausea"]), [idf * 2 / 3.5, idf / 1.9, 0], rtol=1e-5)


def test_the_scores_of_several_terms_add_up() -> None:
    index = LexicalIndex.build(TEXTS)
    both = index.scores(["nausea", stem("sleep")])
    np.testing.assert_allclose(both, index.scores(["nausea"]) + index.scores([stem("sleep")]), rtol=1e-6)


def test_a_term_that_no_text_holds_scores_nothing_and_is_rarest() -> None:
    index = LexicalIndex.build(TEXTS)
    assert index.scores(["bladder"]).tolist() == index.scores([]).tolist() == [0, 0, 0]
    assert index.scores(["bladder", "nausea"]).tolist() == index.scores(["nausea"]).tolist()
    assert not index.knows("bladder")
    # ln(1 + (3 + 0.5) / 0.5) = ln 8, against ln 1.6 for a term in two of three
    assert index.idf("bladder") == pytest.approx(math.log(8))
    assert index.idf("nausea") == pytest.approx(math.log(1.6))


def test_texts_without_a_content_word_can_be_indexed() -> None:
    index = LexicalIndex.build(["the", "", "😀"])
    assert index.scores(["the"]).tolist() == [0, 0, 0]


def test_the_vocabulary_counts_words_as_written() -> None:
    assert LexicalIndex.build(["The infusions", "infusions the"]).vocabulary == {"infusions": 2, "the": 2}


def test_a_saved_index_scores_the_same(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS)
    counts = json.loads(json.dumps(index.save(tmp_path / "lexical")))
    again = LexicalIndex.load(tmp_path / "lexical", counts, len(TEXTS))
    for query in (["nausea"], [stem("headache"), stem("sleep")], ["bladder"]):
        assert again.scores(query).tolist() == index.scores(query).tolist()
        assert again.idf(query[0]) == index.idf(query[0])
    assert again.vocabulary == index.vocabulary
