"""The systems that are measured, one module each. A module imports its library only inside functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from benchmarks.records import Passage

OURS = "ragbot"
FRAMEWORKS = ("LangChain", "LlamaIndex", "Haystack", "txtai")  # those that encode as we do
_CLASSES = {
    OURS: "ours.Ragbot",
    "bm25s": "bm25.Bm25",
    "LangChain": "langchain.LangChain",
    "LlamaIndex": "llamaindex.LlamaIndex",
    "Haystack": "haystack.Haystack",
    "txtai": "txtai.Txtai",
}
NAMES = tuple(_CLASSES)


class System(ABC):
    """Takes in a folder and returns passages for a question. Only `ingest` and `ask` are timed."""

    packages: ClassVar[tuple[str, ...]]
    """Installed packages whose versions belong to the figures."""

    @abstractmethod
    def load(self, encoder: Path) -> None:
        """Import the library and load the sentence encoder in the folder `encoder`."""

    @abstractmethod
    def ingest(self, folder: Path, work: Path) -> int:
        """Take in all files of `folder`; how many passages they make. `work` is an empty folder to write in."""

    def open(self) -> None:  # noqa: B027 - most have nothing left to do
        """Make ready for the first question, where `ingest` leaves something to do."""

    @abstractmethod
    def ask(self, question: str) -> Sequence[Passage]:
        """What a person would get, best first, at most K of it."""

    def read(self, question: str) -> Sequence[Passage] | None:
        """The best passages behind what `ask` returns; None if it returns passages already."""
        del question
        return None

    @abstractmethod
    def encoded_texts(self) -> Sequence[str] | None:
        """The texts of all passages as the encoder gets them; None if there is no encoder."""


def create_system(name: str) -> System:
    """The system called `name`, nothing loaded yet."""
    module, _, class_name = _CLASSES[name].partition(".")
    system = getattr(import_module(f"benchmarks.systems.{module}"), class_name)()
    assert isinstance(system, System)
    return system


def files_of(folder: Path) -> list[Path]:
    """All files under `folder`, in order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def name_in(folder: Path, path: str | Path) -> str:
    """What a document at `path` is called: its path relative to `folder`, with `/`."""
    return Path(path).relative_to(folder).as_posix()
