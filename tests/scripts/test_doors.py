"""scripts/ingest.py and scripts/evaluate.py are the commands of the same name; install_browser.py finds or says how."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def door(name: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    command = [sys.executable, str(ROOT / "scripts" / name), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "option"), [("ingest.py", "--strict"), ("evaluate.py", "--report")])
def test_a_door_leads_to_its_command(name: str, option: str, tmp_path: Path) -> None:
    done = door(name, "--help", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert option in done.stdout


def test_an_error_behind_a_door_is_one_line_and_exit_1(tmp_path: Path) -> None:
    done = door("ingest.py", "gone", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "no such file or folder: gone; name a folder of documents\n"
    done = door("evaluate.py", "q.jsonl", folder=tmp_path)
    message = "cannot read q.jsonl (No such file or directory); check its name and rights\n"
    assert (done.returncode, done.stderr) == (1, message)
    (tmp_path / "q.jsonl").write_text('{"question": "can i drive", "answers": []}\n', "utf-8")
    done = door("evaluate.py", "q.jsonl", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "no index at index/; run: ragbot ingest\n")


# --- the browser ---


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("install_browser", ROOT / "scripts" / "install_browser.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.delenv("RAGBOT_CHROMIUM", raising=False)
    monkeypatch.setattr(module, "_playwrights_own", lambda: None)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    return module


def test_a_chosen_browser_goes_before_all_others(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen = tmp_path / "chrome"
    monkeypatch.setenv("RAGBOT_CHROMIUM", str(chosen))
    assert script.find_chromium() is None
    chosen.touch()
    assert script.find_chromium() == str(chosen)


def test_a_browser_on_the_path_goes_before_playwrights_own(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "_playwrights_own", lambda: "/own")
    assert script.find_chromium() == "/own"
    monkeypatch.setattr(script.shutil, "which", lambda name: f"/bin/{name}" if name == "chromium-browser" else None)
    assert script.find_chromium() == "/bin/chromium-browser"


def test_a_missing_browser_is_installed_once_and_found(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def install() -> bool:
        monkeypatch.setattr(script, "_playwrights_own", lambda: "/own")
        return True

    monkeypatch.setattr(script, "install", install)
    script.main()
    assert capsys.readouterr().out == "browser for the tests: /own\n"


@pytest.mark.parametrize("said", [True, False])
def test_without_a_browser_the_one_line_says_how(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, said: bool
) -> None:
    monkeypatch.setattr(script, "install", lambda: said)
    with pytest.raises(SystemExit) as caught:
        script.main()
    assert caught.value.code == script.HOW
    assert "\n" not in script.HOW


@pytest.mark.parametrize(
    ("apt", "user", "programs"),
    [(True, 0, ["apt-get", "apt-get"]), (True, 1000, [sys.executable]), (False, 0, [sys.executable])],
)
def test_debians_browser_is_taken_where_apt_may_be_used(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, apt: bool, user: int, programs: list[str]
) -> None:
    started: list[tuple[str, ...]] = []
    monkeypatch.setattr(script.shutil, "which", lambda name: "/usr/bin/apt-get" if apt and name == "apt-get" else None)
    monkeypatch.setattr(script.os, "geteuid", lambda: user)
    monkeypatch.setattr(script, "_succeeds", lambda *command: started.append(command) or True)
    assert script.install()
    assert [command[0] for command in started] == programs
    assert "chromium" in started[-1]
