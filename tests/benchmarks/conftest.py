"""Results of a made-up run, and the repository's root on the path: the benchmarks are no installed package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.judging import Quality  # noqa: E402 - the path has to be set first
from benchmarks.results import CorpusFigures, Results, Size, SystemFigures  # noqa: E402
from ragbot.evaluation.bootstrap import Metric  # noqa: E402


def quality(first: float, three: float, *, words: float = 150) -> Quality:
    return Quality(Metric(first, first - 0.1, first + 0.1, 20), Metric(three, three - 0.1, three + 0.1, 20), words, 0)


def figures(
    version: str, *, first: float, rates: list[float], p50_ms: list[float], quotes: Quality | None = None
) -> SystemFigures:
    corpus = CorpusFigures(n_passages=7, read_share=0.5, mb_per_second=rates, peak_gib=[0.25, 0.75])
    return SystemFigures({f"lib-{version}": version}, quality(first, 0.75), quotes, p50_ms, {"corpus": corpus})


@pytest.fixture
def results() -> Results:
    """Two rounds of ragbot, bm25s and the four that encode, on `corpus/` alone."""
    ours = figures("1", first=0.50, rates=[0.020, 0.040], p50_ms=[40.0, 80.0], quotes=quality(0.6, 0.7, words=18))
    systems = {"ragbot": ours, "bm25s": figures("2", first=0.25, rates=[2.0, 4.0], p50_ms=[0.4, 0.8])}
    for number, name in enumerate(("LangChain", "LlamaIndex", "Haystack", "txtai"), start=1):
        rates = [0.002 * number, 0.008 * number]
        systems[name] = figures(f"3.{number}", first=0.40, rates=rates, p50_ms=[20.0, 80.0])
    return Results(
        schema=1,
        commit="c0ffee" * 6 + "c0ff",
        uncommitted_changes=False,
        taken="2026-11-22T08:30:00+00:00",
        machine="Some Processor, 2 cores, load 1.0 over the last 15 minutes",
        python="3.11.7",
        rounds=2,
        n_questions=20,
        sizes={"corpus": Size(29, 230_000)},
        systems=systems,
    )
