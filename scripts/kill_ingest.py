"""Kill ingests at random instants; after each the old index must answer and the next run must equal a rebuild.

    python scripts/kill_ingest.py --times 100            with the packaged encoder, some minutes
    python scripts/kill_ingest.py --times 20 --light     with the test suite's encoder, which needs no model

Each round changes some documents, begins an ingest in a process of its own, kills it (SIGKILL) after a random part of
the time that a whole run takes, asks the index, lets a second run go on from there, and builds the same documents from
nothing beside it. Prints one line with where the kills fell; exits 1 at the first difference.
"""

from __future__ import annotations

import argparse
import os
import random
import runpy
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # a forked process must not wait for threads that stayed behind

import numpy as np

from ragbot.answering import Bot
from ragbot.encoding import Encoder, MiniLmEncoder, Vectors
from ragbot.ingestion import IngestReport, ingest
from ragbot.safety_model import SafetyModel
from ragbot.store import Index, current_generation

N_DOCUMENTS = 12
MIN_COSINE = 0.999
TOPICS = (
    "driving",
    "nausea",
    "blood pressure",
    "bladder",
    "memory",
    "sleep",
    "appetite",
    "headache",
    "cost",
    "dizziness",
)
QUESTION = "What is said about {topic} in leaflet {number}?"


@dataclass(frozen=True, slots=True)
class Models:
    """What asks and what builds."""

    encoder: Encoder
    gate: SafetyModel


def main(arguments: list[str] | None = None) -> int:
    """Run the rounds and print where the kills fell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100, help="how many ingests are killed (default: 100)")
    parser.add_argument("--light", action="store_true", help="the test suite's encoder instead of the packaged one")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    models = light_models() if options.light else packaged_models()
    with tempfile.TemporaryDirectory(prefix="ragbot-kill-") as name:
        fell = rounds(Path(name), models, times=options.times, seed=options.seed)
    print(
        f"{options.times} ingests killed: {', '.join(f'{n} {where}' for where, n in sorted(fell.items()))}; no harm done"
    )
    return 0


def packaged_models() -> Models:
    """The packaged encoder and the safety gate on it."""
    encoder = MiniLmEncoder()
    return Models(encoder, SafetyModel(encoder))


def light_models() -> Models:
    """Those of the test suite."""
    tests = runpy.run_path(str(Path(__file__).parents[1] / "tests" / "conftest.py"))
    return Models(tests["FakeEncoder"](), tests["PhraseGate"]())


def rounds(folder: Path, models: Models, *, times: int, seed: int) -> Counter[str]:
    """Kill `times` ingests in `folder`; where they were by then, with how often."""
    chance = random.Random(seed)
    corpus, index = folder / "corpus", folder / "index"
    corpus.mkdir()
    for number in range(N_DOCUMENTS):
        write_leaflet(corpus, number, chance)
    ingest([corpus], index=index, encoder=models.encoder)
    bot = Bot(index, models.encoder, models.gate, threshold=0.0)  # a chat that runs all the time
    answer(bot)
    change(corpus, chance)
    started = time.perf_counter()
    child(corpus, index, models, kill_after=None)
    whole = time.perf_counter() - started
    fell: Counter[str] = Counter()
    for number in range(times):
        expected, before = answer(bot), current_generation(index)
        change(corpus, chance)
        child(corpus, index, models, kill_after=chance.uniform(0.0, whole))
        switched = current_generation(index) != before
        fell[where(index, switched=switched)] += 1
        whole *= 0.85 if switched else 1.05  # a machine's load changes; most kills should fall inside the run
        check(switched or answer(bot) == expected, f"round {number}: the old index answers otherwise")
        ingest([corpus], index=index, encoder=models.encoder)
        rebuilt = folder / "rebuilt"
        report = ingest([corpus], index=rebuilt, encoder=models.encoder)
        check_equal(index, rebuilt, report, f"round {number}")
        answer(bot)
        shutil.rmtree(rebuilt)
    return fell


def write_leaflet(corpus: Path, number: int, chance: random.Random) -> None:
    """A leaflet of a few sections on topics drawn by `chance`."""
    sections = [
        f"## About {topic}\n\n"
        + " ".join(
            f"In leaflet {number} {topic} took {chance.randint(1, 90)} minutes to pass in group {n}." for n in range(12)
        )
        for topic in chance.sample(TOPICS, 4)
    ]
    (corpus / f"{number:02}.md").write_text(f"# Leaflet {number}\n\n" + "\n\n".join(sections) + "\n")


def change(corpus: Path, chance: random.Random) -> None:
    """Write a third of the leaflets anew, rename one, remove one, add one."""
    names = sorted(path.name for path in corpus.iterdir())
    for number in chance.sample(range(N_DOCUMENTS), 4):
        write_leaflet(corpus, number, chance)
    moved, removed = chance.sample(names, 2)
    (corpus / moved).rename(corpus / f"moved-{chance.randint(0, 999):03}.md")
    (corpus / removed).unlink(missing_ok=True)
    write_leaflet(corpus, chance.randint(0, N_DOCUMENTS), chance)


def child(corpus: Path, index: Path, models: Models, *, kill_after: float | None) -> None:
    """One ingest in a process of its own, killed after so many seconds unless it ended before."""
    pid = os.fork()
    if pid == 0:
        try:
            ingest([corpus], index=index, encoder=models.encoder)
        finally:
            os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def where(index: Path, *, switched: bool) -> str:
    """How far a killed run was, told by what it left behind."""
    if switched:
        return "after the switch"
    if any((index / "partial").glob("*.log")):
        return "with vectors in the log"
    return "while writing" if any((index / "generations").glob(".writing-*")) else "before the first write"


def answer(bot: Bot) -> list[tuple[object, ...]]:
    """What the bot says to a few questions: outcome, quotes in order, confidence."""
    asked = (bot.ask(QUESTION.format(topic=topic, number=3)) for topic in TOPICS[:3])
    return [(a.outcome, [(q.document, q.text) for q in a.quotes], a.confidence) for a in asked]


def check_equal(index: Path, rebuilt: Path, report: IngestReport, place: str) -> None:
    """Both hold the same passages under the same numbers, with vectors alike."""
    one, two = Index(index), Index(rebuilt)
    check(one.fingerprint == two.fingerprint == report.fingerprint, f"{place}: other fingerprint")
    check(one.passage_hashes.tolist() == two.passage_hashes.tolist(), f"{place}: other passages")
    rows = range(one.manifest.n_chunks)
    check([one.chunk(n) for n in rows] == [two.chunk(n) for n in rows], f"{place}: other chunks")
    check(alike(one.dense.vectors(list(rows)), two.dense.vectors(list(rows))), f"{place}: vectors apart")
    for n in rows:
        vectors = (index.stored_sentence_vectors(n).astype(np.float32) for index in (one, two))
        check(alike(*vectors), f"{place}: sentence vectors of passage {n} apart")


def alike(one: Vectors, two: Vectors) -> bool:
    """True if each vector is the other's but for what a batch of other lengths changes in bfloat16 (cosine over 0.999)."""
    return bool(((one * two).sum(axis=1) > MIN_COSINE).all())


def check(holds: bool, failure: str) -> None:
    """End with exit code 1 and `failure` unless it holds."""
    if not holds:
        sys.exit(f"FAILED {failure}")


if __name__ == "__main__":
    sys.exit(main())
