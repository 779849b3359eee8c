"""Files are read and parsed in advance while the caller works: in order, within bounds, each read once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ragbot.datatypes import Document
from ragbot.errors import DocumentError, WorkerError
from ragbot.loaders import find_files
from ragbot.loaders.ahead import Ahead, ReadFile, read_ahead
from ragbot.loaders.files import FoundFile
from ragbot.loaders.source import SourceFile
from ragbot.loaders.worker import DocumentLoader, Limits

# What the parser does is the first word of the file; with any other the words are the document.
PARSER = """
import ctypes, time
from ragbot.datatypes import Block, BlockKind, Document, Span
from ragbot.errors import DocumentError

def parse(source):
    word, _, rest = source.data.decode().partition(" ")
    if word == "sleep": time.sleep(600)
    if word == "slow": time.sleep(0.3)
    if word == "crash": ctypes.string_at(0)
    if word == "refuse": raise DocumentError("no words in it")
    return Document("", "T", rest, "", "", (Block(Span(0, len(rest)), BlockKind.PARAGRAPH),))
"""
LONG = Limits(seconds=600)
Make = Callable[..., DocumentLoader]
Files = Callable[..., list[FoundFile]]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """A loader with the parser above; all are closed at the end."""
    (tmp_path / "ahead_parser.py").write_text(PARSER)
    monkeypatch.syspath_prepend(tmp_path)
    with contextlib.ExitStack() as stack:
        yield lambda limits=LONG: stack.enter_context(DocumentLoader(limits=limits, parser="ahead_parser:parse"))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Files with these words, called 0.html, 1.html and so on."""

    def write(*words: str) -> list[FoundFile]:
        folder = tmp_path / "files"
        folder.mkdir()
        for number, each in enumerate(words):
            (folder / f"{number}.html").write_text(each)
        return find_files([folder])

    return write


def told(read: ReadFile) -> str:
    """The text that was parsed in advance, or the reason why there is none."""
    assert read.parsed is not None
    return str(read.parsed).split(";")[0] if isinstance(read.parsed, DocumentError) else read.parsed.text


def test_files_come_in_order_with_a_document_or_a_reason_each(make: Make, files: Files) -> None:
    found = files("as one", "crash", "as two", "refuse", "slow three", "as four")
    got = list(read_ahead(found, make()))
    assert [read.file for read in got] == found
    assert [told(read) for read in got] == [
        "one",
        "parser died (signal 11)",
        "two",
        "no words in it",
        "three",
        "four",
    ]
    assert list(read_ahead([], make())) == []


def test_the_document_is_that_made_in_advance_or_is_made_now(make: Make, files: Files) -> None:
    loader = make()
    read = list(read_ahead(files("as one", "as two", "refuse"), loader, is_wanted=lambda s: s.doc_id != "1.html"))
    assert isinstance(read[0].parsed, Document)
    assert read[0].document(loader) is read[0].parsed
    assert read[1].parsed is None
    assert read[1].document(loader).text == "two"
    with pytest.raises(DocumentError, match="no words in it"):
        read[2].document(loader)


def test_short_text_files_are_left_to_the_caller(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Short words stand here.")
    (tmp_path / "b.md").write_text("Long words stand here. " * 2_000)  # 46,000 bytes
    with DocumentLoader() as loader:
        got = list(read_ahead(find_files([tmp_path]), loader))
        assert [read.parsed is None for read in got] == [True, False]
        assert got[0].document(loader).text == "Short words stand here."


def test_a_file_is_read_when_its_turn_comes_and_may_be_gone_by_then(make: Make, files: Files, tmp_path: Path) -> None:
    found = [*files("as one"), FoundFile(tmp_path / "gone.html", "gone.html")]
    got = list(read_ahead(found, make()))
    assert str(got[1].source) == "not a regular file"
    with pytest.raises(DocumentError, match="not a regular file"):
        got[1].document(make())


def feed(found: list[FoundFile], taken: list[str]) -> Iterator[FoundFile]:
    for file in found:
        taken.append(file.doc_id)
        yield file


def test_reading_goes_on_while_the_caller_works_and_no_further_than_it_may(make: Make, files: Files) -> None:
    taken: list[str] = []
    found = files(*["as words"] * 5)
    results = read_ahead(feed(found, taken), make(), ahead=Ahead(files=2))
    next(results)
    assert taken == ["0.html", "1.html", "2.html"], "two ahead of the one given out"
    results.close()


def test_no_more_bytes_wait_than_may_but_for_one_file(make: Make, files: Files) -> None:
    taken: list[str] = []
    found = files("as " + "x" * 97, "as " + "x" * 97, "as " + "x" * 497, "as x", "as x")
    # 100 and 100 may wait; with the 500 of the third the first two are given out, and the third waits alone
    results = read_ahead(feed(found, taken), make(), ahead=Ahead(n_bytes=250))
    seen = [(next(results).file.doc_id, list(taken)) for _ in range(3)]
    assert seen == [
        ("0.html", ["0.html", "1.html", "2.html"]),
        ("1.html", ["0.html", "1.html", "2.html"]),
        ("2.html", ["0.html", "1.html", "2.html", "3.html"]),
    ]
    results.close()


def test_parsing_in_advance_stops_while_much_text_waits(make: Make, files: Files) -> None:
    loader = make()
    found = files(*["as " + "x" * 60] * 5)
    third_is_read = threading.Event()

    def is_wanted(source: SourceFile) -> bool:
        if source.doc_id == "3.html":
            third_is_read.set()
        return True

    def feed_last_when_third_is_read() -> Iterator[FoundFile]:
        yield from found[:4]
        assert third_is_read.wait(60)
        yield found[4]

    # nothing is given out before the fifth file, so that the third finds 120 characters waiting
    got = list(
        read_ahead(feed_last_when_third_is_read(), loader, is_wanted=is_wanted, ahead=Ahead(files=4, characters=100))
    )
    assert [read.parsed is not None for read in got[:3]] == [True, True, False]
    assert [read.document(loader).text for read in got] == ["x" * 60] * 5


def test_leaving_early_does_not_wait_for_a_parser(make: Make, files: Files) -> None:
    loader = make()
    results = read_ahead(files("as one", "sleep", "sleep"), loader, ahead=Ahead(files=1))
    next(results)
    results.close()  # would wait ten minutes
    assert loader.load(Path("a.html"), "a.html", b"as words").text == "words"


def test_an_error_of_the_worker_reaches_the_caller(files: Files) -> None:
    with DocumentLoader(parser="no.such:module") as loader, pytest.raises(WorkerError):
        list(read_ahead(files("as one", "as two"), loader))
