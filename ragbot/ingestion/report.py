"""What one run of ingestion did, for people and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Progress = Callable[[str, int, int], None]
"""Called with the stage (`reading`, `embedding`, `writing`), how many are done, and of how many (0: not known yet).

Passages are embedded while documents are read, so that `reading` and `embedding` take turns.
"""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not become a document, and why, in one line."""

    doc_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A document whose bytes stood under the name `before` in the index before."""

    doc_id: str
    before: str


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A document of whose sentences the share `overlap` (0 to 1) also stands in the earlier document `near`."""

    doc_id: str
    near: str
    overlap: float


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run did. `duplicates` are files with the same bytes as another, which are indexed once.

    `added`, `changed`, `removed`, `renamed` and `unchanged` are documents, compared with the index before. `notes` say
    what of a document is not in the index. `n_embedded` passages went through the encoder, `n_reused` did not.
    `switched` is False if the index before stays current: nothing changed (`is_unchanged`), or it was a dry run.
    """

    n_documents: int
    n_chunks: int
    n_sentences: int
    skipped: tuple[Skipped, ...]
    duplicates: tuple[Skipped, ...]
    fingerprint: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    unchanged: tuple[str, ...] = ()
    near_duplicates: tuple[NearDuplicate, ...] = ()
    notes: tuple[Skipped, ...] = ()
    n_embedded: int = 0
    n_reused: int = 0
    is_unchanged: bool = False
    switched: bool = True
    seconds: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values, ready for `json.dumps`."""
        return asdict(self)
