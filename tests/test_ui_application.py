"""The whole site on a real port: health, request identifiers, what settings switch on and off, a proxy's path, stopping."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from ragbot.config import Settings
from ragbot.datatypes import Answer, Outcome
from ragbot.errors import IndexNotBuiltError
from ragbot.ui import BuildState, load_words
from ragbot.ui.serving import serving, serving_site
from ragbot.ui.site import make_site
from ragbot.ui.state import AnsweringBot

SmallProxy = Callable[..., AbstractContextManager[str]]


class HeldBot:
    """Greets everybody, but only while `released` is set."""

    fingerprint = "held"
    doc_ids: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.asked, self.released = threading.Event(), threading.Event()

    @property
    def index(self) -> HeldBot:
        return self

    def ask_turns(
        self, turns: Sequence[str], *, threshold: object = None, alone: bool = False, scope: object = None
    ) -> Answer:
        self.asked.set()
        assert self.released.wait(60)
        return Answer(turns[-1], Outcome.SMALL_TALK, message="Hello.")


def fetch(url: str, body: object = None, headers: dict[str, str] | None = None) -> tuple[int, str, dict[str, str]]:
    data = None if body is None else json.dumps(body).encode()
    kind = {} if body is None else {"content-type": "application/json"}
    request = urllib.request.Request(url, data, {**kind, **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read().decode(), joined(response.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), joined(error.headers)


def joined(headers: Message) -> dict[str, str]:
    """Every header under its name in small letters; the values of one that comes twice one after the other."""
    return {name.lower(): ", ".join(headers.get_all(name, [])) for name in headers}


def ready_bot() -> HeldBot:
    bot = HeldBot()
    bot.released.set()
    return bot


def test_health_and_readiness_follow_the_build() -> None:
    build, bot = BuildState(), ready_bot()
    found: list[AnsweringBot] = []

    def get_bot() -> AnsweringBot:
        if not found:
            raise IndexNotBuiltError("the index is not open yet")
        return found[0]

    with serving(get_bot, examples=[], build=build) as url:
        assert fetch(f"{url}healthz")[:2] == (200, '{"status":"ok"}')
        assert fetch(f"{url}readyz")[:2] == (503, '{"status":"building"}')
        build.fail("no documents")
        assert fetch(f"{url}readyz")[:2] == (503, '{"status":"failed"}')
        build.finish()
        assert fetch(f"{url}readyz")[:2] == (503, '{"status":"unavailable"}')
        found.append(bot)  # type: ignore[arg-type]
        assert fetch(f"{url}readyz")[:2] == (200, '{"status":"ready"}')


def test_every_response_has_an_identifier_and_the_security_headers_and_logs_no_question(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bot = ready_bot()
    with serving(lambda: bot, examples=[], settings=Settings(log="json")) as url:  # type: ignore[arg-type, return-value]
        _, body, headers = fetch(f"{url}api/ask", {"question": "May I rest, zebra?"})
        assert json.loads(body)["outcome"] == "small_talk"
        assert "default-src 'self'" in headers["content-security-policy"]
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    (asked,) = [line for line in lines if line["event"] == "question"]
    assert (asked["door"], asked["outcome"], asked["request"]) == ("api", "small_talk", headers["x-request-id"])
    assert [line["path"] for line in lines if line["event"] == "request"] == ["/api/ask"]
    assert lines[-1]["event"] == "stop"
    assert "zebra" not in json.dumps(lines)


def test_what_is_switched_off_is_not_there(tmp_path: Path) -> None:
    bot = ready_bot()
    with serving(lambda: bot, examples=[], settings=Settings(log="off", api=False)) as url:  # type: ignore[arg-type, return-value]
        for path in ("api/documents", "mcp", "login", "logo", "documents", "api/openapi.json"):
            assert fetch(f"{url}{path}")[0] in (404, 405), path
        assert fetch(f"{url}api/ask", {"question": "x"})[0] in (404, 405)


def test_an_svg_logo_can_run_nothing_even_when_opened_by_itself(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    bot, settings = ready_bot(), Settings(log="off", logo=tmp_path / "logo.svg", name="Ask <us>", colour="#7a1fa2")
    with serving(lambda: bot, examples=[], settings=settings) as url:  # type: ignore[arg-type, return-value]
        _, _, headers = fetch(f"{url}logo")
        page = fetch(url)[1]
    assert headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'; style-src 'unsafe-inline'; sandbox" in headers["content-security-policy"]
    assert "--accent:#7a1fa2" in page
    assert "Ask <us>" not in page


@pytest.mark.parametrize("strips", [True, False])
def test_behind_a_proxy_everything_stands_under_its_path(small_proxy: SmallProxy, strips: bool) -> None:
    bot = ready_bot()
    settings = Settings(log="off", root_path="/ask/us", password=SecretStr("sesame"), trusted_proxies=("127.0.0.1",))
    with (
        serving(lambda: bot, examples=[], settings=settings) as url,  # type: ignore[arg-type, return-value]
        small_proxy(url, prefix="/ask/us", strips=strips) as outside,
    ):
        status, page, _ = fetch(outside)
        assert status == 200
        assert load_words().operating.log_in_line in page, "led to the login page"
        bearer = {"authorization": "Bearer sesame"}
        status, page, _ = fetch(outside, headers=bearer)
        assert status == 200
        assert f'"root":"{outside.rstrip("/")}"' in page.replace(" ", "")
        assert fetch(f"{outside}config", headers=bearer)[0] == 200
        assert fetch(f"{outside}healthz")[0] == 200
        assert json.loads(fetch(f"{outside}api/ask", {"question": "x"}, bearer)[1])["outcome"] == "small_talk"
        assert "Path=/ask/us/" in log_in(outside)


def log_in(outside: str) -> str:
    """The cookie that a login at `outside` sets."""
    at = urlsplit(outside)
    connection = HTTPConnection(at.netloc, timeout=60)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{at.path}login", "password=sesame", kind)
    answer = connection.getresponse()
    cookie = answer.getheader("set-cookie", "")
    connection.close()
    return cookie


def test_a_limit_counts_the_address_that_a_trusted_proxy_tells_and_no_other() -> None:
    bot = ready_bot()

    def statuses(url: str, headers: Sequence[dict[str, str]]) -> list[int]:
        return [fetch(f"{url}api/ask", {"question": "x"}, one)[0] for one in headers]

    told = [{"x-forwarded-for": f"198.51.100.{n}"} for n in (1, 2, 1)]
    for trusted, expected in ((("127.0.0.1",), [200, 200, 429]), ((), [200, 429, 429])):
        settings = Settings(log="off", questions_a_minute=1, trusted_proxies=trusted)
        with serving(lambda: bot, examples=[], settings=settings) as url:  # type: ignore[arg-type, return-value]
            assert statuses(url, told) == expected


def test_when_it_is_stopped_the_question_inside_is_answered_and_a_newcomer_is_told() -> None:
    bot, answers = HeldBot(), list[tuple[int, str, dict[str, str]]]()
    site = make_site(lambda: bot, Settings(log="off", stop_seconds=60), words=load_words(), examples=[])  # type: ignore[arg-type, return-value]
    newcomer: list[tuple[int, str, dict[str, str]]] = []

    def ask(url: str, into: list[tuple[int, str, dict[str, str]]]) -> None:
        into.append(fetch(f"{url}api/ask", {"question": "x"}))

    def meanwhile(url: str) -> None:
        wait_for(lambda: site.reception.lobby.stopping)
        ask(url, newcomer)
        bot.released.set()

    with serving_site(site) as url:
        inside = threading.Thread(target=ask, args=(url, answers))
        inside.start()
        assert bot.asked.wait(60)
        watching = threading.Thread(target=meanwhile, args=(url,))
        watching.start()
    inside.join()
    watching.join()
    assert json.loads(answers[0][1])["outcome"] == "small_talk"
    assert (newcomer[0][0], json.loads(newcomer[0][1])["error"]) == (
        503, "the server is being stopped; ask again in a moment",
    )  # fmt: skip


def wait_for(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    while not true():
        pause.wait(0.01)
