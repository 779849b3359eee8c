"""bm25s alone, as in the quickstart of its README. It has no splitter of its own: the pieces are those of LangChain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.records import K, Passage
from benchmarks.systems import System, files_of, name_in


class Bm25(System):
    """English stop words, the English stemmer, Lucene's BM25: the quickstart's settings, progress bars off."""

    packages: ClassVar[tuple[str, ...]] = ("bm25s", "PyStemmer")

    def load(self, encoder: Path) -> None:
        """No encoder; only the splitter and the stemmer."""
        import bm25s
        import Stemmer
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        del encoder
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        self._retriever = bm25s.BM25()
        self._stemmer = Stemmer.Stemmer("english")

    def ingest(self, folder: Path, work: Path) -> int:
        """Split and index in memory."""
        import bm25s

        del work
        self._passages = [
            Passage(name_in(folder, path), piece)
            for path in files_of(folder)
            for piece in self._splitter.split_text(path.read_text("utf-8"))
        ]
        texts = [passage.text for passage in self._passages]
        self._retriever.index(
            bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False), show_progress=False
        )
        return len(texts)

    def ask(self, question: str) -> Sequence[Passage]:
        """The pieces with the highest scores."""
        import bm25s

        tokens = bm25s.tokenize(question, stemmer=self._stemmer, show_progress=False)
        numbers, _ = self._retriever.retrieve(tokens, k=min(K, len(self._passages)), show_progress=False)
        return [self._passages[int(number)] for number in numbers[0]]

    def encoded_texts(self) -> None:
        """Nothing is encoded."""
