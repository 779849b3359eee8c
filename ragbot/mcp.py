"""The Model Context Protocol, as far as one tool needs it: JSON-RPC messages in, replies out. Opens no socket.

Follows the specification of 2025-06-18 (https://modelcontextprotocol.io/specification/2025-06-18). The tool answers
with the JSON of `ragbot ask --json`: as structured content, and as text for clients that know only text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import IO, Any

from ragbot import __version__
from ragbot.errors import RagbotError
from ragbot.rendering import json_line

VERSIONS = ("2025-06-18", "2025-03-26", "2024-11-05")  # newest first; they differ in nothing that is used here
TOOL = "ask_documents"
MAX_MESSAGE_CHARS = 1_000_000
_INSTRUCTIONS = (
    "Answers health questions with sentences quoted word for word from the operator's documents, each with its source. "
    "Show quotes unchanged, with their sources and the disclaimer. If `outcome` is emergency or personal_dose, show "
    "`message` first and whole."
)
_INPUT = {
    "type": "object",
    "properties": {
        "question": {"type": "string", "description": "The question, in the person's own words."},
        "earlier": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The questions asked before in this conversation, oldest first, if this one refers to them.",
        },
    },
    "required": ["question"],
    "additionalProperties": False,
}
_PARSE_ERROR, _INVALID_REQUEST, _NO_METHOD, _INVALID_PARAMS = -32700, -32600, -32601, -32602

Ask = Callable[[object], dict[str, Any]]
"""The answer to a row, `{"question": …}` or `{"turns": […]}`, as plain values; see `ragbot.batch.answer_row`."""


class _RefusedError(Exception):
    """A request that gets an error for a reply."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def serve_lines(lines: Iterable[str], out: IO[str], ask: Ask) -> None:
    """Answer each line of `lines`, one message each, with a line on `out`, until there are no more."""
    for line in lines:
        if not line.strip():
            continue
        reply = reply_to(line, ask)
        if reply is not None:
            out.write(json_line(reply) + "\n")
            out.flush()


def reply_to(text: str, ask: Ask) -> dict[str, Any] | None:
    """The reply to one message, or None if it wants none."""
    message = read_message(text)
    return message if "error" in message else answer_message(message, ask)


def read_message(text: str) -> dict[str, Any]:
    """The message in `text`, or the reply that says why it holds none (it has an "error")."""
    try:
        message = json.loads(text) if len(text) <= MAX_MESSAGE_CHARS else None
    except (ValueError, RecursionError):
        return _error(None, _PARSE_ERROR, "this is not JSON; send one JSON-RPC message")
    if not isinstance(message, dict) or not isinstance(message.get("method"), str) or message.get("jsonrpc") != "2.0":
        return _error(None, _INVALID_REQUEST, 'this is not a request; send {"jsonrpc": "2.0", "id": …, "method": …}')
    return {name: value for name, value in message.items() if name != "error"}


def asked_row(message: dict[str, Any]) -> object:
    """The row that a call of the tool asks, or None if the message is no such call or an unusable one."""
    if message["method"] != "tools/call":
        return None
    try:
        return _row(message.get("params"))
    except _RefusedError:
        return None


def answer_message(message: dict[str, Any], ask: Ask) -> dict[str, Any] | None:
    """The reply to a message that `read_message` could read, or None if it is a notification."""
    if "id" not in message:
        return None
    try:
        return {"jsonrpc": "2.0", "id": message["id"], "result": _result(message["method"], message.get("params"), ask)}
    except _RefusedError as error:
        return _error(message["id"], error.code, str(error))


def _result(method: str, params: object, ask: Ask) -> dict[str, Any]:
    if method == "initialize":
        return _welcome(params)
    if method == "ping":
        return {}
    if method == "tools/list":
        return {"tools": [_tool()]}
    if method == "tools/call":
        return _answered(_row(params), ask)
    raise _RefusedError(_NO_METHOD, f"no method {method[:80]!r}; there are initialize, ping, tools/list and tools/call")


def _answered(row: dict[str, Any], ask: Ask) -> dict[str, Any]:
    try:
        answer = ask(row)
    except RagbotError as error:
        return {"content": [{"type": "text", "text": str(error)}], "isError": True}
    return {"content": [{"type": "text", "text": json_line(answer)}], "structuredContent": answer, "isError": False}


def _welcome(params: object) -> dict[str, Any]:
    wanted = params.get("protocolVersion") if isinstance(params, dict) else None
    return {
        "protocolVersion": wanted if wanted in VERSIONS else VERSIONS[0],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": "ragbot", "version": __version__},
        "instructions": _INSTRUCTIONS,
    }


def _tool() -> dict[str, Any]:
    return {
        "name": TOOL,
        "title": "Ask the documents",
        "description": _INSTRUCTIONS,
        "inputSchema": _INPUT,
        "annotations": {"readOnlyHint": True, "idempotentHint": True, "openWorldHint": False},
    }


def _row(params: object) -> dict[str, Any]:
    """The row that the parameters of a tool call ask. Raises _RefusedError if they ask none."""
    values = params if isinstance(params, dict) else {}
    if values.get("name") != TOOL:
        raise _RefusedError(_INVALID_PARAMS, f"no tool {str(values.get('name'))[:80]!r}; there is {TOOL}")
    arguments = values.get("arguments")
    arguments = arguments if isinstance(arguments, dict) else {}
    question, earlier = arguments.get("question"), arguments.get("earlier", [])
    if not isinstance(question, str) or not isinstance(earlier, list) or not all(isinstance(e, str) for e in earlier):
        raise _RefusedError(_INVALID_PARAMS, '"question" is a text, and "earlier" a list of texts; send them so')
    return {"turns": [*earlier, question]} if earlier else {"question": question}


def _error(message_id: object, code: int, reason: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": message_id, "error": {"code": code, "message": reason}}
