"""What the benchmarks share: the machine in words, a line for each figure, seconds, a Python process. Decides nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ragbot.store import Index


def machine() -> str:
    """Processor, cores, number formats and load, in one line."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    values = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    formats = ", ".join(number_formats(values.get("flags", "").split())) or "number formats unknown"
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{values.get('model name', 'processor unknown')}, {os.cpu_count()} cores, {formats}; load {load}"


def number_formats(flags: Sequence[str]) -> list[str]:
    """The processor's wide number formats by their everyday names.

    >>> number_formats(["fpu", "avx2", "avx512f", "amx_tile", "amx_bf16"])
    ['AMX', 'AVX-512', 'AVX2']
    """
    named = {"amx_bf16": "AMX", "avx512_bf16": "AVX-512 BF16", "avx512f": "AVX-512", "avx2": "AVX2"}
    return [name for flag, name in named.items() if flag in flags]


def show(name: str, ratio: float | None, figures: str) -> None:
    """One line of the table."""
    print(f"{name:34} {'' if ratio is None else f'{ratio:8.2f}':>8}  {figures}", flush=True)


def default_cache() -> Path:
    """The folder where encodings stay between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ragbot-benchmark"


def bytes_beyond_text(index: Index) -> float:
    """Bytes a chunk that the index takes on disk beyond the text of its documents."""
    root = index.folder / "generations" / index.generation
    total = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    text = sum(len(index.document(doc_id).text.encode()) for doc_id in index.doc_ids)
    return (total - text) / index.manifest.n_chunks


def interleaved(runs: Sequence[Callable[[], object]], *, rounds: int) -> list[float]:
    """Median seconds of each run, all of them once a round, so that a noisy minute hits all alike."""
    table = [[seconds(run) for run in runs] for _ in range(rounds)]
    return [float(value) for value in np.median(np.array(table), axis=0)]


def seconds(run: Callable[[], object]) -> float:
    """How long `run` takes, by the clock."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def matmul_peak(size: int = 2048, rounds: int = 20) -> float:
    """Operations a second of the best product of two square matrices, in the format in which passages are embedded."""
    import torch

    from ragbot.encoding import has_bfloat16_units

    dtype = torch.bfloat16 if has_bfloat16_units() else torch.float32
    one, other = (torch.randn(size, size).to(dtype) for _ in range(2))
    return 2 * size**3 / min(seconds(lambda: one @ other) for _ in range(rounds))


def transformer_operations(lengths: Sequence[int], *, layers: int, width: int, inner: int) -> int:
    """Multiplications and additions in the matrix products of an encoder that reads texts of `lengths` word pieces.

    Each piece goes through four products of width by width and two of width by inner, and meets each piece of its text
    twice. For one text of 10 pieces, one layer, width 2 and inner 8: 10 * 2 * (4 * 4 + 2 * 16) + 4 * 100 * 2.

    >>> transformer_operations([10], layers=1, width=2, inner=8)
    1760
    """
    by_piece = 2 * (4 * width**2 + 2 * width * inner)
    return layers * sum(n * by_piece + 4 * n**2 * width for n in lengths)


def python_output(*arguments: str) -> str:
    """Standard output of Python with `arguments`; ends the benchmark with the last line it said if it fails."""
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)[:80]} failed: {done.stderr.strip().splitlines()[-1:]}")
    return done.stdout
