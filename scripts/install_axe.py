"""Make sure that the accessibility tests have axe-core: found or taken from npm; otherwise stop with the line that says how.

It is kept in the virtual environment, so that it comes and goes with the other tools of development, and its hash is
pinned here. RAGBOT_AXE names another copy. Nothing of it is part of ragbot.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "4.14.1"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
HOW = "no axe-core for the accessibility tests; install npm (apt-get install npm) or set RAGBOT_AXE to an axe.min.js"


def axe_path() -> Path:
    """Where axe.min.js is, or is going to be."""
    chosen = os.environ.get("RAGBOT_AXE")
    return Path(chosen) if chosen else Path(sys.prefix) / "share" / f"axe-core-{VERSION}" / "axe.min.js"


def install(path: Path) -> bool:
    """Fetch the package with npm and put its axe.min.js at `path`; False if that failed or its hash is another."""
    npm = shutil.which("npm") or _installed_npm()
    if npm is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", folder]
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL, cwd=folder).returncode:
            return False
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            file = package.extractfile("package/axe.min.js")
            content = file.read() if file else b""
    if hashlib.sha256(content).hexdigest() != SHA256:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)
    return True


def _installed_npm() -> str | None:
    """npm from Debian's packages, where that is possible."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return None
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "npm"]):
        subprocess.run(["apt-get", *command], check=False, env=environment, stdout=subprocess.DEVNULL)
    return shutil.which("npm")


def main() -> None:
    """Exit 0 with the path printed, or 1 with one line."""
    path = axe_path()
    if not path.is_file() and ("RAGBOT_AXE" in os.environ or not install(path)):
        sys.exit(HOW)
    print(f"axe-core for the tests: {path}")


if __name__ == "__main__":
    main()
