"""Question files to Examples, whatever their kind. Resolves nothing against documents (`golds` does) and asks nothing.

One module of `datasets` reads each kind; here they are chosen by content, and rows by split.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ragbot.errors import DatasetError
from ragbot.evaluation.datasets.beir import beir_examples
from ragbot.evaluation.datasets.jsonl import EXPECTED, read_jsonl
from ragbot.evaluation.datasets.recognition import DatasetKind, Source, recognised
from ragbot.evaluation.datasets.records import Example, GoldAnswer, Place
from ragbot.evaluation.datasets.sheet import read_sheet
from ragbot.evaluation.datasets.squad import squad_examples
from ragbot.evaluation.datasets.trec import ranking_examples, read_qrels, read_queries

__all__ = ["EXPECTED", "SPLITS", "Example", "GoldAnswer", "Place", "read_examples"]

SPLITS = ("dev", "test", "all")


def read_examples(files: Sequence[Path], *, split: str | None = None) -> list[Example]:
    """The rows of `files`, in order. `split` is `dev` (also for None), `test` or `all`; rows without one are all used.

    Raises DatasetError, naming file, line and field, for the first row that cannot be read, and if no row is left.
    """
    wanted = split or "dev"
    if wanted not in SPLITS:
        raise DatasetError(f"no split {wanted!r}; use one of: {', '.join(SPLITS)}")
    rows = _read_all([recognised(path) for path in files])
    chosen = [example for example in rows if wanted == "all" or example.split in (None, wanted)]
    if not chosen:
        names = ", ".join(str(path) for path in files) or "no file"
        step = "use --split all" if rows else "name a file with one JSON object a line, or a sheet of questions"
        raise DatasetError(f"no question of split {wanted} in {names}; {step}")
    return chosen


def _read_all(sources: Sequence[Source]) -> list[Example]:
    by_query = [source for source in sources if source.kind is DatasetKind.QUERIES]
    queries = {query: text for source in by_query for query, text in read_queries(source.path, source.text).items()}
    if by_query and not any(source.kind is DatasetKind.QRELS for source in sources):
        raise DatasetError(f"{by_query[0].path} holds queries alone; name their judgements (qrels) too")
    return [example for source in sources for example in _read(source, queries)]


def _read(source: Source, queries: dict[str, str]) -> list[Example]:
    match source.kind:
        case DatasetKind.JSONL:
            return read_jsonl(source.path, source.text)
        case DatasetKind.SQUAD:
            return squad_examples(source.path, source.text)
        case DatasetKind.BEIR:
            return beir_examples(source.path)
        case DatasetKind.SHEET:
            return read_sheet(source.path, source.text)
        case DatasetKind.QRELS:
            if not queries:
                raise DatasetError(f"{source.path} holds judgements alone; name the file of their queries too")
            return ranking_examples(read_qrels(source.path, source.text), queries)
        case DatasetKind.QUERIES:
            return []  # read beforehand, for the qrels
