"""Who may come in: one password, few wrong tries a minute, sessions that end. Knows no page and no files.

`Access` remembers its sessions, for the few who look after documents; `Entrance` gives out signed ones, for any number
of people, which a restart leaves valid. Nothing here writes a password or a session's token anywhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable

from pydantic import SecretStr

from ragbot.errors import RagbotError

TRIES_A_MINUTE = 5  # from one address
TRIES_A_MINUTE_IN_ALL = 30
ENTRANCE_TRIES_A_MINUTE = 10
ENTRANCE_TRIES_A_MINUTE_IN_ALL = 600  # many people behind many addresses; one of them must not lock out the others
SESSION_SECONDS = 4 * 3_600  # since it was last used
ENTRANCE_SECONDS = 12 * 3_600  # since the password was given
_MAX_SESSIONS = 50


class WrongPasswordError(RagbotError):
    """The password is not the right one."""


class TooManyTriesError(RagbotError):
    """Too many wrong passwords in the last minute; the next try is read in `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many wrong passwords; wait {wait_s} seconds, then try again")
        self.wait_s = wait_s


class Tries:
    """The wrong passwords of the last minute: `each` may come from one address, `in_all` from all. Not thread-safe."""

    def __init__(self, *, each: int, in_all: int, clock: Callable[[], float]) -> None:
        self._each = each
        self._in_all = in_all
        self._clock = clock
        self._wrong: deque[tuple[float, str]] = deque()  # when and from where

    def refuse_too_many(self, address: str) -> None:
        """Raise TooManyTriesError if no more may be tried from `address` now."""
        now = self._clock()
        while self._wrong and now - self._wrong[0][0] >= 60:
            self._wrong.popleft()
        own = [when for when, where in self._wrong if where == address]
        for tries, allowed in ((own, self._each), ([when for when, _ in self._wrong], self._in_all)):
            if len(tries) >= allowed:
                raise TooManyTriesError(int(60 - (now - tries[-allowed])) + 1)

    def note(self, address: str) -> None:
        """Note a wrong password from `address`."""
        self._wrong.append((self._clock(), address))


class Access:
    """The password and the sessions opened with it. `clock` counts seconds; safe to share by threads."""

    def __init__(self, password: SecretStr, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._password = _hash(password.get_secret_value())
        self._clock = clock
        self._tries = Tries(each=TRIES_A_MINUTE, in_all=TRIES_A_MINUTE_IN_ALL, clock=clock)
        self._sessions: dict[bytes, float] = {}  # token's hash to when it was last used
        self._lock = threading.Lock()

    def log_in(self, password: str, *, address: str) -> str:
        """A new session's token. Raises WrongPasswordError, or TooManyTriesError for any password at all."""
        with self._lock:
            self._tries.refuse_too_many(address)
            if not hmac.compare_digest(_hash(password), self._password):  # equally long, compared in constant time
                self._tries.note(address)
                raise WrongPasswordError("that is not the password; type it again")
            token = secrets.token_urlsafe(32)
            self._sessions[_hash(token)] = self._clock()
            while len(self._sessions) > _MAX_SESSIONS:
                del self._sessions[min(self._sessions, key=self._sessions.__getitem__)]
            return token

    def knows(self, token: str | None) -> bool:
        """True if `token` is of an open session, which is thereby kept open."""
        key, now = _hash(token or ""), self._clock()
        with self._lock:
            if key not in self._sessions:
                return False
            if now - self._sessions[key] > SESSION_SECONDS:
                del self._sessions[key]
                return False
            self._sessions[key] = now
            return True

    def log_out(self, token: str | None) -> None:
        """End the session of `token`, if there is one."""
        with self._lock:
            self._sessions.pop(_hash(token or ""), None)


class Entrance:
    """The password of the chat. Its sessions are signed with a key made of the password and kept nowhere.

    `clock` counts seconds since the epoch; safe to share by threads.
    """

    def __init__(self, password: SecretStr, *, clock: Callable[[], float] = time.time) -> None:
        secret = password.get_secret_value().encode("utf-8", "surrogatepass")
        self._password = _hash(password.get_secret_value())
        # Slow on purpose: whoever finds a session's token shall not guess the password from it.
        self._key = hashlib.scrypt(secret, salt=b"ragbot entrance", n=2**14, r=8, p=1)
        self._clock = clock
        self._tries = Tries(each=ENTRANCE_TRIES_A_MINUTE, in_all=ENTRANCE_TRIES_A_MINUTE_IN_ALL, clock=clock)
        self._lock = threading.Lock()

    def check(self, password: str, *, address: str) -> None:
        """Raise WrongPasswordError if it is not the right one, or TooManyTriesError for any password at all."""
        with self._lock:
            self._tries.refuse_too_many(address)
            if not hmac.compare_digest(_hash(password), self._password):
                self._tries.note(address)
                raise WrongPasswordError("that is not the password; type it again")

    def token(self) -> str:
        """A new session's token, good for ENTRANCE_SECONDS."""
        content = f"{int(self._clock()) + ENTRANCE_SECONDS}.{secrets.token_hex(8)}"
        return f"{content}.{self._signature(content)}"

    def admits(self, token: str | None) -> bool:
        """True if `token` was given out for the present password and has not ended."""
        content, _, signature = (token or "").rpartition(".")
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), self._signature(content).encode()):
            return False
        return int(content.partition(".")[0]) > self._clock()

    def _signature(self, content: str) -> str:
        return hmac.new(self._key, content.encode("utf-8", "replace"), "sha256").hexdigest()


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
