"""Compiled networks: the states of torch for every size and any padding, from several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ragbot import encoding
from ragbot.compiling import StatesOf, compiled
from ragbot.encoding import MiniLmEncoder, padded

WORDS = 50
SAMPLE = padded([[1, 2], [1, 3, 2]])
batches = st.lists(st.lists(st.integers(1, WORDS - 1), min_size=1, max_size=60), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def network() -> Any:
    """A small BERT with random weights."""
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    return BertModel(BertConfig(vocab_size=WORDS, max_position_embeddings=64, **size)).eval()


@pytest.fixture(scope="module")
def states_of(network: Any) -> StatesOf:
    """The same, compiled."""
    return compiled(network, SAMPLE, bfloat16=False)


def read(states: NDArray[np.float32], sequences: list[list[int]]) -> NDArray[np.float32]:
    """States of all tokens, without those of the padding."""
    return np.concatenate([states[row, : len(ids)] for row, ids in enumerate(sequences)])


def by_torch(network: Any, sequences: list[list[int]]) -> NDArray[np.float32]:
    """What torch makes of each sequence alone."""
    with torch.inference_mode():
        alone = [network(input_ids=torch.tensor([ids])).last_hidden_state[0].numpy() for ids in sequences]
    return np.concatenate(alone)


def cosines(found: NDArray[np.float32], expected: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each row with the row beside it."""
    both: NDArray[np.float32] = (found * expected).sum(axis=1)
    return both / np.linalg.norm(found, axis=1) / np.linalg.norm(expected, axis=1)


@given(sequences=batches)
def test_every_batch_has_the_states_that_torch_finds_for_each_text_alone(
    network: Any, states_of: StatesOf, sequences: list[list[int]]
) -> None:
    np.testing.assert_allclose(read(states_of(*padded(sequences)), sequences), by_torch(network, sequences), atol=1e-5)


def test_bfloat16_points_where_float32_does(network: Any) -> None:
    sequences = [[1, 7, 8, 9, 2], [1, 30, 2], [1] * 40]
    found = read(compiled(network, SAMPLE, bfloat16=encoding.has_bfloat16_units())(*padded(sequences)), sequences)
    assert cosines(found, by_torch(network, sequences)).min() > 0.999


def test_threads_that_read_at_the_same_time_get_their_own_states(network: Any, states_of: StatesOf) -> None:
    texts = [[[1 + i % 40] * (i % 50 + 1)] for i in range(60)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: states_of(*padded(one)), texts))
    for states, one in zip(found, texts, strict=True):
        np.testing.assert_allclose(read(states, one), by_torch(network, one), atol=1e-5)


def test_the_shipped_encoder_reads_passages_as_torch_does(real_encoder: MiniLmEncoder) -> None:
    sequences = [real_encoder._wrapped(list(range(2000, 2000 + n))) for n in (1, 17, 120, 254)]
    states = read(real_encoder._states_of_passages(*padded(sequences)), sequences)
    assert cosines(states, read(real_encoder._states(sequences), sequences)).min() > 0.999
