"""Ingests killed at random instants: the old index answers, the next run goes on and equals a rebuild."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import ragbot

ROOT = Path(ragbot.__file__).parents[1]


def test_twenty_ingests_killed_at_random_instants_do_no_harm() -> None:
    command = [sys.executable, "scripts/kill_ingest.py", "--times", "20", "--light"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    told = re.findall(
        r"(\d+) (before the first write|while writing|with vectors in the log|after the switch)", done.stdout
    )
    assert sum(int(n) for n, _ in told) == 20
    assert "no harm done" in done.stdout
