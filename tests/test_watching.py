"""Watching: a run once files have changed and are quiet, and no failure that ends it. Once as a real process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, Queue
from typing import IO

import pytest

from ragbot.errors import CorpusError, RagbotError
from ragbot.watching import QUIET_SECONDS, RETRY_SECONDS, Snapshot, take_snapshot, unmissable_interrupt, watch

ROOT = Path(__file__).parents[1]
WriteCorpus = Callable[[Mapping[str, str | bytes]], Path]


class TimeIsUp(BaseException):
    """Ends a watch that would never end."""


class World:
    """Folders over time: at each second what they look like; counts the runs, and sleeps without waiting."""

    def __init__(self, seen: Mapping[float, int | RagbotError], *, until: float) -> None:
        self.now = 0.0
        self.runs: list[float] = []
        self.failures: list[tuple[float, str]] = []
        self.broken: tuple[float, float] = (-1.0, -1.0)
        self._seen, self._until = seen, until

    def look(self) -> Snapshot:
        latest = self._seen[max(at for at in self._seen if at <= self.now)]
        if isinstance(latest, RagbotError):
            raise latest
        return {"a.md": (latest, 0, 0)}

    def run(self) -> None:
        self.runs.append(self.now)
        if self.broken[0] <= self.now < self.broken[1]:
            raise RagbotError("disk full")

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now > self._until:
            raise TimeIsUp

    def watched(self, *, interval: float = 10) -> World:
        with pytest.raises(TimeIsUp):
            watch(
                self.look,
                self.run,
                fail=lambda error: self.failures.append((self.now, str(error))),
                interval=interval,
                sleep=self.sleep,
                clock=lambda: self.now,
            )
        return self


def test_it_runs_at_the_start_and_not_again_while_nothing_changes() -> None:
    assert World({0: 1}, until=1_000).watched().runs == [0]


def test_a_change_is_run_once_the_files_are_quiet() -> None:
    # looks at 0, 10, 20: the change of 15 is seen at 20, and the same at 23
    assert World({0: 1, 15: 2}, until=100).watched().runs == [0, 20 + QUIET_SECONDS]


def test_a_file_that_is_still_growing_is_waited_for() -> None:
    # seen at 10, other at 13 and 16, the same at 19
    growing = {0: 1, 9: 2, 12: 3, 15: 4}
    assert World(growing, until=100).watched().runs == [0, 10 + 3 * QUIET_SECONDS]


def test_what_changes_while_a_run_goes_on_is_run_after_it() -> None:
    world = World({0: 1, 5: 2}, until=100)
    slow = world.run
    world.run = lambda: (slow(), world.sleep(7))[0]  # type: ignore[method-assign]
    # the first run ends at 7, the look at 17 sees what changed at 5
    assert world.watched().runs == [0, 17 + QUIET_SECONDS]


def test_a_failed_run_is_told_and_tried_again_later_until_it_goes_through() -> None:
    world = World({0: 1}, until=10 * RETRY_SECONDS)
    world.broken = (0, 700)
    world.watched()
    # 600 s after the first and, files being quiet at 603, 600 s after the second
    assert world.runs == [0, 603, 1206]
    assert world.failures == [(0, "disk full"), (603, "disk full")]


def test_a_failed_run_is_tried_again_at_once_when_files_change() -> None:
    world = World({0: 1, 15: 2}, until=100)
    world.broken = (0, 5)
    assert world.watched().runs == [0, 20 + QUIET_SECONDS]


def test_a_share_that_is_away_is_told_once_and_never_taken_for_an_empty_folder() -> None:
    away = CorpusError("no such file or folder: share")
    world = World({0: 1, 15: away, 55: 1}, until=200).watched()
    assert world.failures == [(20, "no such file or folder: share")]
    assert world.runs == [0], "what came back is what was there"


def test_a_snapshot_holds_documents_by_size_and_time_and_nothing_else(write_corpus: WriteCorpus) -> None:
    corpus = write_corpus({"a.md": "Words.", "sub/b.txt": "More.", "README.md": "none", "_draft.md": "none"})
    os.utime(corpus / "a.md", ns=(1, 2_000_000_000))
    (corpus / "away.md").symlink_to(corpus / "nowhere")
    first = take_snapshot([corpus], without=corpus / "index")
    assert first["a.md"][:2] == (6, 2_000_000_000)
    assert set(first) == {"a.md", "sub/b.txt"}
    (corpus / ".ragbotignore").write_text("sub\n")
    assert set(take_snapshot([corpus], without=corpus / "index")) == {"a.md"}
    with pytest.raises(CorpusError):
        take_snapshot([corpus / "gone"], without=corpus / "index")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no time that a program cannot set")
def test_other_words_of_the_same_size_are_seen_though_the_old_time_is_set_again(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("Wait 2 hours.")
    first = take_snapshot([tmp_path], without=tmp_path / "index")
    set_by_system, seen = file.stat().st_ctime_ns, file.stat()
    while file.stat().st_ctime_ns == set_by_system:  # the system's clock ticks some hundred times a second
        file.write_text("Wait 6 hours.")
        os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (seen.st_size, seen.st_mtime_ns)
    assert take_snapshot([tmp_path], without=tmp_path / "index") != first


class Signals:
    """Freed, it is as if Ctrl-C were pressed at that moment: Python drops what is raised then."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_python_drops_ends_the_next_sleep_and_the_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with unmissable_interrupt() as sleep:
        sleep(0)
        Signals()
        with pytest.raises(KeyboardInterrupt):
            sleep(60)
    assert signal.getsignal(signal.SIGINT) is before


