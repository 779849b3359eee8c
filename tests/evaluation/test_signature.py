"""What a report says it was made of."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ragbot.answering import Bot
from ragbot.evaluation.signature import code_sha256, commit_of, file_hashes, make_signature


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one committed package."""
    package = tmp_path / "repo" / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A package."""\n')
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", "-C", str(package.parent), *arguments], check=True, capture_output=True)
    return package


def test_the_commit_is_named_and_whether_it_is_all(repository: Path) -> None:
    head = subprocess.run(
        ["git", "-C", str(repository), "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    )
    assert commit_of(repository) == {"commit": head.stdout.strip(), "uncommitted_changes": False}
    (repository / "new.py").write_text("x = 1\n")
    assert commit_of(repository)["uncommitted_changes"] is True


def test_a_package_installed_inside_another_repository_has_no_commit(repository: Path, tmp_path: Path) -> None:
    installed = repository / "venv" / "package"
    installed.mkdir(parents=True)
    (installed / "__init__.py").write_text("")
    assert commit_of(installed) == {"commit": None, "uncommitted_changes": None}


def test_without_git_there_is_no_commit(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert commit_of(repository) == {"commit": None, "uncommitted_changes": None}


def test_any_change_of_the_source_changes_its_hash(repository: Path) -> None:
    before = code_sha256(repository)
    (repository / "notes.txt").write_text("no source")
    assert code_sha256(repository) == before
    (repository / "__init__.py").write_text('"""Another."""\n')
    assert code_sha256(repository) != before


def test_models_are_named_with_their_hashes(tmp_path: Path) -> None:
    (tmp_path / "models" / "a").mkdir(parents=True)
    (tmp_path / "models" / "a" / "weights").write_bytes(b"abc")
    # SHA-256 of "abc", FIPS 180-2 appendix B.1
    wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file_hashes(tmp_path, ("data", "models")) == {"models/a/weights": wanted}


def test_a_run_without_the_reader_has_another_signature(build_bot: Callable[..., Bot]) -> None:
    index = build_bot({"a.md": "It fades within an hour."}).index
    with_it, without = (make_signature(index, [], 0.0, has_reader=has_reader) for has_reader in (True, False))
    assert with_it != without
