"""An index of the documents that a benchmark brings along (SQuAD, BEIR), for asking its questions end to end.

The documents are written as text files and go through the ordinary ingestion; nothing else knows where they came from.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ragbot.encoding import Encoder
from ragbot.errors import DatasetError
from ragbot.evaluation.datasets.beir import beir_documents
from ragbot.evaluation.datasets.names import OwnDocument
from ragbot.evaluation.datasets.recognition import DatasetKind, Source, recognised
from ragbot.evaluation.datasets.squad import squad_documents
from ragbot.ingestion import Progress, ingest

_BRINGS_DOCUMENTS = (DatasetKind.SQUAD, DatasetKind.BEIR)


@contextmanager
def own_index(
    files: Sequence[Path], *, encoder: Encoder | None = None, progress: Progress | None = None
) -> Iterator[Path | None]:
    """A temporary index of the documents that `files` bring along, removed at the end; None if they bring none.

    In use: `with own_index(files) as folder: bot = open_bot(folder or index)`. Raises DatasetError if a file cannot be
    read, or if only some bring documents.
    """
    sources = [recognised(path) for path in files]
    if not brings_documents(sources):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="ragbot-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for source in sources:
            write_documents(_documents(source), folder / "corpus")
        ingest([folder / "corpus"], index=folder / "index", encoder=encoder, progress=progress)
        yield folder / "index"


def brings_documents(sources: Sequence[Source]) -> bool:
    """True if all `sources` bring their documents, False if none does.

    Raises DatasetError if only some do: their questions belong to different indexes.
    """
    bringing = [source for source in sources if source.kind in _BRINGS_DOCUMENTS]
    if bringing and len(bringing) < len(sources):
        other = next(source for source in sources if source not in bringing)
        raise DatasetError(
            f"{bringing[0].path} brings its own documents and {other.path} does not; evaluate each alone"
        )
    return bool(bringing)


def write_documents(documents: Iterable[OwnDocument], folder: Path) -> int:
    """Write each document as a file under `folder`, made if need be, and return how many there were.

    Raises DatasetError if one cannot be written.
    """
    count = 0
    for document in documents:
        path = folder / document.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(document.text.encode("utf-8"))  # bytes: no line end is turned into another
        except OSError as error:
            raise DatasetError(f"cannot write {path} ({error.strerror}); make room or check its rights") from error
        count += 1
    return count


def _documents(source: Source) -> Iterable[OwnDocument]:
    if source.kind is DatasetKind.SQUAD:
        return squad_documents(source.path, source.text)
    return beir_documents(source.path)
