"""The API on the web: JSON in, JSON out, errors as one line. What is answered, and in which order, is the service's."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from ragbot.errors import RagbotError
from ragbot.mcp import answer_message, asked_row, read_message
from ragbot.rendering import json_line
from ragbot.ui.api.description import description, page_html
from ragbot.ui.api.service import Service
from ragbot.ui.parts import style
from ragbot.ui.reception import LimitedError
from ragbot.ui.requests import TooLargeError, address, is_own, small_body

MAX_BYTES = 200_000
MAX_ROWS = 100
_HEADERS = {
    "cache-control": "no-store",
    # Joins the policy that every page gets; of the two the stricter one counts. This page needs no script at all.
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}
_Handler = Callable[[Request], Awaitable[Response]]


def api_routes(service: Service) -> list[Route]:
    """The routes under /api, and /mcp."""
    api = _Api(service)
    return [
        Route("/api", api.page, methods=["GET"]),
        Route("/api/style.css", api.style, methods=["GET"]),
        Route("/api/openapi.json", api.openapi, methods=["GET"]),
        Route("/api/ask", _told(api.ask), methods=["POST"]),
        Route("/api/batch", _told(api.batch), methods=["POST"]),
        Route("/api/documents", _told(api.documents), methods=["GET"]),
        Route("/api/documents/{name:path}", _told(api.document), methods=["GET"]),
        Route("/mcp", _told(api.mcp), methods=["POST"]),
    ]


class _RefusedError(Exception):
    """A request that cannot be used: status and one line."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status


class _Api:
    """Requests in, responses out."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def page(self, request: Request) -> Response:
        return HTMLResponse(page_html(), headers=_HEADERS)

    async def style(self, request: Request) -> Response:
        return Response(style(), media_type="text/css", headers=_HEADERS)

    async def openapi(self, request: Request) -> Response:
        return _json(description())

    async def ask(self, request: Request) -> Response:
        return _json(await self._answer(await _body(request), request, "api"))

    async def batch(self, request: Request) -> Response:
        rows = await _body(request)
        if not isinstance(rows, list) or not 0 < len(rows) <= MAX_ROWS:
            raise _RefusedError(400, f"send a list of 1 to {MAX_ROWS} rows")
        # One after the other, so that a long list never stands in the way of somebody with one question.
        return _json([await self._answer(row, request, "api") for row in rows])

    async def documents(self, request: Request) -> Response:
        return _json(await run_in_threadpool(self._service.documents))

    async def document(self, request: Request) -> Response:
        name = request.path_params["name"]
        try:
            return _json(await run_in_threadpool(self._service.document, name))
        except KeyError:
            raise _RefusedError(
                404, f"no document {name[:200]!r} in the index; GET /api/documents lists them"
            ) from None

    async def mcp(self, request: Request) -> Response:
        """One message of the Model Context Protocol; every reply is plain JSON, so that there is nothing to stream."""
        message = read_message((await _bytes(request)).decode("utf-8", "replace"))
        if "error" in message:
            return _json(message, 400)
        row = asked_row(message)
        answer = await self._answer(row, request, "mcp") if row is not None else {}
        reply = answer_message(message, lambda _: answer)
        return Response(status_code=202, headers=_HEADERS) if reply is None else _json(reply)

    async def _answer(self, row: object, request: Request, door: str) -> dict[str, Any]:
        return await self._service.answer(
            row, door=door, address=address(request), request=request.scope.get("ragbot.request", "")
        )


def _told(handler: _Handler) -> _Handler:
    """`handler`, with what it raises on purpose told in one line."""

    async def told(request: Request) -> Response:
        try:
            return await handler(request)
        except _RefusedError as error:
            return _error(str(error), error.status)
        except TooLargeError as error:
            return _error(f"{error}; send less at once", 413)
        except LimitedError as error:
            return _error(str(error), 429, {"retry-after": str(error.wait_s)})
        except RagbotError as error:  # no index, no place, or the server is being stopped
            return _error(str(error), 503, {"retry-after": "10"})

    return told


async def _body(request: Request) -> object:
    """The body as JSON. Only as `application/json`, which a browser sends for another site's page only if allowed."""
    content = await _bytes(request)
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        raise _RefusedError(400, 'the body is not JSON; send {"question": "…"}') from None
    return value


async def _bytes(request: Request) -> bytes:
    if not is_own(request):
        raise _RefusedError(403, "this request comes from a page of another site")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _RefusedError(415, "send the body as content-type application/json")
    return await small_body(request, MAX_BYTES)


def _json(values: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    content = json_line(values) + "\n"
    return Response(content, status, {**_HEADERS, **(headers or {})}, media_type="application/json")


def _error(line: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return _json({"error": line}, status, headers)
