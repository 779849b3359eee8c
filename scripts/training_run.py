"""One training run from its start or its latest checkpoint to its end: schedule, steps, moving average, log, weights.

What is trained, on which batches and by which loss is said by the classes on top of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

import torch
from checkpoint import Tensors, load_checkpoint, save_checkpoint
from torch import Tensor
from training import pin_hash

from ragbot.errors import RagbotError

WARM_UP_SHARE = 0.04
FIRST_RATE_SHARE = 0.02  # the first step is not lost
AVERAGE_DECAY, AVERAGE_EVERY = 0.995, 5
LOG_EVERY = 25
_PLACE = ("step", "examples", "seconds", "rate")
_PACKAGE = Path(__file__).resolve().parent.parent / "ragbot"

Planned = TypeVar("Planned")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run's result depends on beside its rows, and how often it is saved."""

    epochs: float
    batch_size: int
    rate: float
    seed: int
    save_minutes: float
    start: Path | None = None


@dataclass(frozen=True, slots=True)
class Shipped:
    """Where weights of a kind belong in the package: their model's folder, the module and constant of their hash."""

    model: str
    module: str
    constant: str

    def ship(self, weights: bytes) -> str:
        """Put `weights` into the package and pin their SHA-256, which is returned."""
        path = _PACKAGE / "models" / self.model / "model.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(weights)
        return pin_hash(weights, _PACKAGE / self.module, self.constant)


class TrainingRun(ABC, Generic[Planned]):
    """Trains a network in the folder `out`; a new run on the same folder goes on where a killed one was saved.

    `columns` name the figures that each step gives to the log.
    """

    columns: tuple[str, ...]

    def __init__(
        self,
        out: Path,
        network: torch.nn.Module,
        optimiser: torch.optim.Optimizer,
        settings: Settings,
        *,
        n_examples: int,
    ) -> None:
        self._out, self._settings, self._n_examples = out, settings, n_examples
        self._network, self._optimiser = network, optimiser
        self.average: Tensors = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        self.position = load_checkpoint(out, network, self.average, optimiser)

    @abstractmethod
    def plan(self, random: Random) -> list[Planned]:
        """The batches of one epoch."""

    @abstractmethod
    def loss(self, planned: Planned, random: Random) -> tuple[Tensor, int, tuple[Tensor, ...]]:
        """Loss of one batch, how many examples it has, and its figures in the order of `columns`."""

    def train(self) -> None:
        """Train to the end; `average` then holds the result."""
        self._prepare_log()
        saved = time.monotonic()
        while not self._is_over():
            plan = self.plan(Random(f"{self._settings.seed} epoch {self.position.epoch}"))
            while self.position.batch < len(plan) and not self._is_over():
                self._step(plan[self.position.batch])
                if time.monotonic() - saved >= self._settings.save_minutes * 60:
                    self._save()
                    saved = time.monotonic()
            if self.position.batch >= len(plan):
                self.position.epoch, self.position.batch = self.position.epoch + 1, 0
        self._save()

    def _is_over(self) -> bool:
        return self.position.examples >= self._settings.epochs * self._n_examples

    def _save(self) -> None:
        save_checkpoint(self._out, self._network, self.average, self._optimiser, self.position)

    def _step(self, planned: Planned) -> None:
        """One step; all that is random in it hangs on the seed and the step's number alone."""
        began, position, settings = time.monotonic(), self.position, self._settings
        rate = scheduled_rate(position.examples / (settings.epochs * self._n_examples), settings.rate)
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group.get("times", 1.0)
        torch.manual_seed(settings.seed * 1_000_003 + position.step)
        loss, n_examples, figures = self.loss(planned, Random(f"{settings.seed} step {position.step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        position.step += 1
        position.batch += 1
        position.examples += n_examples
        if position.step % AVERAGE_EVERY == 0:
            self._update_average()
        position.seconds += time.monotonic() - began
        self._note([float(figure.detach()) for figure in figures], rate)

    def _update_average(self) -> None:
        step = self.position.step
        decay = min(AVERAGE_DECAY, step / (step + 50))
        for name, tensor in self._network.state_dict().items():
            self.average[name].lerp_(tensor, 1 - decay)

    def _note(self, figures: list[float], rate: float) -> None:
        """Add a step to the sums; every LOG_EVERY steps a line of means in the log."""
        position = self.position
        position.sums = [a + b for a, b in zip(position.sums or [0.0] * len(figures), figures, strict=True)]
        if position.step % LOG_EVERY == 0:
            means = [round(total / LOG_EVERY, 4) for total in position.sums]
            line = [position.step, position.examples, round(position.seconds), f"{rate:.2e}", *means]
            with (self._out / "log.csv").open("a", newline="") as log:
                csv.writer(log).writerow(line)
            print(dict(zip(_PLACE + self.columns, line, strict=True)), file=sys.stderr, flush=True)
            position.sums = []

    def _prepare_log(self) -> None:
        """A log that ends at the position: lines that a killed run wrote after its checkpoint will be written again."""
        path, heading = self._out / "log.csv", _PLACE + self.columns
        lines = list(csv.reader(path.read_text("utf-8").splitlines())) if path.exists() else []
        kept = [line for line in lines[1:] if len(line) == len(heading) and int(line[0]) <= self.position.step]
        with path.open("w", newline="") as log:
            csv.writer(log).writerows([heading, *kept])


def run_script(options: argparse.Namespace, train: Callable[[argparse.Namespace], bytes], shipped: Shipped) -> int:
    """Train as `options` say and write the weights to `options.out`; 1 and one line if that is not possible."""
    # oneDNN keeps what it prepared for each shape it met; with 1,024 of them a run grew to 10 GB in half an hour.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        weights = train(options)
    except RagbotError as error:
        print(error, file=sys.stderr)
        return 1
    path = options.out / "model.safetensors"
    path.write_bytes(weights)
    print(f"{path}: {len(weights) / 1e6:.1f} MB")
    if options.write:
        print(f"shipped, sha256 {shipped.ship(weights)}")
    return 0


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every training script has."""
    parser.add_argument("data", type=Path, nargs="+", metavar="DATA")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--encoder", type=Path, help="folder of another encoder, for trying out")
    parser.add_argument("--threads", type=int, help="of the processor; else as many as torch takes")
    parser.add_argument("--save-minutes", type=float, default=4, help="between checkpoints; 0 saves every step")
    parser.add_argument("--write", action="store_true", help="ship the weights and pin their hash")


def keep_options(out: Path, chosen: Mapping[str, object]) -> None:
    """Keep what the result depends on beside it. Raises RagbotError if the folder was begun with anything else."""
    text = json.dumps(chosen, indent=1, default=str, sort_keys=True) + "\n"
    path = out / "options.json"
    if not path.exists():
        part = path.with_suffix(".part")
        part.write_text(text, "utf-8")
        os.replace(part, path)
    elif path.read_text("utf-8") != text:
        raise RagbotError(f"{out} was begun with other options ({path.name}); use those or another --out")


def scheduled_rate(done: float, rate: float) -> float:
    """The learning rate when the share `done` of all examples was seen: a short warm-up, then linear to nothing.

    >>> [round(scheduled_rate(done, 1.0), 2) for done in (0.0, 0.02, 0.04, 0.5, 1.0)]
    [0.02, 0.51, 0.96, 0.5, 0.0]
    """
    return rate * min(1.0, done / WARM_UP_SHARE + FIRST_RATE_SHARE) * max(0.0, 1 - done)
