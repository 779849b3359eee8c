"""Question and passage read together: how far each sentence answers, and whether none does. A small cross-encoder.

Its weights are models/reader/model.safetensors, made by scripts/train_reader.py and pinned by hash. Scores windows of
sentences; retrieves, ranks and cuts nothing.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ragbot.encoding import has_bfloat16_units
from ragbot.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

    from ragbot.encoding import MiniLmEncoder

READER_SHA256 = "c2125f1525cf57ed9c0e0e4673b919c348af16644ede88f6aa3c9d3eb25ca89f"
# What oneDNN prepares for a number of tokens it keeps, up to 1,024 times: without steps memory grew by 3 MB a question.
_PACKED_STEP = 64
MAX_QUESTION_PIECES = 80
MAX_PREFIX_PIECES = 32
MAX_ANSWER_PIECES = 40  # the longest stretch that is looked at as the answering words
_KEPT_SENTENCES = 8_000  # whose word pieces are remembered, some 5 KB each
Pieces = Callable[[str], tuple[list[int], list[tuple[int, int]]]]
"""Numbers of a text's word pieces, and the characters of each."""

_HEADS = {f"{head}.{layer}.{part}" for head in ("sentence", "none") for layer in (0, 2) for part in ("weight", "bias")}
_HEADS |= {"span.weight", "span.bias"}


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences as the reader sees them, under `prefix` (title and headings)."""

    prefix: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WindowScores:
    """What the reader makes of one window: all scores are logits that compare within one question.

    `sentences` (m,) says how far each answers, `none` that none does; `spans` holds for each sentence the characters
    that most look like the answer, and `span_scores` (m,) how much, against there being no answer in the window.
    """

    sentences: NDArray[np.float32]
    none: float
    spans: tuple[tuple[int, int], ...]
    span_scores: NDArray[np.float32]


class Reader:
    """Scores the sentences of windows for a question, with the shipped weights or those in `weights`.

    Raises ModelError if the shipped ones are missing or altered.
    """

    def __init__(self, encoder: MiniLmEncoder, weights: bytes | None = None) -> None:
        from safetensors.torch import load

        tensors = {name: tensor.float() for name, tensor in load(weights or shipped_weights()).items()}
        self._heads = {n: tensors.pop(n) for n in list(tensors) if n in _HEADS}
        self._network: Any = copy.deepcopy(encoder.network)
        missing, unexpected = self._network.load_state_dict(tensors, strict=False)
        missing = [name for name in missing if not name.startswith("pooler.")]  # the pooler is read by nobody
        if missing or unexpected or set(self._heads) != _HEADS:
            raise ModelError("these are no weights of a reader; make some with: python scripts/train_reader.py")
        self._network.eval()
        self._encode = encoder.pieces_with_offsets
        self._pieces = lru_cache(maxsize=_KEPT_SENTENCES)(encoder.pieces_with_offsets)
        self._special = encoder.special_pieces

    def score(self, question: str, windows: Sequence[Window]) -> list[WindowScores]:
        """Scores of each window's sentences, in the order of `windows`; all are read in one pass."""
        import torch

        if not windows:
            return []
        asked = self._encode(question)[0]
        encoded = [lay_out(asked, window, self._pieces, self._special) for window in windows]
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16_units()):
            states = packed_states(self._network, encoded)
        with torch.inference_mode():
            return [self._scores(own.float(), one) for own, one in zip(states, encoded, strict=True)]

    def _scores(self, states: Tensor, one: Layout) -> WindowScores:
        import torch

        means = torch.stack([states[a:b].mean(dim=0) if b > a else states[0] for a, b in one.places])
        marks = (states @ self._heads["span.weight"].T + self._heads["span.bias"]).numpy()
        found = [_best_span(marks[a:b], own) for (a, b), own in zip(one.places, one.offsets, strict=True)]
        return WindowScores(
            sentences=self._two_layers("sentence", means).numpy(),
            none=float(self._two_layers("none", states[:1])[0]),
            spans=tuple(span for span, _ in found),
            span_scores=np.array([score for _, score in found], dtype=np.float32) - np.float32(marks[0].sum()),
        )

    def _two_layers(self, head: str, states: Tensor) -> Tensor:
        import torch

        heads = self._heads
        inner = torch.nn.functional.gelu(states @ heads[f"{head}.0.weight"].T + heads[f"{head}.0.bias"])
        scores: Tensor = (inner @ heads[f"{head}.2.weight"].T + heads[f"{head}.2.bias"]).squeeze(-1)
        return scores


