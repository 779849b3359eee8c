"""What every response passes through: security headers, no gradio card, the page's language, no upload to gradio.

Also gives each request its identifier and its line in the journal, and puts the page under a proxy's path. Plain ASGI;
knows nothing of answers.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING

from ragbot.ui.journal import Journal, request_id
from ragbot.ui.requests import route_path

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio compiles its templates in the browser, hence 'unsafe-eval', and styles elements one by one; everything may come
# from this host only. A script that stands in a page runs only if it carries the number used once for that response.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'{nonce}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
_GRADIO_UPLOADS = {"upload", "process_recording", "stream"}
# Gradio's card for link previews: its name and pictures on other hosts.
_PREVIEW = re.compile(rb"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>\s*")
# A whole script, so that what only looks like one within its text is left alone.
_SCRIPT = re.compile(rb"<script\b([^>]*>.*?</script)", re.IGNORECASE | re.DOTALL)
_LANGUAGE = re.compile(rb'(<html[^>]*?\blang=")[^"]*"')

Headers = list[tuple[bytes, bytes]]


class Hardened:
    """Adds security headers to every response, takes gradio's link-preview card out of the page, refuses its uploads.

    The page is marked as being in `language`.
    """

    def __init__(self, app: ASGIApp, *, language: str) -> None:
        self._app = app
        self._language = language.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its response hardened."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _is_gradio_upload(scope):
            await _refuse(send)
            return
        start: Message | None = None
        page = b""

        async def send_hardened(message: Message) -> None:
            nonlocal start, page
            if message["type"] == "http.response.start":
                start = message
                if not _is_page(start):
                    await send({**start, "headers": _with_headers(start["headers"])})
                return
            if start is None or not _is_page(start):
                await send(message)
                return
            page += message.get("body", b"")
            if not message.get("more_body"):
                nonce = secrets.token_urlsafe(16)
                body = _LANGUAGE.sub(rb"\1" + self._language + b'"', _PREVIEW.sub(b"", page), count=1)
                body = _SCRIPT.sub(rb'<script nonce="' + nonce.encode() + rb'"\1', body)
                await send({**start, "headers": _with_length(_with_headers(start["headers"], nonce), len(body))})
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_hardened)


class Noted:
    """Gives each request an identifier, sends it along with the response, and notes what was not read only.

    Questions on the page have lines of their own, so gradio's own requests are noted only when they fail.
    """

    def __init__(self, app: ASGIApp, *, journal: Journal) -> None:
        self._app = app
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its identifier."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, identifier = time.perf_counter(), 500, request_id()  # 500 stays so only if nothing is sent
        scope["ragbot.request"] = identifier

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", identifier.encode())]}
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            path = route_path(scope)
            changes = scope["method"] not in ("GET", "HEAD") and not path.startswith("/gradio_api/")
            if changes or status >= 400:
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                what = {"method": scope["method"], "path": path[:200], "status": status, "milliseconds": milliseconds}
                self._journal.note("request", request=identifier, **what)


class SubPath:
    """Makes the page stand under `root_path`, whether or not the proxy before it takes that path off."""

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self._app = app
        self._root = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as one under the path."""
        if scope["type"] == "http" and self._root:
            path = scope["path"]
            inside = (path + "/").startswith(self._root + "/")
            scope = {**scope, "root_path": self._root, "path": path if inside else self._root + path}
        await self._app(scope, receive, send)


def _is_gradio_upload(scope: Scope) -> bool:
    """True for what would make gradio keep a file: its own upload routes, and a form with files on any other."""
    parts = scope["path"].split("/")
    if "gradio_api" not in parts or scope["method"] in ("GET", "HEAD"):
        return False
    form = any(name == b"content-type" and b"multipart" in value.lower() for name, value in scope["headers"])
    return form or not _GRADIO_UPLOADS.isdisjoint(parts)


async def _refuse(send: Send) -> None:
    headers = _with_headers([(b"content-type", b"text/plain"), (b"connection", b"close")])
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not Found"})


def _is_page(start: Message) -> bool:
    return any(name == b"content-type" and value.startswith(b"text/html") for name, value in start["headers"])


def _with_headers(headers: Headers, nonce: str = "") -> Headers:
    policy = _POLICY.format(nonce=f" 'nonce-{nonce}'" if nonce else "")
    added = {"content-security-policy": policy, **_HEADERS}
    return [*headers, *((name.encode(), value.encode()) for name, value in added.items())]


def _with_length(headers: Headers, length: int) -> Headers:
    return [h for h in headers if h[0] != b"content-length"] + [(b"content-length", str(length).encode())]
