"""Rows at the edge of a page go only if they are the page's furniture: an amount, a step or a warning stays."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loaders.pdf_files import Pdf, loaded, shown, wrapped

TEXTS = (
    "Ketamine is given as an infusion over forty minutes in the clinic by a nurse who stays in the room all the time.",
    "Blood pressure is measured before the infusion and every fifteen minutes after it by a member of the team here.",
    "About half of the people with depression that did not respond to tablets feel better after the first week here.",
    "You should not drive or sign contracts until the next morning, and somebody should take you home after it ends.",
)


def with_feet(feet: Sequence[str | Sequence[str]]) -> list[str]:
    """The blocks of a PDF with a paragraph on each page and these rows apart at its foot."""
    pdf = Pdf()
    for number, foot in enumerate(feet):
        pdf.lines(72, 90, wrapped(TEXTS[number % 4], 450))
        for row, text in enumerate([foot] if isinstance(foot, str) else foot):
            pdf.write(72, 770 + 20 * row, text, size=9)
        pdf.new_page()
    return [text for _, text in shown(loaded(pdf.bytes())) if text not in TEXTS]


@pytest.mark.parametrize("foot", ["50 25", "60", "40 mg", "Page 7", "xii", "2", "Page 12 of 30"])
def test_a_single_page_keeps_the_figures_at_its_foot(foot: str) -> None:
    assert with_feet([foot]) == [foot]


@pytest.mark.parametrize("foot", ["1", "Page 1", "- 1 -", "1 of 1", "i"])
def test_a_single_page_loses_only_its_own_number(foot: str) -> None:
    assert with_feet([foot]) == []


def test_rows_of_numbers_alone_that_do_not_count_the_pages_stay() -> None:
    assert with_feet(["50 25", "60 30", "70 35"]) == ["50 25", "60 30", "70 35"]
    assert with_feet(["20", "40", "80"]) == ["20", "40", "80"]


@pytest.mark.parametrize(
    "feet",
    [
        [f"Maximum: {amount} mg daily" for amount in (40, 60, 80, 100)],
        [f"Take {count} tablets" for count in (1, 2, 3, 4)],
        [f"{count} tablets at night" for count in (1, 2, 3, 4)],
        [f"Maximum: {count}" for count in (1, 2, 3, 4)],
        [f"Week {count}" for count in (1, 2, 3, 4)],
    ],
)
def test_rows_with_differing_amounts_stay(feet: list[str]) -> None:
    assert with_feet(feet) == feet


@pytest.mark.parametrize(
    "feet",
    [
        [f"Leaflet on ketamine, page {number}, clinic" for number in (1, 2, 3)],
        ["14 Ketamine in practice", "Chapter 2: Dosing 15", "16 Ketamine in practice"],
        ["117", "118", "119"],
        ["iv", "v", "vi"],
        ["Version 3, printed for patients"] * 3,
        ["Clinic for mood disorders 2024"] * 2,
    ],
)
def test_rows_that_count_the_pages_or_repeat_a_name_go(feet: list[str]) -> None:
    assert with_feet(feet) == []


@pytest.mark.parametrize(
    "warning",
    [
        "Do not use in pregnancy.",
        "Do not use in pregnancy",
        "Maximum 40 mg",
        "Ketamine may raise the pressure of the blood for an hour",
    ],
)
def test_a_warning_on_every_page_stays_once(warning: str) -> None:
    assert with_feet([[warning, f"Page {number} of 4"] for number in (1, 2, 3, 4)]) == [warning]


@given(st.lists(st.integers(1, 9_999), min_size=1, max_size=4))
def test_an_amount_is_never_furniture(amounts: list[int]) -> None:
    feet = [f"Give {amount} mg" for amount in amounts]
    kept = with_feet(feet)
    assert set(kept) == set(feet)
