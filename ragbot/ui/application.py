"""A site as one web application: the page, the routes beside it, and what every request passes on its way there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ragbot.errors import RagbotError
from ragbot.ui.api import api_routes
from ragbot.ui.api.service import Service
from ragbot.ui.documents.routes import documents_routes
from ragbot.ui.door import Door, door_routes
from ragbot.ui.evidence import Evidence
from ragbot.ui.frame import head_html
from ragbot.ui.hardening import Hardened, Noted, SubPath
from ragbot.ui.identity import Logo
from ragbot.ui.page import build_page, mount
from ragbot.ui.picture_route import picture_route
from ragbot.ui.site import Site

_LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # opened by itself, an SVG is a page


def application(site: Site, evidence: Evidence) -> ASGIApp:
    """The web application; `evidence` is the caller's to close. Call it inside the server's event loop; outside of one gradio opens loops nobody closes."""
    routes = [*_health_routes(site), picture_route(site.get_bot, evidence)]
    if site.identity.logo:
        routes.append(_logo_route(site.identity.logo))
    if site.entrance:
        routes += door_routes(site.entrance, site.words, numbers=site.settings.emergency_numbers, own=site.identity)
    if site.settings.api:
        routes += api_routes(Service(site.get_bot, site.reception))
    if site.admin:
        routes += documents_routes(site.admin, site.words)
    app: ASGIApp = mount(
        build_page(site, evidence),
        head=head_html(site.identity.style),
        routes=routes,
        root_path=site.settings.root_path,
    )
    if site.entrance:
        app = Door(app, site.entrance)
    hardened = Hardened(app, language=site.words.language)
    return SubPath(Noted(hardened, journal=site.reception.journal), root_path=site.settings.root_path)


def _health_routes(site: Site) -> list[Route]:
    """`/healthz` says that the server runs, `/readyz` whether it can answer questions now."""

    async def healthy(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})

    async def ready(request: Request) -> Response:
        status = _status(site)
        return JSONResponse(
            {"status": status}, 200 if status == "ready" else 503, headers={"cache-control": "no-store"}
        )

    return [Route("/healthz", healthy, methods=["GET"]), Route("/readyz", ready, methods=["GET"])]


def _status(site: Site) -> str:
    if site.reception.lobby.stopping:
        return "stopping"
    if site.build and site.build.progress.phase.value != "ready":
        return site.build.progress.phase.value
    try:
        site.get_bot()
    except RagbotError:
        return "unavailable"
    return "ready"


def _logo_route(logo: Logo) -> Route:
    async def picture(request: Request) -> Response:
        headers = {"content-security-policy": _LOGO_POLICY, "cache-control": "max-age=3600"}
        return Response(logo.content, media_type=logo.media_type, headers=headers)

    return Route("/logo", picture, methods=["GET"])
