"""Dates as documents write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.dates import first_day, last_day, years_before


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-05-09", date(2023, 5, 9), date(2023, 5, 9)),
        (" 2023-05-09T10:00:00Z ", date(2023, 5, 9), date(2023, 5, 9)),
    ],
)
def test_a_year_or_month_may_mean_any_of_its_days(text: str, first: date, last: date) -> None:
    assert (first_day(text), last_day(text)) == (first, last)


@pytest.mark.parametrize(
    "text", [None, "", "spring 2023", "2023-13", "2023-02-30", "20230509", "23", "0000", "２０２３"]
)
def test_anything_else_is_no_date(text: str | None) -> None:
    assert first_day(text) is None
    assert last_day(text) is None


@given(st.dates())
def test_a_day_is_its_own_first_and_last(day: date) -> None:
    assert first_day(day.isoformat()) == last_day(day.isoformat()) == day


@given(st.dates(), st.integers(0, 12_000))
def test_years_before_is_the_same_month_or_the_beginning_of_time(day: date, years: int) -> None:
    before = years_before(day, years)
    if years < day.year:
        assert (before.year, before.month) == (day.year - years, day.month)
        assert before.day in (day.day, 28)
    else:
        assert before == date.min
