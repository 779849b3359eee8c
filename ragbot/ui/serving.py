"""The page on a port: web server, security headers, errors of host and port. Knows nothing of answers."""

from __future__ import annotations

import errno
import json
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING

from ragbot.errors import ServeError
from ragbot.ui.state import BuildState, GetBot

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ragbot.ui.chat import Gate
    from ragbot.ui.documents import Admin

# Gradio compiles its templates in the browser, hence 'unsafe-eval'; everything may come from this host only.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
_GRADIO_UPLOADS = {"upload", "process_recording", "stream"}
# Gradio's card for link previews: its name and pictures on other hosts.
_PREVIEW = re.compile(rb"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>\s*")


def serve(
    get_bot: GetBot,
    *,
    host: str,
    port: int,
    examples: Sequence[str] | None = None,
    build: BuildState | None = None,
    gate: Gate | None = None,
    admin: Admin | None = None,
) -> None:
    """Serve the chat page at `host`:`port` until interrupted. `examples` None means the packaged ones.

    With `admin` there is also the documents page at /documents.

    Raises ServeError if the port is taken or the host is not of this machine.
    """
    with listen(host, port) as listener:
        run(listener, get_bot, examples=examples, build=build, gate=gate, admin=admin)


def run(
    listener: socket.socket,
    get_bot: GetBot,
    *,
    examples: Sequence[str] | None = None,
    build: BuildState | None = None,
    gate: Gate | None = None,
    admin: Admin | None = None,
) -> None:
    """Serve the chat page on a listening socket until interrupted; with `admin` the documents page too."""
    _server(get_bot, examples, build, gate, admin).run(sockets=[listener])


@contextmanager
def serving(
    get_bot: GetBot,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    examples: Sequence[str] | None = None,
    build: BuildState | None = None,
    gate: Gate | None = None,
    admin: Admin | None = None,
) -> Iterator[str]:
    """Serve in a thread for the length of a `with` block, which gets the address; port 0 takes a free one."""
    with listen(host, port) as listener:
        server = _server(get_bot, examples, build, gate, admin)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="ragbot-page")
        thread.start()
        try:
            yield f"http://{host}:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ServeError, whose text names what is wrong and the next step."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise ServeError(f"host {host!r} is unknown; choose another with --host, such as 127.0.0.1") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ServeError(_why_not(error, host, port)) from error
    return listener


def packaged_examples() -> list[str]:
    """The example questions for the packaged corpus, from `ragbot/data/examples.json`."""
    questions = json.loads((files("ragbot") / "data" / "examples.json").read_text("utf-8"))
    return [str(question) for question in questions]


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use; stop the other program or choose another with --port"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} needs administrator rights; choose one above 1023 with --port"
    return f"cannot listen on {host} ({error.strerror}); choose another with --host, such as 127.0.0.1"


def _server(
    get_bot: GetBot,
    examples: Sequence[str] | None,
    build: BuildState | None,
    gate: Gate | None,
    admin: Admin | None,
) -> uvicorn.Server:
    import uvicorn

    from ragbot.ui.documents.routes import documents_routes
    from ragbot.ui.frame import head_html
    from ragbot.ui.page import build_page, mount

    chosen = packaged_examples() if examples is None else examples

    def app() -> ASGIApp:
        page = build_page(get_bot, examples=chosen, build=build, gate=gate)
        return _Hardened(mount(page, head=head_html(), routes=documents_routes(admin) if admin else ()))

    # A factory is called inside the server's event loop; outside of one gradio opens loops that nobody closes.
    config = uvicorn.Config(app, factory=True, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    return uvicorn.Server(config)


class _Hardened:
    """Adds security headers to every response, takes gradio's link-preview card out of the page, refuses its uploads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
                start = {**message, "headers": _with_headers(message["headers"])}
                if not _is_page(start):
                    await send(start)
                return
            if start is None or not _is_page(start):
                await send(message)
                return
            page += message.get("body", b"")
            if not message.get("more_body"):
                body = _PREVIEW.sub(b"", page)
                await send({**start, "headers": _with_length(start["headers"], len(body))})
                await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_hardened)


Headers = list[tuple[bytes, bytes]]


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


def _with_headers(headers: Headers) -> Headers:
    return [*headers, *((name.encode(), value.encode()) for name, value in _HEADERS.items())]


def _with_length(headers: Headers, length: int) -> Headers:
    return [h for h in headers if h[0] != b"content-length"] + [(b"content-length", str(length).encode())]
