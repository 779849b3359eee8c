"""A folder full of hostile files is ingested to the end: each has one line or is indexed, and nothing else is harmed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from ragbot.answering import Bot
from ragbot.datatypes import Outcome
from ragbot.encoding import Encoder
from ragbot.errors import DocumentError, ParserError
from ragbot.ingestion import IngestReport, ingest
from ragbot.loaders import find_files
from ragbot.loaders.ahead import read_ahead
from ragbot.loaders.wire import first_flaw
from ragbot.loaders.worker import DocumentLoader
from ragbot.store import Index
from tests.loaders.hostile_files import ARTICLES, PUSHY, hostile_files, write_hostile_folder

NO_FILES = {
    "pipe.txt": "not a regular file",
    "self.txt": "not a regular file",
    "gone.txt": "not a regular file",
    os.fsdecode(b"caf\xe9.txt"): "file name is not UTF-8",
}
if os.geteuid() != 0:
    NO_FILES["unreadable.txt"] = "cannot be read: Permission denied"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole set on disk, written once."""
    folder = tmp_path_factory.mktemp("hostile") / "documents"
    write_hostile_folder(folder)
    return folder


@pytest.fixture(scope="module")
def built(folder: Path, fake_encoder: Encoder) -> tuple[IngestReport, Index]:
    """What an ingest of the whole set reports, and its index."""
    report = ingest([folder], index=folder.parent / "index", encoder=fake_encoder)
    return report, Index(folder.parent / "index")


def test_every_file_has_one_line_or_is_indexed_and_no_other_line_is_made(built: tuple[IngestReport, Index]) -> None:
    report, index = built
    skipped = [file.doc_id for file in report.skipped]
    twins = [file.doc_id for file in report.duplicates]
    expected = {file.name for file in hostile_files()} | set(ARTICLES) | set(NO_FILES) | {"twin.md", "unreadable.txt"}
    assert sorted([*skipped, *twins, *index.doc_ids]) == sorted(expected)
    assert len(expected) > 50
    assert all(file.reason.isprintable() and 10 < len(file.reason) + 5 < 200 for file in report.skipped)


def test_the_articles_beside_them_are_all_there_and_whole(built: tuple[IngestReport, Index]) -> None:
    _, index = built
    for name, text in ARTICLES.items():
        document = index.document(name if name in index.doc_ids else "twin.md")
        last = document.blocks[-1].span.cut(document.text)
        assert last.removeprefix("- ") in text


def test_each_hostile_file_ends_as_it_should(built: tuple[IngestReport, Index]) -> None:
    report, index = built
    reasons = {file.doc_id: file.reason for file in report.skipped}
    for file in hostile_files():
        if file.reason is not None:
            assert reasons[file.name].startswith(file.reason), file.name
        elif file.words is not None:
            assert file.words in index.document(file.name).text, reasons.get(file.name)
    for name, reason in NO_FILES.items():
        assert reasons[name].startswith(reason)


def test_a_huge_table_is_cut_and_says_so(built: tuple[IngestReport, Index]) -> None:
    for name in ("long/table.csv", "long/table.html"):
        document = built[1].document(name)
        assert len(document.blocks) < 2_100
        assert any("rows" in note for note in document.notes), name


def test_nothing_outside_the_folder_gets_into_the_index(built: tuple[IngestReport, Index]) -> None:
    _, index = built
    assert not any("root:" in index.document(name).text for name in index.doc_ids), "/etc/passwd"


def test_a_document_that_orders_the_answer_is_not_the_answer(
    build_bot: Callable[[Mapping[str, str | bytes]], Bot],
) -> None:
    pushy = next(file for file in hostile_files() if file.name == "pushy.md")
    bot = build_bot({**ARTICLES, pushy.name: pushy.data})
    asked = {
        "When may I drive after an infusion?": "articles/driving.md",
        "How long do people feel dizzy?": "articles/effects.txt",
        "Do insurance plans pay for infusions?": "articles/cost.html",
    }
    for question, document in asked.items():
        answer = bot.ask(question)
        assert answer.outcome in (Outcome.ANSWERED, Outcome.NO_ANSWER)
        found = answer.quotes or answer.nearest
        assert found[0].document == document
        assert found[0].text != PUSHY


# --- files that change while they are read ---


def test_a_file_that_vanishes_after_it_was_found_costs_one_line(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("Plain words stand here.")
    found = find_files([tmp_path])
    (tmp_path / "b.txt").unlink()
    with DocumentLoader() as loader:
        got = {read.file.doc_id: read for read in read_ahead(found, loader)}
        assert list(got) == ["a.txt", "b.txt", "c.txt"]
        with pytest.raises(DocumentError, match=r"^not a regular file$"):
            got["b.txt"].document(loader)
        assert {got[name].document(loader).text for name in ("a.txt", "c.txt")} == {"Plain words stand here."}


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[Path]:
    """A file that another thread goes on writing to."""
    path, stop = tmp_path / "log.txt", threading.Event()
    path.write_text("Words stand here. ")

    def grow() -> None:
        with path.open("a") as file:
            while not stop.is_set():
                file.write("More words stand here. ")
                file.flush()
                stop.wait(0.001)

    thread = threading.Thread(target=grow)
    thread.start()
    yield path
    stop.set()
    thread.join()


def test_a_file_that_grows_while_it_is_read_is_what_was_hashed(growing: Path) -> None:
    from hashlib import sha256

    with DocumentLoader() as loader:
        document = loader.load(growing, growing.name)
    assert document.sha256 == sha256(document.text.encode()).hexdigest()
    assert growing.read_text().startswith(document.text)


def test_a_file_that_grew_beyond_the_limit_while_it_was_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.txt"
    path.write_text("ok")
    monkeypatch.setattr("ragbot.loaders.MAX_BYTES", 3)
    monkeypatch.setattr(Path, "read_bytes", lambda path: b"grown")
    with DocumentLoader() as loader, pytest.raises(DocumentError, match="larger than"):
        loader.load(path, "log.txt")


# --- what fuzzing found ---

CASES = sorted((Path(__file__).parent / "cases").iterdir())


@pytest.fixture(scope="module")
def apart() -> Iterator[DocumentLoader]:
    """A loader that parses nothing in this process."""
    with DocumentLoader(all_apart=True) as loader:
        yield loader


@pytest.mark.parametrize("path", CASES, ids=[path.name for path in CASES])
def test_what_once_broke_a_parser_is_a_lawful_document_or_refused_in_one_line(
    path: Path, apart: DocumentLoader
) -> None:
    try:
        document = apart.load(path, path.name)
    except ParserError:  # the bug again
        raise
    except DocumentError as error:
        line = str(error.args[0])
    else:
        line = document.title
        assert first_flaw(document) is None
        assert all(words == words.strip() for words in (b.span.cut(document.text) for b in document.blocks))
    assert line
    assert "\n" not in line
