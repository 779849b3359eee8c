"""Which files are documents, and what each is called."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ragbot.errors import CorpusError
from ragbot.loaders import find_files
from ragbot.loaders.files import FoundFile

WriteCorpus = Callable[[Mapping[str, str | bytes]], Path]


def names(*roots: Path, without: Path | None = None) -> list[str]:
    return [file.doc_id for file in find_files(roots, without=without)]


def test_files_are_named_by_their_path_in_order(write_corpus: WriteCorpus) -> None:
    corpus = write_corpus({"b.md": "b", "a/c.txt": "c", "a/B.html": "d"})
    assert names(corpus) == ["a/B.html", "a/c.txt", "b.md"]


def test_some_names_are_never_documents(write_corpus: WriteCorpus) -> None:
    never = ["SOURCES.md", "README.md", "LICENSE", "LICENSE.txt", ".hidden.md", "_draft.md", "_notes/a.md", ".git/b.md"]
    corpus = write_corpus(dict.fromkeys([*never, "sub/README.md", "sub/_x.md", "kept.md", "sub/a_b.md"], "words"))
    assert names(corpus) == ["kept.md", "sub/a_b.md"]


@pytest.mark.parametrize("name", ["SOURCES.md", "README.md", "_x.md", ".x.md", "LICENSE.txt"])
def test_they_are_not_documents_when_named_one_by_one_either(write_corpus: WriteCorpus, name: str) -> None:
    assert names(write_corpus({name: "words"}) / name) == []


def test_a_single_file_is_named_by_its_name(write_corpus: WriteCorpus) -> None:
    assert names(write_corpus({"sub/a.md": "a"}) / "sub" / "a.md") == ["a.md"]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_folder_may_list_more_that_it_ignores(write_corpus: WriteCorpus, mark: str) -> None:
    corpus = write_corpus(
        {
            ".ragbotignore": f"{mark}draft-*\r\n# old.md is kept: this is a comment\n\n  archive/  \n",
            "draft-1.md": "a",
            "old.md": "b",
            "archive/c.md": "c",
            "sub/d.md": "d",
        }
    )
    assert names(corpus) == ["old.md", "sub/d.md"]


def test_two_folders_may_hold_the_same_relative_name(tmp_path: Path) -> None:
    for folder in ("one", "two", "again/two"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.md").write_text(folder)
    found = find_files([tmp_path / "one", tmp_path / "two", tmp_path / "again" / "two"])
    assert {file.doc_id: file.path.read_text() for file in found} == {
        "a.md": "one",
        "two/a.md": "two",
        "two-2/a.md": "again/two",
    }


def test_a_file_reached_twice_is_found_once(write_corpus: WriteCorpus) -> None:
    corpus = write_corpus({"sub/a.md": "a", "b.md": "b"})
    assert names(corpus, corpus, corpus / "sub", corpus / "b.md") == ["b.md", "sub/a.md"]


def test_links_to_folders_and_to_themselves_end(write_corpus: WriteCorpus) -> None:
    corpus = write_corpus({"sub/a.md": "a"})
    (corpus / "sub" / "up").symlink_to(corpus)
    (corpus / "self.md").symlink_to("self.md")
    (corpus / "to.md").symlink_to("fro.md")
    (corpus / "fro.md").symlink_to("to.md")
    (corpus / "broken.md").symlink_to("gone.md")
    (corpus / "same.md").symlink_to("sub/a.md")
    found = names(corpus)
    assert {"broken.md", "self.md"} <= set(found)
    assert len({"sub/a.md", "same.md"} & set(found)) == 1, "one file by two names"
    assert not any(name.startswith("sub/up") for name in found)


def test_the_index_inside_the_corpus_is_left_out(write_corpus: WriteCorpus, tmp_path: Path) -> None:
    corpus = write_corpus({"a.md": "a", "index/generations/x.md": "b", "sub/index/c.md": "c"})
    (tmp_path / "link").symlink_to(corpus / "index")
    assert names(corpus, without=corpus / "index") == ["a.md", "sub/index/c.md"]
    assert names(corpus, without=tmp_path / "link") == ["a.md", "sub/index/c.md"]


def test_a_name_may_hold_a_line_end(write_corpus: WriteCorpus) -> None:
    assert names(write_corpus({"a\nb.md": "words"})) == ["a\nb.md"]


@pytest.mark.parametrize("name", ["gone", "x" * 5000, "bad\nname"])
def test_a_missing_path_is_one_line_with_the_next_step(tmp_path: Path, name: str) -> None:
    with pytest.raises(CorpusError, match=r"no such file or folder: .*name a folder of documents") as caught:
        find_files([tmp_path / name])
    assert str(caught.value).isprintable()


def test_a_folder_that_cannot_be_read_is_reported_not_passed_over(
    write_corpus: WriteCorpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = write_corpus({"a.md": "a", "closed/b.md": "b"})
    scandir = os.scandir

    def refuse(path: str) -> object:
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read anything, so the refusal of the system is played
    assert find_files([corpus]) == [
        FoundFile(corpus / "a.md", "a.md"),
        FoundFile(corpus / "closed", "closed"),
    ]
