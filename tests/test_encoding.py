"""The real encoder: unit vectors, agreement with sentence-transformers, nothing cut silently, weights checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
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
    assert real_encoder.name == f"all-MiniLM-L6-v2@53aa51172d14+{encoding.LAYERS_SHA256[:12]}"
    assert (real_encoder.dimension, real_encoder.max_pieces) == (384, 256)


def test_an_encoder_in_a_folder_gives_the_vectors_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    folder = encoding.packaged_folder()
    expected = SentenceTransformer(str(folder), device="cpu", local_files_only=True).encode(TEXTS)
    np.testing.assert_allclose(MiniLmEncoder(folder).encode(TEXTS), expected, atol=1e-5)


def test_the_packaged_encoder_searches_with_our_layers_and_leaves_the_network_below_gate_and_reader(
    real_encoder: MiniLmEncoder,
) -> None:
    from safetensors.torch import load

    own = load(encoding._checked_layers())
    searching, packaged = real_encoder._searching, real_encoder.network
    assert searching.embeddings is packaged.embeddings  # word vectors are neither trained nor kept twice
    name = "layer.5.output.dense.weight"
    assert torch.equal(searching.encoder.state_dict()[name], own[name].float())
    assert torch.equal(packaged.encoder.state_dict()[name], packaged_tensor(f"encoder.{name}"))
    assert not torch.equal(searching.encoder.state_dict()[name], packaged.encoder.state_dict()[name])


def packaged_tensor(name: str) -> torch.Tensor:
    from safetensors.torch import load_file

    return load_file(encoding.packaged_folder() / "model.safetensors")[name]


def test_layers_that_do_not_fit_are_refused() -> None:
    from safetensors.torch import save

    with pytest.raises(ModelError, match=r"no layers of the encoder; make some with: python scripts/train_encoder\.py"):
        MiniLmEncoder(layers=save({"layer.0.nothing": torch.zeros(2)}))
    with pytest.raises(ModelError, match="no layers of the encoder"):
        MiniLmEncoder(layers=b"nothing")


def test_altered_or_missing_layers_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(encoding, "LAYERS_SHA256", "0" * 64)
    with pytest.raises(ModelError, match=r"layers were altered; reinstall ragbot"):
        MiniLmEncoder()
    monkeypatch.setattr(encoding, "files", lambda package: tmp_path)
    with pytest.raises(ModelError, match=r"layers are missing; reinstall ragbot"):
        MiniLmEncoder()


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


def assert_same_direction(found: np.ndarray, expected: np.ndarray) -> None:
    """Passages may be read in bfloat16, questions never are: cosine above 0.999."""
    assert found.shape == expected.shape
    assert ((found * expected).sum(axis=1) > 0.999).all()


def passage(*sentences: str, prefix: str = "Driving") -> Passage:
    text = " ".join(sentences)
    starts = [text.index(sentence) for sentence in sentences]
    return Passage(prefix, text, tuple((a, a + len(s)) for a, s in zip(starts, sentences, strict=True)))


def test_a_passage_is_read_with_its_title_before_it(real_encoder: MiniLmEncoder) -> None:
    vectors, _ = real_encoder.encode_passages([passage(TEXTS[1], prefix="Driving. After treatment")])
    assert_same_direction(vectors, real_encoder.encode([f"Driving. After treatment {TEXTS[1]}"]))


def test_a_sentence_vector_is_the_mean_of_its_token_states_in_the_passage(real_encoder: MiniLmEncoder) -> None:
    two = passage("It fades.", "Rest.", prefix="A")
    # word pieces: [CLS] a | it fades . | rest . [SEP], so the first sentence is rows 2..4 and the second rows 5..6
    ids = real_encoder._passage_pieces([two])[0].ids
    assert len(ids) == 8
    states = real_encoder._states([ids])[0]
    expected = np.stack([states[2:5].mean(axis=0), states[5:7].mean(axis=0)])
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    _, sentences = real_encoder.encode_passages([two])
    assert_same_direction(sentences[0], expected)


def test_passages_of_all_lengths_come_back_in_their_order(real_encoder: MiniLmEncoder) -> None:
    passages = [passage(text.strip()) for text in TEXTS] * 5  # more than one batch
    reported: list[int] = []
    vectors, sentences = real_encoder.encode_passages(passages, progress=reported.append)
    assert sum(reported) == len(passages)
    alone = np.concatenate([real_encoder.encode_passages([p])[0] for p in passages[: len(TEXTS)]])
    assert_same_direction(vectors, np.tile(alone, (5, 1)))
    assert [len(s) for s in sentences] == [len(p.sentences) for p in passages]


@pytest.mark.parametrize("has_units", [True, False])
def test_passages_are_read_in_bfloat16_only_where_the_processor_has_units_for_it(
    real_encoder: MiniLmEncoder, monkeypatch: pytest.MonkeyPatch, has_units: bool
) -> None:
    asked: list[tuple[object, bool]] = []

    def compiled(network: object, sample: object, *, bfloat16: bool) -> None:
        asked.append((network, bfloat16))

    monkeypatch.setattr(encoding, "has_bfloat16_units", lambda: has_units)
    monkeypatch.setattr(encoding, "compiled", compiled)
    MiniLmEncoder._states_of_passages.func(real_encoder)
    assert asked == [(real_encoder._searching, has_units)]
    assert next(real_encoder._searching.parameters()).dtype is torch.float32
    assert next(real_encoder.network.parameters()).dtype is torch.float32


def test_no_passages_give_no_vectors(real_encoder: MiniLmEncoder) -> None:
    vectors, sentences = real_encoder.encode_passages([])
    assert (vectors.shape, sentences) == ((0, 384), [])
    assert real_encoder.encode([]).shape == (0, 384)


def test_a_sentence_without_a_token_gets_the_vector_of_its_passage(real_encoder: MiniLmEncoder) -> None:
    # the tokenizer drops a zero-width blank: no piece of the text starts there
    vectors, sentences = real_encoder.encode_passages([Passage("A", "It fades. \u200b", ((0, 9), (10, 11)))])
    assert_same_direction(sentences[0][1:], vectors)


def test_a_passage_beyond_the_limit_is_refused_rather_than_cut(real_encoder: MiniLmEncoder) -> None:
    with pytest.raises(ValueError, match="255 word pieces"):
        real_encoder.encode_passages([Passage("", "dizzy " * 255, ((0, 5),))])


def test_a_long_title_gives_way_to_the_passage(real_encoder: MiniLmEncoder) -> None:
    vectors, _ = real_encoder.encode_passages([Passage("title " * 300, "dizzy " * 254, ((0, 5),))])
    assert_same_direction(vectors, real_encoder.encode(["dizzy " * 254]))


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
