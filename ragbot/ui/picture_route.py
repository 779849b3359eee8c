"""Pictures of PDF pages on the web: a route of our own, so that nothing is served from a folder. Draws none itself."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ragbot.errors import BusyError, RagbotError
from ragbot.loaders.pictures import PagePicture
from ragbot.ui.evidence import Evidence
from ragbot.ui.page_view import PICTURE_PATH
from ragbot.ui.state import GetBot

_HEADERS = {
    # The address names the file's hash: what it gives never changes. Kept by the visitor's browser alone.
    "cache-control": "private, max-age=86400, immutable",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": "inline",
}
_NOT_KEPT = {"cache-control": "no-store", "content-security-policy": "default-src 'none'; sandbox"}


def picture_route(get_bot: GetBot, evidence: Evidence) -> Route:
    """The route that gives the picture of a page of a document in the index, as `page_view.picture_url` asks for it."""

    async def give(request: Request) -> Response:
        asked = request.query_params
        number = asked.get("page", "")
        if not (number.isascii() and number.isdecimal() and len(number) < 7):
            return _refused("no such page", 404)
        return await run_in_threadpool(
            _picture, get_bot, evidence, asked.get("document", ""), asked.get("sha256", ""), int(number)
        )

    return Route(f"/{PICTURE_PATH}", give, methods=["GET"])


def _picture(get_bot: GetBot, evidence: Evidence, doc_id: str, sha256: str, number: int) -> Response:
    try:
        document = get_bot().index.document(doc_id)
        if sha256 != document.sha256:
            return _refused("the document has changed", 404)
        picture = evidence.picture(document, number - 1)
    except KeyError:
        return _refused("no such document", 404)
    except BusyError as error:
        return _refused(str(error), 503)
    except RagbotError as error:
        return _refused(str(error), 500)
    if not isinstance(picture, PagePicture):
        return _refused(picture.reason or picture.finding.value, 404)
    return Response(picture.data, media_type=picture.media_type, headers=_HEADERS)


def _refused(reason: str, status: int) -> Response:
    headers = _NOT_KEPT | ({"retry-after": "2"} if status == 503 else {})
    return PlainTextResponse(reason, status, headers=headers)
