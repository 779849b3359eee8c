"""What goes to a measured process and comes back. Plain values: the processes talk in JSON and share no memory."""

from __future__ import annotations

from dataclasses import dataclass

K = 3  # passages asked for of every system, whatever its default: the measure looks at three


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of `document` that a system returned. `span` is its place in the file's text, None if it tells none."""

    document: str
    text: str
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What one process does: take in all files of `folder`, then answer the `questions`."""

    system: str
    folder: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process measured. `seconds` and `returned` are per question.

    `read` are the passages behind the returned quotes, None for a system that returns passages. `read_share` is the
    share of the passages' word pieces that the encoder's limit lets it read, None for a system without encoder.
    """

    ingest_seconds: float
    n_passages: int
    read_share: float | None
    seconds: list[float]
    returned: list[list[Passage]]
    read: list[list[Passage]] | None
    peak_bytes: int
    versions: dict[str, str]
