"""Who may use the documents page: one password, few tries a minute, sessions that end. Knows no page and no files.

Nothing here writes a password or a session's token anywhere; of both only a hash is kept.
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

from ragbot.errors import RagbotError, ServeError

TRIES_A_MINUTE = 5  # from one address
TRIES_A_MINUTE_IN_ALL = 30
SESSION_SECONDS = 4 * 3_600  # since it was last used
_MAX_SESSIONS = 50


def required_password(*, admin: bool, password: SecretStr | None) -> SecretStr | None:
    """The password of the documents page, or None if that page is not wanted.

    Raises ServeError if it is wanted without a password.

    >>> required_password(admin=False, password=SecretStr("unused")) is None
    True
    """
    if not admin:
        return None
    if password is None or not password.get_secret_value().strip():
        raise ServeError("RAGBOT_ADMIN is on without a password; set RAGBOT_ADMIN_PASSWORD too, or unset RAGBOT_ADMIN")
    return password


class WrongPasswordError(RagbotError):
    """The password is not the right one."""


class TooManyTriesError(RagbotError):
    """Too many wrong passwords in the last minute; the next try is read in `wait_s` seconds."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"too many wrong passwords; wait {wait_s} seconds, then try again")
        self.wait_s = wait_s


class Access:
    """The password and the sessions opened with it. `clock` counts seconds; safe to share by threads."""

    def __init__(self, password: SecretStr, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._password = _hash(password.get_secret_value())
        self._clock = clock
        self._wrong: deque[tuple[float, str]] = deque()  # when and from where, the last minute only
        self._sessions: dict[bytes, float] = {}  # token's hash to when it was last used
        self._lock = threading.Lock()

    def log_in(self, password: str, *, address: str) -> str:
        """A new session's token. Raises WrongPasswordError, or TooManyTriesError for any password at all."""
        with self._lock:
            self._refuse_too_many(address)
            if not hmac.compare_digest(_hash(password), self._password):  # equally long, compared in constant time
                self._wrong.append((self._clock(), address))
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

    def _refuse_too_many(self, address: str) -> None:
        now = self._clock()
        while self._wrong and now - self._wrong[0][0] >= 60:
            self._wrong.popleft()
        own = [when for when, where in self._wrong if where == address]
        for tries, allowed in ((own, TRIES_A_MINUTE), ([when for when, _ in self._wrong], TRIES_A_MINUTE_IN_ALL)):
            if len(tries) >= allowed:
                raise TooManyTriesError(int(60 - (now - tries[-allowed])) + 1)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
