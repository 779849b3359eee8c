"""Haystack: docs.haystack.deepset.ai, "SentenceTransformersDocumentEmbedder" and "DocumentSplitter", tutorial 30.

Since Haystack 3 the embedders are in the package sentence-transformers-haystack.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks.records import K, Passage
from benchmarks.systems import System, files_of, name_in

if TYPE_CHECKING:
    from haystack import Pipeline


class Haystack(System):
    """DocumentCleaner, DocumentSplitter of 150 words with 50 overlapping, InMemoryDocumentStore, cosine."""

    packages: ClassVar[tuple[str, ...]] = ("haystack-ai", "sentence-transformers-haystack")

    def load(self, encoder: Path) -> None:
        """Both pipelines, their encoders loaded."""
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._indexing = self._indexing_pipeline(encoder)
        self._query = self._query_pipeline(encoder)
        self._indexing.warm_up()
        self._query.warm_up()

    def ingest(self, folder: Path, work: Path) -> int:
        """Run the indexing pipeline over all files."""
        del work
        self._folder = folder
        self._indexing.run({"converter": {"sources": files_of(folder)}})
        return int(self._store.count_documents())

    def ask(self, question: str) -> Sequence[Passage]:
        """The nearest documents, as Haystack calls the pieces."""
        found = self._query.run({"text_embedder": {"text": question}})["retriever"]["documents"]
        return [Passage(name_in(self._folder, one.meta["file_path"]), one.content) for one in found]

    def encoded_texts(self) -> Sequence[str]:
        """The pieces."""
        return [document.content for document in self._store.filter_documents()]

    def _indexing_pipeline(self, encoder: Path) -> Pipeline:
        from haystack import Pipeline
        from haystack.components.converters.txt import TextFileToDocument
        from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
        from haystack.components.writers import DocumentWriter
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
        )

        pipeline = Pipeline()
        pipeline.add_component("converter", TextFileToDocument(store_full_path=True))
        pipeline.add_component("cleaner", DocumentCleaner())
        pipeline.add_component("splitter", DocumentSplitter(split_by="word", split_length=150, split_overlap=50))
        pipeline.add_component("embedder", SentenceTransformersDocumentEmbedder(model=str(encoder)))
        pipeline.add_component("writer", DocumentWriter(document_store=self._store))
        for sender, receiver in (("converter", "cleaner"), ("cleaner", "splitter"), ("splitter", "embedder")):
            pipeline.connect(sender, receiver)
        pipeline.connect("embedder", "writer")
        return pipeline

    def _query_pipeline(self, encoder: Path) -> Pipeline:
        from haystack import Pipeline
        from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
        from haystack_integrations.components.embedders.sentence_transformers import SentenceTransformersTextEmbedder

        pipeline = Pipeline()
        pipeline.add_component("text_embedder", SentenceTransformersTextEmbedder(model=str(encoder)))
        pipeline.add_component("retriever", InMemoryEmbeddingRetriever(document_store=self._store, top_k=K))
        pipeline.connect("text_embedder.embedding", "retriever.query_embedding")
        return pipeline
