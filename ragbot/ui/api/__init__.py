"""The same answers for programs: REST under /api, described by an OpenAPI file and a page, and an MCP tool at /mcp."""

from __future__ import annotations

from ragbot.ui.api.routes import api_routes

__all__ = ["api_routes"]
