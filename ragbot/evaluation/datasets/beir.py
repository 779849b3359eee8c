"""BEIR folders: corpus.jsonl, queries.jsonl and qrels/*.tsv. They judge documents whole, so retrieval only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ragbot.errors import DatasetError
from ragbot.evaluation.datasets.decoding import read_text
from ragbot.evaluation.datasets.jsonl import json_rows, text_field
from ragbot.evaluation.datasets.names import OwnDocument, document_name, first_of_each_text, plain_text
from ragbot.evaluation.datasets.records import Example
from ragbot.evaluation.datasets.trec import ranking_examples, read_qrels, read_queries, required

PARTS = ("corpus.jsonl", "queries.jsonl", "qrels")


def beir_examples(folder: Path) -> list[Example]:
    """One Example per judged query. Where there are several qrels, each file's name is the split of its rows.

    Raises DatasetError if a part is missing or a line cannot be read.
    """
    _check(folder)
    queries = read_queries(folder / "queries.jsonl", read_text(folder / "queries.jsonl"))
    first = first_of_each_text(beir_documents(folder))

    def name(doc_id: str) -> str:
        own = document_name(folder, doc_id)
        return first.get(own, own)

    files = sorted((folder / "qrels").glob("*.tsv"))
    if not files:
        raise DatasetError(f"no .tsv file in {folder / 'qrels'}; add the judgements")
    examples: list[Example] = []
    for file in files:
        split = file.stem if len(files) > 1 else None
        examples += ranking_examples(read_qrels(file, read_text(file)), queries, name=name, split=split)
    return examples


def beir_documents(folder: Path) -> Iterator[OwnDocument]:
    """The documents of corpus.jsonl, title above text; raises DatasetError for a line that cannot be read."""
    _check(folder)
    path = folder / "corpus.jsonl"
    for row, place in json_rows(path, read_text(path)):
        body = row.get("text")
        if not isinstance(body, str):
            raise place.error("text", "missing; a document has _id, title and text")
        title = text_field({"title": row.get("title") or None}, "title", place)
        parts = [part for part in (title, body) if part]
        yield OwnDocument(document_name(folder, required(row, "_id", place)), plain_text("\n\n".join(parts)))


def _check(folder: Path) -> None:
    missing = [name for name in PARTS if not (folder / name).exists()]
    if missing:
        raise DatasetError(f"{folder} is no BEIR folder ({missing[0]} is missing); it holds {', '.join(PARTS)}")
