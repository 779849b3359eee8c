"""Starting the page on an index folder: built when missing, opened when current, kept when it cannot be rebuilt."""

import socket
from pathlib import Path

import pytest

from ragbot.config import Settings
from ragbot.datatypes import Outcome
from ragbot.errors import IndexNotBuiltError, ServeError
from ragbot.ui import serve_chat
from ragbot.ui.startup import Startup
from ragbot.ui.state import BuildPhase

ARTICLE = "# Going home\n\n## When can I drive?\n\nAfter esketamine, people should not drive until the next day.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a corpus of one article."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "going-home.md").write_text(ARTICLE, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_missing_index_is_built_and_then_answers(folder: Path) -> None:
    startup = Startup(Path("index"))
    with pytest.raises(IndexNotBuiltError):
        startup.bot()
    startup.prepare()
    assert startup.build.progress.phase is BuildPhase.READY
    assert startup.bot().index.doc_ids == ["going-home.md"]


def test_without_documents_the_page_tells_why_there_is_no_index(folder: Path) -> None:
    (folder / "corpus" / "going-home.md").unlink()
    startup = Startup(Path("index"))
    startup.prepare()
    assert startup.build.progress.phase is BuildPhase.FAILED
    assert "no usable document in corpus" in startup.build.progress.reason


def test_a_changed_corpus_is_indexed_anew_and_a_lost_one_keeps_the_old_index(folder: Path) -> None:
    Startup(Path("index")).prepare()
    (folder / "corpus" / "costs.md").write_text("# Costs\n\nInsurers ask for approval first.\n", "utf-8")
    changed = Startup(Path("index"))
    changed.prepare()
    assert changed.bot().index.doc_ids == ["costs.md", "going-home.md"]
    (folder / "corpus").rename(folder / "elsewhere")
    lost = Startup(Path("index"))
    lost.prepare()
    assert lost.build.progress.phase is BuildPhase.READY
    assert lost.bot().index.doc_ids == ["costs.md", "going-home.md"]


def test_a_person_in_danger_is_helped_before_any_model_is_loaded() -> None:
    startup = Startup(Path("index"))
    answer = startup.help_first("I want to kill myself")
    assert answer is not None
    assert answer.outcome is Outcome.EMERGENCY
    assert "911" in str(answer.message)
    assert startup.help_first("When can I drive?") is None


def test_a_taken_port_is_told_before_anything_is_built(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServeError, match="is in use"):
            serve_chat(Settings(port=taken.getsockname()[1]))
    assert not (folder / "index").exists()


@pytest.mark.usefixtures("light_models")
def test_as_many_generations_are_kept_as_the_setting_says(folder: Path) -> None:
    for number in range(4):
        (folder / "corpus" / "costs.md").write_text(f"# Costs\n\nIt costs {number} pounds at the clinic.\n", "utf-8")
        startup = Startup(Path("index"), keep_generations=2)
        startup.prepare()
        assert startup.build.progress.phase is BuildPhase.READY
    names = sorted(path.name[:6] for path in (folder / "index" / "generations").iterdir())
    assert names == ["000003", "000004"]
