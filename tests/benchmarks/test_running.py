"""The run puts rounds together, starts each system as its own process, and says which one failed."""

from __future__ import annotations

import doctest
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import environment, judging, results, running, table, worker
from benchmarks.errors import BenchmarkError
from benchmarks.material import Corpus, Questions
from benchmarks.records import Measured, Passage, Task
from benchmarks.running import Plan
from ragbot.datatypes import Block, BlockKind, Document, Span
from ragbot.evaluation.golds import Gold

TEXT = "Sessions last 40 minutes."
GOLD = Gold("a.md", Span(0, 25), None, TEXT, 0)
DOCUMENT = Document("a.md", "A", TEXT, "a.md", "0" * 64, (Block(Span(0, 25), BlockKind.PARAGRAPH),))
PLAN = Plan(Path("c"), Path("q"), None, documents=300, asked=None, rounds=2, systems=("ragbot", "bm25s"))


def measured(seconds: float, *, latencies: list[float], read: list[list[Passage]] | None) -> Measured:
    returned = [[Passage("a.md", TEXT)], [Passage("a.md", "Sessions")]]
    return Measured(seconds, 3, 0.5, latencies, returned, read, 2**29, {"torch": "2"})


@pytest.mark.parametrize("module", [environment, judging, results, running, table, worker])
def test_the_worked_examples_hold(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_each_round_begins_with_another_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[tuple[str, str, int]] = []

    def process(task: Task, folder: Path) -> Measured:
        started.append((task.system, Path(task.folder).name, len(task.questions)))
        return measured(1.0, latencies=[0.1, 0.2], read=None)

    monkeypatch.setattr(running, "_process", process)
    corpora = [Corpus("corpus", tmp_path / "corpus", 1, 10), Corpus("medquad", tmp_path / "medquad", 1, 10)]
    found = running._rounds(PLAN, corpora, Questions(("a", "b"), (), {}), tmp_path)
    assert started == [
        ("ragbot", "corpus", 2),
        ("ragbot", "medquad", 0),
        ("bm25s", "corpus", 2),
        ("bm25s", "medquad", 0),
        ("bm25s", "corpus", 2),
        ("bm25s", "medquad", 0),
        ("ragbot", "corpus", 2),
        ("ragbot", "medquad", 0),
    ]
    assert {key: len(rounds) for key, rounds in found.items()} == {
        (system, corpus): 2 for system in PLAN.systems for corpus in ("corpus", "medquad")
    }


def test_figures_are_rates_medians_and_shares_per_round(tmp_path: Path) -> None:
    nothing: list[list[Passage]] = [[], []]
    rounds = {
        ("ragbot", "corpus"): [measured(s, latencies=[0.1, 0.2, 0.9], read=nothing) for s in (1.0, 2.0)],
        ("bm25s", "corpus"): [measured(s, latencies=[0.01, 0.03, 0.02], read=None) for s in (4.0, 0.5)],
    }
    corpora = [Corpus("corpus", tmp_path, 1, 2_000_000)]
    made = running._results(PLAN, corpora, Questions(("a", "b"), ((GOLD,), (GOLD,)), {"a.md": DOCUMENT}), rounds)
    ours, bm25s = made.systems["ragbot"], made.systems["bm25s"]
    assert ours.by_corpus["corpus"].mb_per_second == [2.0, 1.0]  # 2 MB in 1 and in 2 seconds
    assert bm25s.by_corpus["corpus"].mb_per_second == [0.5, 4.0]
    assert ours.p50_ms == pytest.approx([200, 200])
    assert bm25s.p50_ms == pytest.approx([20, 20])
    assert ours.by_corpus["corpus"].peak_gib == [0.5, 0.5]
    assert bm25s.quotes is None
    assert bm25s.quality.first.value == 0.5  # the first of two questions
    assert ours.quotes is not None
    assert (ours.quotes.first.value, ours.quality.first.value) == (0.5, 0.0)  # quotes, and the passages behind them
    assert (made.n_questions, made.sizes["corpus"].n_bytes, made.rounds) == (2, 2_000_000, 2)


def test_a_process_that_fails_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"no-such failed on .*: KeyError: 'no-such'"):
        running._process(Task("no-such", str(tmp_path), ()), tmp_path)


def test_nothing_is_asked_of_a_network() -> None:
    assert running.OFFLINE["HF_HUB_OFFLINE"] == "1"
    assert running.OFFLINE["HAYSTACK_TELEMETRY_ENABLED"] == "False"
