"""Ingesting again: only what is new is read and embedded, and the index equals one built from nothing."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ragbot
from ragbot import compiling, encoding
from ragbot.answering import Bot
from ragbot.datatypes import Document
from ragbot.dense import DenseIndex
from ragbot.encoding import Encoder, MiniLmEncoder, Passage, Vectors
from ragbot.errors import CorpusError, IndexLockedError, IndexMismatchError, RagbotError
from ragbot.ingestion import IngestReport, NearDuplicate, Renamed, Skipped, ingest, stale_reason
from ragbot.ingestion.near_duplicates import near_duplicates
from ragbot.ingestion.signature import _PARSERS, _installed, reading_signature
from ragbot.lexical import LexicalIndex
from ragbot.loaders import FoundFile, find_files
from ragbot.loaders.ahead import ReadFile, read_now
from ragbot.loaders.source import SourceFile
from ragbot.loaders.worker import DocumentLoader
from ragbot.safety_model import SafetyModel
from ragbot.store import DocumentRows, Draft, Index, current_generation, encoding_signature
from ragbot.store.vector_code import MAKERS, makers

ROOT = Path(ragbot.__file__).parents[1]
WriteCorpus = Callable[[Mapping[str, str | bytes]], Path]

FILES = {
    "driving.md": "# Driving\n\nDo not drive until the next day. Ask a friend to take you home.\n",
    "effects.md": "# Effects\n\n## Short term\n\nIt may make you dizzy. It fades.\n\n## Long term\n\nThe bladder may hurt.\n",
    "cost.txt": "What it costs\n\nMost plans refuse to pay for it. Ask the clinic first.\n",
}


class Counting:
    """The light encoder, which remembers what it was given and may stop after so many calls."""

    def __init__(self, encoder: Encoder, *, stop_after: int | None = None) -> None:
        self._encoder = encoder
        self._left = stop_after
        self.name, self.dimension, self.max_pieces = encoder.name, encoder.dimension, encoder.max_pieces
        self.count_pieces, self.encode = encoder.count_pieces, encoder.encode
        self.texts: list[str] = []

    def encode_passages(
        self, passages: Sequence[Passage], *, progress: Callable[[int], None] | None = None
    ) -> tuple[Vectors, list[Vectors]]:
        if self._left == 0:
            raise KeyboardInterrupt
        self._left = None if self._left is None else self._left - 1
        self.texts += [passage.text for passage in passages]
        return self._encoder.encode_passages(passages, progress=progress)


@pytest.fixture
def counting(fake_encoder: Encoder) -> Counting:
    return Counting(fake_encoder)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def grown(write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder) -> Path:
    """A folder with an index at `index`, to which one document, new.md, was added since."""
    corpus = write_corpus(FILES)
    ingest([corpus], index=index, encoder=fake_encoder)
    return write_corpus({"new.md": "# New\n\nNew words stand here.\n"})


def contents(folder: Path) -> tuple[object, ...]:
    """All that a reader can ask of an index."""
    opened = Index(folder)
    rows = range(opened.manifest.n_chunks)
    chunks = [opened.chunk(number) for number in rows]
    return (
        opened.fingerprint,
        [opened.document(doc_id) for doc_id in opened.doc_ids],
        chunks,
        [opened.sentences(chunk) for chunk in chunks],
        opened.passage_hashes.tolist(),
        opened.dense.vectors(list(rows)).tolist(),
        [opened.sentence_vectors(chunk).tolist() for chunk in chunks],
        opened.lexical.scores(["drive", "dizzi", "friend"]).tolist(),
        dict(opened.lexical.vocabulary),
        dict(opened.lexical.abbreviations),
        [found.tolist() for found in opened.dense.search(np.eye(1, 64, 3, dtype=np.float32)[0], 4)],
    )


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- only what is new ---


def test_nothing_changed_writes_nothing_and_embeds_nothing(
    write_corpus: WriteCorpus, index: Path, counting: Counting
) -> None:
    corpus = write_corpus({**FILES, "twin.md": FILES["driving.md"], "bad.txt": b""})
    first = ingest([corpus], index=index, encoder=counting)
    before, counting.texts = everything_in(index), []
    again = ingest([corpus], index=index, encoder=counting)
    assert everything_in(index) == before
    assert counting.texts == []
    assert (again.is_unchanged, again.switched, first.is_unchanged, first.switched) == (True, False, False, True)
    assert again.unchanged == tuple(sorted(FILES))
    assert (again.added, again.changed, again.removed, again.renamed) == ((), (), (), ())
    for kept in ("n_documents", "n_chunks", "n_sentences", "skipped", "duplicates", "fingerprint"):
        assert getattr(again, kept) == getattr(first, kept), kept
    assert (again.n_embedded, again.n_reused) == (0, first.n_chunks)


def test_only_the_passages_that_changed_are_embedded(
    write_corpus: WriteCorpus, index: Path, counting: Counting
) -> None:
    corpus = write_corpus(FILES)
    ingest([corpus], index=index, encoder=counting)
    counting.texts = []
    write_corpus({"effects.md": FILES["effects.md"].replace("bladder", "stomach")})
    report = ingest([corpus], index=index, encoder=counting)
    # the changed passage, and then the passages that the check asks for, made anew
    assert counting.texts[0] == "Long term\n\nThe stomach may hurt."
    assert (report.n_embedded, report.n_reused) == (1, report.n_chunks - 1)
    assert (report.changed, report.unchanged) == (("effects.md",), ("cost.txt", "driving.md"))


def test_a_text_that_stands_twice_is_embedded_once(write_corpus: WriteCorpus, index: Path, counting: Counting) -> None:
    same = "# Same\n\nThe same words stand here.\n"
    report = ingest([write_corpus({"a.md": same, "b.md": same + "\n"})], index=index, encoder=counting)
    assert (report.n_documents, report.n_chunks, report.n_embedded) == (2, 2, 1)


def test_files_that_are_as_they_were_are_not_parsed(
    write_corpus: WriteCorpus, index: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(FILES | {"bad.html": "<html></html>"})
    ingest([corpus], index=index, encoder=counting)
    parsed: list[str] = []
    parse = DocumentLoader.parse
    monkeypatch.setattr(DocumentLoader, "parse", lambda self, s: parsed.append(s.doc_id) or parse(self, s))
    write_corpus({"new.md": "# New\n\nNew words stand here.\n"})
    report = ingest([corpus], index=index, encoder=counting)
    assert parsed == ["new.md"]
    assert [one.doc_id for one in report.skipped] == ["bad.html"]


def test_deleting_and_renaming_load_no_model(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(FILES)
    ingest([corpus], index=index, encoder=fake_encoder)

    def load(folder: Path | None = None) -> Encoder:
        pytest.fail("a model was loaded")

    monkeypatch.setattr("ragbot.ingestion.model.MiniLmEncoder", load)
    monkeypatch.setattr("ragbot.ingestion.model.encoder_name", lambda folder=None: fake_encoder.name)
    (corpus / "cost.txt").unlink()
    (corpus / "driving.md").rename(corpus / "cars.md")
    report = ingest(index=index)
    assert Index(index).doc_ids == ["cars.md", "effects.md"]
    assert Index(index).document("cars.md").path.endswith("cars.md")
    assert (report.removed, report.renamed) == (("cost.txt",), (Renamed("cars.md", before="driving.md"),))
    assert (report.n_embedded, report.added) == (0, ())


def test_a_rename_that_changes_the_title_embeds_the_document_anew(
    write_corpus: WriteCorpus, index: Path, counting: Counting
) -> None:
    # without a heading of its own the title is made of the file's name, and the encoder reads the title
    corpus = write_corpus({**FILES, "old-name.txt": "these plain words stand here and go on for a while.\n"})
    ingest([corpus], index=index, encoder=counting)
    (corpus / "old-name.txt").rename(corpus / "new-name.txt")
    report = ingest([corpus], index=index, encoder=counting)
    assert Index(index).document("new-name.txt").title == "new name"
    assert report.n_embedded == 1


def test_other_words_of_the_same_size_and_time_are_noticed(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder
) -> None:
    corpus = write_corpus(FILES)
    ingest([corpus], index=index, encoder=fake_encoder)
    file = corpus / "cost.txt"
    seen = file.stat()
    file.write_text(FILES["cost.txt"].replace("Most", "Some"))
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (seen.st_size, seen.st_mtime_ns)
    assert stale_reason(index) == "documents were added, changed or removed"
    assert ingest([corpus], index=index, encoder=fake_encoder).changed == ("cost.txt",)
    assert stale_reason(index) is None


NOTHING_HEAVY = """
import sys
from pathlib import Path
from ragbot.ingestion import ingest, model

