"""One run of the reader: its rows in batches, its loss, its optimiser."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

import torch
from reader_data.augmentation import augmented
from reader_data.rows import Row
from torch import Tensor
from training_run import Settings, TrainingRun

from ragbot.encoding import MiniLmEncoder
from reader_training.batches import collated, epoch_plan, grouped
from reader_training.network import ReaderNetwork, losses

NEW_HEADS_RATE = 5  # times the rate, for heads that start from nothing
_KEPT_TEXTS = 50_000  # sentences whose word pieces are remembered


class Run(TrainingRun[list[int]]):
    """Trains a reader on rows in the folder `out`, from the encoder's weights or those of `settings.start`."""

    columns = ("sentence_loss", "group_loss", "span_loss", "hit")

    def __init__(
        self, out: Path, rows: Sequence[Row], stories: Sequence[str], encoder: MiniLmEncoder, settings: Settings
    ) -> None:
        self._rows, self._stories, self._batch_size = rows, stories, settings.batch_size
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._pieces = lru_cache(maxsize=_KEPT_TEXTS)(encoder.pieces_with_offsets)
        self._special = encoder.special_pieces
        torch.manual_seed(settings.seed)
        self.network = ReaderNetwork(encoder.network)
        if settings.start:
            self.network.go_on_from(settings.start)
        self.network.to(self._device).train()
        self._lengths = [len(row.question) + sum(map(len, row.sentences)) for row in rows]
        self._groups = grouped(rows)
        optimiser = _optimiser(self.network, heads_rate=1 if settings.start else NEW_HEADS_RATE)
        super().__init__(out, self.network, optimiser, settings, n_examples=len(rows))

    def finish(self) -> bytes:
        """Train to the end; the averaged weights as ragbot reads them."""
        self.train()
        return self.network.weights(self.average)

    def plan(self, random: Random) -> list[list[int]]:
        """Row numbers of each batch."""
        return epoch_plan(self._groups, self._lengths, self._batch_size, random)

    def loss(self, planned: list[int], random: Random) -> tuple[Tensor, int, tuple[Tensor, ...]]:
        """Loss of the rows with these numbers, and its figures."""
        rows = augmented([self._rows[number] for number in planned], random, self._stories)
        batch = collated(rows, self._pieces, self._special).to(self._device)
        found = losses(self.network(batch), batch)
        return found.total, len(rows), (found.sentence, found.group, found.span, found.hit)


def _optimiser(network: ReaderNetwork, *, heads_rate: float) -> torch.optim.AdamW:
    """AdamW without weight decay on biases and norms; `times` is what each group's rate is multiplied by."""
    named = list(network.named_parameters())
    body = [p for name, p in named if p.ndim > 1 and name.startswith("base.")]
    heads = [p for name, p in named if p.ndim > 1 and not name.startswith("base.")]
    groups = [
        {"params": body, "weight_decay": 0.01, "times": 1.0},
        {"params": heads, "weight_decay": 0.01, "times": heads_rate},
        {"params": [p for _, p in named if p.ndim == 1], "weight_decay": 0.0, "times": 1.0},
    ]
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), fused=True)
