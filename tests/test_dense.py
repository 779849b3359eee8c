"""FAISS agrees with brute force, ties included, and after a round trip through a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ragbot.dense import DenseIndex
from ragbot.encoding import Vectors


def unit(seed: int, n: int, dimension: int = 16) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(n, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@given(st.integers(0, 2**32), st.integers(1, 300), st.integers(1, 400))
def test_dense_search_agrees_with_brute_force(seed: int, n: int, k: int) -> None:
    vectors, query = unit(seed, n), unit(seed + 1, 1)[0]
    similarities = vectors @ query
    best = np.argsort(-similarities, kind="stable")[:k]
    ids, found = DenseIndex.build(vectors).search(query, k)
    assert len(ids) == min(k, n)
    np.testing.assert_allclose(found, similarities[best], atol=1e-6)
    np.testing.assert_allclose(similarities[ids], similarities[best], atol=1e-6)


# Small whole numbers make products exact, so equal similarities are equal to the last bit.
@given(arrays(np.float32, st.tuples(st.integers(1, 250), st.just(3)), elements=st.sampled_from([-1, 0, 1])), st.data())
def test_equals_stand_in_order_of_id(vectors: Vectors, data: st.DataObject) -> None:
    query = np.array([1, 1, 0], dtype=np.float32)
    k = data.draw(st.integers(1, len(vectors)))
    ids, similarities = DenseIndex.build(vectors).search(query, k)
    assert similarities.tolist() == np.sort(vectors @ query)[::-1][:k].tolist()
    assert similarities.tolist() == (vectors[ids] @ query).tolist()
    ranked = list(zip(-similarities, ids, strict=True))
    assert ranked == sorted(set(ranked))


def test_similarity_of_a_vector_with_itself_is_one() -> None:
    vectors = unit(0, 5)
    ids, similarities = DenseIndex.build(vectors).search(vectors[3], 1)
    assert ids.tolist() == [3]
    assert similarities[0] == pytest.approx(1)


def test_a_saved_index_finds_the_same(tmp_path: Path) -> None:
    index, query = DenseIndex.build(unit(1, 50)), unit(2, 1)[0]
    index.save(tmp_path / "dense é.faiss")
    again = DenseIndex.load(tmp_path / "dense é.faiss")
    assert again.size == 50
    for one, other in zip(index.search(query, 10), again.search(query, 10), strict=True):
        assert one.tolist() == other.tolist()


def test_a_file_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="could not write"):
        DenseIndex.build(unit(1, 5)).save(tmp_path / "missing" / "dense.faiss")
