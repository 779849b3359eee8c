"""LlamaIndex: developers.llamaindex.ai, "Starter Tutorial (Using Local LLMs)", its index as a retriever, no LLM."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from benchmarks.records import K, Passage
from benchmarks.systems import System, name_in


class LlamaIndex(System):
    """SimpleDirectoryReader, VectorStoreIndex.from_documents: sentences packed to 1,024 tokens, SimpleVectorStore."""

    packages: ClassVar[tuple[str, ...]] = ("llama-index-core", "llama-index-embeddings-huggingface")

    def load(self, encoder: Path) -> None:
        """HuggingFaceEmbedding with its defaults."""
        from llama_index.core import SimpleDirectoryReader, VectorStoreIndex  # noqa: F401 - import untimed
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._embeddings = HuggingFaceEmbedding(model_name=str(encoder))

    def ingest(self, folder: Path, work: Path) -> int:
        """Read, split, index in memory."""
        from llama_index.core import SimpleDirectoryReader, VectorStoreIndex

        del work
        self._folder = folder
        documents = SimpleDirectoryReader(str(folder), recursive=True).load_data()
        self._index = VectorStoreIndex.from_documents(documents, embed_model=self._embeddings)
        return len(self._index.docstore.docs)

    def open(self) -> None:
        """The index as a retriever; its default would return two nodes."""
        self._retriever = self._index.as_retriever(similarity_top_k=K)

    def ask(self, question: str) -> Sequence[Passage]:
        """The nearest nodes."""
        found = self._retriever.retrieve(question)
        return [Passage(name_in(self._folder, one.node.metadata["file_path"]), one.node.get_content()) for one in found]

    def encoded_texts(self) -> Sequence[str]:
        """The nodes with the metadata that LlamaIndex puts before them."""
        from llama_index.core.schema import MetadataMode

        return [node.get_content(metadata_mode=MetadataMode.EMBED) for node in self._index.docstore.docs.values()]
