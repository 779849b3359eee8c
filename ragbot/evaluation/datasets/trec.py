"""TREC qrels and the queries that belong to them. Documents are judged whole, so they measure retrieval only.

A line of qrels is `query iteration document relevance`, or BEIR's `query-id corpus-id score` under a header. Queries
are lines `id<tab>text` or BEIR's queries.jsonl.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ragbot.evaluation.datasets.jsonl import JsonObject, json_rows, text_field, with_unique_ids
from ragbot.evaluation.datasets.records import Example, GoldAnswer, Place

QRELS_HEADER = "query-id"
_WHOLE = re.compile(r"[+-]?\d{1,9}(\.0*)?")


@dataclass(frozen=True, slots=True)
class Qrel:
    """A judgement: how relevant (0 or less: not) `document` is for `query`."""

    query: str
    document: str
    relevance: int
    place: Place


def read_qrels(path: Path, text: str) -> list[Qrel]:
    """The judgements of the file `path` with this `text`; raises DatasetError for a line of another form."""
    lines = ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
    return [_qrel(line, Place(str(path), number)) for number, line in lines if not _is_header(number, line)]


def read_queries(path: Path, text: str) -> dict[str, str]:
    """Query texts by id, from lines `id<tab>text` or `{"_id", "text"}`; raises DatasetError for any other line."""
    is_json = text.lstrip("\ufeff \t\r\n").startswith("{")
    return dict(_json_queries(path, text) if is_json else _plain_queries(path, text))


def ranking_examples(
    qrels: Iterable[Qrel],
    queries: Mapping[str, str],
    *,
    name: Callable[[str], str] = str,
    split: str | None = None,
) -> list[Example]:
    """One Example per query that has a relevant document; `name` gives a document's name in the index.

    Raises DatasetError for a judgement of a query whose text is not known.
    """
    judged: dict[str, list[Qrel]] = {}
    for qrel in qrels:
        if qrel.query not in queries:
            raise qrel.place.error("query", f"{qrel.query!r} is not among the queries; name the file that holds it")
        if qrel.relevance > 0:
            judged.setdefault(qrel.query, []).append(qrel)
    return with_unique_ids(_example(queries[query], own, name, split) for query, own in judged.items())


def _example(text: str, qrels: list[Qrel], name: Callable[[str], str], split: str | None) -> Example:
    grades: dict[str, int] = {}
    for qrel in qrels:
        document = name(qrel.document)
        grades[document] = max(grades.get(document, 0), qrel.relevance)
    golds = tuple(
        GoldAnswer(document, None, None, None, None, "document", relevance=grade) for document, grade in grades.items()
    )
    return Example(qrels[0].query, (text,), golds, qrels[0].place, split=split)


def _is_header(number: int, line: str) -> bool:
    return number == 1 and line.lstrip("\ufeff").casefold().startswith(QRELS_HEADER)


def _qrel(line: str, place: Place) -> Qrel:
    cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else line.split())]
    if len(cells) not in (3, 4) or not all(cells):
        problem = f"{len(cells)} columns; write query, iteration, document, relevance (or query-id, corpus-id, score)"
        raise place.error("row", problem)
    query, document, grade = cells[0], cells[-2], cells[-1]
    if not _WHOLE.fullmatch(grade):
        raise place.error(f"relevance (column {len(cells)})", f"{grade!r} is no whole number; write 0, 1, 2 ...")
    return Qrel(query, document, int(float(grade)), place)


def _json_queries(path: Path, text: str) -> Iterator[tuple[str, str]]:
    for row, place in json_rows(path, text):
        yield required(row, "_id", place), required(row, "text", place)


def required(row: JsonObject, name: str, place: Place) -> str:
    """The text under `name`; raises DatasetError if there is none."""
    value = text_field(row, name, place)
    if value is None:
        raise place.error(name, "missing; add it")
    return value


def _plain_queries(path: Path, text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            query, _, words = line.partition("\t")
            if not query.strip() or not words.strip():
                raise Place(str(path), number).error("row", "is not `id<tab>text`; write an id, a tab and the query")
            yield query.strip(), words.strip()
