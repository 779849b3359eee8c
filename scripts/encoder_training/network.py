"""The encoder as it is trained: its layers free, its word vectors fixed, and the contrastive loss of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from training import fast_precision, trainable_copy

from encoder_training.batches import Batch
from ragbot.errors import ModelError

TEMPERATURE = 0.05  # Reimers and Gurevych's scale of 20 for cosines
_LOW = -1e4  # a logit that counts as never


@dataclass(frozen=True, slots=True)
class Losses:
    """Mean loss of finding the passage and of finding a sentence among all of the batch, and how often each is first."""

    passage: Tensor
    sentence: Tensor
    passage_hit: Tensor
    sentence_hit: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return self.passage + self.sentence


class EncoderNetwork(nn.Module):
    """A copy of the transformer `base` whose layers are trained; word vectors stay, so that they can be shared."""

    def __init__(self, base: Any) -> None:
        super().__init__()
        self.base = trainable_copy(base)
        for parameter in self.base.embeddings.parameters():
            parameter.requires_grad_(False)

    def forward(self, batch: Batch) -> Losses:
        """InfoNCE (van den Oord et al. 2018) of each question against the batch's passages, and against its sentences."""
        questions, passages = (
            self._states(batch.questions, batch.question_mask),
            self._states(batch.passages, batch.passage_mask),
        )
        asked = _mean_direction(questions, batch.question_mask)
        to_passages = asked @ _mean_direction(passages, batch.passage_mask).T / TEMPERATURE
        to_sentences = asked @ _sentence_directions(passages, batch).T / TEMPERATURE
        return Losses(
            marginal_loss(to_passages, batch.holds, torch.zeros_like(batch.holds)),
            marginal_loss(to_sentences, batch.right, batch.ignored),
            batch.holds.gather(1, to_passages.argmax(1, keepdim=True)).float().mean(),
            batch.right.gather(1, to_sentences.argmax(1, keepdim=True)).float().mean(),
        )

    def go_on_from(self, path: Path) -> None:
        """Load layers as `weights` wrote them. Raises ModelError."""
        try:
            self.base.encoder.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
        except (OSError, SafetensorError, RuntimeError) as error:
            raise ModelError(f"{path}: no layers of the encoder; name a model.safetensors of this script") from error

    def weights(self, tensors: dict[str, Tensor]) -> bytes:
        """Safetensors in float16 of the layers among `tensors` (names as in the state of this network)."""
        prefix = "base.encoder.layer."
        named = {f"layer.{name.removeprefix(prefix)}": t for name, t in tensors.items() if name.startswith(prefix)}
        return save({name: tensor.detach().half().contiguous().cpu() for name, tensor in named.items()})

    def _states(self, ids: Tensor, mask: Tensor) -> Tensor:
        with fast_precision(ids.device.type):
            output = self.base(input_ids=ids, attention_mask=mask)
        states: Tensor = output.last_hidden_state.float()
        return states


def marginal_loss(logits: Tensor, right: Tensor, ignored: Tensor) -> Tensor:
    """Mean over questions with a right candidate of -log of the right ones' share of the softmax over all (q, s)."""
    log_p = logits.masked_fill(ignored, _LOW).log_softmax(-1)
    marginal = -torch.logsumexp(log_p.masked_fill(~right, _LOW), 1)
    usable = right.any(1).float()  # the right sentence of a long passage may lie beyond the cut
    return (marginal * usable).sum() / usable.sum().clamp(min=1)


def _mean_direction(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask.unsqueeze(-1).float()
    return nn.functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


def _sentence_directions(states: Tensor, batch: Batch) -> Tensor:
    """Unit means (s, d) of the token states of each sentence of the batch."""
    inside = batch.sentence_of >= 0
    numbers = batch.sentence_of[inside]
    n = batch.right.shape[1]
    sums = torch.zeros(n, states.shape[-1], device=states.device).index_add(0, numbers, states[inside])
    counts = torch.zeros(n, device=states.device).index_add(0, numbers, torch.ones_like(numbers, dtype=torch.float))
    return nn.functional.normalize(sums / counts.unsqueeze(-1), dim=-1)
