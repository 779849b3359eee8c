"""The reader as it is trained: the encoder's transformer, its three heads, their loss, the weights as ragbot reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from training import fast_precision, trainable_copy

from ragbot.errors import ModelError
from reader_training.batches import Batch

SPAN_WEIGHT = 0.3
GROUP_WEIGHT = 1.0
MARGINAL_WEIGHT = 0.8  # that some right sentence is chosen; the rest, that each is
_LOW = -1e4  # a logit that counts as never


@dataclass(frozen=True, slots=True)
class Scores:
    """Logits: of the sentences (b, s), of "none of them" (b,), of each token as start and end of the answer (b, n, 2)."""

    sentences: Tensor
    none: Tensor
    marks: Tensor


@dataclass(frozen=True, slots=True)
class Losses:
    """Mean loss of the choice of sentence, in a window and among windows, and of the span; how often the choice is right."""

    sentence: Tensor
    group: Tensor
    span: Tensor
    hit: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return self.sentence + GROUP_WEIGHT * self.group + SPAN_WEIGHT * self.span


class ReaderNetwork(nn.Module):
    """The transformer `base` with the heads that ragbot.reader.Reader expects, under the names that it expects."""

    def __init__(self, base: Any) -> None:
        super().__init__()
        self.base = trainable_copy(base)
        width = self.base.config.hidden_size
        self.sentence = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 1))
        self.none = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 1))
        self.span = nn.Linear(width, 2)

    def forward(self, batch: Batch) -> Scores:
        """Logits of a batch. The transformer runs in the fastest precision there is, the heads in float32."""
        with fast_precision(batch.ids.device.type):
            output = self.base(input_ids=batch.ids, attention_mask=batch.mask, token_type_ids=batch.kinds)
        states = output.last_hidden_state.float()
        member = nn.functional.one_hot(batch.sentence_of + 1, batch.there.shape[1] + 1)[..., 1:].float()
        means = member.transpose(1, 2) @ states / member.sum(1).clamp(min=1).unsqueeze(-1)
        return Scores(self.sentence(means).squeeze(-1), self.none(states[:, 0]).squeeze(-1), self.span(states))

    def weights(self, tensors: dict[str, Tensor] | None = None) -> bytes:
        """Safetensors in float16 of this network, or of `tensors` with the names of its state."""
        named = {name.removeprefix("base."): t for name, t in (tensors or self.state_dict()).items()}
        return save({name: tensor.detach().half().contiguous().cpu() for name, tensor in named.items()})

    def go_on_from(self, path: Path) -> None:
        """Load weights as `weights` wrote them. Raises ModelError."""
        try:
            tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
            heads = ("sentence.", "none.", "span.")
            self.load_state_dict({n if n.startswith(heads) else f"base.{n}": t for n, t in tensors.items()})
        except (OSError, SafetensorError, RuntimeError) as error:
            raise ModelError(f"{path}: no weights of the reader; name a model.safetensors of this script") from error


def losses(scores: Scores, batch: Batch) -> Losses:
    """Losses of a batch: softmax over the sentences that count and "none", and over places for start and end."""
    choice = scores.sentences.masked_fill(~batch.there | batch.ignored, _LOW)
    logits = torch.cat([scores.none[:, None], choice], dim=1)
    target = torch.cat([batch.none[:, None], batch.right], dim=1)
    usable = target.any(1).float()  # the right sentence of a long row may lie beyond the cut
    log_p = logits.log_softmax(-1)
    marginal = -torch.logsumexp(log_p.masked_fill(~target, _LOW), 1)
    each = -log_p.masked_fill(~target, 0).sum(1) / target.sum(1).clamp(min=1)
    sentence = MARGINAL_WEIGHT * marginal + (1 - MARGINAL_WEIGHT) * each
    hit = target.gather(1, logits.argmax(1, keepdim=True)).squeeze(1).float()
    n_usable = usable.sum().clamp(min=1)
    return Losses(
        (sentence * usable).sum() / n_usable,
        _group_loss(choice - scores.none[:, None], batch, usable.bool()),
        _span_loss(scores, batch),
        (hit * usable).sum() / n_usable,
    )


def _group_loss(margins: Tensor, batch: Batch, usable: Tensor) -> Tensor:
    """Mean over groups of several windows of -log of what is right, in a softmax over all their sentences and "none".

    `margins` (b, s) are sentences over their window's "none", which makes them comparable: ragbot ranks by them.
    """
    found = []
    for number in sorted(set(batch.group.tolist())):
        own = batch.group == number
        if int(own.sum()) > 1 and bool(usable[own].all()):
            every = torch.cat([margins.new_zeros(1), margins[own].flatten()])
            marked = torch.cat([~batch.right[own].any()[None], batch.right[own].flatten()])
            found.append(torch.logsumexp(every, 0) - torch.logsumexp(every[marked], 0))
    return torch.stack(found).mean() if found else margins.sum() * 0


def _span_loss(scores: Scores, batch: Batch) -> Tensor:
    """Mean cross-entropy of start and end over the rows whose answer's place is known; the first token means none."""
    places = batch.sentence_of >= 0
    places[:, 0] = True
    marks = scores.marks.masked_fill(~places[..., None], _LOW)
    known = batch.span[:, 0] >= 0
    if not bool(known.any()):
        return scores.marks.sum() * 0
    start, end = (nn.functional.cross_entropy(marks[known, :, i], batch.span[known, i]) for i in (0, 1))
    return (start + end) / 2