model.encoder_name = lambda folder=None: "fake@1"
assert ingest(index=Path(sys.argv[1])).is_unchanged
print(sorted({"torch", "sentence_transformers", "transformers", "faiss", "bm25s", "trafilatura"} & set(sys.modules)))
"""


def test_nothing_changed_imports_no_heavy_library(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder
) -> None:
    ingest([write_corpus(FILES)], index=index, encoder=fake_encoder)
    command = [sys.executable, "-c", NOTHING_HEAVY, str(index)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_damage_of_the_old_index_is_not_copied(write_corpus: WriteCorpus, index: Path, counting: Counting) -> None:
    corpus = write_corpus(FILES)
    whole = ingest([corpus], index=index, encoder=counting)
    path = index / "generations" / current_generation(index) / "sentence_vectors.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    write_corpus({"new.md": "# New\n\nNew words stand here.\n"})
    report = ingest([corpus], index=index, encoder=counting)
    assert report.n_embedded == whole.n_chunks + 1
    ingest([corpus], index=index.with_name("rebuilt"), encoder=counting)
    assert contents(index) == contents(index.with_name("rebuilt"))


def test_other_code_that_reads_and_cuts_reads_all_again_and_embeds_nothing(
    write_corpus: WriteCorpus, index: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(FILES)
    ingest([corpus], index=index, encoder=counting)
    for home in ("previous", "manifest", "staleness"):
        monkeypatch.setattr(f"ragbot.ingestion.{home}.reading_signature", lambda: "of another version")
    assert stale_reason(index) == "this version reads documents otherwise"
    report = ingest([corpus], index=index, encoder=counting)
    assert (report.is_unchanged, report.n_embedded, report.unchanged) == (False, 0, tuple(sorted(FILES)))
    assert stale_reason(index) is None
    assert len(reading_signature()) == 16


@pytest.fixture
def fresh_signatures() -> Iterator[None]:
    """Signatures worked out anew within the test and after it."""
    for signature in (encoding_signature, reading_signature):
        signature.cache_clear()
    yield
    for signature in (encoding_signature, reading_signature):
        signature.cache_clear()


@pytest.mark.usefixtures("fresh_signatures")
@pytest.mark.parametrize(("place", "value"), [("encoding.PREFIX_PIECES", 61), ("store.vector_code.NUMBERS", "x")])
def test_vectors_that_were_made_in_another_way_are_not_taken_over(
    write_corpus: WriteCorpus,
    index: Path,
    counting: Counting,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    value: object,
) -> None:
    corpus = write_corpus(FILES)
    first = ingest([corpus], index=index, encoder=counting)
    monkeypatch.setattr(f"ragbot.{place}", value)
    for signature in (encoding_signature, reading_signature):
        signature.cache_clear()
    assert stale_reason(index) == "this version reads documents otherwise"
    report = ingest([corpus], index=index, encoder=counting)
    assert (report.is_unchanged, report.n_embedded) == (False, first.n_chunks)
    assert report.fingerprint != first.fingerprint


@pytest.mark.usefixtures("fresh_signatures")
def test_vectors_of_an_unfinished_run_that_were_made_in_another_way_are_not_taken_over(
    write_corpus: WriteCorpus, index: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(FILES)
    n_chunks = ingest([corpus], index=index, encoder=counting, dry_run=True).n_embedded
    monkeypatch.setattr("ragbot.encoding.PREFIX_PIECES", 61)
    for signature in (encoding_signature, reading_signature):
        signature.cache_clear()
    assert ingest([corpus], index=index, encoder=counting).n_embedded == n_chunks > 0


def test_the_signature_of_encoding_holds_every_function_that_makes_vectors() -> None:
    found = [*makers(Path(encoding.__file__)), *makers(Path(compiling.__file__))]
    # each once, but for encode_passages, which is in the protocol too
    assert len(found) == len(MAKERS) + 1
    assert all(any(f"def {name}(" in text for text in found) for name in MAKERS)


def test_every_library_that_the_signature_names_is_found() -> None:
    assert [name for name in _PARSERS if _installed(name) == "none"] == []
    assert {"htmldate", "lxml_html_clean", "tiktoken", "tokenizers"} <= set(_PARSERS)


def test_what_is_told_apart_by_how_it_was_read_has_another_fingerprint(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(FILES)
    first = ingest([corpus], index=index, encoder=fake_encoder).fingerprint
    for home in ("previous", "manifest"):
        monkeypatch.setattr(f"ragbot.ingestion.{home}.reading_signature", lambda: "of another version")
    assert ingest([corpus], index=index, encoder=fake_encoder).fingerprint != first


def test_the_texts_of_all_chunks_are_never_in_memory_at_once(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus({f"{n}.md": f"# Leaflet {n}\n\nWords of leaflet {n}.\n" for n in range(9)})
    document, build = Draft.document, LexicalIndex.build
    read: list[int] = []
    monkeypatch.setattr(Draft, "document", lambda draft, number: read.append(number) or document(draft, number))

    def one_by_one(texts: Iterable[str], *, abbreviations: Mapping[str, str]) -> LexicalIndex:
        read.clear()
        told = iter(texts)
        first = next(told)
        assert read == [0], "the first text takes the first document alone"
        return build(chain([first], told), abbreviations=abbreviations)

    monkeypatch.setattr(LexicalIndex, "build", one_by_one)
    assert ingest([corpus], index=index, encoder=fake_encoder).n_documents == 9
    assert read == list(range(9))


# --- what is left over ---


def _leave_something(index: Path) -> None:
    (index / "partial").mkdir()
    (index / "partial" / "x.log").write_bytes(b"0")
    (index / "generations" / ".writing-1").mkdir()
    (index / ".current-1").touch()


def test_where_nothing_changed_what_killed_and_dry_runs_left_is_removed(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder
) -> None:
    corpus = write_corpus(FILES)
    ingest([corpus], index=index, encoder=fake_encoder)
    before = everything_in(index)
    _leave_something(index)
    assert ingest([corpus], index=index, encoder=fake_encoder).is_unchanged
    assert everything_in(index) == before
    assert not (index / "partial").exists()
    assert [path.name for path in (index / "generations").iterdir()] == [current_generation(index)]


def test_the_files_left_out_are_told_also_where_the_run_fails(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder
) -> None:
    told: list[Skipped] = []
    corpus = write_corpus({"a.txt": b"", "b.xyz": b"words"})
    with pytest.raises(CorpusError):
        ingest([corpus], index=index, encoder=fake_encoder, after_reading=told.extend)
    assert [one.doc_id for one in told] == ["a.txt", "b.xyz"]
    told.clear()
    write_corpus({"c.md": "The words stand here.", "d.md": "The words stand here."})

    def refuse(name: str) -> None:
        raise RagbotError("refused")

    with pytest.raises(RagbotError, match="refused"):
        ingest([corpus], index=index, encoder=fake_encoder, after_reading=told.extend, before_switch=refuse)
    assert [one.doc_id for one in told] == ["a.txt", "b.xyz", "d.md"]


def test_a_file_is_read_once_so_that_what_is_hashed_is_what_is_indexed(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(FILES)
    read_bytes, read = Path.read_bytes, []

    def changing(path: Path) -> bytes:
        data = read_bytes(path)
        if path.parent == corpus:
            read.append(path.name)
            path.write_bytes(b"Other words were written meanwhile.\n")
        return data

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", changing)
        ingest([corpus], index=index, encoder=fake_encoder)
    assert sorted(read) == sorted(FILES)
    assert Index(index).document("driving.md").text == FILES["driving.md"]
    assert stale_reason(index) == "documents were added, changed or removed"


def test_a_file_that_vanishes_after_it_was_listed_is_skipped_in_one_line(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(FILES)
    gone = FoundFile(corpus / "gone.md", "gone.md")
    monkeypatch.setattr("ragbot.ingestion.run.find_files", lambda roots, without: [*find_files(roots), gone])
    report = ingest([corpus], index=index, encoder=fake_encoder)
    assert report.skipped == (Skipped("gone.md", "not a regular file"),)


# --- duplicates ---


def test_the_first_of_equal_files_is_indexed_also_after_it_is_deleted_or_renamed(
    write_corpus: WriteCorpus, index: Path, counting: Counting
) -> None:
    corpus = write_corpus({**FILES, "b.md": "# Twin\n\nThe same words.\n", "c.md": "# Twin\n\nThe same words.\n"})
    report = ingest([corpus], index=index, encoder=counting)
    assert report.duplicates == (Skipped("c.md", "same content as b.md"),)
    counting.texts = []
    (corpus / "b.md").unlink()
    report = ingest([corpus], index=index, encoder=counting)
    assert (report.renamed, report.duplicates) == ((Renamed("c.md", before="b.md"),), ())
    (corpus / "c.md").rename(corpus / "a.md")
    write_corpus({"c.md": "# Twin\n\nThe same words.\n"})
    report = ingest([corpus], index=index, encoder=counting)
    assert report.duplicates == (Skipped("c.md", "same content as a.md"),)
    assert report.n_embedded == 0
    assert "a.md" in Index(index).doc_ids


def test_a_document_that_says_nearly_the_same_as_an_earlier_one_is_told(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder
) -> None:
    sentences = [f"Sentence number {n} stands in both leaflets." for n in range(9)]
    files = {
        "a.md": "# One\n\n" + " ".join(sentences),
        "b.md": "# Two\n\n" + " ".join([*sentences[:8], "This one differs."]),  # 8 of 10, with its heading
        "c.md": "# Three\n\n" + " ".join([*sentences[:7], "This differs.", "And this one too."]),  # 7 of 10
    }
    report = ingest([write_corpus(files)], index=index, encoder=fake_encoder)
    assert report.near_duplicates == (NearDuplicate("b.md", "a.md", 0.8),)
    assert ingest(index=index, encoder=fake_encoder).near_duplicates == report.near_duplicates


@given(st.lists(st.frozensets(st.integers(0, 6), min_size=1), max_size=6))
def test_near_duplicates_agree_with_comparing_all_pairs(documents: list[frozenset[int]]) -> None:
    expected = []
    for number, own in enumerate(documents):
        shares = [(len(own & other) / len(own), -earlier) for earlier, other in enumerate(documents[:number])]
        if shares and max(shares)[0] >= 0.8:
            expected.append((number, -max(shares)[1], max(shares)[0]))
    hashes = [np.array(sorted(own), dtype=np.uint64) for own in documents]
    assert list(near_duplicates(hashes)) == expected


# --- embedded while documents are read ---


def test_passages_are_embedded_while_documents_are_still_read(
    write_corpus: WriteCorpus, index: Path, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus({f"{n}.md": f"# Leaflet {n}\n\nThe words of leaflet {n}.\n" for n in range(5)})
    ingest([corpus], index=index.with_name("at once"), encoder=counting)
    steps: list[tuple[str, int, int]] = []
    counting.texts = []
    with monkeypatch.context() as patched:
        patched.setattr("ragbot.ingestion.embedding._WINDOW", 2)
        report = ingest([corpus], index=index, encoder=counting, progress=lambda *step: steps.append(step))
    assert [step for step in steps if step[0] != "writing"] == [
        *[("reading", n, 5) for n in (0, 1)],  # two leaflets, each of one passage: the first window
        ("embedding", 2, 0),
        *[("reading", n, 5) for n in (2, 3)],
        ("embedding", 4, 0),
        *[("reading", n, 5) for n in (4, 5)],
        ("embedding", 4, 5),
        ("embedding", 5, 5),
    ]
    assert report.n_embedded == 5
    assert contents(index) == contents(index.with_name("at once"))


def test_what_was_embedded_before_a_document_could_not_be_written_is_not_embedded_again(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus({f"{n}.md": f"# Leaflet {n}\n\nThe words of leaflet {n}.\n" for n in range(5)})
    add = Draft.add

    def stopped(draft: Draft, document: Document, rows: DocumentRows) -> None:
        if document.doc_id == "3.md":
            raise KeyboardInterrupt
        add(draft, document, rows)

    monkeypatch.setattr("ragbot.ingestion.embedding._WINDOW", 2)
    with monkeypatch.context() as patched:
        patched.setattr(Draft, "add", stopped)
        with pytest.raises(KeyboardInterrupt):
            ingest([corpus], index=index, encoder=fake_encoder)
    assert not list((index / "generations").iterdir())
    assert ingest([corpus], index=index, encoder=fake_encoder).n_embedded == 3


PARSED_AHEAD = "<html><body><main><h1>{0}</h1><p>The words of page {0} stand here.</p></main></body></html>"


def test_duplicates_and_bad_files_among_files_parsed_in_advance_are_told_as_if_read_one_by_one(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = {name: PARSED_AHEAD.format(name) for name in "abc"}
    corpus = write_corpus(
        {
            "1.html": page["a"],
            "2.html": page["a"],  # a duplicate of what is being parsed
            "3.html": "<html></html>",
            "4.htm": "<html></html>",  # the same bytes as a file without text: told so too
            "5.md": page["b"],  # markup alone is no text in Markdown
            "6.html": page["b"],  # a document though its bytes were asked for before
            "7.html": page["c"],
        }
    )
    at_once = ingest([corpus], index=index, encoder=fake_encoder)

    def read_one_by_one(
        files: Sequence[FoundFile], loader: DocumentLoader, *, is_wanted: Callable[[SourceFile], bool]
    ) -> Iterator[ReadFile]:
        yield from map(read_now, files)

    monkeypatch.setattr("ragbot.ingestion.run.read_ahead", read_one_by_one)
    one_by_one = ingest([corpus], index=index.with_name("one by one"), encoder=fake_encoder)
    assert contents(index) == contents(index.with_name("one by one"))
    assert (at_once.skipped, at_once.duplicates) == (one_by_one.skipped, one_by_one.duplicates)
    assert [one.doc_id for one in at_once.duplicates] == ["2.html"]
    assert [one.doc_id for one in at_once.skipped] == ["3.html", "4.htm", "5.md"]
    assert at_once.added == ("1.html", "6.html", "7.html")


# --- any sequence of changes ---

NAMES = ("a.md", "b.md", "sub/c.txt", "d.txt")
TEXTS = (
    "# Driving\n\nDo not drive until the next day. Ask a friend.\n",
    "# Effects\n\nIt may make you dizzy. It fades.\n\n## Long\n\nThe bladder may hurt.\n",
    "plain words of a friend who could drive, without any heading above them.\n",
    "# Terms\n\nPeople with treatment-resistant depression (TRD) may ask for it.\n",
    "# Driving\n\nDo not drive until the next day. Ask a friend.\n\n## More\n\nYou may be dizzy.\n",
    "",
)
changes = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(TEXTS)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.just("")),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
)


def apply(corpus: Path, change: tuple[str, str, str]) -> None:
    verb, name, other = change
    path = corpus / name
    if verb == "write":
        path.write_text(other)
    elif verb == "delete":
        path.unlink(missing_ok=True)
    elif path.exists():
        path.rename(corpus / other)


def attempt(corpus: Path, index: Path, encoder: Encoder) -> IngestReport | None:
    try:
        return ingest([corpus], index=index, encoder=encoder)
    except CorpusError:
        return None


@settings(max_examples=20)
@given(rounds=st.lists(st.lists(changes, min_size=1, max_size=4), min_size=2, max_size=4))
def test_any_sequence_of_changes_gives_the_index_that_is_built_from_nothing(
    tmp_path_factory: pytest.TempPathFactory, fake_encoder: Encoder, rounds: list[list[tuple[str, str, str]]]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    corpus = folder / "corpus"
    (corpus / "sub").mkdir(parents=True)
    last = None
    for steps in rounds:
        for step in steps:
            apply(corpus, step)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("ragbot.ingestion.embedding._WINDOW", 2)  # so that vectors are made while files are read
            last = attempt(corpus, folder / "index", fake_encoder)
    rebuilt = attempt(corpus, folder / "rebuilt", fake_encoder)
    assert (last is None) == (rebuilt is None)
    if last is not None and rebuilt is not None:
        assert contents(folder / "index") == contents(folder / "rebuilt")
        assert (last.skipped, last.duplicates, last.near_duplicates) == (
            rebuilt.skipped,
            rebuilt.duplicates,
            rebuilt.near_duplicates,
        )
        assert set(rebuilt.added) == {*last.added, *last.changed, *last.unchanged, *(r.doc_id for r in last.renamed)}
    shutil.rmtree(folder)


def test_with_the_real_model_the_answers_are_those_of_a_rebuild(
    write_corpus: WriteCorpus, index: Path, real_encoder: MiniLmEncoder, real_safety: SafetyModel
) -> None:
    corpus = write_corpus(
        {**FILES, "sleep.md": "# Sleep\n\nSleep was sound after one week.\n", "x.md": "# X\n\nGone soon.\n"}
    )
    ingest([corpus], index=index, encoder=real_encoder)
    write_corpus({"effects.md": FILES["effects.md"] + "\n## Nausea\n\nSickness passes within two hours.\n"})
    (corpus / "x.md").unlink()
    ingest([corpus], index=index, encoder=real_encoder)
    (corpus / "driving.md").rename(corpus / "a car.md")
    write_corpus({"new.txt": "Eating\n\nDo not eat for two hours before it.\n"})
    ingest([corpus], index=index, encoder=real_encoder)
    ingest([corpus], index=index.with_name("rebuilt"), encoder=real_encoder)
    bots = [Bot(folder, real_encoder, real_safety, threshold=0.0) for folder in (index, index.with_name("rebuilt"))]
    assert bots[0].index.fingerprint == bots[1].index.fingerprint
    for question in ("When may I drive?", "How long does sickness last?", "May I eat before?", "Who pays for it?"):
        one, two = (bot.ask(question) for bot in bots)
        assert one.outcome == two.outcome
        assert [(q.document, q.span, q.highlights) for q in one.quotes] == [
            (q.document, q.span, q.highlights) for q in two.quotes
        ]
        assert abs(one.confidence - two.confidence) < 0.001


# --- going on after an interruption ---


def test_after_an_interruption_the_next_run_goes_on_from_what_was_embedded(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ragbot.ingestion.embedding._LOGGED_AT_ONCE", 2)
    corpus = write_corpus({f"{n}.md": f"# Leaflet {n}\n\nThe words of leaflet {n}.\n" for n in range(9)})
    stopped = Counting(fake_encoder, stop_after=3)
    with pytest.raises(KeyboardInterrupt):
        ingest([corpus], index=index, encoder=stopped)
    assert len(stopped.texts) == 6  # three blocks of two
    write_corpus({"0.md": "# Leaflet 0\n\nOther words by now.\n"})
    report = ingest([corpus], index=index, encoder=Counting(fake_encoder))
    assert report.n_embedded in {3, 4}  # 0.md is new; whether its old words were among the six is the order's choice
    assert not (index / "partial").exists()
    ingest([corpus], index=index.with_name("rebuilt"), encoder=fake_encoder)
    assert contents(index) == contents(index.with_name("rebuilt"))


FULL_AT = (
    "store.arrays.ArrayFile.append",
    "store.documents.DocumentsWriter.add",
    "store.vector_log.VectorLog.append",
    "store.draft.write_manifest",
    "dense.DenseIndex.save",
    "lexical.LexicalIndex.save",
)


@pytest.mark.parametrize("place", FULL_AT)
def test_a_full_disk_is_one_line_the_old_index_stays_and_the_next_run_goes_on(
    grown: Path, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    before = contents(index)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(f"ragbot.{place}", full)
        with pytest.raises(IndexLockedError, match=r"No space left on device.*the old index stays") as caught:
            ingest([grown], index=index, encoder=fake_encoder)
    assert str(caught.value).isprintable()
    assert contents(index) == before
    assert [path.name for path in (index / "generations").iterdir()] == [current_generation(index)]
    report = ingest([grown], index=index, encoder=fake_encoder)
    embedded_before = place not in ("store.documents.DocumentsWriter.add", "store.vector_log.VectorLog.append")
    assert report.n_embedded == (0 if embedded_before else 1)
    assert Index(index).doc_ids == sorted([*FILES, "new.md"])


LIMITED = """
import resource, runpy, sys
from pathlib import Path
from ragbot.errors import IndexLockedError
from ragbot.ingestion import ingest

