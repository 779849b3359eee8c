"""Nothing leaves the machine: sockets are refused from before the first import, and nobody even tries one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import ragbot

ROOT = Path(ragbot.__file__).parents[1]
WriteCorpus = Callable[[Mapping[str, str | bytes]], Path]

# A library may swallow the refusal, so that attempts are recorded as well as refused.
GUARD = """
import json, socket, sys
from pathlib import Path

attempts = []

def refuse(*arguments, **options):
    attempts.append(repr(arguments[1:] or arguments))
    raise OSError("sockets are refused in this test")

# Not `bind`: urllib3 binds ::1 once when imported, to learn whether the machine knows IPv6, and sends nothing.
for name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, name, refuse)
for name in ("create_connection", "getaddrinfo", "gethostbyname"):
    setattr(socket, name, refuse)
"""
INGEST = """
from ragbot.ingestion import ingest
report = ingest([Path(sys.argv[1])], index=Path(sys.argv[2]))
print(json.dumps({"documents": report.n_documents, "attempts": attempts}))
"""
CALL = """
import urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:9/")
except OSError:
    pass
print(json.dumps({"attempts": attempts}))
"""


def run(code: str, *arguments: Path, home: Path) -> dict[str, object]:
    """What the code prints, run under the guard in a new process with an empty home and no settings."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", GUARD + code, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    printed: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return printed


def test_the_guard_notices_an_attempt(tmp_path: Path) -> None:
    assert run(CALL, home=tmp_path)["attempts"] != []


def test_ingest_with_the_real_encoder_opens_no_socket(write_corpus: WriteCorpus, tmp_path: Path) -> None:
    page = "<html><head><title>Cost</title></head><body><p>Most plans refuse to pay for it.</p></body></html>"
    corpus = write_corpus({"a.md": "# Effects\n\nIt may make you dizzy.\n", "b.txt": "It fades soon.", "c.html": page})
    assert run(INGEST, corpus, tmp_path / "index", home=tmp_path) == {"documents": 3, "attempts": []}
