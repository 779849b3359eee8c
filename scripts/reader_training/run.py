"""One training run from its start or its latest checkpoint to its end: schedule, steps, moving average, log."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import torch
from reader_data.augmentation import augmented
from reader_data.rows import Row

from ragbot.encoding import MiniLmEncoder
from reader_training.batches import Batch, collated, epoch_plan
from reader_training.checkpoint import Tensors, load_checkpoint, save_checkpoint
from reader_training.network import Losses, ReaderNetwork, losses

WARM_UP_SHARE = 0.04
FIRST_RATE_SHARE = 0.02  # the first step is not lost
NEW_HEADS_RATE = 5  # times the rate, for heads that start from nothing
AVERAGE_DECAY, AVERAGE_EVERY = 0.995, 5
LOG_EVERY = 25
LOG_COLUMNS = ("step", "examples", "seconds", "rate", "sentence_loss", "span_loss", "hit")
_KEPT_TEXTS = 50_000  # sentences whose word pieces are remembered


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run's result depends on beside its rows, and how often it is saved."""

    epochs: float
    batch_size: int
    rate: float
    seed: int
    save_minutes: float
    start: Path | None = None


class Run:
    """Trains a reader on rows in the folder `out`; a new Run on the same folder goes on where a killed one was saved."""

    def __init__(
        self, out: Path, rows: Sequence[Row], stories: Sequence[str], encoder: MiniLmEncoder, settings: Settings
    ) -> None:
        self._out, self._rows, self._stories, self._settings = out, rows, stories, settings
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._pieces = lru_cache(maxsize=_KEPT_TEXTS)(encoder.pieces_with_offsets)
        self._special = encoder.special_pieces
        torch.manual_seed(settings.seed)
        self.network = ReaderNetwork(encoder.network)
        if settings.start:
            self.network.go_on_from(settings.start)
        self.network.to(self._device).train()
        self._optimiser = _optimiser(self.network, heads_rate=1 if settings.start else NEW_HEADS_RATE)
        self.average: Tensors = {name: tensor.clone() for name, tensor in self.network.state_dict().items()}
        self.position = load_checkpoint(out, self.network, self.average, self._optimiser)
        self._lengths = [len(row.question) + sum(map(len, row.sentences)) for row in rows]

    def finish(self) -> bytes:
        """Train to the end; the averaged weights as ragbot reads them."""
        self._prepare_log()
        saved = time.monotonic()
        while not self._is_over():
            plan = self._plan()
            while self.position.batch < len(plan) and not self._is_over():
                self._step(plan[self.position.batch])
                if time.monotonic() - saved >= self._settings.save_minutes * 60:
                    self._save()
                    saved = time.monotonic()
            if self.position.batch >= len(plan):
                self.position.epoch, self.position.batch = self.position.epoch + 1, 0
        self._save()
        return self.network.weights(self.average)

    def _is_over(self) -> bool:
        return self.position.examples >= self._settings.epochs * len(self._rows)

    def _save(self) -> None:
        save_checkpoint(self._out, self.network, self.average, self._optimiser, self.position)

    def _plan(self) -> list[list[int]]:
        seed = f"{self._settings.seed} epoch {self.position.epoch}"
        return epoch_plan(self._lengths, self._settings.batch_size, Random(seed))

    def _step(self, numbers: Sequence[int]) -> None:
        """One step; all that is random in it hangs on the seed and the step's number alone."""
        began, position = time.monotonic(), self.position
        rate = scheduled_rate(position.examples / (self._settings.epochs * len(self._rows)), self._settings.rate)
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group["times"]
        torch.manual_seed(self._settings.seed * 1_000_003 + position.step)
        batch = self._batch(numbers)
        found = losses(self.network(batch), batch)
        found.total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        position.step += 1
        position.batch += 1
        position.examples += len(numbers)
        if position.step % AVERAGE_EVERY == 0:
            self._update_average()
        position.seconds += time.monotonic() - began
        self._note(found, rate)

    def _batch(self, numbers: Sequence[int]) -> Batch:
        random = Random(f"{self._settings.seed} step {self.position.step}")
        rows = [augmented(self._rows[number], random, self._stories) for number in numbers]
        return collated(rows, self._pieces, self._special).to(self._device)

    def _update_average(self) -> None:
        step = self.position.step
        decay = min(AVERAGE_DECAY, step / (step + 50))
        for name, tensor in self.network.state_dict().items():
            self.average[name].lerp_(tensor, 1 - decay)

    def _note(self, found: Losses, rate: float) -> None:
        """Add a step to the sums; every LOG_EVERY steps a line of means in the log."""
        position = self.position
        position.sentence_loss += float(found.sentence.detach())
        position.span_loss += float(found.span.detach())
        position.hit += float(found.hit.detach())
        if position.step % LOG_EVERY == 0:
            means = [round(s / LOG_EVERY, 4) for s in (position.sentence_loss, position.span_loss, position.hit)]
            line = [position.step, position.examples, round(position.seconds), f"{rate:.2e}", *means]
            with (self._out / "log.csv").open("a", newline="") as log:
                csv.writer(log).writerow(line)
            print(dict(zip(LOG_COLUMNS, line, strict=True)), file=sys.stderr, flush=True)
            position.sentence_loss = position.span_loss = position.hit = 0.0

    def _prepare_log(self) -> None:
        """A log that ends at the position: lines that a killed run wrote after its checkpoint will be written again."""
        path = self._out / "log.csv"
        lines = list(csv.reader(path.read_text("utf-8").splitlines())) if path.exists() else []
        kept = [line for line in lines[1:] if len(line) == len(LOG_COLUMNS) and int(line[0]) <= self.position.step]
        with path.open("w", newline="") as log:
            csv.writer(log).writerows([LOG_COLUMNS, *kept])


def scheduled_rate(done: float, rate: float) -> float:
    """The learning rate when the share `done` of all examples was seen: a short warm-up, then linear to nothing.

    >>> [round(scheduled_rate(done, 1.0), 2) for done in (0.0, 0.02, 0.04, 0.5, 1.0)]
    [0.02, 0.51, 0.96, 0.5, 0.0]
    """
    return rate * min(1.0, done / WARM_UP_SHARE + FIRST_RATE_SHARE) * max(0.0, 1 - done)


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
