"""What the API says of itself: the OpenAPI file, and the same as a page without a script, so that it needs no network.

Every word of both stands in `ragbot/data/openapi.json`. They are for programmers and in English only.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ragbot import __version__
from ragbot.ui.display import escape

_FILE = "openapi.json"
_CODE = re.compile(r"`([^`]+)`")


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The OpenAPI description of the API, with this version."""
    values: dict[str, Any] = json.loads((files("ragbot") / "data" / "openapi.json").read_text("utf-8"))
    values["info"]["version"] = __version__
    return values


@lru_cache(maxsize=1)
def page_html() -> str:
    """The description as a page: each path with its example and answers, then each schema field by field."""
    api = description()
    title = f"{api['info']['title']} {api['info']['version']}"
    paths = "".join(_path_html(path, *operation) for path, ops in api["paths"].items() for operation in ops.items())
    schemas = "".join(_schema_html(name, schema) for name, schema in api["components"]["schemas"].items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        'initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="api/style.css">'
        f'</head><body class="api"><main id="api"><h1>{escape(title)}</h1><p>{_prose(api["info"]["description"])}</p>'
        f'<p><a href="api/{_FILE}"><code>{_FILE}</code></a></p>{paths}{schemas}</main></body></html>'
    )


def _path_html(path: str, method: str, operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = json.dumps(content["example"], ensure_ascii=False, indent=2) if "example" in content else ""
    body = f'<pre tabindex="0">{escape(example)}</pre>' if example else ""
    rows = "".join(
        f'<tr><th scope="row">{escape(status)}</th><td>{_prose(answer["description"])} {_type(_schema_of(answer))}</td></tr>'
        for status, answer in operation["responses"].items()
    )
    return (
        f'<section class="part"><h2><code>{escape(method.upper())} {escape(path)}</code></h2>'
        f"<p><strong>{escape(operation['summary'])}.</strong> {_prose(operation['description'])}</p>{body}"
        f"<table>{rows}</table></section>"
    )


def _schema_html(name: str, schema: dict[str, Any]) -> str:
    needed = set(schema.get("required", ()))
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(field)}</code></th><td>{_type(values)}{"" if field in needed else " ?"}</td>'
        f"<td>{_prose(values.get('description', ''))}</td></tr>"
        for field, values in schema["properties"].items()
    )
    return (
        f'<section class="part" id="{escape(name)}"><h2>{escape(name)}</h2><p>{_prose(schema["description"])}</p>'
        f"<table>{rows}</table></section>"
    )


def _schema_of(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _type(schema: dict[str, Any]) -> str:
    """The type in brief: a link to a schema of ours, or a word."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "allOf" in schema:
        return _type(schema["allOf"][0])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    kind = schema.get("type", "")
    return f"<code>{escape(' | '.join(kind) if isinstance(kind, list) else kind)}</code>" if kind else ""


def _prose(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))
