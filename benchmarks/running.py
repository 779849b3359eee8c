"""The run: every system in its own process, all of them once a round, turn by turn, then judged side by side."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from pydantic import TypeAdapter

from benchmarks.environment import ROOT
from benchmarks.errors import BenchmarkError
from benchmarks.judging import Judge
from benchmarks.material import Corpus, Questions, copy_corpus, held_questions, write_medquad
from benchmarks.records import Measured, Task
from benchmarks.results import SCHEMA, CorpusFigures, Results, Size, SystemFigures
from benchmarks.systems import NAMES
from ragbot.evaluation.measures import MAX_FIRST_QUOTE_WORDS
from ragbot.evaluation.signature import commit_of

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "CUDA_VISIBLE_DEVICES": "",  # ragbot runs on the processor, so all do
}
_MEASURED = TypeAdapter(Measured)
Processes = Mapping[tuple[str, str], Sequence[Measured]]
"""What was measured by system and corpus, one for each round."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run. `asked` None means all questions; without `medquad` only `corpus` is taken in."""

    corpus: Path
    questions: Path
    medquad: Path | None
    documents: int
    asked: int | None
    rounds: int
    systems: tuple[str, ...] = NAMES


def run(plan: Plan) -> Results:
    """Measure as planned. Raises BenchmarkError if a process fails, DatasetError if a gold is not in the corpus."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        corpora = [copy_corpus(plan.corpus, folder / "corpus")]
        if plan.medquad:
            corpora.append(write_medquad(plan.medquad, folder / "medquad", documents=plan.documents))
        questions = held_questions(plan.questions, corpora[0], most=plan.asked)
        measured = _rounds(plan, corpora, questions, folder)
    return _results(plan, corpora, questions, measured)


def rotated(names: Sequence[str], by: int) -> list[str]:
    """The names in order from another start, so that no system always comes first.

    >>> rotated(["a", "b", "c"], 4)
    ['b', 'c', 'a']
    """
    start = by % len(names)
    return [*names[start:], *names[:start]]


def _rounds(
    plan: Plan, corpora: Sequence[Corpus], questions: Questions, folder: Path
) -> dict[tuple[str, str], list[Measured]]:
    measured: dict[tuple[str, str], list[Measured]] = {}
    for number in range(plan.rounds):
        for system in rotated(plan.systems, number):
            for corpus in corpora:
                asked = questions.texts if corpus is corpora[0] else ()
                one = _process(Task(system, str(corpus.folder), asked), folder)
                measured.setdefault((system, corpus.name), []).append(one)
                rate = corpus.n_bytes / 1e6 / one.ingest_seconds
                done = f"round {number + 1} of {plan.rounds}: {system}, {corpus.name}: {rate:.4f} MB/s"
                print(done, file=sys.stderr, flush=True)
    return measured


def _process(task: Task, folder: Path) -> Measured:
    task_file, out_file = folder / "task.json", folder / "out.json"
    task_file.write_text(json.dumps(asdict(task)), "utf-8")
    out_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "benchmarks.worker", str(task_file), str(out_file)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **OFFLINE}, capture_output=True, text=True, check=False)
    if done.returncode or not out_file.is_file():
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise BenchmarkError(f"{task.system} failed on {task.folder}: {said}; mend it, or leave it out with --only")
    return _MEASURED.validate_json(out_file.read_bytes())


def _results(plan: Plan, corpora: Sequence[Corpus], questions: Questions, measured: Processes) -> Results:
    judge = Judge(questions.golds, questions.documents)
    commit = commit_of(ROOT / "ragbot")
    return Results(
        schema=SCHEMA,
        commit=str(commit["commit"] or "unknown"),
        uncommitted_changes=bool(commit["uncommitted_changes"]),
        taken=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=_machine(),
        python=platform.python_version(),
        rounds=plan.rounds,
        n_questions=len(questions.texts),
        sizes={corpus.name: Size(corpus.n_files, corpus.n_bytes) for corpus in corpora},
        systems={system: _figures(system, corpora, measured, judge) for system in plan.systems},
    )


def _figures(system: str, corpora: Sequence[Corpus], measured: Processes, judge: Judge) -> SystemFigures:
    rounds = measured[system, corpora[0].name]
    first = rounds[0]  # the same passages come back every round
    return SystemFigures(
        versions=first.versions,
        quality=judge.quality(first.returned if first.read is None else first.read),
        quotes=None if first.read is None else judge.quality(first.returned, max_first_words=MAX_FIRST_QUOTE_WORDS),
        p50_ms=[1000 * median(one.seconds) for one in rounds],
        by_corpus={corpus.name: _corpus_figures(corpus, measured[system, corpus.name]) for corpus in corpora},
    )


def _corpus_figures(corpus: Corpus, rounds: Sequence[Measured]) -> CorpusFigures:
    return CorpusFigures(
        n_passages=rounds[0].n_passages,
        read_share=rounds[0].read_share,
        mb_per_second=[corpus.n_bytes / 1e6 / one.ingest_seconds for one in rounds],
        peak_gib=[one.peak_bytes / 2**30 for one in rounds],
    )


def _machine() -> str:
    """Processor, cores and load, in one line."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    load = os.getloadavg()[2]
    return f"{model or platform.machine()}, {os.cpu_count()} cores, load {load:.1f} over the last 15 minutes"
