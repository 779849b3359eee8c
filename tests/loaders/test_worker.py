"""A parser that dies, hangs, takes too much or lies costs one file and one line; the next file gets a fresh process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Block, BlockKind, Document, Heading, Span
from ragbot.errors import DocumentError, ParserError, WorkerError
from ragbot.loaders import load_document
from ragbot.loaders.source import SourceFile
from ragbot.loaders.wire import Refusal, first_flaw, pack_document, pack_refusal, unpack_answer
from ragbot.loaders.worker import DocumentLoader, Limits

# What the parser does is the first word of the file; `echo` gives its words back as a document.
PARSER = """
import ctypes, os, re, resource, signal, sys, time
from ragbot.datatypes import Block, BlockKind, Document, Span
from ragbot.errors import DocumentError

def parse(source):
    word, _, rest = source.data.decode().partition(" ")
    if word == "hang": re.match("(a+)+$", "a" * 60 + "b")  # holds the interpreter's lock, as a parser in C may
    if word == "sleep": time.sleep(600)
    if word == "crash": ctypes.string_at(0)
    if word == "exit": sys.exit(3)
    if word == "leave": os._exit(0)
    if word == "raise": raise RecursionError("too deep " * 99)
    if word == "refuse": raise DocumentError("no\\nwords in it; add some")
    if word == "fill":
        held = []
        while True: held.append(b"x" * 5_000_000)
    if word == "huge": bytearray(50_000_000_000)
    if word == "keep":
        global kept
        kept = b"x" * 90_000_000
    if word == "print": print("noise " * 9999, flush=True); os.write(1, b"noise"); os.write(2, b"noise"); sys.stdin.read()
    if word == "write": open(rest, "w").write("x" * 9999)
    if word == "dump": rest = str(resource.getrlimit(resource.RLIMIT_CORE)[1])
    if word == "pid": rest = f"process {os.getpid()}"
    if word == "lie": rest = "short"
    end = 99 if word == "lie" else len(rest)
    if word == "slow": time.sleep(0.3)
    return Document("another", "T", rest, "/else/where", "0" * 64, (Block(Span(0, end), BlockKind.PARAGRAPH),))
