"""Thin door to `ragbot evaluate`: `python scripts/evaluate.py FILE … [--index DIR] [--report DIR]`."""

from __future__ import annotations

import sys

from ragbot.cli import app

if __name__ == "__main__":
    app(["evaluate", *sys.argv[1:]])
