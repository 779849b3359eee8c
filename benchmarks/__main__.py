"""The command: `python -m benchmarks run` measures, `python -m benchmarks table` writes the README's table."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from benchmarks.environment import DEFAULT_FOLDER, ROOT, is_running_in, ready_python
from benchmarks.errors import BenchmarkError
from benchmarks.systems import NAMES
from ragbot.errors import RagbotError


def main(arguments: list[str]) -> int:
    """Do what the command line says; 1 after an error told in one line."""
    options = _options(arguments)
    try:
        if options.command == "run" and not is_running_in(options.environment):
            python = str(ready_python(options.environment))
            os.chdir(ROOT)
            os.execv(python, [python, "-m", "benchmarks", *arguments])
        return _run(options) if options.command == "run" else _table(options)
    except RagbotError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure all systems side by side and keep the results")
    run.add_argument("--medquad", type=_path, help="medquad.jsonl; without it only the corpus is taken in")
    run.add_argument("--documents", type=int, default=300, help="answers of it that are taken in (%(default)s)")
    run.add_argument("--corpus", type=_path, default=ROOT / "corpus", help="documents of the questions (corpus/)")
    run.add_argument(
        "--questions", type=_path, default=ROOT / "eval" / "questions.jsonl", help="its test rows are asked"
    )
    run.add_argument("--asked", type=int, help="at most so many questions (all)")
    run.add_argument("--rounds", type=int, default=3, help="how often all are measured (%(default)s)")
    run.add_argument("--only", help=f"systems to run, of {','.join(NAMES)}")
    run.add_argument("--environment", type=_path, default=DEFAULT_FOLDER, help="Python environment (benchmarks/.venv)")
    table = commands.add_parser("table", help="write the README's table from the newest results")
    table.add_argument("--readme", type=_path, default=ROOT / "README.md", help="the document with the two marks")
    for command in (run, table):
        command.add_argument("--results", type=_path, default=ROOT / "benchmarks" / "results", help="folder of results")
    return parser.parse_args(arguments)


def _path(text: str) -> Path:
    """Absolute, because the run goes on from the repository's root."""
    return Path(text).resolve()


def _run(options: argparse.Namespace) -> int:
    from benchmarks.results import write_results
    from benchmarks.running import Plan, run
    from benchmarks.table import render

    systems = tuple(options.only.split(",")) if options.only else NAMES
    if unknown := sorted(set(systems) - set(NAMES)):
        raise BenchmarkError(f"no system {', '.join(unknown)}; choose from {', '.join(NAMES)}")
    plan = Plan(
        corpus=options.corpus,
        questions=options.questions,
        medquad=options.medquad,
        documents=options.documents,
        asked=options.asked,
        rounds=options.rounds,
        systems=systems,
    )
    results = run(plan)
    print(render(results))
    print(f"written to {write_results(results, options.results)}", file=sys.stderr)
    return 0


def _table(options: argparse.Namespace) -> int:
    from benchmarks.results import newest_results
    from benchmarks.table import render, with_block

    document = options.readme.read_text("utf-8")
    options.readme.write_text(with_block(document, render(newest_results(options.results))), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