# --- a real process ---

# `ragbot ingest --watch` as typed, with the light encoder of these tests in place of the model.
COMMAND = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("light", sys.argv.pop(1))
light = importlib.util.module_from_spec(spec)
spec.loader.exec_module(light)
import ragbot.ingestion.model as model
model.MiniLmEncoder = lambda folder=None: light.FakeEncoder()
model.encoder_name = lambda folder=None: light.FakeEncoder.name
from ragbot.cli import app
app()
"""
ARGUMENTS = ("ingest", "corpus", "--watch", "--interval", "0.2", "--json")


class Watching:
    """A running `ragbot ingest --watch` and what it printed."""

    def __init__(self, folder: Path) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("RAGBOT_")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, str(ROOT / "tests" / "conftest.py"), *ARGUMENTS],
            cwd=folder,
            env=environment | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._lines: Queue[str] = Queue()
        streams = (self.process.stdout, self.process.stderr)
        self._readers = [threading.Thread(target=self._read, args=(stream,)) for stream in streams]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self._lines.put(line.rstrip("\n"))

    def line_with(self, words: str) -> str:
        """The next line that holds `words`; fails if none comes."""
        seen: list[str] = []
        until = time.monotonic() + 240
        while time.monotonic() < until:
            try:
                seen.append(self._lines.get(timeout=1))
            except Empty:
                assert self.process.poll() is None, seen
                continue
            if words in seen[-1]:
                return seen[-1]
        raise AssertionError(seen)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=120)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join()


def test_a_real_process_follows_real_files_tells_a_failure_and_ends_cleanly(
    write_corpus: WriteCorpus, tmp_path: Path
) -> None:
    corpus = write_corpus({"a.md": "Do not drive until the next day.\n", "b.md": "Nausea fades soon.\n"})
    watching = Watching(tmp_path)
    try:
        assert json.loads(watching.line_with('"n_documents"'))["added"] == ["a.md", "b.md"]
        watching.process.send_signal(signal.SIGSTOP)  # both changes are one to it, whatever lies between them
        (corpus / "b.md").unlink()
        write_corpus({"sub/c.md": "Most plans refuse to pay for it.\n"})
        watching.process.send_signal(signal.SIGCONT)
        report = json.loads(watching.line_with('"n_documents"'))
        assert (report["added"], report["removed"], report["n_reused"]) == (["sub/c.md"], ["b.md"], 1)
        corpus.rename(tmp_path / "away")
        assert " failed: no such file or folder: corpus; name a folder of documents" in watching.line_with("failed")
        (tmp_path / "away" / "d.md").write_text("Ask for a lift home.\n")
        (tmp_path / "away").rename(corpus)
        assert json.loads(watching.line_with('"n_documents"'))["added"] == ["d.md"]
        assert watching.stop() == 0
        watching.end()
        assert watching.line_with("stopped") == "stopped watching"
    finally:
        watching.end()
