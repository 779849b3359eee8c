"""The API answers with the JSON of `ragbot ask --json`, in one line says what is wrong, and is described as it is."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from typer.testing import CliRunner

from ragbot.answering import Bot, open_bot
from ragbot.cli import app
from ragbot.datatypes import Answer, Outcome
from ragbot.errors import IndexNotBuiltError
from ragbot.mcp import TOOL
from ragbot.ui.api import api_routes
from ragbot.ui.api.description import description, page_html
from ragbot.ui.api.routes import MAX_BYTES, MAX_ROWS
from ragbot.ui.api.service import Service
from ragbot.ui.limits import RateLimit
from ragbot.ui.lobby import Lobby
from ragbot.ui.reception import Reception

WriteCorpus = Callable[[Mapping[str, str | bytes]], Path]
FILES = {
    "driving.md": "---\ntitle: Going home\nsources: [A]\n---\n# Driving\n\nDo not drive until the next day. Ask for a lift.\n",
    "sub/bo dy.md": "# Body\n\nNausea fades within two hours of the infusion.\n",
}
DANGER = "I want to kill myself"


def help_first(question: str) -> Answer | None:
    return Answer(question, Outcome.EMERGENCY, message="Call 112.") if question == DANGER else None


@pytest.fixture
def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, light_models: None, write_corpus: WriteCorpus) -> Bot:
    """A bot on a small index in the working directory, with light models."""
    monkeypatch.chdir(tmp_path)
    write_corpus(FILES)
    assert CliRunner().invoke(app, ["ingest"]).exit_code == 0
    return open_bot("index")


def client(get_bot: Callable[[], Any], **reception: Any) -> TestClient:
    service = Service(get_bot, Reception(gate=help_first, **reception))
    return TestClient(Starlette(routes=api_routes(service)), raise_server_exceptions=True)


@pytest.fixture
def api(bot: Bot) -> Iterator[TestClient]:
    """The API on that bot."""
    with client(lambda: bot) as opened:
        yield opened


def asked(*arguments: str) -> dict[str, Any]:
    """What the command line answers, without the time taken."""
    result = CliRunner().invoke(app, ["ask", *arguments, "--json"])
    assert result.exit_code == 0
    return timeless(json.loads(result.stdout))


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer.pop("seconds") >= 0
    return answer


@pytest.mark.parametrize(
    "question",
    [
        "Can I drive?",
        "Does nausea fade?",
        "Who pays for zebras?",
        "hello",
        DANGER,
        "how much may I take?",
        "",
        "x" * 3000,
        "😀",
    ],
)
def test_rest_and_tool_answer_with_the_json_of_the_command_line(api: TestClient, question: str) -> None:
    expected = asked(question)
    response = api.post("/api/ask", json={"question": question})
    assert response.status_code == 200
    assert response.content.isascii()
    assert timeless(response.json()) == expected
    assert list(response.json()) == [*list(expected)[:8], "seconds", *list(expected)[8:]], "in the same order"
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    reply = api.post("/mcp", json={**call, "params": {"name": TOOL, "arguments": {"question": question}}}).json()
    assert timeless(reply["result"]["structuredContent"]) == expected


def test_a_conversation_and_an_id_are_answered_as_a_row_of_a_file(api: TestClient, tmp_path: Path) -> None:
    row = {"id": "a", "turns": ["Can I drive?", "And cycle?"]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row))
    assert timeless(api.post("/api/ask", json=row).json()) == asked("--questions", "rows.jsonl")


def test_a_list_gives_an_answer_for_each_row_in_order(api: TestClient) -> None:
    rows = [{"id": "1", "question": "Can I drive?"}, {"id": "2"}, 7, {"question": "Does nausea fade?"}]
    answers = api.post("/api/batch", json=rows).json()
    assert [answer.get("id") for answer in answers] == ["1", "2", None, None]
    assert answers[1]["outcome"] == answers[2]["outcome"] == "no_answer"
    assert timeless(answers[3]) == asked("Does nausea fade?")


def test_documents_are_listed_and_shown_with_the_text_that_offsets_count_in(api: TestClient, bot: Bot) -> None:
    listed = api.get("/api/documents").json()
    assert listed["index"] == bot.index.fingerprint
    assert [one["document"] for one in listed["documents"]] == ["driving.md", "sub/bo dy.md"]
    assert "text" not in listed["documents"][0]
    assert listed["documents"][0]["sources"] == ["A"]
    shown = api.get("/api/documents/sub/bo%20dy.md").json()
    assert shown["text"] == FILES["sub/bo dy.md"]
    assert shown["headings"] == [{"title": "Body", "level": 1, "start": 2}]
    quote = api.post("/api/ask", json={"question": "Does nausea fade?"}).json()
    quote = (quote["quotes"] or quote["nearest"])[0]
    assert quote["text"] == shown["text"][quote["start"] : quote["end"]]


@pytest.mark.parametrize(
    ("path", "body", "kind", "status", "line"),
    [
        ("/api/ask", b"{", "application/json", 400, 'the body is not JSON; send {"question": "…"}'),
        ("/api/ask", b"[" * 100_000, "application/json", 400, 'the body is not JSON; send {"question": "…"}'),
        ("/api/ask", b"{}", "text/plain", 415, "send the body as content-type application/json"),
        ("/api/ask", b"{}", None, 415, "send the body as content-type application/json"),
        (
            "/api/ask",
            b" " * (MAX_BYTES + 1),
            "application/json",
            413,
            "the body has more than 200,000 bytes; send less at once",
        ),
        ("/api/batch", b"[]", "application/json", 400, "send a list of 1 to 100 rows"),
        ("/api/batch", b"{}", "application/json", 400, "send a list of 1 to 100 rows"),
        (
            "/api/batch",
            json.dumps([{}] * (MAX_ROWS + 1)).encode(),
            "application/json",
            400,
            "send a list of 1 to 100 rows",
        ),
    ],
)
def test_a_body_that_cannot_be_used_is_told_in_one_line(
    api: TestClient, path: str, body: bytes, kind: str | None, status: int, line: str
) -> None:
    response = api.post(path, content=body, headers={"content-type": kind} if kind else {})
    assert (response.status_code, response.json()) == (status, {"error": line})


def test_another_sites_page_is_refused(api: TestClient) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}):
        response = api.post("/api/ask", json={"question": "Can I drive?"}, headers=headers)
        assert response.status_code == 403
    own = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
    assert api.post("/api/ask", json={"question": "Can I drive?"}, headers=own).status_code == 200


def test_a_document_that_is_not_there_is_404(api: TestClient) -> None:
    response = api.get("/api/documents/sub/no%3Csuch%3E.md")
    assert response.status_code == 404
    assert response.json()["error"].startswith("no document 'sub/no<such>.md' in the index; ")


def test_who_asks_too_much_is_told_when_to_come_back_and_still_helped_in_danger(bot: Bot) -> None:
    with client(lambda: bot, limit=RateLimit(2, clock=lambda: 0.0)) as api:
        assert [api.post("/api/ask", json={"question": "Can I drive?"}).status_code for _ in range(3)] == [
            200,
            200,
            429,
        ]
        refused = api.post("/api/ask", json={"question": "Can I drive?"})
        assert refused.headers["retry-after"] == "30"
        assert refused.json() == {"error": "too many questions from your address; ask again in 30 seconds"}
        helped = api.post("/api/ask", json={"question": DANGER})
        assert (helped.status_code, helped.json()["outcome"]) == (200, "emergency")


def test_while_there_is_no_index_it_says_so_and_helps_in_danger() -> None:
    def no_bot() -> Any:
        raise IndexNotBuiltError("the index is not open yet; ask again in a moment")

    with client(no_bot) as api:
        refused = api.post("/api/ask", json={"question": "Can I drive?"})
        assert (refused.status_code, refused.json()["error"][:12]) == (503, "the index is")
        assert api.post("/api/ask", json={"question": DANGER}).json()["message"] == "Call 112."
        assert api.get("/api/documents").status_code == 503


class WaitingBot:
    """Answers nothing until it is released."""

    fingerprint = "held"

    def __init__(self) -> None:
        self.asked, self.released = threading.Event(), threading.Event()

    @property
    def index(self) -> WaitingBot:
        return self

    def ask_turns(
        self, turns: Sequence[str], *, threshold: object = None, alone: bool = False, scope: object = None
    ) -> Answer:
        self.asked.set()
        assert self.released.wait(20)
        return Answer(turns[-1], Outcome.SMALL_TALK, message="Hello.")


def test_when_no_place_is_left_it_says_so_and_the_one_inside_is_answered() -> None:
    bot = WaitingBot()
    answers: list[Any] = []
    with client(lambda: bot, lobby=Lobby(at_once=1, most_waiting=0)) as api:
        first = threading.Thread(target=lambda: answers.append(api.post("/api/ask", json={"question": "one"}).json()))
        first.start()
        assert bot.asked.wait(20)
        full = api.post("/api/ask", json={"question": "two"})
        helped = api.post("/api/ask", json={"question": DANGER})
        bot.released.set()
        first.join()
    assert (full.status_code, full.json()) == (503, {"error": "1 questions are waiting already; ask again in a minute"})
    assert helped.json()["outcome"] == "emergency"
    assert answers[0]["outcome"] == "small_talk"


def test_a_notification_gets_202_and_nonsense_gets_an_error_with_its_code(api: TestClient) -> None:
    assert api.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
    nonsense = api.post("/mcp", content=b"{", headers={"content-type": "application/json"})
    assert (nonsense.status_code, nonsense.json()["error"]["code"]) == (400, -32700)
    assert api.get("/mcp").status_code == 405


# --- the description ---


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


KINDS = {"string": str, "number": (int, float), "integer": int, "array": list, "object": dict, "null": type(None)}


def check(value: Any, schema: dict[str, Any], place: str = "") -> None:
    """Assert that `value` is as `schema` says: known fields, required ones, types, listed values, item by item."""
    schema = resolved(schema)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert isinstance(
        value, tuple(t for k in kinds for t in (KINDS[k] if isinstance(KINDS[k], tuple) else (KINDS[k],)))
    ), place  # type: ignore[union-attr]
    assert "enum" not in schema or value in schema["enum"], place
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema.get("required", ())) <= set(value) <= set(schema["properties"]), place
        for name, inner in value.items():
            check(inner, schema["properties"][name], f"{place}.{name}")
    if isinstance(value, list) and "items" in schema:
        for inner in value:
            check(inner, schema["items"], f"{place}[]")


@pytest.mark.parametrize("question", ["Can I drive?", "Who pays for zebras?", "hello", DANGER, ""])
def test_every_answer_is_as_the_description_says(api: TestClient, question: str) -> None:
    check(api.post("/api/ask", json={"id": "1", "question": question}).json(), {"$ref": "#/components/schemas/Answer"})


def test_every_document_is_as_the_description_says(api: TestClient) -> None:
    for one in api.get("/api/documents").json()["documents"]:
        check(one, {"$ref": "#/components/schemas/Document"})


def test_the_description_names_every_field_that_an_answer_or_a_quote_can_have() -> None:
    source = (Path(__file__).parents[1] / "ragbot" / "rendering.py").read_text("utf-8")
    for function, schema in (("answer_to_json", "Answer"), ("quote_to_json", "Quote")):
        body = source.partition(f"def {function}(")[2].partition("\ndef ")[0]
        written = set(re.findall(r'^\s+"(\w+)": ', body, re.MULTILINE))
        assert written <= set(description()["components"]["schemas"][schema]["properties"])
        assert len(written) > 10


def test_every_route_is_described_and_every_described_one_is_there(api: TestClient) -> None:
    there = {(route.path.replace(":path", ""), method) for route in api.app.routes for method in route.methods}  # type: ignore[attr-defined]
    described = {(path, method.upper()) for path, operations in description()["paths"].items() for method in operations}
    assert described <= there
    about_itself = {("/api", "GET"), ("/api/style.css", "GET"), ("/api/openapi.json", "GET")}
    assert {one for one in there if one[1] != "HEAD"} - about_itself == described
    assert api.get("/api/openapi.json").json() == description()


def test_the_page_shows_every_path_and_field_and_needs_no_script_and_no_other_host(api: TestClient) -> None:
    page = page_html()
    for path in description()["paths"]:
        assert f"{path.replace('{', '&#123;').replace('}', '&#125;')}</code>" in page
    assert all(
        f"<code>{field}</code>" in page for field in description()["components"]["schemas"]["Quote"]["properties"]
    )
    assert "<script" not in page
    assert re.findall(r"(?:src|href)=\"(?!data:|#|api/)[^\"]*", page) == []
    response = api.get("/api")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "script-src" not in response.headers["content-security-policy"]
