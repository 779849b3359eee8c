"""Results on disk: one JSON file for each commit, figures and settings only, no text of any document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from pydantic import TypeAdapter, ValidationError

from benchmarks.errors import BenchmarkError
from benchmarks.judging import Quality

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Size:
    """How much was taken in."""

    n_files: int
    n_bytes: int


@dataclass(frozen=True, slots=True)
class CorpusFigures:
    """One system on one corpus. The lists have a value for each round, in order."""

    n_passages: int
    read_share: float | None
    mb_per_second: list[float]
    peak_gib: list[float]


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """One system. `quotes` is set for ours alone, whose `quality` is of the passages it read for them."""

    versions: dict[str, str]
    quality: Quality
    quotes: Quality | None
    p50_ms: list[float]
    by_corpus: dict[str, CorpusFigures]

    @property
    def peak_gib(self) -> list[float]:
        """The larger of its processes' peaks, for each round."""
        return [max(peaks) for peaks in zip(*(f.peak_gib for f in self.by_corpus.values()), strict=True)]


@dataclass(frozen=True, slots=True)
class Results:
    """One run: what was measured, on what, where, at which commit."""

    schema: int
    commit: str
    uncommitted_changes: bool
    taken: str
    machine: str
    python: str
    rounds: int
    n_questions: int
    sizes: dict[str, Size]
    systems: dict[str, SystemFigures]


_FILE = TypeAdapter(Results)


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """Median over the rounds of theirs / ours, so that a slow minute does not count for one side only.

    >>> ratio([2.0, 3.0, 8.0], [1.0, 2.0, 2.0])
    2.0
    """
    return median(t / o for t, o in zip(theirs, ours, strict=True))


def write_results(results: Results, folder: Path) -> Path:
    """Write `results` to `folder` under its commit and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{results.commit}.json"
    path.write_bytes(_FILE.dump_json(results, indent=1) + b"\n")
    return path


def newest_results(folder: Path) -> Results | None:
    """The results taken last; None if there are none. Raises BenchmarkError for a file that is no results file."""
    found: list[Results] = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(_FILE.validate_json(path.read_bytes()))
        except ValidationError as error:
            raise BenchmarkError(f"{path} holds no results of schema {SCHEMA}; delete it and run again") from error
    return max(found, key=lambda results: results.taken, default=None)
