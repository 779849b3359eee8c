"""What an evaluation cost beside time: the process's peak memory and the index's size on disk. Reads, never writes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from ragbot.store import current_generation

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """Peak resident memory of this process and size of the index's current generation, both in MB (10⁶ bytes).

    None where the operating system does not tell.
    """

    peak_memory_mb: float | None = None
    index_mb: float | None = None


def measure_cost(index: Path) -> Cost:
    """The cost so far of this process, and of the index folder `index`."""
    return Cost(_peak_memory_mb(), folder_mb(index / "generations" / current_generation(index)))


def folder_mb(folder: Path) -> float:
    """Size of all files under `folder`, in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / _MB


def _peak_memory_mb() -> float | None:
    if os.name != "posix":
        return None
    import resource  # there is none on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _MB if sys.platform == "darwin" else peak * 1024 / _MB  # Linux counts in KiB
