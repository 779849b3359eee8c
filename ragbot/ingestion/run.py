"""One run of ingestion, from folders to a new current generation. Ties the stages together; prints nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from ragbot.chunking import Chunking
from ragbot.config import KEEP_GENERATIONS
from ragbot.datatypes import IndexManifest
from ragbot.encoding import Encoder
from ragbot.errors import CorpusError
from ragbot.ingestion import comparing
from ragbot.ingestion.checking import check_answers
from ragbot.ingestion.embedding import VectorSource, embed_missing
from ragbot.ingestion.intake import Intake
from ragbot.ingestion.model import Model
from ragbot.ingestion.near_duplicates import near_duplicates
from ragbot.ingestion.previous import Previous
from ragbot.ingestion.report import IngestReport, Progress, Skipped
from ragbot.ingestion.signature import reading_signature
from ragbot.ingestion.words import lexical_of
from ragbot.loaders import SUFFIXES, find_files
from ragbot.loaders.worker import DocumentLoader
from ragbot.store import FORMAT_VERSION, Draft, FileRecord, VectorLog, content_fingerprint, prune, tidy, writing

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
    with writing(index):
        run = _Run(index, Model(encoder), chunking or Chunking(), progress or (lambda stage, done, total: None))
        with DocumentLoader() as loader:
            run.read([Path(path) for path in paths] or run.previous.roots, loader, after_reading or (lambda left: None))
        if run.is_unchanged:
            tidy(index)
            return run.report(switched=False)
        with run.draft() as draft, VectorLog(index, run.model.name) as log:
            run.write(draft, log)
            if before_switch is not None:
                before_switch(draft.name)
            if not dry_run:
                draft.accept(run.manifest.fingerprint)
                log.remove()
                prune(index, keep=keep_generations, spare=run.previous.generation)
    return run.report(switched=not dry_run)


class _Run:
    """What one run knows: the index before, what became of each file, and the manifest of what is made of it."""

    def __init__(self, index: Path, model: Model, chunking: Chunking, progress: Progress) -> None:
        self.previous = Previous(index)
        self.model = model
        self.manifest: IndexManifest
        self._folder, self._chunking, self._progress = index, chunking, progress
        self._files: dict[str, FileRecord] = {}
        self._seconds: dict[str, float] = {}
        self._n_embedded = 0
        self._is_alike = self.previous.is_cut_alike(model.name, chunking)
        self._draft: Draft | None = None

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

    def read(self, roots: Sequence[Path], loader: DocumentLoader, told: AfterReading) -> None:
        """Take every file under `roots`. Raises CorpusError if none is usable."""
        intake = Intake(
            self._folder,
            loader=loader,
            model=self.model,
            chunking=self._chunking,
            before=self.previous.files if self._is_alike else {},
            open_before=lambda: self.previous.index,
        )
        with self._timed("reading"), ExitStack() as failed:
            failed.callback(intake.discard)
            found = find_files(roots, without=self._folder)
            for number, file in enumerate(found):
                self._progress("reading", number, len(found))
                intake.take(file)
            self._progress("reading", len(found), len(found))
            self._files = dict(sorted(intake.files.items()))
            told(comparing.skipped(self._files) + comparing.duplicates(self._files))
            self.manifest = self._made_of(roots)
            if not any(record.is_document for record in self._files.values()):
                raise CorpusError(_nothing_usable(roots, self._files))
            if intake.draft is not None or not self._is_as_before():
                self._draft = intake.opened()
            failed.pop_all()

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """The new generation, removed at the end unless it was accepted."""
        assert self._draft is not None
        try:
            self._draft.seal()
            yield self._draft
        finally:
            self._draft.discard()

    def write(self, draft: Draft, log: VectorLog) -> None:
        """Embed what is new, write all parts, and check them."""
        with self._timed("embedding"):
            known = self.previous.manifest is not None and self.previous.manifest.encoder == self.model.name
            source = VectorSource(self.previous.index if known else None, log)
            self._n_embedded = embed_missing(draft, source, log, self.model, self._progress)
        with self._timed("writing"):
            self._progress("writing", 0, 3)
            lexical = lexical_of(draft)
            self._files = _with_near(self._files, draft)
            self._progress("writing", 1, 3)
            blocks = source.blocks(draft.passage_hashes())
            manifest = replace(self.manifest, dimension=source.dimension)
            self.manifest = draft.write(blocks, lexical=lexical, manifest=manifest, files=self._files)
            self._progress("writing", 2, 3)
        with self._timed("checking"):
            check_answers(self._folder, draft.name, encoder=self.model.loaded)
            self._progress("writing", 3, 3)

    def report(self, *, switched: bool) -> IngestReport:
        """What was done so far."""
        made = self.previous.manifest if self.is_unchanged and self.previous.manifest else self.manifest
        found = comparing.changes(self.previous.files, self._files)
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
            n_embedded=self._n_embedded,
            n_reused=made.n_chunks - self._n_embedded,
            is_unchanged=self.is_unchanged,
            switched=switched,
            seconds=dict(self._seconds),
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self._seconds[stage] = round(time.perf_counter() - started, 3)

    def _made_of(self, roots: Sequence[Path]) -> IndexManifest:
        """What the content and the settings decide; the draft fills in the counts."""
        corpus_sha256, fingerprint = content_fingerprint(
            {name: record.sha256 for name, record in self._files.items() if record.is_document},
            [str(FORMAT_VERSION), self.model.name, self._chunking.signature, reading_signature()],
        )
        here = self._folder.resolve()
        return IndexManifest(
            format_version=FORMAT_VERSION,
            encoder=self.model.name,
            dimension=0,
            chunking=self._chunking.signature,
            n_documents=0,
            n_chunks=0,
            n_sentences=0,
            corpus_sha256=corpus_sha256,
            fingerprint=fingerprint,
            paths=tuple(os.path.relpath(root.resolve(), here) for root in roots),
            files={name: record.sha256 for name, record in self._files.items()},
            reading=reading_signature(),
        )


def _with_near(files: dict[str, FileRecord], draft: Draft) -> dict[str, FileRecord]:
    """The records with each document's near duplicate, if it has one."""
    names = [name for name, record in files.items() if record.is_document]
    plain = {name: replace(record, near=None, overlap=0.0) for name, record in files.items()}
    for number, other, overlap in near_duplicates([rows.sentence_hashes for rows in draft.rows]):
        plain[names[number]] = replace(plain[names[number]], near=names[other], overlap=round(overlap, 3))
    return plain


def _nothing_usable(roots: Sequence[Path], files: dict[str, FileRecord]) -> str:
    first = next(iter(comparing.skipped(files)), None)
    reason = f" ({first.doc_id}: {first.reason})" if first else ""
    names = ", ".join(str(root) for root in roots)
    return f"no usable document in {names}{reason}; add documents ({', '.join(SUFFIXES)}) and run it again"
