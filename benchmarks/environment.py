"""The benchmarks' own Python environment: made once, remade when a requirement changes. Needs nothing installed."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from benchmarks.errors import BenchmarkError

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_FOLDER = ROOT / "benchmarks" / ".venv"
REQUIREMENTS = ROOT / "benchmarks" / "requirements.txt"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


def is_running_in(folder: Path) -> bool:
    """True if this Python is the one of the environment at `folder`."""
    return Path(sys.prefix).resolve() == folder.resolve()


def ready_python(folder: Path) -> Path:
    """The Python of the environment at `folder`, which is made or brought up to date if it is not.

    Raises BenchmarkError with the last line that pip said if a package cannot be installed.
    """
    python = folder / "bin" / "python"
    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    requirements = REQUIREMENTS.read_text("utf-8")
    constraints = compatible_constraints((ROOT / "constraints.txt").read_text("utf-8"), requirements)
    wanted = hashlib.sha256("\n".join([requirements, constraints, *dependencies]).encode()).hexdigest()
    stamp = folder / "installed.sha256"
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return python
    print(f"installing what the benchmarks need into {folder} (minutes)", file=sys.stderr, flush=True)
    if not python.exists():
        venv.create(folder, with_pip=True, symlinks=True)
    kept = folder / "constraints.txt"
    kept.write_text(constraints, "utf-8")
    _install(python, "-c", str(kept), "-r", str(REQUIREMENTS), *dependencies)
    stamp.write_text(wanted, "utf-8")
    return python


def compatible_constraints(constraints: str, requirements: str) -> str:
    """The lines of `constraints` but those of packages that `requirements` pins itself.

    >>> compatible_constraints("torch==2\\nhuggingface_hub==2\\n", "huggingface-hub==1  # why\\ntxtai==9")
    'torch==2\\n'
    """
    pinned = {_package(line) for line in requirements.splitlines()}
    kept = [line for line in constraints.splitlines() if _package(line) and _package(line) not in pinned]
    return "".join(f"{line}\n" for line in kept)


def _package(line: str) -> str | None:
    """The package a requirement line names, as package indexes compare names; None for a blank or a comment."""
    match = _NAME.match(line.strip())
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else None


def _install(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip failed"]
        raise BenchmarkError(f"{said[-1]}; mend {REQUIREMENTS.relative_to(ROOT)} or the network and run it again")
