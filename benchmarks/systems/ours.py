"""ragbot itself, through its public functions. Returns quotes; the passages it read are asked for untimed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks.records import K, Passage
from benchmarks.systems import System

if TYPE_CHECKING:
    from ragbot import Bot
    from ragbot.encoding import MiniLmEncoder


class Ragbot(System):
    """`ingest`, `open_bot` and `ask` at threshold 0, because the others never refuse; the safety gate stays on."""

    packages: ClassVar[tuple[str, ...]] = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "bm25s")

    def load(self, encoder: Path) -> None:
        """The packaged encoder: the one in the folder `encoder`, with the layers trained here."""
        from ragbot import ingestion  # noqa: F401 - imported here, so that ingest is timed without it
        from ragbot.encoding import MiniLmEncoder

        del encoder
        self._encoder: MiniLmEncoder | None = MiniLmEncoder()

    def ingest(self, folder: Path, work: Path) -> int:
        """Writes a whole index to disk, which the others here do not do."""
        from ragbot import ingest

        self._index = work / "index"
        return ingest([folder], index=self._index, encoder=self._encoder).n_chunks

    def open(self) -> None:
        """The bot as the chat page opens it, which loads its own encoder."""
        from ragbot import open_bot

        self._encoder = None
        self._bot: Bot = open_bot(self._index)

    def ask(self, question: str) -> Sequence[Passage]:
        """The quotes, best first; none if the safety gate takes the question."""
        quotes = self._bot.ask(question, threshold=0.0).quotes[:K]
        return [Passage(q.document, q.text, (q.span.start, q.span.end)) for q in quotes]

    def read(self, question: str) -> Sequence[Passage]:
        """The chunks with the best sentences, best first."""
        from ragbot.evaluation.stages import rankings

        chunks = rankings(self._bot.trace(question), self._bot.index)["final"][:K]
        return [Passage(c.doc_id, c.text, (c.span.start, c.span.end)) for c in chunks]

    def encoded_texts(self) -> Sequence[str]:
        """The chunks without the headings that go before them."""
        from ragbot.store import Index

        index = Index(self._index)
        return [index.chunk(number).text for number in range(index.manifest.n_chunks)]
