"""Evaluation of an extractive, abstaining bot: offline, without a judge model, each figure with its interval.

    dataset ─▶ golds ─▶ runner ─▶ aggregation (measures, selective, bootstrap) ─▶ report ─▶ table ─▶ command

`run_evaluation` is the way from question files to an EvalReport in Python, `evaluate_files` the command's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ragbot.evaluation.aggregation import measure_names
from ragbot.evaluation.command import check_measures, evaluate_files
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.report import EvalReport, evaluate, prepare_folder, write_report
from ragbot.evaluation.runner import Progress
from ragbot.evaluation.table import render_table

__all__ = [
    "EvalReport",
    "evaluate",
    "evaluate_files",
    "measure_names",
    "read_examples",
    "render_table",
    "run_evaluation",
]


def run_evaluation(
    files: Sequence[Path],
    *,
    index: Path,
    split: str | None = None,
    threshold: float | None = None,
    report: Path | None = None,
    minimum: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> EvalReport:
    """Ask the bot at `index` every question of `files`; write `report/report.json` if a folder is named.

    `split` is dev (also None), test or all; `threshold` None means the shipped one. Raises DatasetError for a row that
    cannot be used, RagbotError for an unknown measure in `minimum` or a folder that cannot be written, and whatever
    `open_bot` raises; all of it before the first question is asked.
    """
    check_measures(minimum or {})
    examples = read_examples(files, split=split)
    if report is not None:
        prepare_folder(report)
    from ragbot.answering import open_bot  # brings the models

    result = evaluate(open_bot(index), examples, threshold=threshold, minimum=minimum, progress=progress)
    if report is not None:
        write_report(result, report)
    return result
