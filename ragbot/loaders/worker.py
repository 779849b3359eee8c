"""Files to Documents through a parser in its own process, which may hang, crash or run out of memory without harm.

Reads the files itself, so that what is hashed is what is parsed. The process is started when first needed, kept warm
over many files and replaced when it goes. Short .txt and .md files are parsed here: their loaders are our own code, and
no process need be started for a corpus that has nothing else.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path, PurePath
from types import TracebackType
from typing import Self

from ragbot.datatypes import Document
from ragbot.errors import DocumentError, ParserError
from ragbot.loaders import parse_source, read_source
from ragbot.loaders.files import FoundFile
from ragbot.loaders.source import SourceFile
from ragbot.loaders.wire import Refusal, pack_source, unpack_answer
from ragbot.loaders.worker_main import answer
from ragbot.loaders.worker_process import Limits, WorkerProcess, over_memory

__all__ = ["DocumentLoader", "Limits"]

_PARSER = "ragbot.loaders:parse_source"
_OWN_FORMATS = (".txt", ".text", ".md", ".markdown")
_SHORT = 32_000  # bytes; the worst of this length (a hundred nested quotations) takes 12 s, within any limit
_ABANDON_SECONDS = 0.05


class DocumentLoader:
    """Loads documents within `limits`; use it in a `with` block, or `close` it.

    `parser` names the function that is called in the other process, as "module:function"; with `all_apart`, and for any
    other parser than ragbot's, no file at all is parsed here.
    """

    def __init__(self, *, limits: Limits | None = None, parser: str = _PARSER, all_apart: bool = False) -> None:
        self._limits = limits or Limits()
        self._parser = parser
        self._all_apart = all_apart or parser != _PARSER
        self._process: WorkerProcess | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the parser's process, if there is one. The loader can be used again."""
        with self._lock:
            if self._process:
                self._process.close()
                self._process = None

    def load(self, path: Path, doc_id: str, data: bytes | None = None) -> Document:
        """The Document in the file at `path`, which is read unless its bytes are given as `data`.

        Raises DocumentError, whose text is the reason in one line; ParserError, which is one, if it is the parser's
        fault. Raises WorkerError if no process can be started.
        """
        return self.parse(read_source(path, doc_id, data))

    def parse(self, source: SourceFile) -> Document:
        """The Document in a file already read. Raises as `load` does."""
        message = answer(parse_source, source) if self._is_ours(source) else self._ask(source)
        try:
            answered = unpack_answer(message, source)
        except ValueError as error:
            self.close()
            raise ParserError(
                f"parser gave no usable answer: {error}; save the file again in another format"
            ) from error
        if isinstance(answered, Document):
            return answered
        raise self._refused(answered)

    def load_all(
        self, files: Iterable[FoundFile | SourceFile], *, ahead: int = 2
    ) -> Iterator[tuple[FoundFile | SourceFile, Document | DocumentError]]:
        """Each file with its Document or the reason why there is none, in order.

        `ahead` files are parsed while the caller works on one. A FoundFile is read when its turn comes.
        """
        waiting: deque[tuple[FoundFile | SourceFile, Future[Document | DocumentError]]] = deque()
        with ThreadPoolExecutor(1, "parser") as pool:
            try:
                for file in files:
                    waiting.append((file, pool.submit(self._outcome, file)))
                    if len(waiting) > ahead:
                        done, future = waiting.popleft()
                        yield done, future.result()
                while waiting:
                    done, future = waiting.popleft()
                    yield done, future.result()
            finally:
                self._abandon([future for _, future in waiting])

    def _outcome(self, file: FoundFile | SourceFile) -> Document | DocumentError:
        try:
            return self.parse(file) if isinstance(file, SourceFile) else self.load(file.path, file.doc_id)
        except DocumentError as error:
            return error

    def _abandon(self, futures: list[Future[Document | DocumentError]]) -> None:
        """Do not make a caller who leaves early (Ctrl-C, an error) wait for a parser."""
        running = [future for future in futures if not future.cancel() and not future.done()]
        # Again and again: the thread may be about to start a new process when the old one is killed.
        while running and wait(running, timeout=_ABANDON_SECONDS).not_done:
            if process := self._process:
                process.kill()

    def _is_ours(self, source: SourceFile) -> bool:
        suffix = PurePath(source.path).suffix.lower()
        return not self._all_apart and suffix in _OWN_FORMATS and len(source.data) <= _SHORT

    def _ask(self, source: SourceFile) -> bytes:
        with self._lock:
            if self._process and self._process.is_gone:
                self._process.close()
                self._process = None
            if self._process is None:
                self._process = WorkerProcess(self._parser, self._limits)
            message = self._process.ask(pack_source(source))
            if self._process.is_bloated:
                self._process.close()
            return message

    def _refused(self, refusal: Refusal) -> DocumentError:
        if refusal.reason:
            return DocumentError(refusal.reason)
        if refusal.out_of_memory:
            self.close()  # what is left of the process may not be sound
            return over_memory(self._limits)
        error = ParserError(f"parser failed ({refusal.raised}); open the file in its own program and save it again")
        error.add_note(refusal.trace)
        return error
