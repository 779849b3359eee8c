"""What the training scripts share: the precision that a processor is fast in, a network that learns quickly, weights
pinned by hash. Trains nothing."""

from __future__ import annotations

import copy
import hashlib
import re
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ragbot.encoding import has_bfloat16_units


def fast_precision(device: str) -> torch.autocast:
    """A context in which `device` ("cpu" or "cuda") computes in bfloat16 if it has the units, else in float32."""
    has_units = torch.cuda.is_bf16_supported(including_emulation=False) if device == "cuda" else has_bfloat16_units()
    return torch.autocast(device, dtype=torch.bfloat16, enabled=has_units)


def trainable_copy(base: Any) -> Any:
    """A copy of the transformer `base` that a processor trains quickly: no dropout, plain attention, no pooler."""
    network = copy.deepcopy(base)
    network.pooler = None
    # The fused attention's bfloat16 backward is many times slower on a processor than two plain products.
    network.set_attn_implementation("eager")
    for module in network.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # drawing masks costs a quarter of a step, and no row is seen more than a few times
    return network


def pin_hash(weights: bytes, module: Path, constant: str) -> str:
    """Write the SHA-256 of `weights` as the value of `constant` into the Python file `module`, and return it."""
    digest = hashlib.sha256(weights).hexdigest()
    text, n = re.subn(rf'(?m)^{constant} = "[^"]*"$', f'{constant} = "{digest}"', module.read_text("utf-8"))
    if n != 1:
        raise SystemExit(f'{module}: {n} lines {constant} = "…"; there must be one')
    module.write_text(text, "utf-8")
    return digest
