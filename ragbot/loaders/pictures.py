"""Pages of PDF files as pictures, drawn in a process of their own within limits, as documents are parsed. Keeps none."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from ragbot.errors import ParserError
from ragbot.loaders.pdf.picture import PagePicture
from ragbot.loaders.picture_wire import pack_request, unpack_picture
from ragbot.loaders.wire import Refusal
from ragbot.loaders.worker_process import Limits, WorkerProcess, refused

__all__ = ["PICTURE_LIMITS", "PageDrawer", "PagePicture"]

PICTURE_LIMITS = Limits(seconds=15.0, memory=400_000_000)  # a page is drawn while a person waits
_HANDLER = "ragbot.loaders.picture_wire:answer_request"


class PageDrawer:
    """Draws pages, one at a time; use it in a `with` block, or `close` it. The process starts when first needed."""

    def __init__(self, *, limits: Limits = PICTURE_LIMITS) -> None:
        self._limits = limits
        self._process: WorkerProcess | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one. The drawer can be used again."""
        with self._lock:
            self._end()

    def draw(self, data: bytes, number: int, *, width: int) -> PagePicture:
        """Page `number` (from 0) of the PDF file `data`, `width` pixels across.

        Raises DocumentError, whose text is the reason in one line; ParserError, which is one, if the page hangs or
        crashes the parser. Raises WorkerError if no process can be started.
        """
        with self._lock:
            try:
                answered = unpack_picture(self._ask(pack_request(data, number, width)))
            except ValueError as error:
                self._end()
                raise ParserError(f"parser gave no usable picture: {error}; open the file in a viewer") from error
            if isinstance(answered, Refusal):
                if answered.out_of_memory:
                    self._end()  # what is left of the process may not be sound
                raise refused(answered, self._limits)
            return answered

    def _ask(self, message: bytes) -> bytes:
        if self._process is None or self._process.is_gone or self._process.is_bloated:
            self._end()
            self._process = WorkerProcess(_HANDLER, self._limits, entry="answer_requests")
        return self._process.ask(message)

    def _end(self) -> None:
        if self._process:
            self._process.close()
            self._process = None
