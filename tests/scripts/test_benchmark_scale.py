"""The large set is what it says, and its truth is exact."""

from __future__ import annotations

import json
from pathlib import Path

import benchmark_scale
import grown_set
import numpy as np
import pytest
import scale_set
from hypothesis import given
from hypothesis import strategies as st

from ragbot.dense import DenseIndex
from ragbot.encoding import Encoder, Vectors

TEXTS = ["It was found by Miller in 1912.", "Rest helps, says Doctor Becker 3 times.", "nothing to exchange"]


def unit_vectors(n: int, dimension: int = 32) -> Vectors:
    vectors = np.random.default_rng(99).standard_normal((n, dimension), dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_grown_texts_begin_with_the_real_ones_and_keep_their_lengths() -> None:
    grown = list(scale_set.grown(TEXTS, 8))
    assert grown[:3] == TEXTS
    assert [len(text) for text in grown] == [len(text) for text in (TEXTS * 3)[:8]]
    assert grown[3] != TEXTS[0]
    assert grown[5] == TEXTS[2]
    assert list(scale_set.grown(TEXTS, 2)) == TEXTS[:2]


def test_vectors_are_the_real_ones_then_copies_as_far_off_as_neighbours(tmp_path: Path) -> None:
    real = unit_vectors(40)
    scale_set.write_vectors(tmp_path / "vectors.npy", real, 100)
    vectors = np.load(tmp_path / "vectors.npy").astype(np.float32)
    assert vectors.shape == (100, 32)
    np.testing.assert_allclose(vectors[:40], real, atol=2**-11)
    apart = grown_set.neighbour_distances(real)
    away = np.linalg.norm(vectors[40:] - np.concatenate([real, real[:20]]), axis=1)
    # Each is one of the distances between neighbours, but for half precision in 32 components.
    assert np.abs(away[:, None] - apart[None, :]).min(axis=1).max() < 32**0.5 * 2**-11


@given(st.integers(1, 60), st.integers(1, 12))
def test_the_truth_is_that_of_comparing_all(n: int, k: int) -> None:
    vectors, queries = unit_vectors(n).astype(np.float16), unit_vectors(63)[60:]
    expected = np.argsort(-(queries @ vectors.astype(np.float32).T), axis=1)[:, :k]
    assert benchmark_scale.exact(vectors, queries, k, block=7).tolist() == expected.tolist()


def test_recall_is_the_share_of_the_truth_that_was_found() -> None:
    vectors = unit_vectors(40).astype(np.float16)
    queries = unit_vectors(44)[40:]
    assert benchmark_scale.recall(DenseIndex.build(vectors), vectors, queries) == 1
    # Without the 10 vectors that lie nearest to the first query, nothing of its truth can be found.
    nearest = np.argsort(-(vectors.astype(np.float32) @ queries[0]))[:10]
    others = vectors.copy()
    others[nearest] = -queries[0].astype(np.float16)
    assert benchmark_scale.recall(DenseIndex.build(others), vectors, queries[:1]) == 0


@pytest.mark.parametrize("parts", [[], ["--parts"]])
def test_every_figure_is_printed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fake_encoder: Encoder,
    parts: list[str],
) -> None:
    texts = tmp_path / "texts.jsonl"
    rows = [{"focus": f"Illness {i}", "answer": f"Rest helps, says Doctor Becker {i}.", "question": f"Does rest help {i}?"}
            for i in range(12)]  # fmt: skip
    texts.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    monkeypatch.setattr("ragbot.encoding.MiniLmEncoder", lambda: fake_encoder)
    monkeypatch.setattr(
        benchmark_scale, "_child", lambda name, options: benchmark_scale.CHILDREN[name](options)
    )  # in this process, where the encoder is the light one
    arguments = ["--texts", str(texts), "--cache", str(tmp_path / "cache"), "--chunks", "40", "--asked", "7"]
    monkeypatch.setattr("sys.argv", ["benchmark_scale.py", *arguments, *parts])
    benchmark_scale.main()
    printed = capsys.readouterr().out
    assert "# 40 chunks: 12 pieces of 12 texts of texts.jsonl encoded (of 12, shuffled); 28 more are" in printed
    assert "of exact search, 7 questions" in printed
    for line in ("building dense", "building lexical", "opening dense", "dense + BM25 + fusion / encoder"):
        assert printed.count(line) == 1
    assert ("writing a generation" in printed) == ("opening generation" in printed) == (parts == [])
    assert ("# no generation" in printed) == (parts != [])