encoder = runpy.run_path("tests/conftest.py")["FakeEncoder"]()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    ingest([Path(sys.argv[1])], index=Path(sys.argv[2]), encoder=encoder)
except IndexLockedError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limits on a process's files")
def test_a_file_that_the_system_refuses_to_let_grow_is_one_line(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder
) -> None:
    corpus = write_corpus(FILES)
    ingest([corpus], index=index, encoder=fake_encoder)
    before = contents(index)
    write_corpus({f"{n}.md": f"# Leaflet {n}\n\n" + f"Words of leaflet {n} stand here. " * 40 for n in range(60)})
    command = [sys.executable, "-c", LIMITED, str(corpus), str(index), "40000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"cannot write the index to {index} ("), done.stderr
    assert done.stdout.count("\n") == 1
    assert contents(index) == before
    assert ingest([corpus], index=index, encoder=fake_encoder).n_documents == 63


# --- checked before it is current ---


def test_an_index_whose_words_were_mixed_up_never_becomes_current(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus(FILES)
    ingest([corpus], index=index, encoder=fake_encoder)
    before = contents(index)
    write_corpus({"new.md": "# New\n\nEntirely fresh sentences appear.\n"})
    build = LexicalIndex.build
    with monkeypatch.context() as patched:
        patched.setattr(
            LexicalIndex,
            "build",
            lambda texts, *, abbreviations: build([*list(texts)[1:], "x"], abbreviations=abbreviations),
        )
        with pytest.raises(IndexMismatchError, match=r"does not find .* by its words; the old index stays"):
            ingest([corpus], index=index, encoder=fake_encoder)
    assert contents(index) == before
    assert len(list((index / "generations").iterdir())) == 1


def test_an_index_whose_vectors_were_mixed_up_never_becomes_current(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # more passages than the ten among which a passage may be found
    corpus = write_corpus(
        {f"{n}.md": f"# L{n}\n\nLeaflet {chr(97 + n) * 3} tells {chr(98 + n) * 4}.\n" for n in range(24)}
    )
    build = DenseIndex.build_from_blocks
    monkeypatch.setattr(
        DenseIndex,
        "build_from_blocks",
        lambda blocks, **kw: build([np.roll(np.concatenate(list(blocks)), 12, axis=0)], **kw),
    )
    with pytest.raises(IndexMismatchError, match=r"does not find .* by its vector; the old index stays"):
        ingest([corpus], index=index, encoder=fake_encoder)
    assert not (index / "current").exists()


# --- what may look at it before the switch ---


def test_the_hook_sees_the_new_generation_while_the_old_one_is_current(
    grown: Path, index: Path, fake_encoder: Encoder
) -> None:
    seen: list[tuple[list[str], list[str]]] = []

    def look(name: str) -> None:
        seen.append((Index(index).doc_ids, Index(index, generation=name).doc_ids))

    ingest([grown], index=index, encoder=fake_encoder, before_switch=look)
    assert seen == [(sorted(FILES), sorted([*FILES, "new.md"]))]
    assert Index(index).doc_ids == sorted([*FILES, "new.md"])
    ingest([grown], index=index, encoder=fake_encoder, before_switch=look)
    assert len(seen) == 1, "where nothing changed there is nothing to look at"


def test_a_hook_that_refuses_leaves_the_old_index_and_the_work_done(
    grown: Path, index: Path, fake_encoder: Encoder
) -> None:
    before = contents(index)

    def refuse(name: str) -> None:
        raise RagbotError("answers were lost; add the documents again")

    with pytest.raises(RagbotError, match="answers were lost"):
        ingest([grown], index=index, encoder=fake_encoder, before_switch=refuse)
    assert contents(index) == before
    assert len(list((index / "generations").iterdir())) == 1
    assert ingest([grown], index=index, encoder=fake_encoder).n_embedded == 0


def test_a_dry_run_tells_what_would_be_and_changes_nothing(grown: Path, index: Path, fake_encoder: Encoder) -> None:
    before = contents(index)
    looked: list[list[str]] = []
    report = ingest(
        [grown],
        index=index,
        encoder=fake_encoder,
        dry_run=True,
        before_switch=lambda name: looked.append(Index(index, generation=name).doc_ids),
    )
    assert looked == [sorted([*FILES, "new.md"])]
    assert (report.added, report.switched, report.n_documents) == (("new.md",), False, 4)
    assert contents(index) == before
    assert len(list((index / "generations").iterdir())) == 1
    assert ingest([grown], index=index, encoder=fake_encoder).added == ("new.md",)


# --- the report ---


def test_the_report_is_plain_json(write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder) -> None:
    report = ingest([write_corpus({**FILES, "bad.txt": b""})], index=index, encoder=fake_encoder)
    told = json.loads(json.dumps(report.to_json()))
    assert told["added"] == sorted(FILES)
    assert told["skipped"] == [{"doc_id": "bad.txt", "reason": "empty file"}]
    assert (told["n_embedded"], told["n_reused"]) == (report.n_chunks, 0)
    assert set(told["seconds"]) == {"reading", "embedding", "writing", "checking"}


def test_what_a_loader_left_out_is_told_now_and_when_nothing_changed(
    write_corpus: WriteCorpus, index: Path, fake_encoder: Encoder
) -> None:
    rows = "".join(f"drug {n};for pain number {n}\n" for n in range(2_010))
    report = ingest([write_corpus({"t.csv": "name;use\n" + rows})], index=index, encoder=fake_encoder)
    assert [note.doc_id for note in report.notes] == ["t.csv"]
    assert ingest(index=index, encoder=fake_encoder).notes == report.notes
