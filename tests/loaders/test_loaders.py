"""One function loads every format; a file that cannot become a document says why in one line."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ragbot import loaders
from ragbot.errors import DocumentError
from ragbot.loaders import SUFFIXES, load_document
from tests.loaders.article_files import as_docx, as_epub, as_html, as_pdf, as_text, paragraph

WriteCorpus = Callable[[Mapping[str, str | bytes]], Path]


def reason(path: Path, doc_id: str | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        load_document(path, doc_id or path.name)
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".MD", ".Txt"])
def test_every_supported_suffix_is_loaded(write_corpus: WriteCorpus, suffix: str) -> None:
    writers = {".html": as_html, ".htm": as_html, ".xhtml": as_html, ".docx": as_docx, ".epub": as_epub, ".pdf": as_pdf}
    content = writers.get(suffix, as_text)([paragraph("Ketamine may make you dizzy.")])
    path = write_corpus({f"a{suffix}": content}) / f"a{suffix}"
    document = load_document(path, f"sub/a{suffix}")
    assert [b.span.cut(document.text) for b in document.blocks] == ["Ketamine may make you dizzy."]
    assert (document.doc_id, document.path) == (f"sub/a{suffix}", str(path))


def test_the_hash_is_of_the_bytes_of_the_file(write_corpus: WriteCorpus) -> None:
    path = write_corpus({"a.txt": b"\xef\xbb\xbfwords\r\n"}) / "a.txt"
    # printf '\xef\xbb\xbfwords\r\n' | sha256sum
    assert load_document(path, "a.txt").sha256 == "3ba9a2f375fd6f1226034ee4f4edb6dd298cf39e21c86a4f609331e423b99a2f"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "a.doc",
            b"words",
            "unsupported type .doc; supported: .txt, .text, .md, .markdown, .html, .htm, .xhtml, .docx",
        ),
        ("a.docx", b"words", "not a readable Word file (damaged, or another format); save it again"),
        ("a.epub", b"words", "not a readable EPUB (damaged, or another format); save it again"),
        ("a.csv", b"1;2\n3;4\n", "no text in it"),
        ("Makefile", b"words", "unsupported type (none); supported: "),
        ("a.txt", b"", "empty file"),
        ("a.md", b" \n\t\r\n", "empty file"),
        ("a.txt", b"\xef\xbb\xbf", "no text in it"),
        ("a.txt", b"12 34\n---\n!!!\n", "no text in it"),
        ("a.md", b"---\ntitle: Only front matter\n---\n", "no text in it"),
        ("a.md", b"```\nonly code\n```\n", "no text in it"),
        ("a.html", b"<html><body></body></html>", "no main text found"),
        ("a.md", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00", "not text in any known encoding"),
    ],
)
def test_a_useless_file_says_why(write_corpus: WriteCorpus, name: str, content: bytes, expected: str) -> None:
    assert reason(write_corpus({name: content}) / name).startswith(expected)


def test_an_unreadable_file_says_what_the_system_said(
    write_corpus: WriteCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root may read anything, so the refusal of the system is played
    assert reason(write_corpus({"a.txt": "words"}) / "a.txt") == "cannot be read: Permission denied"


def test_a_file_that_is_gone_or_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "self.md").symlink_to("self.md")
    for name in ("gone.txt", "pipe.txt", "self.md"):
        assert reason(tmp_path / name) == "not a regular file"
    assert reason(tmp_path) == "folder cannot be read; check its permissions"


def test_a_file_beyond_the_size_limit_is_not_read(write_corpus: WriteCorpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaders, "MAX_BYTES", 3)
    assert reason(write_corpus({"a.txt": "words"}) / "a.txt").startswith("larger than")


def test_a_name_that_is_not_utf8_is_refused(write_corpus: WriteCorpus) -> None:
    corpus = write_corpus({})
    path = Path(os.fsdecode(os.fsencode(corpus) + b"/caf\xe9.txt"))
    path.write_text("words stand here")
    assert reason(path) == "file name is not UTF-8; rename it"


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_offsets_count_in_the_file_as_any_reader_decodes_it(write_corpus: WriteCorpus, suffix: str) -> None:
    data = "\ufeff# Top\r\n\r\nCafé 😀 words.\r\n\r\n- item\r\n".encode()
    path = write_corpus({f"a{suffix}": data}) / f"a{suffix}"
    document = load_document(path, path.name)
    assert document.text == path.read_text(encoding="utf-8-sig")
    assert "item" in [b.span.cut(document.text) for b in document.blocks]
