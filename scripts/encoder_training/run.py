"""One run of the encoder's layers: which questions and passages come together, noise on the questions, the optimiser."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

import torch
from question_noise import noisy
from torch import Tensor
from training_run import Settings, TrainingRun

from encoder_training.batches import PlannedBatch, TaughtPassage, collated, epoch_plan
from encoder_training.network import EncoderNetwork
from ragbot.encoding import MiniLmEncoder

NEAR_SHARE = 0.5  # of the passages bring their neighbours into the batch
_KEPT_TEXTS = 50_000


class Run(TrainingRun[PlannedBatch]):
    """Trains the layers of `encoder` on passages with their questions in the folder `out`."""

    columns = ("passage_loss", "sentence_loss", "passage_hit", "sentence_hit")

    def __init__(
        self,
        out: Path,
        passages: Sequence[TaughtPassage],
        stories: Sequence[str],
        encoder: MiniLmEncoder,
        settings: Settings,
    ) -> None:
        self._passages, self._stories, self._batch_size = passages, stories, settings.batch_size
        self._pieces = lru_cache(maxsize=_KEPT_TEXTS)(lambda text: encoder.pieces_with_offsets(text)[0])
        self._special = encoder.special_pieces
        self._vectors = encoder.encode([passage.text[:600] for passage in passages])
        torch.manual_seed(settings.seed)
        self.network = EncoderNetwork(encoder.network).train()
        if settings.start:
            self.network.go_on_from(settings.start)
        trained = [parameter for parameter in self.network.parameters() if parameter.requires_grad]
        optimiser = torch.optim.AdamW(trained, lr=0.0, weight_decay=0.01, fused=True)
        n_examples = sum(len(passage.rows) for passage in passages)
        super().__init__(out, self.network, optimiser, settings, n_examples=n_examples)

    def finish(self) -> bytes:
        """Train to the end; the averaged layers as ragbot reads them."""
        self.train()
        return self.network.weights(self.average)

    def plan(self, random: Random) -> list[PlannedBatch]:
        """Passages and questions of each batch."""
        return epoch_plan(self._passages, self._vectors, self._batch_size, NEAR_SHARE, random)

    def loss(self, planned: PlannedBatch, random: Random) -> tuple[Tensor, int, tuple[Tensor, ...]]:
        """Loss of these questions of these passages, and its figures."""
        asked = [
            (self._passages[number], [self._passages[number].rows[i] for i in chosen]) for number, chosen in planned
        ]
        batch = collated(asked, self._pieces, self._special, lambda text: noisy(text, random, self._stories))
        found = self.network(batch)
        figures = (found.passage, found.sentence, found.passage_hit, found.sentence_hit)
        return found.total, sum(len(own) for _, own in asked), figures
