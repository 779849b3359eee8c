"""The questions to replay: any question file that `evaluate` reads, or plain text with one question a line."""

from __future__ import annotations

from pathlib import Path

from ragbot.errors import DatasetError
from ragbot.evaluation.dataset import Example, read_examples
from ragbot.evaluation.datasets.recognition import DatasetKind, Source, recognised
from ragbot.evaluation.datasets.records import Place
from ragbot.evaluation.datasets.trec import read_queries


def read_questions(path: Path) -> list[Example]:
    """The questions in the file at `path`, in order; of rows with a split only those of `dev`.

    Plain lines, and queries without their judgements, have no golds. Raises DatasetError for a file that cannot be
    read or holds no question.
    """
    source = recognised(path)
    if source.kind is DatasetKind.QUERIES:
        queries = enumerate(read_queries(path, source.text).items(), start=1)
        plain = [Example(name, (text,), (), Place(str(path), number)) for number, (name, text) in queries]
    elif _is_plain(source):
        lines = enumerate(source.text.split("\n"), start=1)
        numbered = ((number, line.strip()) for number, line in lines if line.strip())
        plain = [Example(f"{path.stem}:{n}", (line,), (), Place(str(path), n)) for n, line in numbered]
    else:
        return read_examples([path])
    if not plain:
        raise DatasetError(f"no question in {path}; write one a line")
    return plain


def _is_plain(source: Source) -> bool:
    return source.kind is DatasetKind.JSONL and source.text.lstrip()[:1] not in ("{", "[")
