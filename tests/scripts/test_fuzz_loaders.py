"""The fuzzer starts from sound files, breaks them the same way for the same seed, and keeps what it finds, made small."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from random import Random

import fuzz_loaders
import pytest
from fuzzing.mutation import MAX_BYTES, mutated
from fuzzing.seeds import FORMATS, archive, seeds
from fuzzing.shrinking import shrunk

from ragbot.datatypes import Block, BlockKind, Document, Heading, Span
from ragbot.loaders import SUFFIXES, parse_source, read_source

PARSER = """
from ragbot.datatypes import Block, BlockKind, Document, Span
from ragbot.errors import DocumentError

def parse(source):
    if b"Drug" not in source.data:
        raise ZeroDivisionError(f"no drug in {len(source.data)} bytes")
    if b"Dose" not in source.data:
        raise DocumentError("two\\nlines")
    return Document("a", "Drugs", "Drug", "a", "", (Block(Span(0, 4), BlockKind.PARAGRAPH),))
"""


def test_every_format_has_a_seed() -> None:
    aliases = {".text": ".txt", ".markdown": ".md", ".htm": ".html"}
    assert {aliases.get(suffix, suffix) for suffix in SUFFIXES} == {f".{name}" for name in FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_seeds_are_sound_and_the_same_each_time(name: str) -> None:
    assert seeds(name) == seeds(name)
    for data in seeds(name):
        document = parse_source(read_source(Path(f"a.{name}"), f"a.{name}", data))
        assert list(fuzz_loaders.broken_laws(document)) == []
        assert len(document.blocks) >= 2
        assert "ketamine" in document.text or "drive" in document.text


@pytest.mark.parametrize("name", FORMATS)
def test_a_seed_decides_how_a_file_is_broken(name: str) -> None:
    sound, others = seeds(name)[0], seeds("txt")
    broken = [mutated(name, sound, others, Random(number)) for number in range(30)]
    assert broken == [mutated(name, sound, others, Random(number)) for number in range(30)]
    assert len(set(broken)) > 20
    assert all(len(data) <= MAX_BYTES or zipfile.is_zipfile(io.BytesIO(data)) for data in broken)
    assert any(broken.count(data) == 1 and data != sound for data in broken)


def test_most_broken_archives_can_still_be_opened() -> None:
    broken = [mutated("docx", seeds("docx")[0], seeds("txt"), Random(number)) for number in range(100)]
    assert sum(zipfile.is_zipfile(io.BytesIO(data)) for data in broken) > 60


# --- making small ---


def test_a_finding_is_made_small() -> None:
    data = b"a long way " * 50 + b"to the bug" + b" and on" * 70
    assert shrunk(data, lambda part: b"bug" in part) == b"bug"


def test_an_archive_loses_members_and_then_bytes_of_each() -> None:
    data = archive({"one": b"nothing here", "two": b"somewhere a bug sits", "three": b"more"})
    small = shrunk(data, lambda part: b"bug" in _member(part, "two"))
    with zipfile.ZipFile(io.BytesIO(small)) as file:
        assert {name: file.read(name) for name in file.namelist()} == {"two": b"bug"}


def _member(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return file.read(name) if name in file.namelist() else b""


def test_what_is_made_small_still_shows_it_when_tries_run_out() -> None:
    data = b"x" * 500 + b"bug"
    small = shrunk(data, lambda part: b"bug" in part, tries=3)
    assert b"bug" in small
    assert 3 < len(small) < len(data)
    calls: list[bytes] = []
    shrunk(data, lambda part: bool(calls.append(part)), tries=7)
    assert len(calls) == 7


# --- the laws ---

SOUND = Document(
    "a.md",
    "A",
    "Head\n\nSome words.",
    "a.md",
    "",
    (Block(Span(0, 4), BlockKind.HEADING, 1), Block(Span(6, 17), BlockKind.PARAGRAPH)),
    (Heading(Span(0, 4), 1, "Head"),),
    pages=(0, 5),
    notes=("cut",),
)


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"blocks": SOUND.blocks[::-1]}, "blocks overlap or are out of order"),
        (
            {"blocks": (SOUND.blocks[0], Block(Span(5, 17), BlockKind.PARAGRAPH))},
            "a block begins or ends with white space",
        ),
        ({"blocks": (SOUND.blocks[0], Block(Span(6, 17), BlockKind.PARAGRAPH, 2))}, "a paragraph has level 2"),
        ({"blocks": (Block(Span(0, 4), BlockKind.HEADING, 7),)}, "a heading has level 7"),
        ({"headings": ()}, "headings and heading blocks are not the same number"),
        ({"headings": (Heading(Span(0, 4), 1, " "),)}, "the title of a heading is not one line"),
        ({"title": "A\nB"}, "the title is not one line"),
        ({"title": " "}, "the title is not one line"),
        ({"pages": (3, 5)}, "pages do not begin with the text"),
        ({"notes": ("a\nb",)}, "a note is not one line"),
    ],
)
def test_a_document_that_breaks_a_law_is_a_finding(change: dict[str, object], law: str) -> None:
    assert list(fuzz_loaders.broken_laws(SOUND)) == []
    broken = list(fuzz_loaders.broken_laws(replace(SOUND, **change)))  # type: ignore[arg-type]
    assert any(each.startswith(law) for each in broken)


# --- a run ---


def test_findings_are_kept_once_and_small_with_their_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breaking.py").write_text(PARSER)
    monkeypatch.syspath_prepend(tmp_path)
    fuzzer = fuzz_loaders.fuzz(["tsv"], minutes=5, cases=60, seed=1, out=tmp_path / "found", parser="breaking:parse")
    counts = {what: fuzzer.counts[f"tsv {what}"] for what in ("files", "documents", "refused", "findings")}
    assert counts["files"] == 60
    assert counts["documents"] > 5
    assert counts["findings"] >= 20, "half of the seeds have no drug"
    assert counts["documents"] + counts["refused"] + counts["findings"] == 60
    reasons = [path.with_suffix(".reason").read_text("utf-8") for path in fuzzer.findings]
    assert sum("reason is not one line" in reason for reason in reasons) == 1
    crashes = [reason for reason in reasons if "ZeroDivisionError" in reason]
    assert len(crashes) == 1, "one file for one bug, however often it is met"
    assert crashes[0].startswith("seed 1, file ")
    assert "in parse" in crashes[0]
    smallest = fuzzer.findings[reasons.index(crashes[0])].read_bytes()
    assert len(smallest) == 1, "any byte that is not blank shows it"


def test_the_command_prints_a_table_and_says_by_its_status_whether_it_found_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--cases", "3", "--format", "txt", "--format", "md", "--out", str(tmp_path / "found")]
    assert fuzz_loaders.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["format", "files", "documents", "refused", "findings"]
    assert [line.split()[:2] for line in lines[1:]] == [["txt", "3"], ["md", "3"]]
    assert not (tmp_path / "found").exists()
