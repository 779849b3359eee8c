"""A run on disk: weights, their average, the optimiser's moments and the position. Whole or not there, and no pickle.

Each checkpoint is a folder `step-…` of its own; the link `latest` is moved to it in one step when it is whole.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

Tensors = dict[str, Tensor]


@dataclass(slots=True)
class Position:
    """How far a run is: `batch` counts within `epoch`; `sums` are of the logged figures since the log's last line."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    examples: int = 0
    seconds: float = 0.0
    sums: list[float] = field(default_factory=list)


def save_checkpoint(
    out: Path, network: torch.nn.Module, average: Tensors, optimiser: torch.optim.Optimizer, position: Position
) -> None:
    """Write the run's state, make it the latest, then remove the ones before it."""
    folder = out / f"step-{position.step:07d}"
    if (out / "latest").exists() and os.readlink(out / "latest") == folder.name:
        return  # it is whole; writing it again would leave none for a while
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    moments = {
        f"{number}.{key}": value.contiguous()
        for number, parameter in enumerate(network.parameters())
        for key, value in optimiser.state[parameter].items()
    }
    save_file(
        {name: tensor.contiguous() for name, tensor in network.state_dict().items()}, folder / "weights.safetensors"
    )
    save_file(average, folder / "average.safetensors")
    save_file(moments, folder / "optimiser.safetensors")
    (folder / "position.json").write_text(json.dumps(asdict(position), indent=1) + "\n", "utf-8")
    link = out / "latest.new"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    os.replace(link, out / "latest")
    for old in out.glob("step-*"):
        if old.name != folder.name:
            shutil.rmtree(old, ignore_errors=True)


def load_checkpoint(
    out: Path, network: torch.nn.Module, average: Tensors, optimiser: torch.optim.Optimizer
) -> Position:
    """Fill network, average and optimiser from the latest checkpoint in `out`; without one they stay as they are."""
    folder = out / "latest"
    if not folder.exists():
        return Position()
    network.load_state_dict(load_file(folder / "weights.safetensors"))
    for name, tensor in load_file(folder / "average.safetensors").items():
        average[name].copy_(tensor)
    moments = load_file(folder / "optimiser.safetensors")
    for number, parameter in enumerate(network.parameters()):
        own = {
            key: moments[f"{number}.{key}"] for key in ("step", "exp_avg", "exp_avg_sq") if f"{number}.{key}" in moments
        }
        optimiser.state[parameter] = {key: value.to(parameter.device) for key, value in own.items()}
    return Position(**json.loads((folder / "position.json").read_text("utf-8")))
