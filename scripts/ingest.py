"""`python scripts/ingest.py [PATH ...]` is `ragbot ingest [PATH ...]`."""

import sys

from ragbot.cli import app

if __name__ == "__main__":
    app(["ingest", *sys.argv[1:]], prog_name="scripts/ingest.py")
