"""The environment holds the project's own versions wherever the other libraries leave the choice."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from benchmarks import environment

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8")
REQUIREMENTS = (ROOT / "benchmarks" / "requirements.txt").read_text("utf-8")


def test_every_requirement_is_pinned_exactly() -> None:
    lines = [line for line in REQUIREMENTS.splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.match(r"[\w.-]+==[\w.]+(\s+#|$)", line)] == []


def test_a_constraint_gives_way_only_to_a_package_that_the_requirements_pin() -> None:
    kept = environment.compatible_constraints("a==1\nB_c==2\n\n# b.c\nd==3\n", "b.C==9\n# d==4\n")
    assert kept == "a==1\nd==3\n"


def test_the_shipped_constraints_hold_but_for_those_the_requirements_name() -> None:
    kept = set(environment.compatible_constraints(CONSTRAINTS, REQUIREMENTS).splitlines())
    assert "torch==2.13.0" in kept
    named = {line.partition("==")[0] for line in REQUIREMENTS.splitlines()}
    gone = set(CONSTRAINTS.splitlines()) - kept
    assert {line.partition("==")[0] for line in gone} <= named


def test_this_python_runs_in_its_own_environment_and_in_no_other(tmp_path: Path) -> None:
    assert environment.is_running_in(Path(sys.prefix))
    assert not environment.is_running_in(tmp_path)


def test_the_environment_is_ignored_by_git() -> None:
    assert environment.DEFAULT_FOLDER == ROOT / "benchmarks" / ".venv"
    assert "/.venv/" in (ROOT / "benchmarks" / ".gitignore").read_text("utf-8").splitlines()
