"""Results come back as they were written, the newest by their own date, and hold no sentence of any document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.errors import BenchmarkError
from benchmarks.results import Results, newest_results, write_results

COMMITTED = sorted((Path(__file__).resolve().parents[2] / "benchmarks" / "results").glob("*.json"))


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_results_are_kept_under_their_commit_and_come_back_the_same(results: Results, tmp_path: Path) -> None:
    path = write_results(results, tmp_path / "new")
    assert path.name == f"{results.commit}.json"
    assert newest_results(path.parent) == results


def test_the_newest_are_those_taken_last_whatever_their_name(results: Results, tmp_path: Path) -> None:
    last = replace(results, commit="0" * 40, taken="2026-11-23T00:00:00+00:00")
    for one in (last, results, replace(results, commit="f" * 40, taken="2026-11-21T00:00:00+00:00")):
        write_results(one, tmp_path)
    assert newest_results(tmp_path) == last
    assert newest_results(tmp_path / "nothing") is None


def test_a_file_of_another_shape_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"schema": 0}', "utf-8")
    with pytest.raises(BenchmarkError, match=r"x\.json holds no results"):
        newest_results(tmp_path)


def test_the_peak_is_that_of_the_larger_process_in_each_round(results: Results) -> None:
    ours = results.systems["ragbot"]
    other = replace(ours.by_corpus["corpus"], peak_gib=[0.5, 0.5])  # beside 0.25 and 0.75
    assert replace(ours, by_corpus={**ours.by_corpus, "medquad": other}).peak_gib == [0.5, 0.75]


def test_results_hold_no_text(results: Results, tmp_path: Path) -> None:
    for path in (write_results(results, tmp_path), *COMMITTED):
        row = json.loads(path.read_text("utf-8"))
        assert path.stem == row["commit"]
        allowed = {row.pop("machine")}
        assert {text for text in strings(row) if " " in text} <= allowed
