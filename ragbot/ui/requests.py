"""What every route of ours asks of a request: whose page sent it, from which address, and a body of bounded size."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import Scope

_THIS_MACHINE = ("127.0.0.1", "::1")


class TooLargeError(Exception):
    """The body has more bytes than the route takes."""


def is_own(request: Request) -> bool:
    """True unless a browser says that the request comes from a page of another site, or of another port of this one."""
    if request.method in ("GET", "HEAD"):
        return True
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def is_encrypted(request: Request) -> bool:
    """True if nobody on the way can read what is typed: over HTTPS, or without leaving this machine."""
    return request.url.scheme == "https" or (request.client is not None and request.client.host in _THIS_MACHINE)


def address(request: Request) -> str:
    """The address that the request comes from; the server has put that of the asker there if a trusted proxy told it."""
    return request.client.host if request.client else ""


def route_path(scope: Scope) -> str:
    """The path within this page, without the path under which a proxy puts it."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    return path[len(root) :] if root and (path + "/").startswith(root + "/") else path


async def small_body(request: Request, most_bytes: int) -> bytes:
    """The whole body. Raises TooLargeError as soon as it has more than `most_bytes`."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most_bytes:
            raise TooLargeError(f"the body has more than {most_bytes:,} bytes")
    return body
