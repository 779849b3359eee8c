"""A vocabulary is the mapping that it was made of, in sorted order, and opens as it was saved, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.lexical import Vocabulary

words = st.text(st.characters(codec="utf-8", exclude_characters="\n"))
counts = st.dictionaries(words, st.integers(0, 2**40))


@given(counts, words)
def test_a_vocabulary_is_the_mapping_that_it_was_made_of(mapping: dict[str, int], other: str) -> None:
    vocabulary = Vocabulary.of(mapping)
    assert dict(vocabulary) == mapping
    assert [vocabulary.get(word) for word in mapping] == list(mapping.values())
    assert (other in vocabulary) == (other in mapping)
    assert len(vocabulary) == len(mapping)


@given(counts)
def test_words_stand_in_order_and_are_numbered_by_it(mapping: dict[str, int]) -> None:
    vocabulary = Vocabulary.of(mapping)
    assert list(vocabulary) == sorted(mapping)
    assert [vocabulary.number(word) for word in sorted(mapping)] == list(range(len(mapping)))


@given(counts, st.text(st.sampled_from("ab\x7fé\uffff😀"), max_size=2), st.data())
def test_the_words_with_a_beginning_are_those_that_a_scan_finds(
    mapping: dict[str, int], start: str, data: st.DataObject
) -> None:
    mapping |= dict.fromkeys(data.draw(st.lists(st.text(st.sampled_from("ab\x7fé\uffff😀")))), 1)
    assert Vocabulary.of(mapping).starting_with(start) == [word for word in sorted(mapping) if word.startswith(start)]


def test_words_beside_a_known_one_are_unknown() -> None:
    vocabulary = Vocabulary.of({"nausea": 2, "näusea": 1})
    assert [vocabulary.number(word) for word in ("nause", "nausea", "nauseas", "näusea", "", "\ud800", "zzz")] == [
        None, 0, None, 1, None, None, None,
    ]  # fmt: skip
    assert 7 not in vocabulary
    with pytest.raises(KeyError, match="nauseas"):
        vocabulary["nauseas"]


@pytest.mark.parametrize("mapping", [{}, {"nausea": 2, "näusea": 1, "": 5}])
def test_a_saved_vocabulary_is_the_same(tmp_path: Path, mapping: dict[str, int]) -> None:
    Vocabulary.of(mapping).save(tmp_path, "words")
    assert Vocabulary.load(tmp_path, "words") == mapping


@pytest.mark.parametrize("part", ["letters", "ends", "counts"])
def test_arrays_of_different_vocabularies_are_refused(tmp_path: Path, part: str) -> None:
    Vocabulary.of({"nausea": 2, "sleep": 1}).save(tmp_path, "words")
    Vocabulary.of({"nausea": 2}).save(tmp_path, "other")
    (tmp_path / f"other.{part}.npy").replace(tmp_path / f"words.{part}.npy")
    with pytest.raises(ValueError, match="of no one vocabulary"):
        Vocabulary.load(tmp_path, "words")


def test_a_missing_array_is_an_os_error(tmp_path: Path) -> None:
    Vocabulary.of({"nausea": 2}).save(tmp_path, "words")
    (tmp_path / "words.ends.npy").unlink()
    with pytest.raises(OSError, match=r"words\.ends\.npy"):
        Vocabulary.load(tmp_path, "words")


def test_counts_are_kept_beyond_32_bits() -> None:
    assert Vocabulary.of({"the": 2**40})["the"] == np.int64(2**40)
