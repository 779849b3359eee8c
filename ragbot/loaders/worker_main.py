"""What runs inside the parser's process: one source after the other in, one answer each out. Started by worker_process.

The process gives up what a parser does not need: files to write, memory without bound, core dumps, the terminal.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import select
import signal
import struct
import traceback
from collections.abc import Callable
from importlib import import_module
from io import BufferedReader, BufferedWriter
from pathlib import Path
from typing import Any

from ragbot.datatypes import Document
from ragbot.errors import DocumentError
from ragbot.loaders.source import SourceFile
from ragbot.loaders.wire import Refusal, pack_document, pack_refusal, unpack_source

LENGTH = struct.Struct(">Q")  # before each message
READY = b"ready"
_MAX_TRACE = 4_000  # characters

Parse = Callable[[SourceFile], Document]
Handle = Callable[[bytes], bytes]


def parse_sources(parser: str, lifeline: int, memory: int) -> None:
    """Answer sources with the documents that `parser` ("module:function") makes of them; see `answer_requests`."""

    def answers() -> Handle:
        parse: Parse = _named(parser)
        return lambda message: answer(parse, unpack_source(message))

    _serve(answers, lifeline, memory)


def answer_requests(handler: str, lifeline: int, memory: int) -> None:
    """Answer messages from standard input with `handler` ("module:function") until it is closed, then return.

    `lifeline` is a pipe that is never written to: when its other end goes, so does this process, whatever it is doing.
    """
    _serve(lambda: _named(handler), lifeline, memory)


def _serve(handler: Callable[[], Handle], lifeline: int, memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    _die_with(lifeline)
    with _private(0, "rb") as requests, _private(1, "wb") as answers:
        handle = handler()
        _limit(memory)
        _send(answers, READY)
        while header := requests.read(LENGTH.size):
            _send(answers, handle(requests.read(*LENGTH.unpack(header))))


def answer(parse: Parse, source: SourceFile) -> bytes:
    """What `parse` makes of `source`, as a message: a document, its refusal, or what it raised against the rules."""
    return guarded(lambda: pack_document(parse(source)))


def guarded(make: Callable[[], bytes]) -> bytes:
    """The message that `make` makes, or as a message why it made none: a refusal, or what it raised against the rules."""
    try:
        return make()
    except DocumentError as error:
        return pack_refusal(Refusal(reason=str(error.args[0])))
    except MemoryError:
        return pack_refusal(Refusal(out_of_memory=True))
    except Exception as error:  # noqa: BLE001 - a broken file may make a parser raise anything; the run goes on
        trace = "".join(traceback.format_exception(error))[-_MAX_TRACE:]
        return pack_refusal(Refusal(raised=type(error).__name__, trace=trace))


def _named(function: str) -> Any:
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)


def _die_with(lifeline: int) -> None:
    # The kernel sends SIGIO, which ends a process, even to a parser that never comes back to Python.
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_RDONLY | os.O_NONBLOCK | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:  # it went before we listened
        os._exit(1)


def _private(descriptor: int, mode: str) -> BufferedReader | BufferedWriter:
    """The stream under another number, so that what a library reads or prints does not go through it."""
    kept = os.dup(descriptor)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, descriptor)
    os.close(null)
    return os.fdopen(kept, mode)  # type: ignore[return-value]


def _limit(memory: int) -> None:
    """Bound what this process may take. Its starter watches resident memory; this stops a single huge request."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with contextlib.suppress(OSError, ValueError):  # no /proc, or a lower limit already
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + 2 * memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _send(answers: BufferedReader | BufferedWriter, message: bytes) -> None:
    answers.write(LENGTH.pack(len(message)))
    answers.write(message)
    answers.flush()
