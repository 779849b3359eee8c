"""What is known of a sentence as an answer: plain finite numbers, only for sentences that may be quoted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from ragbot.datatypes import BlockKind
from ragbot.encoding import Encoder
from ragbot.features import NAMES, ScoredSentence, TermWeights, sentence_features
from ragbot.lexical import LexicalIndex, terms
from ragbot.query import build_query
from ragbot.reading import READ_CHUNKS
from ragbot.retrieval import retrieve
from ragbot.sentences import is_quotable
from ragbot.store import Index

BuildIndex = Callable[[Mapping[str, str | bytes]], Path]

FILES = {
    "a.md": (
        "# How long does it last?\n\nIt lasts forty minutes in the clinic. Why is that so?\n\n"
        "Common effects of ketamine are:\n\n- dizziness\n- nausea, which fades within two hours\n\n"
        "| Name | Time |\n|---|---|\n| Spravato | two hours of watching |\n\nContact us to schedule a consultation.\n"
    ),
    "b.md": "# Driving\n\nDo not drive until the next day. However, you may walk home with a friend.\n",
}


@pytest.fixture
def rows(build_index: BuildIndex, fake_encoder: Encoder) -> Callable[[str], list[ScoredSentence]]:
    index = Index(build_index(FILES))

    def features(question: str) -> list[ScoredSentence]:
        query = build_query(question, index.lexical)
        return sentence_features(query, retrieve(query, index, fake_encoder, k=READ_CHUNKS), index)

    return features


def value(rows: list[ScoredSentence], beginning: str, name: str) -> float:
    (row,) = [row for row in rows if row.text.startswith(beginning)]
    return float(row.values[NAMES.index(name)])


def test_each_feature_has_one_name() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("question", ["How long does it last?", "nausea", "what is it", "blorptangle", "可以开车吗"])
def test_only_quotable_sentences_are_weighed_and_all_values_are_finite(
    rows: Callable[[str], list[ScoredSentence]], question: str
) -> None:
    weighed = rows(question)
    assert weighed
    for row in weighed:
        assert is_quotable(row.text, row.sentence.kind)
        assert row.sentence.kind is not BlockKind.HEADING
        assert row.text == row.sentence.span.cut(row.document.text)
        assert row.values.shape == (len(NAMES),)
        assert np.isfinite(row.values).all()


def test_what_is_never_quoted_is_not_weighed(rows: Callable[[str], list[ScoredSentence]]) -> None:
    texts = [row.text for row in rows("how long does it last")]
    assert not [t for t in texts if t.endswith(("?", ":"))]
    assert any(t.startswith("dizziness") for t in texts)


def test_the_kind_and_the_wording_of_a_sentence_are_seen(rows: Callable[[str], list[ScoredSentence]]) -> None:
    weighed = rows("How long does it last?")
    assert value(weighed, "It lasts", "type_match") == 1
    assert value(weighed, "It lasts", "duration_match") == 1
    assert value(weighed, "It lasts", "first_under_heading") == 1
    assert value(weighed, "dizziness", "list_item") == 1
    assert value(weighed, "dizziness", "duration_match") == 0
    assert value(weighed, "However", "dangling") == 1
    assert value(weighed, "Contact us", "promotion") == 1
    assert [row.values[NAMES.index("table_row")] for row in weighed if "Spravato" in row.text] == [1]


def test_relative_values_know_the_best_candidate(rows: Callable[[str], list[ScoredSentence]]) -> None:
    weighed = rows("do not drive until the next day")
    similarity = [float(row.values[NAMES.index("similarity")]) for row in weighed]
    best = weighed[int(np.argmax(similarity))]
    assert best.text == "Do not drive until the next day."
    # First of all: 1 / (1 + 0).
    assert best.values[NAMES.index("similarity_rank")] == 1
    assert best.values[NAMES.index("best_overlap")] == 0
    assert {row.document.doc_id for row in weighed if row.values[NAMES.index("in_best_chunk")]} == {"b.md"}


def test_overlap_is_the_share_of_known_idf() -> None:
    lexical = LexicalIndex.build(["nausea ketamine", "ketamine clinic", "ketamine pain"])
    query = build_query("ketamine nausea zebra", lexical)
    weights = TermWeights(query, lexical)
    # No chunk holds "zebra", so it is left out of the total: idf(nausea) = ln(1 + 2.5 / 1.5),
    # idf(ketamine) = ln(1 + 0.5 / 3.5).
    nausea, ketamine = np.log(1 + 2.5 / 1.5), np.log(1 + 0.5 / 3.5)
    assert weights.overlap(frozenset(terms("nausea"))) == pytest.approx(nausea / (nausea + ketamine))
    assert weights.overlap(frozenset(terms("ketamine and nausea"))) == pytest.approx(1)
    assert weights.overlap(frozenset()) == 0


def test_synonyms_held_saturate() -> None:
    lexical = LexicalIndex.build(["nausea and vomiting", "queasy people", "words", "words", "words"] * 2)
    weights = TermWeights(build_query("will i puke", lexical), lexical)
    # Expansions: vomit, nausea, queasy; 0, 1 / 2, 2 / 3 of them held.
    assert weights.expanded(frozenset(terms("words"))) == 0
    assert weights.expanded(frozenset(terms("nausea"))) == pytest.approx(1 / 2)
    assert weights.expanded(frozenset(terms("nausea and vomiting"))) == pytest.approx(2 / 3)
