"""`ragbot index list | rollback | prune`: what is kept, going back, removing; each refusal is one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ragbot.cli import app
from ragbot.store import Index, writing

BuildIndex = Callable[[Mapping[str, str | bytes]], Path]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `ragbot index …` where the folder index/ lies."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["index", *arguments])


@pytest.fixture
def names(build_index: BuildIndex) -> list[str]:
    """Three generations, of one, two and three documents."""
    built = []
    for number in range(3):
        folder = build_index({f"{number}.md": f"# A\n\nThe words of build number {number}.\n"})
        built.append(Index(folder).generation)
    return built


def marks(result: Result) -> dict[str, tuple[str, str]]:
    """Mark and number of documents by generation, as listed."""
    rows = re.findall(
        r"^([* ]) (\d{6}-\w+) +(\d+) +\d+ +[\d.]+ MB  \d{4}-\d\d-\d\d \d\d:\d\d$", result.stdout, re.MULTILINE
    )
    return {name: (mark, documents) for mark, name, documents in rows}


def test_the_list_shows_each_generation_and_marks_the_current_one(run: Run, names: list[str]) -> None:
    result = run("list")
    assert result.exit_code == 0
    assert marks(result) == {names[0]: (" ", "1"), names[1]: (" ", "2"), names[2]: ("*", "3")}


def test_rollback_makes_the_one_before_current_and_says_so(run: Run, names: list[str], tmp_path: Path) -> None:
    result = run("rollback")
    assert (result.exit_code, result.stdout.count("\n")) == (0, 1)
    assert f"{names[1]} is current" in result.stdout
    assert Index(tmp_path / "index").generation == names[1]
    assert run("rollback", names[2]).exit_code == 0
    assert marks(run("list"))[names[2]][0] == "*"


def test_prune_removes_the_oldest_but_never_the_current(run: Run, names: list[str]) -> None:
    run("rollback", names[0])
    result = run("prune", "--keep", "2")
    assert "1 generations removed: " + names[1] in result.stdout
    assert set(marks(run("list"))) == {names[0], names[2]}


def test_the_number_kept_by_default_is_a_setting(run: Run, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "0 generations removed" in run("prune").stdout
    monkeypatch.setenv("RAGBOT_KEEP_GENERATIONS", "2")
    assert f"1 generations removed: {names[0]}" in run("prune").stdout


@pytest.mark.parametrize("command", [["list"], ["rollback"], ["prune"]])
def test_without_an_index_each_says_how_to_make_one(run: Run, command: list[str]) -> None:
    result = run(*command)
    assert result.exit_code == 1
    assert result.stderr.strip() == "no index at index/; run: ragbot ingest"


def test_a_name_that_is_not_there_is_one_line(run: Run, names: list[str]) -> None:
    result = run("rollback", "000099-none")
    assert result.exit_code == 1
    assert result.stderr.strip() == "no generation 000099-none in index; see: ragbot index list"


def test_nothing_is_switched_or_removed_while_an_ingest_writes(run: Run, names: list[str], tmp_path: Path) -> None:
    with writing(tmp_path / "index"):
        for command in ("rollback", "prune"):
            assert "another ingest is writing" in run(command).stderr
    assert set(marks(run("list"))) == set(names)
