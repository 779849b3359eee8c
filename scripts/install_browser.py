"""Make sure that the browser tests have a Chromium: found or installed; otherwise stop with the line that says how.

Looks at RAGBOT_CHROMIUM and the PATH, then at Playwright's own; installs Debian's `chromium` where apt is there and we
are root, Playwright's elsewhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "no Chromium for the browser tests; install one (apt-get install chromium) or set RAGBOT_CHROMIUM to its path"


def find_chromium() -> str | None:
    """Path of a Chromium, or None."""
    chosen = os.environ.get("RAGBOT_CHROMIUM")
    if chosen:
        return chosen if Path(chosen).is_file() else None
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def install() -> bool:
    """Try to install one; True if the installer said it did."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _succeeds("apt-get", "update", "-qq")
        return _succeeds("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    return _succeeds(sys.executable, "-m", "playwright", "install", "chromium")


def _succeeds(*command: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode == 0


def main() -> None:
    """Exit 0 with the path printed, or 1 with one line."""
    found = find_chromium() or (find_chromium() if install() else None)
    if found is None:
        sys.exit(HOW)
    print(f"browser for the tests: {found}")


if __name__ == "__main__":
    main()