@dataclass(frozen=True, slots=True)
class Layout:
    """A question and a window as word pieces; sentence i stands at `places[i]`, its characters in `offsets[i]`.

    The second kind of token begins at `text_start`, after the question's [SEP].
    """

    ids: list[int]
    text_start: int
    places: list[tuple[int, int]]
    offsets: list[list[tuple[int, int]]]


def lay_out(asked: list[int], window: Window, pieces: Pieces, special: tuple[int, int]) -> Layout:
    """[CLS] question [SEP] (prefix [SEP])? sentences [SEP], from the question's pieces; `special` opens and closes.

    The one layout that is trained on and read: scripts/reader_training/batches.py calls it too.
    """
    opening, closing = special
    question = shortened(asked, MAX_QUESTION_PIECES)
    before = pieces(window.prefix)[0][:MAX_PREFIX_PIECES]
    ids = [opening, *question, closing, *before]
    if before:
        ids.append(closing)
    places, offsets = [], []
    for sentence in window.sentences:
        own, characters = pieces(sentence)
        places.append((len(ids), len(ids) + len(own)))
        offsets.append(characters)
        ids += own
    return Layout([*ids, closing], 2 + len(question), places, offsets)


def packed_states(network: Any, windows: Sequence[Layout]) -> list[Tensor]:
    """Last hidden states (n, width) of each window, from a BERT that reads them end to end instead of padded.

    Layers work token by token but for the attention, which is the only part that is kept within each window.
    """
    import torch

    lengths = [len(one.ids) for one in windows]
    if filler := -sum(lengths) % _PACKED_STEP:
        lengths.append(filler)  # a window that nobody reads
    blank = [0] * filler
    states = network.embeddings(
        input_ids=torch.tensor([[piece for one in windows for piece in one.ids] + blank]),
        token_type_ids=torch.tensor(
            [[int(i >= one.text_start) for one in windows for i in range(len(one.ids))] + blank]
        ),
        position_ids=torch.tensor([[i for n in lengths for i in range(n)]]),
    )[0]
    for layer in network.encoder.layer:
        attended = layer.attention.output(_attended(layer.attention.self, states, lengths), states)
        states = layer.output(layer.intermediate(attended), attended)
    return list(states.split(lengths))[: len(windows)]


def _attended(attention: Any, states: Tensor, lengths: Sequence[int]) -> Tensor:
    """What each token takes from those of its own window: (all tokens, width)."""
    import torch

    projections = (attention.query, attention.key, attention.value)
    by_head = (attention.num_attention_heads, -1)
    parts: list[Tensor] = [made(states).unflatten(-1, by_head).transpose(0, 1)[None] for made in projections]
    read, start = [], 0
    for n in lengths:
        query, key, value = (part[:, :, start : start + n] for part in parts)
        read.append(torch.nn.functional.scaled_dot_product_attention(query, key, value))
        start += n
    return torch.cat(read, dim=2)[0].transpose(0, 1).flatten(1)


def shipped_weights() -> bytes:
    """The packaged weights, checked against the pinned hash. Raises ModelError."""
    try:
        data = (files("ragbot") / "models" / "reader" / "model.safetensors").read_bytes()
    except OSError as error:
        raise ModelError("the reader is missing; reinstall ragbot: pip install --force-reinstall .") from error
    if hashlib.sha256(data).hexdigest() != READER_SHA256:
        raise ModelError("the reader was altered; reinstall ragbot: pip install --force-reinstall .")
    return data


def shortened(pieces: list[int], most: int) -> list[int]:
    """At most `most` pieces: of a longer text a quarter from its beginning and the rest from its end.

    A rambling message says who is meant at its start and mostly asks at its end.

    >>> shortened([1, 2, 3, 4, 5, 6], 4)
    [1, 4, 5, 6]
    """
    return pieces if len(pieces) <= most else pieces[: most // 4] + pieces[-(most - most // 4) :]


def _best_span(marks: NDArray[np.float32], offsets: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], float]:
    """Characters of the stretch of pieces whose start and end marks (n, 2) add up to most, and that sum."""
    n = len(marks)
    if n == 0:
        return (0, 0), -30.0
    sums = marks[:, 0][:, None] + marks[:, 1][None, :]
    place = np.arange(n)
    length = place[None, :] - place[:, None]
    sums = np.where((length >= 0) & (length < MAX_ANSWER_PIECES), sums, -np.inf)
    first, last = divmod(int(np.argmax(sums)), n)
    return (offsets[first][0], offsets[last][1]), float(sums[first, last])
