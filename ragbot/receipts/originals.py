"""The files that an index was built from, found again by their documents' names. Reads folders, no contents."""

from __future__ import annotations

from pathlib import Path

from ragbot.errors import CorpusError
from ragbot.ingestion import indexed_paths
from ragbot.loaders import find_files


class Originals:
    """The folders of the index at `index`, looked at anew at every question: a file may come and go."""

    def __init__(self, index: Path) -> None:
        self._index = index

    def path(self, doc_id: str) -> Path | None:
        """The file that `ingest` would now read under the name `doc_id`, or None."""
        return self.paths().get(doc_id)

    def paths(self) -> dict[str, Path]:
        """All files that `ingest` would now read, by name; a folder that is gone holds none."""
        try:
            roots = [root for root in indexed_paths(self._index) if root.exists()]
            return {file.doc_id: file.path for file in find_files(roots, without=self._index)}
        except (CorpusError, OSError):
            return {}
