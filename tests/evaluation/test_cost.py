"""What an evaluation cost: memory and disk."""

from __future__ import annotations

from pathlib import Path

from ragbot.evaluation.cost import folder_mb, measure_cost


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "one").write_bytes(b"x" * 1_500_000)
    (tmp_path / "inner" / "two").write_bytes(b"x" * 500_000)
    assert folder_mb(tmp_path) == 2.0


def test_only_the_current_generation_counts(tmp_path: Path) -> None:
    for name, size in (("old", 900_000), ("new", 250_000)):
        (tmp_path / "generations" / name).mkdir(parents=True)
        (tmp_path / "generations" / name / "file").write_bytes(b"x" * size)
    (tmp_path / "current").write_text("new\n")
    assert measure_cost(tmp_path).index_mb == 0.25


def test_peak_memory_is_at_least_what_was_just_used(tmp_path: Path) -> None:
    (tmp_path / "generations" / "one").mkdir(parents=True)
    (tmp_path / "current").write_text("one\n")
    block = b"x" * 60_000_000  # touched, so it was resident
    peak = measure_cost(tmp_path).peak_memory_mb
    assert peak is None or peak > len(block) / 1_000_000
