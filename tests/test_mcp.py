"""The tool over JSON-RPC: what clients send at start, one tool, the JSON of `ragbot ask`, and errors as replies."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot import __version__
from ragbot.errors import IndexNotBuiltError
from ragbot.mcp import TOOL, asked_row, read_message, reply_to, serve_lines

ANSWER: dict[str, Any] = {"question": "q", "outcome": "answered", "quotes": [], "confidence": 0.5}


def ask(row: object) -> dict[str, Any]:
    return ANSWER | {"asked": row}


def request(method: str, params: object = None, message_id: object = 1) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": message_id, "method": method, "params": params})


def call(arguments: object, name: str = TOOL) -> str:
    return request("tools/call", {"name": name, "arguments": arguments})


def result(text: str) -> dict[str, Any]:
    reply = reply_to(text, ask)
    assert reply is not None
    assert (reply["jsonrpc"], reply["id"]) == ("2.0", 1)
    values: dict[str, Any] = reply["result"]
    return values


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [("2025-06-18", "2025-06-18"), ("2024-11-05", "2024-11-05"), ("1999-01-01", "2025-06-18"), (None, "2025-06-18")],
)
def test_a_client_is_welcomed_in_its_version_or_the_newest(wanted: str | None, spoken: str) -> None:
    values = result(request("initialize", {"protocolVersion": wanted, "capabilities": {}, "clientInfo": {}}))
    assert values["protocolVersion"] == spoken
    assert values["serverInfo"] == {"name": "ragbot", "version": __version__}
    assert "tools" in values["capabilities"]


def test_there_is_one_tool_and_its_schema_takes_a_question() -> None:
    (tool,) = result(request("tools/list"))["tools"]
    assert tool["name"] == TOOL
    assert tool["inputSchema"]["required"] == ["question"]
    assert tool["annotations"]["readOnlyHint"] is True


def test_a_call_answers_with_the_same_json_as_text_and_as_values() -> None:
    values = result(call({"question": "May I drive?"}))
    assert values["structuredContent"] == ANSWER | {"asked": {"question": "May I drive?"}}
    assert json.loads(values["content"][0]["text"]) == values["structuredContent"]
    assert values["isError"] is False


def test_earlier_questions_become_turns() -> None:
    values = result(call({"question": "And for me?", "earlier": ["May one drive?"]}))
    assert values["structuredContent"]["asked"] == {"turns": ["May one drive?", "And for me?"]}


def test_what_goes_wrong_in_answering_is_told_as_the_tools_error() -> None:
    def broken(row: object) -> dict[str, Any]:
        raise IndexNotBuiltError("no index at index/; run: ragbot ingest")

    reply = reply_to(call({"question": "q"}), broken)
    assert reply is not None
    assert reply["result"] == {
        "content": [{"type": "text", "text": "no index at index/; run: ragbot ingest"}],
        "isError": True,
    }


def test_notifications_get_no_reply() -> None:
    assert reply_to('{"jsonrpc": "2.0", "method": "notifications/initialized"}', ask) is None


@pytest.mark.parametrize(
    ("text", "code", "message_id"),
    [
        ("{", -32700, None),
        ("[" * 100_000, -32700, None),
        ("[]", -32600, None),
        ('{"id": 1, "method": "ping"}', -32600, None),
        ('{"jsonrpc": "2.0", "id": 1, "method": 7}', -32600, None),
        (request("resources/list"), -32601, 1),
        (call({"question": "q"}, name="delete_documents"), -32602, 1),
        (call({}), -32602, 1),
        (call({"question": ["q"]}), -32602, 1),
        (call({"question": "q", "earlier": "p"}), -32602, 1),
        (request("tools/call"), -32602, 1),
    ],
)
def test_what_cannot_be_understood_is_an_error_with_its_code(text: str, code: int, message_id: object) -> None:
    reply = reply_to(text, ask)
    assert reply is not None
    assert (reply["error"]["code"], reply["id"]) == (code, message_id)
    assert "\n" not in reply["error"]["message"]


def test_lines_in_lines_out_in_order() -> None:
    out = io.StringIO()
    lines = [
        request("ping", message_id="a"),
        "\n",
        '{"jsonrpc":"2.0","method":"notifications/x"}',
        call({"question": "é\ud800"}),
    ]
    serve_lines(lines, out, ask)
    first, second = out.getvalue().splitlines()
    assert json.loads(first) == {"jsonrpc": "2.0", "id": "a", "result": {}}
    assert out.getvalue().isascii()
    assert json.loads(second)["result"]["structuredContent"]["asked"] == {"question": "é\ufffd"}


def test_the_row_of_a_call_is_known_before_it_is_answered() -> None:
    assert asked_row(read_message(call({"question": "q"}))) == {"question": "q"}
    assert asked_row(read_message(call({}))) is None
    assert asked_row(read_message(request("ping"))) is None


@given(
    st.text()
    | st.recursive(st.none() | st.integers() | st.text(), lambda v: st.lists(v) | st.dictionaries(st.text(), v)).map(
        json.dumps
    )
)
def test_no_text_ever_breaks_it(text: str) -> None:
    reply = reply_to(text, ask)
    assert reply is None or {"jsonrpc", "id"} <= set(reply)
