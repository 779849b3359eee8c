"""The error of the benchmarks; what goes wrong inside ragbot keeps ragbot's own errors."""

from __future__ import annotations

from ragbot.errors import RagbotError


class BenchmarkError(RagbotError):
    """A system cannot be installed or measured, or results cannot be read."""