"""
NAME = "a.html"
SMALL = Limits(seconds=60.0, memory=60_000_000)

Make = Callable[..., DocumentLoader]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """A loader with the parser above; all are closed at the end."""
    (tmp_path / "misbehaving.py").write_text(PARSER)
    monkeypatch.syspath_prepend(tmp_path)
    with contextlib.ExitStack() as stack:
        yield lambda limits=SMALL: stack.enter_context(DocumentLoader(limits=limits, parser="misbehaving:parse"))


def text(loader: DocumentLoader, words: str) -> str:
    return loader.load(Path(NAME), NAME, words.encode()).text


def reason(loader: DocumentLoader, words: str, kind: type[DocumentError] = ParserError) -> str:
    with pytest.raises(kind) as caught:
        text(loader, words)
    assert str(caught.value).isprintable()
    return str(caught.value)


# --- what comes back ---


def test_the_document_is_the_same_as_parsed_here(tmp_path: Path) -> None:
    page = tmp_path / NAME
    page.write_text(
        "<html><body><main><h1>After an infusion</h1><p>You may feel dizzy \U0001f600 for an hour.</p>"
        "<ul><li>Do not drive.</li></ul><table><tr><th>Drug</th><th>Dose</th></tr><tr><td>A</td><td>1 mg</td></tr></table></main></body></html>"
    )
    (tmp_path / "b.md").write_text("---\nsources: [one, two]\ndate: 2025-01-02\n---\n# After\n\nRest for a day.\n")
    for all_apart in (False, True):
        with DocumentLoader(all_apart=all_apart) as loader:
            for path in (page, tmp_path / "b.md"):
                assert loader.load(path, path.name) == load_document(path, path.name)


def test_what_a_loader_refuses_is_refused_in_its_words(make: Make) -> None:
    assert reason(make(), "refuse", DocumentError) == "no\\nwords in it; add some"


def test_a_file_that_cannot_be_read_needs_no_process(tmp_path: Path) -> None:
    with DocumentLoader(parser="no.such:module") as loader:
        for name, expected in (("a.xyz", "unsupported type .xyz"), ("gone.pdf", "not a regular file")):
            with pytest.raises(DocumentError, match=expected):
                loader.load(tmp_path / name, name)


def test_name_and_hash_are_never_the_parsers(make: Make) -> None:
    document = make().load(Path("/in/a.html"), NAME, b"echo words")
    assert (document.doc_id, document.path, document.text) == (NAME, "/in/a.html", "words")
    # printf 'echo words' | sha256sum
    assert document.sha256 == "7e016770eeeca474d48ed1fe8a1a991422136b87fe4df76344cd55d454c7c714"


def test_one_process_serves_many_files(make: Make) -> None:
    loader = make()
    seen = {text(loader, "pid") for _ in range(5)}
    assert len(seen) == 1
    assert seen != {f"process {os.getpid()}"}


@pytest.mark.parametrize(
    ("name", "size", "all_apart", "apart"),
    [
        ("a.md", 32_000, False, False),
        ("a.md", 32_001, False, True),
        ("a.md", 99, True, True),
        ("a.csv", 99, False, True),
    ],
)
def test_only_short_plain_text_is_parsed_without_a_process(
    monkeypatch: pytest.MonkeyPatch, name: str, size: int, all_apart: bool, apart: bool
) -> None:
    def refuse(parser: str, limits: Limits) -> None:
        raise WorkerError("a process was asked for")

    monkeypatch.setattr("ragbot.loaders.worker.WorkerProcess", refuse)
    data = b"words, more\n" + b"x" * (size - 12)
    with DocumentLoader(all_apart=all_apart) as loader:
        if apart:
            with pytest.raises(WorkerError):
                loader.load(Path(name), name, data)
        else:
            assert loader.load(Path(name), name, data).text == data.decode()


# --- what goes wrong ---


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hang", "parser ran over 5 s; split the file or save it as plain text"),
        ("sleep", "parser ran over 5 s; split the file or save it as plain text"),
        ("crash", "parser died (signal 11); open the file in its own program and save it again"),
        ("exit", "parser died (exit 3); open the file in its own program and save it again"),
        ("leave", "parser died (exit 0); open the file in its own program and save it again"),
        ("raise", "parser failed (RecursionError); open the file in its own program and save it again"),
        ("fill", "needs more than 60 MB of memory; split it or save it as plain text"),
        ("huge", "needs more than 60 MB of memory; split it or save it as plain text"),
        ("lie", "parser gave no usable answer: a block lies outside the text; save the file again in another format"),
    ],
)
def test_a_file_that_breaks_its_parser_costs_one_line_and_the_next_is_read(
    make: Make, words: str, expected: str
) -> None:
    # the next file has no longer: 5 s are enough for a word, on a busy machine too
    limits = replace(SMALL, seconds=5.0 if words in ("hang", "sleep") else 60.0)
    loader = make(limits)
    assert reason(loader, words) == expected
    assert text(loader, "echo the next file") == "the next file"


def test_an_unforeseen_error_carries_its_trace_for_a_developer(make: Make) -> None:
    with pytest.raises(ParserError) as caught:
        text(make(), "raise")
    assert "in parse" in caught.value.__notes__[0]


def test_a_process_that_kept_much_memory_is_replaced(make: Make) -> None:
    loader = make(Limits(memory=200_000_000))
    first = text(loader, "pid")
    assert text(loader, "keep words") == "words"  # 90 MB held, more than a quarter of 200
    assert text(loader, "pid") != first


def test_a_process_that_died_while_idle_is_replaced_without_blame(make: Make) -> None:
    loader = make()
    pid = int(text(loader, "pid").split()[1])
    os.kill(pid, signal.SIGKILL)
    while is_alive(pid):
        time.sleep(0.01)
    assert text(loader, "echo words") == "words"


def test_what_a_parser_prints_or_reads_does_not_reach_us(make: Make, capfd: pytest.CaptureFixture[str]) -> None:
    assert text(make(), "print words") == "words"
    assert capfd.readouterr() == ("", "")


def test_a_parser_cannot_write_files_or_dump_its_memory(make: Make, tmp_path: Path) -> None:
    loader = make()
    assert reason(loader, f"write {tmp_path / 'out'}").startswith("parser failed (OSError)")
    assert (tmp_path / "out").read_bytes() == b""
    assert text(loader, "dump") == "0"


def test_a_parser_that_cannot_be_started_is_no_fault_of_the_file() -> None:
    with DocumentLoader(parser="no.such:module") as loader, pytest.raises(WorkerError, match=r"exit 1.*ragbot doctor"):
        loader.load(Path(NAME), NAME, b"words")
    assert not issubclass(WorkerError, DocumentError), "else every file of the corpus would be skipped"


# --- no process is left behind ---


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("busy", ["loader.load(Path('a.html'), 'a.html', b'hang')", "pass"])
def test_no_process_outlives_the_one_that_started_it(
    make: Make, tmp_path: Path, ending: signal.Signals, busy: str
) -> None:
    script = (
        "import sys; sys.path[:] = __import__('json').loads(sys.argv[1])\n"
        "from pathlib import Path; import signal, time\n"
        # whoever starts the tests in the background makes their children deaf to Ctrl-C
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from ragbot.loaders.worker import DocumentLoader, Limits\n"
        "loader = DocumentLoader(limits=Limits(seconds=600), parser='misbehaving:parse')\n"
        "print(loader.load(Path('a.html'), 'a.html', b'pid').text, flush=True)\n"
        f"{busy}\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-c", script, json.dumps(sys.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline().split()[1])
        assert is_alive(child)
        time.sleep(0.3)  # it begins to hang
        parent.send_signal(ending)
        try:
            parent.wait(timeout=30)
        finally:
            parent.kill()
    wait_until = time.monotonic() + 30
    while is_alive(child) and time.monotonic() < wait_until:
        time.sleep(0.05)
    assert not is_alive(child)


def test_closing_ends_the_process_and_the_loader_can_be_used_again(make: Make) -> None:
    loader = make()
    pid = int(text(loader, "pid").split()[1])
    loader.close()
    assert not is_alive(pid)
    loader.close()
    assert text(loader, "echo words") == "words"


# --- the messages ---

SOURCE = SourceFile("/in/a.html", NAME, b"", "hash")
WORDS = "Head\n\nSome words."
DOCUMENT = Document(
    NAME,
    "Title",
    WORDS,
    "/in/a.html",
    "hash",
    (Block(Span(0, 4), BlockKind.HEADING, 1), Block(Span(6, 17), BlockKind.PARAGRAPH)),
    (Heading(Span(0, 4), 1, "Head"),),
    pages=(0, 6),
)


@given(
    st.text(st.characters(codec=None), min_size=1), st.text(), st.none() | st.text(), st.lists(st.text(), max_size=3)
)
def test_a_document_comes_back_as_it_went(words: str, title: str, published: str | None, notes: list[str]) -> None:
    blocks = (Block(Span(0, len(words)), BlockKind.LIST_ITEM, 2),)
    sent = replace(
        DOCUMENT,
        text=words,
        title=title,
        published=published,
        notes=tuple(notes),
        blocks=blocks,
        headings=(),
        pages=(0,),
    )
    assert unpack_answer(pack_document(sent), SOURCE) == sent


def test_every_field_of_a_document_travels() -> None:
    full = replace(
        DOCUMENT,
        published="2025",
        reviewed="2026",
        kind="leaflet",
        certainty="high",
        sources=("one",),
        notes=("cut",),
        superseded_by="b.md",
    )
    assert all(getattr(full, name) for name in Document.__slots__), (
        "a new field needs a value here, and its place in wire"
    )
    assert unpack_answer(pack_document(full), SOURCE) == full
    refusal = Refusal("why", "ValueError", "trace", out_of_memory=True)
    assert unpack_answer(pack_refusal(refusal), SOURCE) == refusal


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"blocks": DOCUMENT.blocks[::-1]}, "blocks overlap or are out of order"),
        (
            {"blocks": (*DOCUMENT.blocks, Block(Span(16, 17), BlockKind.PARAGRAPH))},
            "blocks overlap or are out of order",
        ),
        ({"blocks": (*DOCUMENT.blocks, Block(Span(17, 18), BlockKind.PARAGRAPH))}, "a block lies outside the text"),
        ({"headings": (Heading(Span(0, 3), 1, "Head"),)}, "a heading is no heading block"),
        ({"headings": (Heading(Span(0, 4), 2, "Head"),)}, "a heading is no heading block"),
        ({"headings": (Heading(Span(6, 17), 0, "Some"),)}, "a heading is no heading block"),
        ({"headings": DOCUMENT.headings * 2}, "headings are out of order"),
        ({"pages": (6, 0)}, "pages are out of order or outside the text"),
        ({"pages": (0, 18)}, "pages are out of order or outside the text"),
        ({"pages": (-1, 0)}, "pages are out of order or outside the text"),
    ],
)
def test_a_document_that_breaks_a_law_is_not_taken(change: dict[str, object], flaw: str) -> None:
    broken = replace(DOCUMENT, **change)  # type: ignore[arg-type]
    assert first_flaw(DOCUMENT) is None
    assert first_flaw(broken) == flaw
    with pytest.raises(ValueError, match=flaw):
        unpack_answer(pack_document(broken), SOURCE)


def altered(**changes: object) -> bytes:
    line, _, words = pack_document(DOCUMENT).partition(b"\n")
    values = json.loads(line)
    values["document"].update(changes)
    return json.dumps(values).encode() + b"\n" + words


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x80\x04N.",  # what pickle.dumps(None) gives
        b"[]\nwords",
        b"{}\nwords",
        b"[" * 100_000,
        b'{"document": 1}\nwords',
        b'{"refusal": {"reason": 1}}\n',
        altered(title=None),
        altered(published=7),
        altered(notes=[1]),
        altered(notes=1),
        altered(pages=["0"]),
        altered(blocks=[[0, 4, "heading"]]),
        altered(blocks=[[0, 4, "nonsense", 1]]),
        altered(blocks=[[0.0, 4, "heading", 1]]),
        altered(blocks=[[True, 4, "heading", 1]]),
        altered(blocks=[[4, 0, "heading", 1]]),
        altered(headings=[[0, 4, 1, ["Head"]]]),
        pack_document(DOCUMENT) + b"\xff",
    ],
)
def test_an_answer_that_is_no_document_is_not_taken(message: bytes) -> None:
    with pytest.raises(ValueError, match="unreadable answer"):
        unpack_answer(message, SOURCE)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_no_bytes_at_all_bring_more_than_a_value_error(noise: bytes, place: int) -> None:
    sound = pack_document(DOCUMENT)
    for message in (noise, sound[:place] + noise + sound[place:], sound[:place]):
        with contextlib.suppress(ValueError):
            assert isinstance(unpack_answer(message, SOURCE), Document | Refusal)
