"""What the benchmarks print beside their figures: operations counted by hand, formats by name, a failure in one line."""

from __future__ import annotations

import pytest
from measuring import matmul_peak, number_formats, python_output, transformer_operations


def test_the_operations_of_a_transformer_are_those_of_its_products() -> None:
    # 10 pieces through four products of 2 by 2 and two of 2 by 8: 10 * 2 * (4 * 4 + 2 * 2 * 8) = 960; each meets ten
    # pieces in two products of width 2: 10 * 10 * 2 * 2 * 2 = 800.
    assert transformer_operations([10], layers=1, width=2, inner=8) == 960 + 800
    # Attention grows with the square, so two texts of five take less than one of ten.
    assert transformer_operations([5, 5], layers=3, width=2, inner=8) == 3 * (960 + 400)


def test_number_formats_are_told_by_their_everyday_names() -> None:
    assert number_formats(["fpu", "avx2", "avx512f", "amx_tile", "amx_bf16"]) == ["AMX", "AVX-512", "AVX2"]
    assert number_formats(["avx512f", "avx512_bf16", "avx2"]) == ["AVX-512 BF16", "AVX-512", "AVX2"]


def test_a_processor_multiplies_faster_than_python_counts() -> None:
    assert matmul_peak(64, rounds=3) > 1e7


def test_a_process_that_fails_ends_the_benchmark_with_its_last_line() -> None:
    assert python_output("-c", "print(7)") == "7\n"
    with pytest.raises(SystemExit, match="no such thing"):
        python_output("-c", "raise SystemExit('no such thing')")
