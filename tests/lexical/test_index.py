"""BM25 scores worked by hand, and the same as bm25s gives; an index opens as it was saved, or not at all."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.lexical import K1, B, LexicalIndex, stem, terms

TEXTS = ["nausea nausea headache", "nausea", "headache sleep"]
FILES = [
    "data.csc.index.npy", "indices.csc.index.npy", "indptr.csc.index.npy", "params.index.json",
    "terms.letters.npy", "terms.ends.npy", "terms.counts.npy",
    "words.letters.npy", "words.ends.npy", "words.counts.npy",
]  # fmt: skip
words_of_few = st.sampled_from(["bladder", "dose", "nausea", "sleep", "vein"])
texts = st.lists(words_of_few, min_size=1, max_size=12).map(" ".join)


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


def test_texts_are_read_once_one_after_the_other() -> None:
    index = LexicalIndex.build(text for text in TEXTS)
    assert index.n_chunks == 3
    assert index.scores(["nausea"]).tolist() == LexicalIndex.build(TEXTS).scores(["nausea"]).tolist()


def test_an_index_without_a_text_knows_nothing() -> None:
    index = LexicalIndex.build([])
    assert index.scores(["nausea"]).tolist() == []
    assert not index.knows("nausea")


def test_a_term_asked_for_twice_counts_twice() -> None:
    index = LexicalIndex.build(TEXTS)
    assert index.scores(["nausea", "nausea"]).tolist() == (2 * index.scores(["nausea"])).tolist()


@given(st.lists(texts, min_size=1, max_size=30), st.lists(words_of_few, max_size=4))
def test_scores_are_those_of_bm25s_itself(chunks: list[str], query: list[str]) -> None:
    import bm25s

    judge = bm25s.BM25(k1=K1, b=B, method="lucene", dtype="float64")
    judge.index([terms(chunk) for chunk in chunks], show_progress=False)
    expected = judge.get_scores(query) if query else np.zeros(len(chunks))
    np.testing.assert_allclose(LexicalIndex.build(chunks).scores(query), expected, rtol=1e-5, atol=1e-6)


def test_the_vocabulary_counts_words_as_written() -> None:
    assert LexicalIndex.build(["The infusions", "infusions the"]).vocabulary == {"infusions": 2, "the": 2}


def saved(folder: Path, chunks: list[str]) -> dict[str, int]:
    sizes: dict[str, int] = json.loads(json.dumps(LexicalIndex.build(chunks).save(folder)))
    return sizes


def test_a_saved_index_scores_the_same(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS)
    again = LexicalIndex.load(tmp_path / "lexical", saved(tmp_path / "lexical", TEXTS), len(TEXTS))
    for query in (["nausea"], [stem("headache"), stem("sleep")], ["bladder"]):
        assert again.scores(query).tolist() == index.scores(query).tolist()
        assert again.idf(query[0]) == index.idf(query[0])
        assert again.knows(query[0]) == index.knows(query[0])
    assert again.vocabulary == index.vocabulary


def test_the_same_texts_give_the_same_files(tmp_path: Path) -> None:
    saved(tmp_path / "one", TEXTS)
    saved(tmp_path / "other", TEXTS)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "other").iterdir())
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_what_grows_with_the_texts_is_kept_in_arrays(tmp_path: Path) -> None:
    # JSON is parsed whole when an index is opened; arrays are mapped.
    for folder, chunks in (("few", TEXTS), ("many", [f"word{i} more{i}" for i in range(500)])):
        saved(tmp_path / folder, chunks)
    few, many = ({p.name: p.stat().st_size for p in (tmp_path / name).iterdir()} for name in ("few", "many"))
    assert [name for name in few if many[name] > few[name] + 20 and not name.endswith(".npy")] == []


@pytest.mark.parametrize("part", FILES)
def test_a_file_of_another_index_is_refused(tmp_path: Path, part: str) -> None:
    saved(tmp_path / "other", [*TEXTS, "quite other words stand here"])
    sizes = saved(tmp_path / "lexical", TEXTS)
    assert {path.name for path in (tmp_path / "lexical").iterdir()} == set(FILES)
    shutil.copyfile(tmp_path / "other" / part, tmp_path / "lexical" / part)
    with pytest.raises(ValueError, match=r"lexical holds|of no one vocabulary"):
        LexicalIndex.load(tmp_path / "lexical", sizes, len(TEXTS))


def test_an_index_of_another_number_of_chunks_is_refused(tmp_path: Path) -> None:
    sizes = saved(tmp_path / "lexical", TEXTS)
    with pytest.raises(ValueError, match="lexical holds"):
        LexicalIndex.load(tmp_path / "lexical", sizes, len(TEXTS) + 1)
