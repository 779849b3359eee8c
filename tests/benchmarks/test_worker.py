"""A process measures loading never, taking in and asking always, and each question once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from benchmarks import worker
from benchmarks.records import Measured, Passage, Task
from benchmarks.systems import System


class Spoken(System):
    """Writes down what it is asked to do."""

    packages: ClassVar[tuple[str, ...]] = ("pytest",)

    def __init__(self) -> None:
        self.done: list[str] = []

    def load(self, encoder: Path) -> None:
        self.done.append(f"load {encoder.name}")

    def ingest(self, folder: Path, work: Path) -> int:
        self.done.append(f"ingest {folder.name} in {work.name}")
        return 7

    def open(self) -> None:
        self.done.append("open")

    def ask(self, question: str) -> Sequence[Passage]:
        self.done.append(question)
        return [Passage("a.md", question)]

    def encoded_texts(self) -> None:
        """Nothing is encoded."""


def measure(questions: tuple[str, ...]) -> tuple[Spoken, Measured]:
    system = Spoken()
    return system, worker.measure(system, Task("spoken", "/in/corpus", questions), Path("/in/model"), Path("/in/work"))


def test_a_system_is_loaded_filled_opened_warmed_up_and_asked() -> None:
    system, measured = measure(("a", "b", "c", "d"))
    assert system.done == ["load model", "ingest corpus in work", "open", "a", "b", "c", "a", "b", "c", "d"]
    assert measured.returned == [[Passage("a.md", question)] for question in "abcd"]
    assert (measured.n_passages, len(measured.seconds), measured.read) == (7, 4, None)


def test_a_system_without_questions_is_only_filled() -> None:
    system, measured = measure(())
    assert system.done == ["load model", "ingest corpus in work"]
    assert (measured.returned, measured.seconds, measured.read_share) == ([], [], None)


def test_memory_and_versions_are_those_of_this_process() -> None:
    _, measured = measure(())
    assert measured.peak_bytes > 10 * 2**20  # an interpreter with numpy takes more
    assert measured.versions == {"pytest": pytest.__version__}


def test_what_was_measured_is_written_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "create_system", lambda name: Spoken())
    (tmp_path / "task.json").write_text(json.dumps({"system": "x", "folder": "/f", "questions": ["a"]}), "utf-8")
    worker.main(str(tmp_path / "task.json"), str(tmp_path / "out.json"))
    row = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert row["returned"] == [[{"document": "a.md", "text": "a", "span": None}]]


def test_the_encoder_is_the_folder_inside_the_installed_package() -> None:
    assert (worker.encoder_folder() / "model.safetensors").is_file()


def test_texts_beyond_the_limit_count_as_partly_read(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = worker.encoder_folder()
    monkeypatch.setattr(Spoken, "encoded_texts", lambda self: ["rest " * 508, "rest " * 254])
    measured = worker.measure(Spoken(), Task("spoken", "/in", ()), encoder, Path("/in/work"))
    assert measured.read_share == pytest.approx(2 / 3)  # 254 of 508 and 254 of 254 pieces; two of 256 are special
