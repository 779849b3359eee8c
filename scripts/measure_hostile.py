"""What a folder of hostile files costs: `python scripts/measure_hostile.py [--light]`

Writes the set of tests/loaders/hostile_files.py, ingests it as the command does, and prints time and memory beside their
bounds. `--light` only parses. Memory is that of all processes together, shared pages counted once for each.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BOUND_SECONDS, BOUND_BYTES = 150, 1_500_000_000
_INGEST = "import sys; from ragbot.cli import app; app(['ingest', sys.argv[1], '--index', sys.argv[2]])"
_PARSE = """
import sys
from pathlib import Path
from ragbot.errors import DocumentError
from ragbot.loaders import find_files
from ragbot.loaders.ahead import read_ahead
from ragbot.loaders.worker import DocumentLoader
with DocumentLoader() as loader:
    for read in read_ahead(find_files([Path(sys.argv[1])]), loader):
        try:
            read.document(loader)
        except DocumentError as error:
            print(f"skipped: {read.file.doc_id!r}: {error}", file=sys.stderr)
"""


def main() -> None:
    """Write the set, read it in a process of its own, print what that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--light", action="store_true", help="only parse, do not embed or write an index")
    light = parser.parse_args().light
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "documents"
        subprocess.run([sys.executable, "-m", "tests.loaders.hostile_files", folder], check=True, cwd=ROOT)
        n_files = sum(len(names) for _, _, names in os.walk(folder))
        before = _processor_seconds()
        seconds, peak = watched([sys.executable, "-c", _PARSE if light else _INGEST, str(folder), f"{scratch}/index"])
        used = _processor_seconds() - before
    print(f"{n_files} files {'parsed' if light else 'ingested'}")
    print(f"{seconds:8.1f} s by the clock (bound {BOUND_SECONDS}), {used:.1f} s of processor time")
    print(f"{peak / 1e6:8.0f} MB of memory (bound {BOUND_BYTES / 1e6:.0f})")


def watched(command: Sequence[str]) -> tuple[float, int]:
    """Seconds that `command` runs and the most memory in bytes that it and what it starts hold at one time."""
    start, peak = time.perf_counter(), 0
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as process:
        while process.poll() is None:
            peak = max(peak, sum(_resident(process.pid)))
            time.sleep(0.05)
    if process.returncode:
        sys.exit(f"the command failed with status {process.returncode}")
    return time.perf_counter() - start, peak


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(session: int) -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[3]) == session:
                yield int((folder / "statm").read_text().split()[1]) * resource.getpagesize()
        except OSError:  # it ended meanwhile
            continue


if __name__ == "__main__":
    main()
