"""The parser's process as seen by its starter: asked within limits, killed when it passes them. Knows no documents."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from resource import getpagesize

from ragbot.errors import DocumentError, ParserError, WorkerError
from ragbot.loaders.wire import Refusal
from ragbot.loaders.worker_main import LENGTH, READY

_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from ragbot.loaders import worker_main
getattr(worker_main, sys.argv[5])(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
"""
_START_SECONDS = 120.0
_TICK_MS = 50  # a parser can fill some 100 MB in this time
_MAX_ANSWER = 300_000_000  # bytes; three times what the longest text allowed needs
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a parser may take for one file: `seconds` of time, `memory` in bytes beyond what it has at start.

    Time that the parser spends waiting for a processor does not count, where the system tells it.
    """

    seconds: float = 60.0
    memory: int = 1_000_000_000


class WorkerProcess:
    """One parser's process, for one thread at a time. After an error it is gone and another must be started.

    `entry` names the function of `worker_main` that runs in it with `parser`. Raises WorkerError if it does not start.
    """

    def __init__(self, parser: str, limits: Limits, *, entry: str = "parse_sources") -> None:
        self._limits = limits
        paths = json.dumps([path or os.getcwd() for path in sys.path])
        held, self._lifeline = os.pipe()
        command = [sys.executable, "-P", "-c", _START, paths, parser, str(held), str(limits.memory), entry]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=[held],
                bufsize=0,
            )
        except OSError as error:
            os.close(self._lifeline)
            raise WorkerError(f"cannot start the process that parses documents ({error.strerror})") from error
        finally:
            os.close(held)
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._base = 0
        self._await_ready()

    @property
    def pid(self) -> int:
        """The system's number for the process."""
        return self._process.pid

    @property
    def is_bloated(self) -> bool:
        """True if it holds a quarter of its memory limit though it is idle; a fresh one would not."""
        return self._resident() > self._base + self._limits.memory // 4

    @property
    def is_gone(self) -> bool:
        """True if the process has ended."""
        return self._process.poll() is not None

    def ask(self, message: bytes) -> bytes:
        """The answer to `message`. Raises ParserError if the process dies or passes a limit; then it is gone."""
        deadline = self._clock() + self._limits.seconds
        try:
            self._write(LENGTH.pack(len(message)) + message, deadline)
            return self._receive(deadline)
        except BaseException:  # Ctrl-C too: half an answer must not be taken for the next one
            self.close()
            raise

    def kill(self) -> None:
        """End the process now; may be called while another thread waits in `ask`, which then raises."""
        self._process.kill()

    def close(self) -> None:
        """End the process and let go of its pipes."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    def _await_ready(self) -> None:
        try:
            if self._receive(self._clock() + _START_SECONDS) != READY:
                raise ParserError("spoke out of turn")
        except ParserError as error:
            self.close()
            raise WorkerError(
                f"the process that parses documents does not start ({error}); run: ragbot doctor"
            ) from error
        self._base = self._resident()

    def _write(self, message: bytes, deadline: float) -> None:
        view = memoryview(message)
        while view:
            self._wait(self._in, select.POLLOUT, deadline)
            try:
                view = view[os.write(self._in, view[:_BLOCK]) :]
            except BrokenPipeError as error:
                raise self._death() from error

    def _receive(self, deadline: float) -> bytes:
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        if length > _MAX_ANSWER:
            raise ParserError(f"parser made more than {_MAX_ANSWER // 1_000_000} MB of text; split the file")
        return self._read(length, deadline)

    def _read(self, length: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            self._wait(self._out, select.POLLIN, deadline)
            part = os.read(self._out, min(_BLOCK, length - len(parts)))
            if not part:
                raise self._death()
            parts += part
        return bytes(parts)

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        poller = select.poll()
        poller.register(descriptor, event)
        while not poller.poll(_TICK_MS):
            if self._clock() > deadline:
                raise ParserError(
                    f"parser ran over {self._limits.seconds:g} s; split the file or save it as plain text"
                )
            if self._base and self._resident() > self._base + self._limits.memory:
                raise over_memory(self._limits)

    def _death(self) -> ParserError:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return ParserError("parser closed its pipe; open the file in its own program and save it again")
        how = f"signal {-code}" if code < 0 else f"exit {code}"
        return ParserError(f"parser died ({how}); open the file in its own program and save it again")

    def _clock(self) -> float:
        """Seconds that stand still while the process waits for a processor: a busy machine must not cost documents."""
        try:
            waited = int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            waited = 0
        return time.monotonic() - waited / 1e9

    def _resident(self) -> int:
        """Bytes of memory that the process holds; 0 where the system does not say or it is gone."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * getpagesize()
        except (OSError, IndexError, ValueError):
            return 0


def refused(refusal: Refusal, limits: Limits) -> DocumentError:
    """The error that a refusal stands for."""
    if refusal.reason:
        return DocumentError(refusal.reason)
    if refusal.out_of_memory:
        return over_memory(limits)
    error = ParserError(f"parser failed ({refusal.raised}); open the file in its own program and save it again")
    error.add_note(refusal.trace)
    return error


def over_memory(limits: Limits) -> ParserError:
    """The error for a file that needs more memory than `limits` allow."""
    return ParserError(f"needs more than {_size(limits.memory)} of memory; split it or save it as plain text")


def _size(count: int) -> str:
    """Bytes for a person.

    >>> _size(1_000_000_000), _size(50_000_000)
    ('1 GB', '50 MB')
    """
    return f"{count / 1e9:g} GB" if count >= 1e9 else f"{count / 1e6:g} MB"
