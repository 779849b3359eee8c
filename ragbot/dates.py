"""Dates as documents write them: a year, a month or a day. Knows nothing of documents."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_TIME = re.compile(r"[T ].*", re.DOTALL)


def first_day(text: str | None) -> date | None:
    """The first day that an ISO year, month or day (a time after it is ignored) may mean; None if it is no date.

    >>> first_day("2023"), first_day("2023-05"), first_day("spring 2023")
    (datetime.date(2023, 1, 1), datetime.date(2023, 5, 1), None)
    """
    return _day(text, month_if_none=1, is_last=False)


def last_day(text: str | None) -> date | None:
    """The last day that an ISO year, month or day may mean; None if it is no date.

    >>> last_day("2024"), last_day("2024-02"), last_day("2024-02-07")
    (datetime.date(2024, 12, 31), datetime.date(2024, 2, 29), datetime.date(2024, 2, 7))
    """
    return _day(text, month_if_none=12, is_last=True)


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; the 29th of February becomes the 28th. The first day there is, if that is earlier.

    >>> years_before(date(2024, 2, 29), 1)
    datetime.date(2023, 2, 28)
    """
    year = day.year - years
    if year < date.min.year:
        return date.min
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def _day(text: str | None, *, month_if_none: int, is_last: bool) -> date | None:
    match = _DATE.fullmatch(_TIME.sub("", text.strip())) if text else None
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        found = date(int(year), int(month or month_if_none), int(day or 1))
    except ValueError:  # the 30th of February
        return None
    return found if day or not is_last else found.replace(day=monthrange(found.year, found.month)[1])
