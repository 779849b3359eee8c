"""The benchmarks' large set: as far apart as real neighbours, with offsets that hold, encoded despite a kill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import grown_set
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Document
from ragbot.encoding import Encoder, Passage, Vectors
from ragbot.store import Index


def unit_vectors(n: int, dimension: int = 32) -> Vectors:
    vectors = np.random.default_rng(99).standard_normal((n, dimension), dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def answers(n: int) -> list[Document]:
    rows = [
        {"focus": f"Illness {i}", "answer": f"It was found by Miller in 19{i:02}. Rest helps, says Doctor Becker {i}."}
        for i in range(n)
    ]
    documents: list[Document] = grown_set.documents_of(rows)
    return documents


class Killed(Exception):
    """Stands for the end of the process."""


class CountingEncoder:
    """Passes on to another encoder, keeps what it was asked to encode, and dies in the call numbered `dies_in`."""

    def __init__(self, encoder: Encoder, dies_in: int | None = None) -> None:
        self.name, self.dimension, self.max_pieces = encoder.name, encoder.dimension, encoder.max_pieces
        self.calls: list[list[Passage]] = []
        self._encoder, self._dies_in = encoder, dies_in

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        return self._encoder.count_pieces(texts)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode(texts)

    def encode_passages(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] | None = None
    ) -> tuple[Vectors, list[Vectors]]:
        if len(self.calls) == self._dies_in:
            raise Killed
        self.calls.append(list(passages))
        return self._encoder.encode_passages(passages, progress=progress)


@given(st.lists(st.floats(0.0, 1.39), min_size=1, max_size=20), st.integers(0, 5))
def test_a_turned_vector_is_of_length_one_and_exactly_its_distance_away(distances: list[float], seed: int) -> None:
    vectors = unit_vectors(len(distances))
    moved = grown_set.turned(vectors, np.array(distances), seed=seed)
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(moved - vectors, axis=1), distances, atol=1e-3)


def test_neighbour_distances_agree_with_a_case_worked_by_hand() -> None:
    # corners at 0, 60 and 180 degrees: chords are 2 sin(30) = 1 for the first two, 2 sin(60) = 1.732 for the third
    vectors = np.array([[1, 0], [0.5, np.sqrt(0.75)], [-1, 0]], dtype=np.float32)
    np.testing.assert_allclose(grown_set.neighbour_distances(vectors), [1, 1, np.sqrt(3)], atol=1e-5)


def test_copies_lie_as_far_from_their_originals_as_real_neighbours_do(fake_encoder: Encoder, tmp_path: Path) -> None:
    cut, encoded = grown_set.encode_cached(answers(80), fake_encoder, tmp_path, n=10_000, minutes=1)
    real = len(cut.chunks)
    _, filled = grown_set.filled(cut, encoded, 4 * real)
    copies = filled.chunks[real:].reshape(3, real, -1)
    apart = np.linalg.norm(copies - encoded.chunks, axis=2).ravel()
    expected = np.percentile(grown_set.neighbour_distances(encoded.chunks), [25, 50, 75])
    np.testing.assert_allclose(np.percentile(apart, [25, 50, 75]), expected, atol=0.06)
    np.testing.assert_allclose(np.linalg.norm(filled.chunks, axis=1), 1, atol=1e-4)
    assert all(np.allclose(np.linalg.norm(v, axis=1), 1, atol=1e-3) for v in filled.sentences)


def test_a_copy_changes_numbers_and_names_and_keeps_every_offset(fake_encoder: Encoder) -> None:
    cut = grown_set.cut_documents(answers(12), fake_encoder)
    copy = grown_set.changed_copy(cut, 1)
    texts = {document.doc_id: document.text for document in copy.documents}
    for before, after in zip(cut.chunks, copy.chunks, strict=True):
        assert after.text == after.span.cut(texts[after.doc_id])
        assert (after.span, after.sentences) == (before.span, before.sentences)
        assert after.text != before.text


def test_encoding_goes_on_after_a_kill_where_it_stopped(fake_encoder: Encoder, tmp_path: Path) -> None:
    documents = answers(200)  # four blocks of 64 documents
    whole = CountingEncoder(fake_encoder)
    _, expected = grown_set.encode_cached(documents, whole, tmp_path / "whole", n=10_000, minutes=1)
    killed, resumed = CountingEncoder(fake_encoder, dies_in=2), CountingEncoder(fake_encoder)
    with pytest.raises(Killed):
        grown_set.encode_cached(documents, killed, tmp_path / "killed", n=10_000, minutes=1)
    (tmp_path / "killed" / "00002.part").write_bytes(b"half written")
    _, found = grown_set.encode_cached(documents, resumed, tmp_path / "killed", n=10_000, minutes=1)
    assert resumed.calls == whole.calls[2:]
    np.testing.assert_array_equal(found.chunks, expected.chunks)
    assert len(found.sentences) == len(expected.sentences)


def test_encoding_stops_when_its_minutes_are_over_with_what_it_has(fake_encoder: Encoder, tmp_path: Path) -> None:
    encoder = CountingEncoder(fake_encoder)
    cut, encoded = grown_set.encode_cached(answers(200), encoder, tmp_path, n=10_000, minutes=0)
    assert len(encoder.calls) == 1
    assert len(cut.documents) == 64
    assert len(encoded.chunks) == len(cut.chunks) == len(cut.passages)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    """The folders that encodings are kept in."""
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()


def test_the_large_set_is_an_index_that_ragbot_opens(fake_encoder: Encoder, tmp_path: Path) -> None:
    cut, encoded = grown_set.encode_cached(answers(20), fake_encoder, tmp_path, n=10_000, minutes=1)
    n = 2 * len(cut.chunks) + 1
    grown_set.build_index(tmp_path / "index", *grown_set.filled(cut, encoded, n), fake_encoder)
    index = Index(tmp_path / "index")
    assert index.manifest.n_chunks == n
    vector = encoded.chunks[3]
    assert index.dense.search(vector, 1)[0].tolist() == [3]
    assert index.chunk(3).text == cut.chunks[3].text
