"""Search agrees with brute force over the vectors as half precision keeps them, ties included, before and after a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ragbot.dense import DenseIndex, n_cells
from ragbot.encoding import Vectors

# Small whole numbers make products exact, so equal similarities are equal to the last bit.
whole_numbers = arrays(np.float32, st.tuples(st.integers(1, 250), st.just(3)), elements=st.sampled_from([-1, 0, 1]))


def unit(seed: int, n: int, dimension: int = 16) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(n, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def halved(vectors: Vectors) -> Vectors:
    return vectors.astype(np.float16).astype(np.float32)


def clustered(n: int, *, dimension: int = 32, centres: int = 50) -> Vectors:
    """Unit vectors around seeded centres, much nearer to their own than the centres are to each other."""
    random = np.random.default_rng(4)
    vectors = unit(3, centres, dimension)[random.integers(centres, size=n)]
    vectors = vectors + 0.1 * random.standard_normal((n, dimension), dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def celled() -> DenseIndex:
    return DenseIndex.build(clustered(4_000), exact_up_to=0)


@given(st.integers(0, 2**32), st.integers(1, 300), st.integers(1, 400))
def test_dense_search_agrees_with_brute_force(seed: int, n: int, k: int) -> None:
    vectors, query = unit(seed, n), unit(seed + 1, 1)[0]
    similarities = halved(vectors) @ query
    best = np.argsort(-similarities, kind="stable")[:k]
    rows, found = DenseIndex.build(vectors).search(query, k)
    assert len(rows) == min(k, n)
    np.testing.assert_allclose(found, similarities[best], atol=1e-6)
    np.testing.assert_allclose(similarities[rows], similarities[best], atol=1e-6)


@given(whole_numbers, st.data())
def test_equals_stand_in_order_of_row_and_the_lowest_are_found(vectors: Vectors, data: st.DataObject) -> None:
    query = np.array([1, 1, 0], dtype=np.float32)
    k = data.draw(st.integers(1, len(vectors)))
    rows, similarities = DenseIndex.build(vectors).search(query, k)
    assert rows.tolist() == np.argsort(-(vectors @ query), kind="stable")[:k].tolist()
    assert similarities.tolist() == (vectors[rows] @ query).tolist()


@given(st.integers(0, 2**32), st.lists(st.integers(0, 9), min_size=1, max_size=200), st.integers(1, 200))
def test_equal_vectors_are_equally_similar_wherever_they_stand(seed: int, picks: list[int], k: int) -> None:
    vectors = unit(seed, 10, 37)[picks]
    rows, similarities = DenseIndex.build(vectors).search(unit(seed + 1, 1, 37)[0], k)
    for pick in set(picks):
        assert len({float(s) for row, s in zip(rows, similarities, strict=True) if picks[row] == pick}) <= 1
    assert list(zip(-similarities, rows, strict=True)) == sorted(zip(-similarities, rows, strict=True))


def test_similarity_of_a_vector_with_itself_is_nearly_one() -> None:
    vectors = unit(0, 5)
    rows, similarities = DenseIndex.build(vectors).search(vectors[3], 1)
    assert rows.tolist() == [3]
    assert similarities[0] == pytest.approx(1, abs=2**-11)  # half precision has eleven binary digits


def test_nothing_is_found_in_an_empty_index() -> None:
    rows, similarities = DenseIndex.build(np.zeros((0, 16), dtype=np.float32)).search(unit(0, 1)[0], 5)
    assert (rows.tolist(), similarities.tolist()) == ([], [])


@given(arrays(np.float32, (20, 3), elements=st.floats(-1, 1, width=32)))
def test_vectors_come_back_as_half_precision_keeps_them_and_build_the_same_index(vectors: Vectors) -> None:
    index = DenseIndex.build(vectors)
    kept = index.vectors(range(20))
    assert kept.tolist() == halved(vectors).tolist()
    assert DenseIndex.build(kept).vectors(range(20)).tolist() == kept.tolist()


def test_a_tie_between_two_half_precision_numbers_goes_to_the_even_one() -> None:
    # Between 1 and 2, half precision steps by 2**-10; 1 + 2**-11 lies halfway and rounds to 1, 1 + 3 * 2**-11 to 1 + 2**-9.
    vectors = np.array([[1 + 2**-11, 1 + 3 * 2**-11]], dtype=np.float32)
    assert DenseIndex.build(vectors).vectors([0]).tolist() == [[1, 1 + 2**-9]]


def test_vectors_come_back_in_the_order_asked_for(celled: DenseIndex) -> None:
    stored = halved(clustered(4_000))
    for index in (celled, DenseIndex.build(clustered(4_000))):
        assert index.vectors([3_999, 0, 7, 7]).tolist() == stored[[3_999, 0, 7, 7]].tolist()
        assert index.vectors([]).shape == (0, 32)


@pytest.mark.parametrize("row", [-1, 5])
def test_a_row_that_the_index_lacks_is_refused(row: int) -> None:
    with pytest.raises(IndexError, match="index of 5 vectors"):
        DenseIndex.build(unit(1, 5)).vectors([0, row])


@pytest.mark.parametrize("exact_up_to", [0, 4_000])
def test_a_saved_index_finds_and_gives_back_the_same(tmp_path: Path, exact_up_to: int) -> None:
    index = DenseIndex.build(clustered(4_000), exact_up_to=exact_up_to)
    index.save(tmp_path / "dense é.faiss")
    again = DenseIndex.load(tmp_path / "dense é.faiss")
    assert (again.size, again.kind) == (4_000, index.kind)
    for query in clustered(4_000)[:5]:
        for one, other in zip(index.search(query, 10), again.search(query, 10), strict=True):
            assert one.tolist() == other.tolist()
    assert again.vectors([5, 4]).tolist() == index.vectors([5, 4]).tolist()


def test_a_file_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="could not write"):
        DenseIndex.build(unit(1, 5)).save(tmp_path / "missing" / "dense.faiss")


def test_many_vectors_are_searched_by_cells_and_an_index_says_so(celled: DenseIndex) -> None:
    assert DenseIndex.build(unit(1, 5)).kind == "SQfp16"
    # 2 * sqrt(4,000) = 126.5, so 128 cells, and three sixteenths of them are 24
    assert celled.kind == "IVF128,SQfp16,nprobe=24"
    assert DenseIndex.build(unit(1, 5), exact_up_to=5).kind == "SQfp16"
    assert DenseIndex.build(clustered(200), exact_up_to=199).kind.startswith("IVF")


@pytest.mark.parametrize("n", [1, 2, 3, 17, 4_000, 200_001, 1_000_000, 50_000_000])
def test_there_are_two_to_four_cells_for_each_step_of_the_square_root(n: int) -> None:
    cells = n_cells(n)
    assert 2 * n**0.5 <= cells < 4 * n**0.5
    assert cells.bit_count() == 1


def test_cells_find_nearly_all_neighbours_among_clustered_vectors(celled: DenseIndex) -> None:
    vectors = clustered(4_000)
    exact = DenseIndex.build(vectors)
    queries = vectors[::40] + 0.05 * unit(9, 100, 32)
    shared = [len({*celled.search(q, 10)[0]} & {*exact.search(q, 10)[0]}) for q in queries]
    assert sum(shared) / (10 * len(queries)) > 0.97


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_cells_give_the_similarities_of_exact_search(celled: DenseIndex, seed: int, k: int) -> None:
    query = unit(seed, 1, 32)[0]
    rows, similarities = celled.search(query, k)
    np.testing.assert_allclose(similarities, celled.vectors(rows) @ query, atol=1e-6)
    assert list(zip(-similarities, rows, strict=True)) == sorted(set(zip(-similarities, rows, strict=True)))


def test_cells_find_the_lowest_rows_among_equals() -> None:
    vectors = np.concatenate([clustered(400), np.repeat(unit(8, 1, 32), 300, axis=0), clustered(400)])
    rows, _ = DenseIndex.build(vectors, exact_up_to=0).search(unit(8, 1, 32)[0], 7)
    assert rows.tolist() == [400, 401, 402, 403, 404, 405, 406]


@pytest.mark.parametrize("exact_up_to", [0, 1_000])
def test_blocks_build_the_same_index_as_all_vectors_at_once(tmp_path: Path, exact_up_to: int) -> None:
    vectors = clustered(500)
    whole = DenseIndex.build(vectors, exact_up_to=exact_up_to)
    blocks = (vectors[start : start + 120] for start in range(0, 500, 120))
    by_block = DenseIndex.build_from_blocks(blocks, total=500, dimension=32, exact_up_to=exact_up_to)
    whole.save(tmp_path / "whole")
    by_block.save(tmp_path / "by block")
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "by block").read_bytes()


@pytest.mark.parametrize("exact_up_to", [0, 1_000])
@pytest.mark.parametrize("total", [499, 501])
def test_blocks_of_another_total_are_refused(total: int, exact_up_to: int) -> None:
    with pytest.raises(ValueError, match=f"the {total} rows"):
        DenseIndex.build_from_blocks([clustered(500)], total=total, dimension=32, exact_up_to=exact_up_to)


@given(st.integers(0, 2**32), st.integers(1, 120), st.integers(1, 130), st.data())
def test_a_search_of_some_rows_is_that_of_an_index_of_these_rows(
    seed: int, n: int, k: int, data: st.DataObject
) -> None:
    vectors, query = unit(seed, n), unit(seed + 1, 1)[0]
    inside = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    rows, similarities = DenseIndex.build(vectors).search(query, k, inside=inside)
    numbers = np.flatnonzero(inside)
    alone, found = DenseIndex.build(vectors[numbers].reshape(-1, 16)).search(query, k)
    assert rows.tolist() == numbers[alone].tolist()
    assert similarities.tolist() == found.tolist()


@given(whole_numbers, st.data())
def test_equals_among_some_rows_stand_in_order_of_row(vectors: Vectors, data: st.DataObject) -> None:
    inside = np.array(data.draw(st.lists(st.booleans(), min_size=len(vectors), max_size=len(vectors))))
    numbers = np.flatnonzero(inside)
    query = np.array([1, 1, 0], dtype=np.float32)
    rows, _ = DenseIndex.build(vectors).search(query, 5, inside=inside)
    assert rows.tolist() == numbers[np.argsort(-(vectors[numbers] @ query), kind="stable")[:5]].tolist()


@pytest.mark.parametrize("share", [0.0, 0.003, 0.5, 1.0])
def test_a_few_rows_are_all_compared_whatever_cells_they_lie_in(celled: DenseIndex, share: float) -> None:
    inside = np.random.default_rng(1).random(celled.size) < share
    numbers = np.flatnonzero(inside)
    exact = halved(clustered(4_000))[numbers]
    for query in clustered(20)[:20]:
        rows, _ = celled.search(query, 5, inside=inside)
        np.testing.assert_allclose(
            (halved(clustered(4_000)) @ query)[rows], np.sort(exact @ query)[::-1][:5], atol=1e-6
        )
