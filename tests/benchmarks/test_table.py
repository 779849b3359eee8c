"""The table says what was measured, with ratios to ragbot, and the README holds the newest one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.errors import BenchmarkError
from benchmarks.results import Results, newest_results, write_results
from benchmarks.table import END, START, render, with_block

ROOT = Path(__file__).resolve().parents[2]


def cells(results: Results, system: str) -> list[str]:
    (row,) = [line for line in render(results).splitlines() if line.startswith(f"| {system} |")]
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_readme_holds_what_the_command_generates_from_the_newest_results() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    block = render(newest_results(ROOT / "benchmarks" / "results"))
    assert readme == with_block(readme, block), "run: python -m benchmarks table"


def test_others_show_their_figure_and_its_ratio_to_ours(results: Results) -> None:
    # first 0.40 / 0.50; MB/s the median of 0.002 / 0.020 and 0.008 / 0.040; ms the median of 20 / 40 and 80 / 80
    assert cells(results, "LangChain") == [
        "LangChain",
        "0.40 ×0.80 (0.30 to 0.50)",
        "0.75 ×1.00 (0.65 to 0.85)",
        "150",
        "0.005 ×0.15",
        "50 %",
        "50 ×0.75",
        "0.5 ×1.00",
    ]


def test_ours_shows_quotes_and_the_passages_behind_them(results: Results) -> None:
    quotes, passages = cells(results, "**ragbot**, quotes"), cells(results, "**ragbot**, the passages it reads")
    assert quotes[1:4] == ["0.60 (0.50 to 0.70)", "0.70 (0.60 to 0.80)", "18"]
    assert quotes[4:] == ["0.03", "50 %", "60", "0.5"]
    assert passages[1:] == ["0.50 (0.40 to 0.60)", "0.75 (0.65 to 0.85)", "150", "", "", "", ""]


def test_the_median_and_the_fastest_of_the_four_that_encode_are_told(results: Results) -> None:
    # medians 0.005 and 0.020, fastest 0.008 and 0.032: ours is 4 and 2 times the one, 2.5 and 1.25 times the other
    said = "ragbot is 3.00 times as fast as the median of the 4 that encode, 1.88 times as fast as the fastest."
    assert said in render(results)


def test_a_run_without_ours_has_figures_and_no_ratios(results: Results) -> None:
    alone = replace(results, systems={"LangChain": results.systems["LangChain"]})
    assert "×0" not in render(alone)
    assert cells(alone, "LangChain")[4] == "0.005"
    assert "times as fast" not in render(alone)


def test_the_table_tells_versions_commit_machine_and_day(results: Results) -> None:
    text = render(replace(results, uncommitted_changes=True))
    for part in ("lib-3.1 3.1", "Python 3.11.7", "`c0ffeec0ffee` with uncommitted changes", "Some Processor", "22 Nov"):
        assert part in text


def test_the_command_writes_the_newest_table_between_the_marks(results: Results, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{START}\nold\n{END}\nafter\n", "utf-8")
    write_results(results, tmp_path / "results")
    assert main(["table", "--readme", str(readme), "--results", str(tmp_path / "results")]) == 0
    assert readme.read_text("utf-8") == f"before\n{START}\n{render(results)}\n{END}\nafter\n"


@pytest.mark.parametrize("document", ["", START, END, f"{END}{START}", f"{START}{END}{START}{END}"])
def test_a_document_without_one_pair_of_marks_is_refused(document: str) -> None:
    with pytest.raises(BenchmarkError, match="no single pair of marks"):
        with_block(document, "new")


def test_without_results_the_block_says_how_to_measure() -> None:
    assert "python -m benchmarks run" in render(None)
