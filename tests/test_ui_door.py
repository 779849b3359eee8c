"""The password before the chat: who gets in, what is open, and that help in danger needs no password."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from ragbot.config import EmergencyNumber
from ragbot.safety import Danger, emergency_text
from ragbot.ui.access import ENTRANCE_TRIES_A_MINUTE, Entrance
from ragbot.ui.door import COOKIE, Door, door_routes
from ragbot.ui.words import load_words

ENTRANCE = Entrance(SecretStr("open sesame"))
NUMBERS = (EmergencyNumber(region="Germany", number="0800 111 0 111", name="TelefonSeelsorge", kind="talk"),)


async def inside(request: Request) -> Response:
    return PlainTextResponse("inside")


def house(entrance: Entrance = ENTRANCE, language: str = "en") -> TestClient:
    routes = [
        *door_routes(entrance, load_words(language), numbers=NUMBERS),
        *(
            Route(path, inside, methods=["GET", "POST"])
            for path in ("/", "/api/ask", "/healthz", "/readyz", "/documents")
        ),
        Route("/documents/page.js", inside),
        Route("/documentsx", inside),
    ]
    return TestClient(
        Door(Starlette(routes=routes), entrance), base_url="https://clinic.example", follow_redirects=False
    )


@pytest.fixture
def visitor() -> Iterator[TestClient]:
    with house() as opened:
        yield opened


def log_in(visitor: TestClient, password: str = "open sesame") -> int:
    return visitor.post("/login", data={"password": password}).status_code


def test_the_page_leads_to_the_login_and_that_leads_back(visitor: TestClient) -> None:
    sent = visitor.get("/")
    assert (sent.status_code, sent.headers["location"]) == (303, "login")
    entered = visitor.post("/login", data={"username": "chat", "password": "open sesame"})
    assert (entered.status_code, entered.headers["location"]) == (303, "./")
    assert visitor.get("/").text == "inside"


def test_the_session_is_a_cookie_that_no_script_reads_and_no_other_site_sends(visitor: TestClient) -> None:
    cookie = visitor.post("/login", data={"password": "open sesame"}).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


def test_a_wrong_password_opens_nothing_and_says_so(visitor: TestClient) -> None:
    refused = visitor.post("/login", data={"password": "open barley"})
    assert refused.status_code == 401
    assert "That is not the password; type it again." in refused.text
    assert 'aria-invalid="true"' in refused.text
    assert visitor.get("/").status_code == 303


@pytest.mark.parametrize("path", ["/api/ask", "/gradio_api/queue/join", "/documentsx", "/config", "//", "/login/x"])
def test_nothing_else_is_open_without_a_session(visitor: TestClient, path: str) -> None:
    for method in ("GET", "POST"):
        refused = visitor.request(method, f"https://clinic.example{path}")
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/documents", "/documents/page.js", "/login", "/login.css"])
def test_health_checks_and_what_has_a_password_of_its_own_are_open(visitor: TestClient, path: str) -> None:
    assert visitor.get(path).status_code == 200


def test_programs_send_the_password_as_a_bearer_token(visitor: TestClient) -> None:
    asked = visitor.post("/api/ask", headers={"authorization": "Bearer open sesame"})
    assert (asked.status_code, asked.text) == (200, "inside")
    for wrong in ("Bearer open barley", "Bearer ", "Basic open sesame", "open sesame"):
        assert visitor.post("/api/ask", headers={"authorization": wrong}).status_code == 401


def test_too_many_tries_are_refused_for_a_while() -> None:
    entrance = Entrance(SecretStr("open sesame"), clock=lambda: 1000.0)
    with house(entrance) as visitor:
        assert {log_in(visitor, "open barley") for _ in range(ENTRANCE_TRIES_A_MINUTE)} == {401}
        refused = visitor.post("/login", data={"password": "open sesame"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "61")
        assert visitor.post("/api/ask", headers={"authorization": "Bearer open sesame"}).status_code == 429


def test_another_sites_form_is_refused(visitor: TestClient) -> None:
    sent = visitor.post("/login", data={"password": "open sesame"}, headers={"sec-fetch-site": "cross-site"})
    assert sent.status_code == 403
    assert "set-cookie" not in sent.headers


@pytest.mark.parametrize("body", [b"\xff" * 100, b"password=" + b"x" * 20_000, b"", b"password"])
def test_a_form_that_holds_no_password_is_a_wrong_one(visitor: TestClient, body: bytes) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert visitor.post("/login", content=body, headers=kind).status_code == 401


@pytest.mark.parametrize("language", ["en", "de"])
def test_help_in_danger_is_on_the_login_page_word_for_word_with_the_operators_numbers_first(language: str) -> None:
    with house(language=language) as visitor:
        page = visitor.get("/login").text
    shown = re.sub(r"<[^>]+>", "", page).replace("&quot;", '"')
    for danger in (Danger.SUICIDE_SELF, Danger.OVERDOSE):
        assert emergency_text((danger,)).replace("**", "").replace("\n", "") in shown
    assert page.index('href="tel:08001110111"') < page.index('href="tel:911"')
    assert f'<html lang="{language}">' in page


def test_the_login_page_needs_no_script_and_no_other_host(visitor: TestClient) -> None:
    response = visitor.get("/login")
    assert "<script" not in response.text
    assert "script-src" not in response.headers["content-security-policy"]
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert re.findall(r"(?:src|href|action)=\"(?!data:|tel:|sms:|login)[^\"]*", response.text) == []
    assert "http" not in visitor.get("/login.css").text.replace("http://www.w3.org/2000/svg", "")
