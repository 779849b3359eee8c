"""LangChain with FAISS: docs.langchain.com, "Build a semantic search engine with LangChain" and "FAISS integration"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.records import K, Passage
from benchmarks.systems import System, name_in


class LangChain(System):
    """TextLoader, RecursiveCharacterTextSplitter of 1,000 characters with 200 overlapping, FAISS.from_documents."""

    packages: ClassVar[tuple[str, ...]] = (
        "langchain-core",
        "langchain-community",
        "langchain-huggingface",
        "langchain-text-splitters",
        "faiss-cpu",
    )

    def load(self, encoder: Path) -> None:
        """HuggingFaceEmbeddings with its defaults."""
        from langchain_community.document_loaders import DirectoryLoader, TextLoader  # noqa: F401 - import untimed
        from langchain_community.vectorstores import FAISS  # noqa: F401 - import untimed
        from langchain_huggingface import HuggingFaceEmbeddings
        from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: F401 - import untimed

        self._embeddings = HuggingFaceEmbeddings(model_name=str(encoder))

    def ingest(self, folder: Path, work: Path) -> int:
        """Load, split, index in memory."""
        from langchain_community.document_loaders import DirectoryLoader, TextLoader
        from langchain_community.vectorstores import FAISS
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        del work
        self._folder = folder
        loader = DirectoryLoader(str(folder), loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"})
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        self._splits = splitter.split_documents(loader.load())
        self._store = FAISS.from_documents(self._splits, self._embeddings)
        return len(self._splits)

    def ask(self, question: str) -> Sequence[Passage]:
        """The nearest chunks."""
        found = self._store.similarity_search(question, k=K)
        return [Passage(name_in(self._folder, chunk.metadata["source"]), chunk.page_content) for chunk in found]

    def encoded_texts(self) -> Sequence[str]:
        """The chunks."""
        return [chunk.page_content for chunk in self._splits]
