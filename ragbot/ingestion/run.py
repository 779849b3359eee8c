"""One run of ingestion, from folders to a new current generation. Ties the stages together; prints nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from ragbot.chunking import Chunking
from ragbot.config import KEEP_GENERATIONS
from ragbot.datatypes import Document, IndexManifest
from ragbot.encoding import Encoder
from ragbot.errors import CorpusError
from ragbot.ingestion import comparing
from ragbot.ingestion.checking import check_answers
from ragbot.ingestion.embedding import Embedding, VectorSource
from ragbot.ingestion.intake import Intake
from ragbot.ingestion.manifest import manifest_of
from ragbot.ingestion.model import Model
from ragbot.ingestion.previous import Previous
from ragbot.ingestion.report import IngestReport, Progress, Skipped
from ragbot.ingestion.words import lexical_of
from ragbot.loaders import SUFFIXES, FoundFile, find_files
from ragbot.loaders.ahead import read_ahead
from ragbot.loaders.worker import DocumentLoader
from ragbot.store import DocumentRows, Draft, FileRecord, VectorLog, prune, tidy, writing

BeforeSwitch = Callable[[str], None]
"""Called with the name of a generation that is whole and checked; an error that it raises refuses the generation."""

AfterReading = Callable[[tuple[Skipped, ...]], None]
"""Called once all files are read, with those that become no document of their own: skipped ones, then duplicates."""


def ingest(
    paths: Sequence[Path] = (),
    *,
    index: Path = Path("index"),
    encoder: Encoder | Path | None = None,
    chunking: Chunking | None = None,
    progress: Progress | None = None,
    keep_generations: int = KEEP_GENERATIONS,
    after_reading: AfterReading | None = None,
    before_switch: BeforeSwitch | None = None,
    dry_run: bool = False,
) -> IngestReport:
    """Make the index hold exactly the documents under `paths`. The old one stays current until the new one is whole.

    Without `paths`: those of the index at `index`, or `corpus/` if there is none. What was read, cut or embedded before
    is not again; where nothing changed nothing is written. `encoder` may be a folder, loaded only when it is needed.
    A `dry_run` builds and checks a generation, hands it to `before_switch`, and removes it.

    Raises CorpusError if a path is missing or nothing is usable, IndexLockedError if the folder cannot be written or
    another run holds it, IndexMismatchError if the new generation fails its check; the old one then stays.
    """
    told = after_reading or (lambda left: None)
    model, quiet = Model(encoder), progress or (lambda stage, done, total: None)
    with writing(index), _Run(index, model, chunking or Chunking(), quiet) as run:
        run.read([Path(path) for path in paths] or run.previous.roots, told)
        if run.is_unchanged:
            tidy(index)
            return run.report(switched=False)
        draft = run.write()
        if before_switch is not None:
            before_switch(draft.name)
        if not dry_run:
            draft.accept(run.manifest.fingerprint)
            run.log.remove()
            prune(index, keep=keep_generations, spare=run.previous.generation)
        return run.report(switched=not dry_run)


class _Run:
    """What one run knows: the index before, what became of each file, and the manifest of what is made of it.

    At its end the new generation is removed, unless it was accepted, and the log of vectors closed.
    """

    def __init__(self, index: Path, model: Model, chunking: Chunking, progress: Progress) -> None:
        self.previous = Previous(index)
        self.manifest: IndexManifest
        self._model = model
        self._folder, self._chunking, self._progress = index, chunking, progress
        self._files: dict[str, FileRecord] = {}
        self._seconds: dict[str, float] = {}
        self._is_alike = self.previous.is_cut_alike(model.name, chunking)
        self._draft: Draft | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @cached_property
    def log(self) -> VectorLog:
        """Vectors that were made and are in no index yet, those of a run that was broken off among them."""
        return self._open.enter_context(VectorLog(self._folder, self._model.name))

    @cached_property
    def _vectors(self) -> VectorSource:
        is_known = self.previous.manifest is not None and self.previous.manifest.encoder == self._model.name
        return VectorSource(self.previous.index if is_known else None, self.log)

    @cached_property
    def _embedding(self) -> Embedding:
        return Embedding(self._folder, self._vectors, self.log, self._model, self._progress)

    @property
    def is_unchanged(self) -> bool:
        """True if nothing has to be written."""
        return self._draft is None

    def _is_as_before(self) -> bool:
        """True if the index before holds just this: the same files with the same outcomes, from the same folders."""
        before = self.previous.manifest
        return (
            self._is_alike
            and before is not None
            and before.paths == self.manifest.paths
            and self._files == self.previous.files
        )

    def read(self, roots: Sequence[Path], told: AfterReading) -> None:
        """Take every file under `roots`, and embed what is new. Raises CorpusError if none is usable."""
        with self._timed("reading"), DocumentLoader() as loader:
            intake = Intake(
                self._folder,
                loader=loader,
                model=self._model,
                chunking=self._chunking,
                before=self.previous.files if self._is_alike else {},
                open_before=lambda: self.previous.index,
                added=self._embed,
            )
            self._open.callback(intake.discard)
            self._take_all(intake, find_files(roots, without=self._folder), loader)
            self._files = dict(sorted(intake.files.items()))
            told(comparing.skipped(self._files) + comparing.duplicates(self._files))
            self.manifest = manifest_of(
                self._files, folder=self._folder, roots=roots, encoder=self._model.name, chunking=self._chunking
            )
            if not any(record.is_document for record in self._files.values()):
                raise CorpusError(_nothing_usable(roots, self._files))
            if intake.draft is not None or not self._is_as_before():
                self._draft = intake.opened()

    def write(self) -> Draft:
        """Embed what is left, write all parts of the new generation, and check them."""
        draft = self._draft
        assert draft is not None
        draft.seal()
        with self._timed("embedding"):
            self._embedding.finish()
        with self._timed("writing"):
            self._progress("writing", 0, 3)
            lexical = lexical_of(draft)
            self._files = comparing.with_near(self._files, [rows.sentence_hashes for rows in draft.rows])
            self._progress("writing", 1, 3)
            blocks = self._vectors.blocks(draft.passage_hashes())
            manifest = replace(self.manifest, dimension=self._vectors.dimension)
            self.manifest = draft.write(blocks, lexical=lexical, manifest=manifest, files=self._files)
            self._progress("writing", 2, 3)
        with self._timed("checking"):
            check_answers(self._folder, draft.name, encoder=self._model.loaded)
            self._progress("writing", 3, 3)
        return draft

    def report(self, *, switched: bool) -> IngestReport:
        """What was done so far."""
        made = self.previous.manifest if self.is_unchanged and self.previous.manifest else self.manifest
        found = comparing.changes(self.previous.files, self._files)
        n_embedded = 0 if self.is_unchanged else self._embedding.n_embedded
        return IngestReport(
            n_documents=made.n_documents,
            n_chunks=made.n_chunks,
            n_sentences=made.n_sentences,
            skipped=comparing.skipped(self._files),
            duplicates=comparing.duplicates(self._files),
            fingerprint=made.fingerprint,
            added=found.added,
            changed=found.changed,
            removed=found.removed,
            renamed=found.renamed,
            unchanged=found.unchanged,
            near_duplicates=comparing.near(self._files),
            notes=comparing.notes(self._files),
            n_embedded=n_embedded,
            n_reused=made.n_chunks - n_embedded,
            is_unchanged=self.is_unchanged,
            switched=switched,
            seconds={stage: round(spent, 3) for stage, spent in self._seconds.items()},
        )

    def _take_all(self, intake: Intake, found: Sequence[FoundFile], loader: DocumentLoader) -> None:
        with closing(read_ahead(found, loader, is_wanted=intake.is_wanted)) as files:
            for number, file in enumerate(files):
                self._progress("reading", number, len(found))
                intake.take(file)
        self._progress("reading", len(found), len(found))

    def _embed(self, document: Document, rows: DocumentRows) -> None:
        with self._timed("embedding"):
            self._embedding.add(document, rows)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        """Add the time within to the stage's, but for what a stage inside it took."""
        started, others = time.perf_counter(), sum(self._seconds.values())
        yield
        spent = time.perf_counter() - started - (sum(self._seconds.values()) - others)
        self._seconds[stage] = self._seconds.get(stage, 0.0) + spent


def _nothing_usable(roots: Sequence[Path], files: dict[str, FileRecord]) -> str:
    first = next(iter(comparing.skipped(files)), None)
    reason = f" ({first.doc_id}: {first.reason})" if first else ""
    names = ", ".join(str(root) for root in roots)
    return f"no usable document in {names}{reason}; add documents ({', '.join(SUFFIXES)}) and run it again"
