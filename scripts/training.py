"""What the training scripts share: the precision that a processor is fast in, and weights pinned by hash. Trains nothing."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import torch

from ragbot.encoding import has_bfloat16_units


def fast_precision(device: str) -> torch.autocast:
    """A context in which `device` ("cpu" or "cuda") computes in bfloat16 if it has the units, else in float32."""
    has_units = torch.cuda.is_bf16_supported(including_emulation=False) if device == "cuda" else has_bfloat16_units()
    return torch.autocast(device, dtype=torch.bfloat16, enabled=has_units)


def pin_hash(weights: bytes, module: Path, constant: str) -> str:
    """Write the SHA-256 of `weights` as the value of `constant` into the Python file `module`, and return it."""
    digest = hashlib.sha256(weights).hexdigest()
    text, n = re.subn(rf'(?m)^{constant} = "[^"]*"$', f'{constant} = "{digest}"', module.read_text("utf-8"))
    if n != 1:
        raise SystemExit(f'{module}: {n} lines {constant} = "…"; there must be one')
    module.write_text(text, "utf-8")
    return digest
