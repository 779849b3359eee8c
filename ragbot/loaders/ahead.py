"""Files read in advance, and parsed in the parser's process, while the caller works on those before. Decides nothing.

What the parser's process makes costs the caller no time where there is a second processor. Short .txt and .md files are
left to the caller: parsing them here would only take turns with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from ragbot.datatypes import Document
from ragbot.errors import DocumentError
from ragbot.loaders import read_source
from ragbot.loaders.files import FoundFile
from ragbot.loaders.source import SourceFile
from ragbot.loaders.worker import DocumentLoader


@dataclass(frozen=True, slots=True)
class Ahead:
    """How much may wait for the caller: files, their bytes (one file may have more), characters of parsed text."""

    files: int = 256
    n_bytes: int = 16_000_000
    characters: int = 4_000_000


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file with its bytes or why there are none, and what the parser made of them if it was asked in advance."""

    file: FoundFile
    source: SourceFile | DocumentError
    parsed: Document | DocumentError | None = None

    def document(self, loader: DocumentLoader) -> Document:
        """The Document, parsed now if it was not in advance. Raises DocumentError if there is none."""
        for refused in (self.source, self.parsed):
            if isinstance(refused, DocumentError):
                raise refused
        assert isinstance(self.source, SourceFile)
        return self.parsed if isinstance(self.parsed, Document) else loader.parse(self.source)


def read_now(file: FoundFile) -> ReadFile:
    """The file, read and not parsed."""
    try:
        return ReadFile(file, read_source(file.path, file.doc_id))
    except DocumentError as error:
        return ReadFile(file, error)


def read_ahead(
    files: Iterable[FoundFile],
    loader: DocumentLoader,
    *,
    is_wanted: Callable[[SourceFile], bool] = lambda source: True,
    ahead: Ahead | None = None,
) -> Generator[ReadFile]:
    """The files in order, each read once; those that `is_wanted` are parsed too, unless `loader` does it without a process.

    `is_wanted` is asked in order, in another thread. A caller who leaves early does not wait for the parser.
    """
    reader = _Reader(loader, is_wanted, ahead or Ahead())
    with ThreadPoolExecutor(1, "reader") as pool:
        try:
            for file in files:
                reader.add(_size(file), pool.submit(reader.read, file))
                while reader.has_enough:
                    yield reader.taken()
            while reader.waiting:
                yield reader.taken()
        finally:
            loader.abandon([future for _, future in reader.waiting])


class _Reader:
    """What waits for the caller. Each count is written by one thread only: `_made` by the reading one."""

    def __init__(self, loader: DocumentLoader, is_wanted: Callable[[SourceFile], bool], ahead: Ahead) -> None:
        self.waiting: deque[tuple[int, Future[ReadFile]]] = deque()
        self._loader, self._is_wanted, self._ahead = loader, is_wanted, ahead
        self._made = self._given = 0  # characters
        self._n_bytes = 0

    @property
    def has_enough(self) -> bool:
        """True if no further file may be read before one is given out."""
        n_files = len(self.waiting)
        return n_files > self._ahead.files or (n_files > 1 and self._n_bytes > self._ahead.n_bytes)

    def add(self, size: int, future: Future[ReadFile]) -> None:
        self.waiting.append((size, future))
        self._n_bytes += size

    def read(self, file: FoundFile) -> ReadFile:
        found = read_now(file)
        source = found.source
        if isinstance(source, DocumentError) or not self._is_wanted(source) or self._loader.parses_here(source):
            return found
        if self._made - self._given > self._ahead.characters:
            return found
        try:
            parsed: Document | DocumentError = self._loader.parse(source)
        except DocumentError as error:
            parsed = error
        self._made += _length(parsed)
        return ReadFile(file, source, parsed)

    def taken(self) -> ReadFile:
        size, future = self.waiting.popleft()
        self._n_bytes -= size
        found = future.result()
        self._given += _length(found.parsed)
        return found


def _length(parsed: Document | DocumentError | None) -> int:
    return len(parsed.text) if isinstance(parsed, Document) else 0


def _size(file: FoundFile) -> int:
    try:
        return file.path.stat().st_size
    except OSError:
        return 0
