"""The reader's own laws, with random weights: it needs none that were trained to be batched, cut and read rightly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragbot.encoding import MiniLmEncoder, has_bfloat16_units, padded
from ragbot.errors import ModelError
from ragbot.reader import MAX_ANSWER_PIECES, Layout, Reader, Window, _best_span, lay_out, packed_states, shortened

QUESTION = "How long must I wait before I drive?"
WINDOWS = [
    Window("Driving", ("Do not drive until the day after.", "Sleep first.", "Nausea is common.")),
    Window("", ("Ketamine is an anaesthetic.",)),
    Window("Costs. Insurance", tuple(f"Price number {n} is listed on the wall of the clinic." for n in range(12))),
]


@pytest.fixture(scope="module")
def reader(real_encoder: MiniLmEncoder) -> Reader:
    """The encoder's own layers under heads of seeded noise."""
    import torch
    from safetensors.torch import save

    noise = torch.Generator().manual_seed(3)
    tensors = {name: tensor for name, tensor in real_encoder.network.state_dict().items() if "pooler" not in name}
    width = real_encoder.dimension
    for name, shape in {
        "sentence.0.weight": (width, width), "sentence.0.bias": (width,),
        "sentence.2.weight": (1, width), "sentence.2.bias": (1,),
        "none.0.weight": (width, width), "none.0.bias": (width,),
        "none.2.weight": (1, width), "none.2.bias": (1,),
        "span.weight": (2, width), "span.bias": (2,),
    }.items():  # fmt: skip
        tensors[name] = torch.randn(shape, generator=noise) * 0.1
    return Reader(real_encoder, save({name: tensor.contiguous() for name, tensor in tensors.items()}))


def test_every_sentence_gets_a_score_and_a_span_inside_it(reader: Reader) -> None:
    for window, scores in zip(WINDOWS, reader.score(QUESTION, WINDOWS), strict=True):
        n = len(window.sentences)
        assert scores.sentences.shape == scores.span_scores.shape == (n,)
        assert len(scores.spans) == n
        assert np.isfinite(scores.sentences).all()
        assert np.isfinite(scores.none)
        for sentence, (start, end) in zip(window.sentences, scores.spans, strict=True):
            assert 0 <= start < end <= len(sentence)


def test_a_window_scores_the_same_alone_as_beside_longer_ones(reader: Reader) -> None:
    together = reader.score(QUESTION, WINDOWS)
    for window, beside in zip(WINDOWS, together, strict=True):
        (alone,) = reader.score(QUESTION, [window])
        np.testing.assert_allclose(alone.sentences, beside.sentences, atol=0.05)
        assert alone.none == pytest.approx(beside.none, abs=0.05)


def test_the_same_windows_get_the_same_scores(reader: Reader) -> None:
    first, second = reader.score(QUESTION, WINDOWS), reader.score(QUESTION, WINDOWS)
    assert [s.sentences.tolist() for s in first] == [s.sentences.tolist() for s in second]


def layouts(encoder: MiniLmEncoder) -> list[Layout]:
    pieces = encoder.pieces_with_offsets
    return [lay_out(pieces(QUESTION)[0], window, pieces, encoder.special_pieces) for window in WINDOWS]


def test_windows_end_to_end_have_the_states_of_a_padded_batch(real_encoder: MiniLmEncoder) -> None:
    import torch

    windows = layouts(real_encoder)
    assert len({len(one.ids) for one in windows}) == 3, "windows of one length would need no padding"
    ids, mask = padded([one.ids for one in windows])
    kinds, _ = padded([[0] * one.text_start + [1] * (len(one.ids) - one.text_start) for one in windows])
    with torch.inference_mode():
        expected = real_encoder.network(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        found = packed_states(real_encoder.network, windows)
    for row, (one, states) in enumerate(zip(windows, found, strict=True)):
        assert states.shape == (len(one.ids), real_encoder.dimension)
        np.testing.assert_allclose(states, expected[row, : len(one.ids)], atol=1e-4)


def test_the_order_of_the_windows_changes_no_score(reader: Reader) -> None:
    there, back = reader.score(QUESTION, WINDOWS), reader.score(QUESTION, WINDOWS[::-1])[::-1]
    for one, other in zip(there, back, strict=True):
        np.testing.assert_allclose(one.sentences, other.sentences, atol=0.05)


# bfloat16 keeps 8 bits: a sum in another order may round the other way, float32 does not show it.
@pytest.mark.parametrize(("bfloat16", "apart"), [(False, 1e-4), (True, 0.05)])
def test_the_number_of_threads_changes_no_score(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, bfloat16: bool, apart: float
) -> None:
    import torch

    if not bfloat16:
        monkeypatch.setattr("ragbot.reader.has_bfloat16_units", lambda: False)
    before = torch.get_num_threads()
    try:
        found = []
        for n in (1, 2):
            torch.set_num_threads(n)
            found.append(reader.score(QUESTION, WINDOWS))
    finally:
        torch.set_num_threads(before)
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one.sentences, other.sentences, atol=apart)
        assert one.sentences.argmax() == other.sentences.argmax()


