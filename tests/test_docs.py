"""The documents say what the program does: every command shown exists, with these options; every command is named."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest
import typer

from ragbot.cli import app
from ragbot.datatypes import DISCLAIMER
from ragbot.safety import Danger

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "eval").glob("*.md")])
COMMANDS = typer.main.get_command(app).commands
TARGETS = set(re.findall(r"^([a-z][\w-]*):(?!=)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
PLAIN = {"git", "cd", "source", ".", "pip", "cp", "ls", "export", "mkdir", "sudo", "apt-get"}  # not ours to check
SHELL = {"shell", "sh", "bash", "console"}
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def shell_lines(path: Path) -> list[str]:
    """The lines of the blocks marked as shell, continuation lines joined, comments and prompts dropped."""
    blocks = [body for language, body in _FENCE.findall(path.read_text("utf-8")) if language in SHELL]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ").strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def options(command: str) -> set[str]:
    return {name for parameter in COMMANDS[command].params for name in parameter.opts} | {"--help"}


SHOWN = [(path.relative_to(ROOT).as_posix(), line) for path in DOCUMENTS for line in shell_lines(path)]


@pytest.mark.parametrize(
    "name", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "docs/architecture.md", "corpus/SOURCES.md"]
)
def test_the_documents_that_are_promised_are_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200


def test_the_readme_shows_the_two_commands_first() -> None:
    assert shell_lines(ROOT / "README.md")[:2] == ["make chat", "make test"]


@pytest.mark.parametrize(("document", "line"), SHOWN)
def test_every_command_shown_exists_with_its_options(document: str, line: str) -> None:
    arguments = shlex.split(line, comments=True)
    while arguments and re.fullmatch(r"[A-Z_]+=.*", arguments[0]):
        arguments.pop(0)
    program = arguments[0].removeprefix(".venv/bin/")
    if program == "make":
        goals = [a for a in arguments[1:] if "=" not in a and not a.startswith("-")]
        assert goals
        assert set(goals) <= TARGETS, f"{document}: {line}"
    elif program == "ragbot":
        if arguments[1] in ("--help", "--version"):
            return
        assert arguments[1] in COMMANDS, f"{document}: {line}"
        used = {a.split("=")[0] for a in arguments[2:] if a.startswith("--")}
        assert used <= options(arguments[1]), f"{document}: {line}"
    elif program in ("python", "python3", "python3.11"):
        script = next((a for a in arguments[1:] if a.endswith(".py")), None)
        assert script is None or (ROOT / script).is_file(), f"{document}: {line}"
    else:
        assert program in PLAIN, f"{document}: {line}"


@pytest.mark.parametrize(
    "document",
    ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/corpus.md", "docs/safety.md", "eval/README.md"],
)
def test_commands_named_in_running_text_exist(document: str) -> None:
    prose = _FENCE.sub("", (ROOT / document).read_text("utf-8"))
    for code in _CODE.findall(prose):
        if match := re.match(r"(?:\.venv/bin/)?(make|ragbot) ([a-z][\w-]*)", code):
            program, name = match.groups()
            assert name in (TARGETS if program == "make" else COMMANDS), code


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_named_in_the_documents(command: str) -> None:
    text = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
    assert re.search(rf"ragbot {command}\b", text)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(path: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", path.read_text("utf-8"))):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_fetch_nothing(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"!\[[^\]]*\]\(https?:", text), "no badge or picture from elsewhere"


def test_the_readme_says_in_three_lines_of_python_how_to_ask() -> None:
    (code,) = [
        body for language, body in _FENCE.findall((ROOT / "README.md").read_text("utf-8")) if language == "python"
    ]
    assert len(ast.parse(code).body) == 3, "import, ask, loop"
    assert "open_bot(" in code
    assert ".quotes" in code


def test_the_readme_explains_every_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    text = (ROOT / "README.md").read_text("utf-8")
    names = {re.split(r"[<>=\[]", dependency)[0] for dependency in project["dependencies"]}
    assert {name for name in names if name not in text} == set()


def test_the_readme_holds_the_disclaimer_word_for_word_and_every_setting() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert DISCLAIMER in text
    from ragbot.config import Settings

    assert {f"RAGBOT_{name.upper()}" for name in Settings.model_fields} <= set(re.findall(r"RAGBOT_\w+", text))


def test_the_makefile_helps_with_every_target_and_check_is_the_whole_gate() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    phony = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert set(" ".join(phony).split()) <= TARGETS
    check = re.search(r"^check: (.*)$", makefile, re.MULTILINE)
    assert check
    assert {"format", "lint", "types", "contracts", "test"} <= set(check[1].split())
    assert "make check" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert {"chat", "test", "check"} <= set(re.findall(r'echo "make ([\w-]+)', makefile))


def test_the_safety_document_names_every_class() -> None:
    text = (ROOT / "docs" / "safety.md").read_text("utf-8") + (ROOT / "train/safety/README.md").read_text("utf-8")
    assert {danger.value for danger in Danger if danger.value not in text} == set()
