"""The documents page on the web: its routes, who may use them, and what their requests may hold.

A page of its own rather than a part of the chat page: whoever asks questions never loads any of it, and its uploads
pass a session, a size and a name here before a byte is kept, which gradio's own upload route cannot be told to do.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ragbot.errors import DocumentError, RagbotError
from ragbot.loaders import MAX_BYTES
from ragbot.ui.access import SESSION_SECONDS, Access, TooManyTriesError, WrongPasswordError
from ragbot.ui.display import visible
from ragbot.ui.documents.desk import Admin, Desk
from ragbot.ui.documents.drawing import as_key, login_html, page_html
from ragbot.ui.documents.shelf import safe_name, too_large
from ragbot.ui.parts import asset, style
from ragbot.ui.requests import address, is_encrypted, is_own
from ragbot.ui.words import Words, translated

COOKIE = "ragbot-documents"
_MAX_FORM_BYTES = 10_000
_HEADERS = {
    "cache-control": "no-store",
    # Joins the policy that every page gets; of the two the stricter one counts. Unlike gradio this page needs no eval.
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
_Handler = Callable[[Request], Awaitable[Response]]


def documents_routes(admin: Admin, words: Words) -> list[Route]:
    """The routes of the documents page: `/documents` and what stands under it."""
    page = _DocumentsPage(Access(admin.password), Desk(admin, words), words)
    inside: dict[str, tuple[_Handler, str]] = {
        "parts": (page.parts, "GET"),
        "progress": (page.progress, "GET"),
        "preview": (page.preview, "POST"),
        "upload": (page.upload, "POST"),
        "name": (page.name, "POST"),
        "retire": (page.retire, "POST"),
        "put-back": (page.put_back, "POST"),
        "rebuild": (page.rebuild, "POST"),
    }
    return [
        Route("/documents", page.look, methods=["GET"]),
        Route("/documents", page.log_in, methods=["POST"]),
        Route("/documents/logout", page.log_out, methods=["POST"]),
        Route("/documents/style.css", _style, methods=["GET"]),
        Route("/documents/page.js", _script, methods=["GET"]),
        *(Route(f"/documents/{name}", page.inside(do), methods=[method]) for name, (do, method) in inside.items()),
    ]


class _DocumentsPage:
    """Requests in, responses out; what they mean is the desk's."""

    def __init__(self, access: Access, desk: Desk, words: Words) -> None:
        self._access = access
        self._desk = desk
        self._words = words

    def inside(self, handler: _Handler) -> _Handler:
        """`handler` for those who are logged in; an error of it as its one line."""

        async def guarded(request: Request) -> Response:
            if not is_own(request):
                return _told(self._words.documents.other_page, 403)
            if not self._access.knows(request.cookies.get(COOKIE)):
                return _told(self._words.documents.ended, 401)
            try:
                return await handler(request)
            except RagbotError as error:
                return self._told(str(error), 400)

        return guarded

    def _told(self, line: str, status: int) -> Response:
        return _told(translated(line, self._words), status)

    async def look(self, request: Request) -> Response:
        if not self._access.knows(request.cookies.get(COOKIE)):
            return _page(login_html(self._words, encrypted=is_encrypted(request)))
        return _page(page_html(await run_in_threadpool(self._desk.parts), self._words))

    async def log_in(self, request: Request) -> Response:
        if not is_own(request):
            return _told(self._words.documents.other_page, 403)
        form = parse_qs((await _body(request)).decode("utf-8", "replace"), keep_blank_values=True)
        try:
            token = self._access.log_in(form.get("password", [""])[0], address=address(request))
        except TooManyTriesError as error:
            refused = _page(login_html(self._words, error=str(error), encrypted=is_encrypted(request)), 429)
            refused.headers["retry-after"] = str(error.wait_s)
            return refused
        except WrongPasswordError as error:
            return _page(login_html(self._words, error=str(error), encrypted=is_encrypted(request)), 401)
        response = RedirectResponse("documents", 303, headers=_HEADERS)
        response.set_cookie(
            COOKIE,
            token,
            max_age=SESSION_SECONDS,
            path=_cookie_path(request),
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return response

    async def log_out(self, request: Request) -> Response:
        if is_own(request):
            self._access.log_out(request.cookies.get(COOKIE))
        response = RedirectResponse("../documents", 303, headers=_HEADERS)
        response.delete_cookie(COOKIE, path=_cookie_path(request))
        return response

    async def parts(self, request: Request) -> Response:
        page = request.query_params.get("page", "0")
        find = request.query_params.get("find", "")
        number = int(page) if page.isdecimal() and len(page) < 7 else 0
        return _json(await run_in_threadpool(self._desk.parts, find=find, page=number))

    async def progress(self, request: Request) -> Response:
        return _json(self._desk.progress())

    async def preview(self, request: Request) -> Response:
        return _json(await run_in_threadpool(self._desk.preview, await _key(request)))

    async def retire(self, request: Request) -> Response:
        name = await _key(request)
        key = await run_in_threadpool(self._desk.shelf.retire, name)
        return _json({"name": visible(name), "key": as_key(key)})

    async def put_back(self, request: Request) -> Response:
        name = await run_in_threadpool(self._desk.shelf.put_back, await _key(request))
        return _json({"name": visible(name)})

    async def rebuild(self, request: Request) -> Response:
        started = self._desk.rebuild()
        return _json(self._desk.progress(), 202) if started else _told(self._words.documents.running, 409)

    async def name(self, request: Request) -> Response:
        """What a file would be called here and whether there is one already: asked before its bytes are sent."""
        name = safe_name(await _key(request))
        return _json({"name": name, "exists": await run_in_threadpool(self._desk.shelf.holds, name)})

    async def upload(self, request: Request) -> Response:
        """One file: its bytes are the body, its name (percent-encoded) and whether it may replace are headers."""
        name = safe_name(unquote(request.headers.get("x-file-name", ""), errors="replace"))
        replace = request.headers.get("x-replace") == "yes"
        if _announced(request) > MAX_BYTES:
            return self._told(f"{name}: {too_large()}", 413)
        if self._desk.shelf.holds(name) and not replace:
            return self._told(f"{name} is already there; replace it, or rename the file", 409)
        with self._desk.shelf.arriving() as (path, file):
            try:
                size = await _receive(request, file)
            except ClientDisconnect:
                return self._told("the upload was broken off", 400)
            if size > MAX_BYTES:
                return self._told(f"{name}: {too_large()}", 413)
            if not size:
                raise DocumentError(f"{name} is an empty file; choose another")
            file.close()
            await run_in_threadpool(self._desk.shelf.add, path, name, replace=replace)
        return _json({"name": name, "ignored": await run_in_threadpool(self._desk.leaves_out, name)}, 201)


async def _receive(request: Request, file: BinaryIO) -> int:
    """Write the body to `file`; how many bytes came, counted no further than just over the limit."""
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_BYTES:
            break
        await run_in_threadpool(file.write, piece)
    return size


async def _body(request: Request) -> bytes:
    """The beginning of a small body; what is over the limit is never kept."""
    body = b""
    async for piece in request.stream():
        body += piece[: _MAX_FORM_BYTES - len(body)]
    return body


async def _key(request: Request) -> str:
    """The percent-encoded `key` that a request names a document with; an empty text if it names none."""
    try:
        values: Any = json.loads(await _body(request))
    except ValueError:
        return ""
    key = values.get("key") if isinstance(values, dict) else None
    return unquote(key, errors="surrogatepass") if isinstance(key, str) else ""


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isdecimal() else 0


def _cookie_path(request: Request) -> str:
    return f"{request.scope.get('root_path', '').rstrip('/')}/documents"


def _page(html: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(html, status, headers=_HEADERS)


def _json(values: object, status: int = 200) -> JSONResponse:
    return JSONResponse(values, status, headers=_HEADERS)


def _told(line: str, status: int) -> JSONResponse:
    return _json({"error": line}, status)


async def _style(request: Request) -> Response:
    return Response(style() + asset("documents.css"), media_type="text/css", headers=_HEADERS)


async def _script(request: Request) -> Response:
    return Response(asset("documents.js"), media_type="text/javascript", headers=_HEADERS)
