"""Nothing leaves the machine: sockets are refused from before the first import, and nobody even tries one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

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
# The three commands as typed, one after another in one process, so that the models are loaded as few times as may be.
COMMANDS = """
from ragbot.cli import app

def run(*arguments):
    try:
        app(arguments, standalone_mode=False)
    except SystemExit as exit:
        assert not exit.code, arguments

run("ingest", "corpus")
run("ask", "What may make me dizzy?", "--json", "--threshold", "0")
run("ask", "--questions", "q.jsonl", "--json")
run("evaluate", "q.jsonl", "--report", "report")
run("doctor")
# it sends from a process of its own, where no attempt would be recorded
reporters = [name for name, module in sys.modules.items() if name.startswith("openvino_telemetry") and module]
assert "openvino" in sys.modules and not reporters, reporters
print(json.dumps({"attempts": attempts}))
"""
CALL = """
import urllib.request
try:
    urllib.request.urlopen("http://127.0.0.1:9/")
except OSError:
    pass
print(json.dumps({"attempts": attempts}))
"""


def run(code: str, *, folder: Path) -> list[str]:
    """The lines that the code prints, run under the guard in `folder`, with an empty home and no settings."""
    home = folder / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", GUARD + code],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_guard_notices_an_attempt(tmp_path: Path) -> None:
    assert json.loads(run(CALL, folder=tmp_path)[-1])["attempts"] != []


def test_ingest_ask_evaluate_and_doctor_with_the_real_models_open_no_socket(
    write_corpus: WriteCorpus, tmp_path: Path
) -> None:
    page = "<html><head><title>Cost</title></head><body><p>Most plans refuse to pay for it.</p></body></html>"
    write_corpus({"a.md": "# Effects\n\nIt may make you dizzy.\n", "b.txt": "It fades soon.", "c.html": page})
    gold = {"document": "a.md", "text": "It may make you dizzy."}
    rows = [
        {"id": "q1", "question": "What may make me dizzy?", "answers": [gold], "split": "dev"},
        {"id": "q2", "question": "i'm going to kill myself", "expected": "emergency", "type": "x", "split": "dev"},
    ]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    lines = run(COMMANDS, folder=tmp_path)
    assert json.loads(lines[-1]) == {"attempts": []}
    assert list((tmp_path / "home").glob("intel*")) == []  # where openvino_telemetry would keep whom it counts
    assert lines[0].startswith("index: 3 documents")
    answers: list[dict[str, Any]] = [json.loads(line) for line in lines if line.startswith("{")][:3]
    assert [a["outcome"] for a in answers[::2]] == ["answered", "emergency"]
    assert answers[0]["quotes"][0]["text"] == "It may make you dizzy."
    assert (tmp_path / "report" / "report.json").is_file()
    assert "ok   offline" in "\n".join(lines)
