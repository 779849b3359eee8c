"""Files to Documents through a parser in its own process, which may hang, crash or run out of memory without harm.

Reads the files itself, so that what is hashed is what is parsed. The process is started when first needed, kept warm
over many files and replaced when it goes. Short .txt and .md files are parsed here: their loaders are our own code, and
no process need be started for a corpus that has nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, wait
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, Self

from ragbot.datatypes import Document
from ragbot.errors import DocumentError, ParserError
from ragbot.loaders import parse_source, read_source
from ragbot.loaders.source import SourceFile
from ragbot.loaders.wire import Refusal, pack_source, unpack_answer
from ragbot.loaders.worker_main import answer
from ragbot.loaders.worker_process import Limits, WorkerProcess, refused

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
        message = answer(parse_source, source) if self.parses_here(source) else self._ask(source)
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

    def parses_here(self, source: SourceFile) -> bool:
        """True if `parse` needs no process for this file."""
        suffix = PurePath(source.path).suffix.lower()
        return not self._all_apart and suffix in _OWN_FORMATS and len(source.data) <= _SHORT

    def abandon(self, futures: Sequence[Future[Any]]) -> None:
        """Cancel what waits and end the parser that one of `futures` waits for: who leaves early need not wait for it."""
        running = [future for future in futures if not future.cancel() and not future.done()]
        # Again and again: the thread may be about to start a new process when the old one is killed.
        while running and wait(running, timeout=_ABANDON_SECONDS).not_done:
            if process := self._process:
                process.kill()

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
        if refusal.out_of_memory:
            self.close()  # what is left of the process may not be sound
        return refused(refusal, self._limits)
