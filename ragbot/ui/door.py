"""The password before the chat: who has no session gets the login page, or 401 from the API. Health checks pass.

The login page shows the fixed help for people in danger, since nobody may be kept from it by a password.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ragbot.config import EmergencyNumber
from ragbot.ui.access import ENTRANCE_SECONDS, Entrance, TooManyTriesError, WrongPasswordError
from ragbot.ui.identity import Identity
from ragbot.ui.login import login_html
from ragbot.ui.parts import style
from ragbot.ui.requests import TooLargeError, address, is_encrypted, is_own, route_path, small_body
from ragbot.ui.words import Words

COOKIE = "ragbot-chat"
_OPEN = ("/login", "/login.css", "/logo", "/healthz", "/readyz")
_MAX_FORM_BYTES = 10_000
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}


class Door:
    """Lets those in who have a session or send the password as a bearer token. /documents has a password of its own."""

    def __init__(self, app: ASGIApp, entrance: Entrance) -> None:
        self._app = app
        self._entrance = entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] not in ("http", "websocket") or self._is_open(route_path(scope)):
            await self._app(scope, receive, send)
            return
        refused = self._refusal(HTTPConnection(scope))
        if refused is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await refused(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    @staticmethod
    def _is_open(path: str) -> bool:
        return path in _OPEN or path == "/documents" or path.startswith("/documents/")

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        if self._entrance.admits(connection.cookies.get(COOKIE)):
            return None
        scheme, _, password = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            try:
                self._entrance.check(password, address=connection.client.host if connection.client else "")
            except TooManyTriesError as error:
                return JSONResponse({"error": str(error)}, 429, headers={**_HEADERS, "retry-after": str(error.wait_s)})
            except WrongPasswordError as error:
                return _unauthorized(str(error))
            return None
        if connection.scope.get("method") in ("GET", "HEAD") and route_path(connection.scope) == "/":
            return RedirectResponse("login", 303, headers=_HEADERS)
        return _unauthorized("this page has a password; log in, or send it as a bearer token")


def door_routes(
    entrance: Entrance, words: Words, *, numbers: Sequence[EmergencyNumber] = (), own: Identity | None = None
) -> list[Route]:
    """The login page and its style sheet, with the operator's `own` look and `numbers`."""
    own = own or Identity()

    def drawn(request: Request, error: str = "") -> str:
        return login_html(
            words,
            numbers=numbers,
            has_logo=own.logo is not None,
            error=error,
            encrypted=is_encrypted(request),
        )

    async def look(request: Request) -> Response:
        return _page(drawn(request))

    async def log_in(request: Request) -> Response:
        if not is_own(request):
            return JSONResponse({"error": "this request came from another page"}, 403, headers=_HEADERS)
        try:
            entrance.check(await _password(request), address=address(request))
        except (TooManyTriesError, WrongPasswordError) as error:
            if isinstance(error, TooManyTriesError):
                return _page(drawn(request, str(error)), 429, wait_s=error.wait_s)
            return _page(drawn(request, str(error)), 401)
        response = RedirectResponse("./", 303, headers=_HEADERS)
        response.set_cookie(
            COOKIE,
            entrance.token(),
            max_age=ENTRANCE_SECONDS,
            path=f"{request.scope.get('root_path', '').rstrip('/')}/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",  # a link to the page from elsewhere finds the session; another site's form does not
        )
        return response

    async def css(request: Request) -> Response:
        return Response(style() + own.style, media_type="text/css", headers=_HEADERS)

    return [
        Route("/login", look, methods=["GET"]),
        Route("/login", log_in, methods=["POST"]),
        Route("/login.css", css, methods=["GET"]),
    ]


async def _password(request: Request) -> str:
    try:
        body = await small_body(request, _MAX_FORM_BYTES)
    except TooLargeError:
        return ""
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).get("password", [""])[0]


def _page(html: str, status: int = 200, *, wait_s: int | None = None) -> Response:
    return HTMLResponse(html, status, headers=_HEADERS | ({"retry-after": str(wait_s)} if wait_s else {}))


def _unauthorized(line: str) -> Response:
    return JSONResponse({"error": line}, 401, headers={**_HEADERS, "www-authenticate": "Bearer"})