def test_float32_where_there_are_no_units_scores_like_the_machine_s_own_format(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = reader.score(QUESTION, WINDOWS)
    monkeypatch.setattr("ragbot.reader.has_bfloat16_units", lambda: False)
    plain = reader.score(QUESTION, WINDOWS)
    for one, other in zip(own, plain, strict=True):
        np.testing.assert_allclose(one.sentences, other.sentences, atol=0.1)
        assert one.sentences.argmax() == other.sentences.argmax()


@pytest.mark.parametrize(
    ("units", "capability", "used"),
    [
        ({"amx_bf16", "avx512_bf16"}, "AVX512", True),  # Intel's Sapphire Rapids
        ({"amx_bf16", "avx512_bf16"}, "AVX2", False),
        ({"avx512_bf16"}, "AVX512", False),  # the same with AMX switched off
        ({"avx512_bf16", "sse4a"}, "AVX512", True),  # AMD's Zen 4
        ({"avx512_bf16", "sse4a"}, "AVX2", False),
        ({"sse4a"}, "AVX2", False),  # Zen 3
        (set(), "AVX512", False),
    ],
)
def test_bfloat16_is_used_where_there_are_units_and_torch_may_use_them(
    monkeypatch: pytest.MonkeyPatch, units: set[str], capability: str, used: bool
) -> None:
    known = ("amx_bf16", "avx512_bf16", "sse4a")
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {name: name in units for name in known})
    monkeypatch.setattr("torch.backends.cpu.get_cpu_capability", lambda: capability)
    assert has_bfloat16_units() is used


def test_the_question_and_the_title_count(reader: Reader) -> None:
    window = WINDOWS[0]
    (asked,) = reader.score(QUESTION, [window])
    (otherwise,) = reader.score("Who pays?", [window])
    (untitled,) = reader.score(QUESTION, [Window("", window.sentences)])
    assert not np.allclose(asked.sentences, otherwise.sentences, atol=1e-3)
    assert not np.allclose(asked.sentences, untitled.sentences, atol=1e-3)


@pytest.mark.parametrize("question", ["", "?", "😀", "word " * 2_000, "可以开车吗", "\x00"])
@pytest.mark.parametrize("sentence", ["", "\u200b", "Rest.", "可以开车"])
def test_odd_questions_and_sentences_are_bearable(reader: Reader, question: str, sentence: str) -> None:
    (scores,) = reader.score(question, [Window("", (sentence, "It fades."))])
    assert np.isfinite(scores.sentences).all()


def test_weights_of_something_else_are_refused(real_encoder: MiniLmEncoder) -> None:
    import torch
    from safetensors.torch import save

    with pytest.raises(ModelError, match="train_reader"):
        Reader(real_encoder, save({"layer.weight": torch.zeros(2)}))


def test_no_windows_no_scores(reader: Reader) -> None:
    assert reader.score(QUESTION, []) == []


@given(st.integers(1, 60), st.integers(0, 10_000))
@settings(deadline=None)
def test_the_best_span_is_the_best_of_all_allowed_ones(n: int, seed: int) -> None:
    marks = np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)
    offsets = [(2 * i, 2 * i + 1) for i in range(n)]
    allowed = [(i, j) for i in range(n) for j in range(i, min(n, i + MAX_ANSWER_PIECES))]
    best = max(allowed, key=lambda pair: float(marks[pair[0], 0] + marks[pair[1], 1]))
    assert _best_span(marks, offsets)[0] == (offsets[best[0]][0], offsets[best[1]][1])


@given(st.lists(st.integers()), st.integers(4, 40))
def test_a_long_question_keeps_its_start_and_its_end(pieces: list[int], most: int) -> None:
    kept = shortened(pieces, most)
    assert len(kept) == min(len(pieces), most)
    assert kept[: most // 4] == pieces[: most // 4]
    assert kept[-1:] == pieces[-1:]
