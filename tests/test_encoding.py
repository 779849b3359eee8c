"""The real encoder: unit vectors, agreement with sentence-transformers, nothing cut silently, weights checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragbot import encoding
from ragbot.encoding import MiniLmEncoder, Passage
from ragbot.errors import ModelError

TEXTS = [
    "Ketamine may make you dizzy for an hour.",
    "Do not drive until the next day.",
    "short",
    "The clinic watches your blood pressure. " * 8,
    "氯胺酮 😀",
]


def test_the_encoder_names_the_hash_of_its_weights(real_encoder: MiniLmEncoder) -> None:
    assert real_encoder.name == "all-MiniLM-L6-v2@53aa51172d14"
    assert (real_encoder.dimension, real_encoder.max_pieces) == (384, 256)


def test_vectors_are_those_of_sentence_transformers(real_encoder: MiniLmEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    folder = encoding.packaged_folder()
    expected = SentenceTransformer(str(folder), device="cpu", local_files_only=True).encode(TEXTS)
    np.testing.assert_allclose(real_encoder.encode(TEXTS), expected, atol=1e-5)


@settings(max_examples=15)
@given(st.lists(st.text(max_size=80), max_size=4))
def test_every_text_gets_a_unit_vector(real_encoder: MiniLmEncoder, texts: list[str]) -> None:
    vectors = real_encoder.encode(texts)
    assert vectors.shape == (len(texts), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_texts_of_like_meaning_are_nearer_than_others(real_encoder: MiniLmEncoder) -> None:
    question, right, wrong = real_encoder.encode(["Can I drive home?", TEXTS[1], TEXTS[0]])
    assert question @ right > question @ wrong


def test_company_and_order_do_not_change_a_vector(real_encoder: MiniLmEncoder) -> None:
    together = real_encoder.encode(TEXTS)
    alone = np.concatenate([real_encoder.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_end_of_a_text_beyond_the_limit_is_still_read(real_encoder: MiniLmEncoder) -> None:
    long = "The clinic watches your blood pressure. " * 60
    assert real_encoder.count_pieces([long])[0] > real_encoder.max_pieces
    plain, ended = real_encoder.encode([long, long + "Bladder pain is rare."])
    assert plain @ ended < 0.9999


def test_piece_counts_leave_out_the_special_tokens(real_encoder: MiniLmEncoder) -> None:
    # "dizzy" and "." are one piece each; unbelievably is not a word of its own: un ##bel ##ie ##va ##bly
    assert real_encoder.count_pieces(["dizzy.", "", "unbelievably"]) == [2, 0, 5]


def passage(*sentences: str, prefix: str = "Driving") -> Passage:
    text = " ".join(sentences)
    starts = [text.index(sentence) for sentence in sentences]
    return Passage(prefix, text, tuple((a, a + len(s)) for a, s in zip(starts, sentences, strict=True)))


def test_a_passage_is_read_with_its_title_before_it(real_encoder: MiniLmEncoder) -> None:
    vectors, _ = real_encoder.encode_passages([passage(TEXTS[1], prefix="Driving. After treatment")])
    np.testing.assert_allclose(vectors[0], real_encoder.encode([f"Driving. After treatment {TEXTS[1]}"])[0], atol=1e-5)


def test_a_sentence_vector_is_the_mean_of_its_token_states_in_the_passage(real_encoder: MiniLmEncoder) -> None:
    two = passage("It fades.", "Rest.", prefix="A")
    # word pieces: [CLS] a | it fades . | rest . [SEP], so the first sentence is rows 2..4 and the second rows 5..6
    ids = real_encoder._passage_pieces([two])[0].ids
    assert len(ids) == 8
    states = real_encoder._states([ids])[0]
    expected = np.stack([states[2:5].mean(axis=0), states[5:7].mean(axis=0)])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    _, sentences = real_encoder.encode_passages([two])
    np.testing.assert_allclose(sentences[0], expected, atol=1e-5)


def test_passages_of_all_lengths_come_back_in_their_order(real_encoder: MiniLmEncoder) -> None:
    passages = [passage(text.strip()) for text in TEXTS] * 5  # more than one batch
    reported: list[int] = []
    vectors, sentences = real_encoder.encode_passages(passages, progress=reported.append)
    assert sum(reported) == len(passages)
    alone = np.concatenate([real_encoder.encode_passages([p])[0] for p in passages[: len(TEXTS)]])
    np.testing.assert_allclose(vectors, np.tile(alone, (5, 1)), atol=1e-5)
    assert [len(s) for s in sentences] == [len(p.sentences) for p in passages]


def test_no_passages_give_no_vectors(real_encoder: MiniLmEncoder) -> None:
    vectors, sentences = real_encoder.encode_passages([])
    assert (vectors.shape, sentences) == ((0, 384), [])
    assert real_encoder.encode([]).shape == (0, 384)


def test_a_sentence_without_a_token_gets_the_vector_of_its_passage(real_encoder: MiniLmEncoder) -> None:
    # the tokenizer drops a zero-width blank: no piece of the text starts there
    vectors, sentences = real_encoder.encode_passages([Passage("A", "It fades. \u200b", ((0, 9), (10, 11)))])
    np.testing.assert_allclose(sentences[0][1], vectors[0], atol=1e-5)


def test_a_passage_beyond_the_limit_is_refused_rather_than_cut(real_encoder: MiniLmEncoder) -> None:
    with pytest.raises(ValueError, match="255 word pieces"):
        real_encoder.encode_passages([Passage("", "dizzy " * 255, ((0, 5),))])


def test_a_long_title_gives_way_to_the_passage(real_encoder: MiniLmEncoder) -> None:
    vectors, _ = real_encoder.encode_passages([Passage("title " * 300, "dizzy " * 254, ((0, 5),))])
    np.testing.assert_allclose(vectors[0], real_encoder.encode(["dizzy " * 254])[0], atol=1e-5)


def test_missing_weights_are_named_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no encoder weights at .*model\.safetensors; name a folder"):
        MiniLmEncoder(tmp_path)


def test_weights_that_are_no_model_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=f"encoder at {tmp_path} cannot be loaded"):
        MiniLmEncoder(tmp_path)


def test_altered_weights_are_refused_before_they_are_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"altered")
    monkeypatch.setattr(encoding, "packaged_folder", lambda: tmp_path)
    monkeypatch.setattr(encoding, "_load", lambda folder: pytest.fail("altered weights were loaded"))
    with pytest.raises(ModelError, match="altered"):
        MiniLmEncoder()
