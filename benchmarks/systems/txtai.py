"""txtai: examples/rag_quickstart.py of its repository without the LLM, and neuml.github.io/txtai/embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.records import K, Passage
from benchmarks.systems import System, files_of, name_in


class Txtai(System):
    """Textractor by sections, Embeddings with content, FAISS underneath. No file needs the quickstart's docling."""

    packages: ClassVar[tuple[str, ...]] = ("txtai", "transformers", "faiss-cpu")

    def load(self, encoder: Path) -> None:
        """Textractor and Embeddings with their defaults."""
        from txtai import Embeddings
        from txtai.pipeline import Textractor

        self._textractor = Textractor(sections=True)
        self._embeddings = Embeddings(content=True, path=str(encoder))

    def ingest(self, folder: Path, work: Path) -> int:
        """Extract, split, index in memory."""
        del work
        self._folder = folder
        self._chunks = [(str(path), chunk) for path in files_of(folder) for chunk in self._textractor(str(path))]
        self._embeddings.index(self._chunks)
        return len(self._chunks)

    def ask(self, question: str) -> Sequence[Passage]:
        """The nearest sections."""
        found = self._embeddings.search(question, K)
        return [Passage(name_in(self._folder, one["id"]), one["text"]) for one in found]

    def encoded_texts(self) -> Sequence[str]:
        """The sections."""
        return [chunk for _, chunk in self._chunks]
