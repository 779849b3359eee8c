"""What is raised, lowered or stacked never reads as one number with what stands beside it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ragbot.loaders.formulas import fraction, index, joined, lowered, power, raised

NUMBERS = st.integers(0, 10**6).map(str)
_PLAIN = re.compile(r"[0-9]+")


@given(base=NUMBERS, other=st.one_of(NUMBERS, st.text(max_size=5)))
def test_a_number_keeps_its_digits_whatever_is_raised_or_lowered_behind_it(base: str, other: str) -> None:
    for line in (base + raised(other, base[-1]), base + lowered(other, base[-1], ""), power(base, other)):
        found = _PLAIN.match(line)
        assert found is not None
        assert found[0] == base


@given(base=NUMBERS, below=NUMBERS)
def test_a_number_with_an_index_keeps_its_digits(base: str, below: str) -> None:
    assert _PLAIN.findall(index(base, below)) == [base]


@given(top=NUMBERS, bottom=NUMBERS, before=NUMBERS, after=NUMBERS)
def test_a_fraction_between_numbers_stands_apart(top: str, bottom: str, before: str, after: str) -> None:
    assert joined([before, fraction(top, bottom), after]).split() == [before, f"{top}/{bottom}", after]


def test_digits_of_other_scripts_are_marked_too() -> None:
    assert raised("٣", "0") == "^٣"  # an Arabic three has no raised form


def test_long_text_in_small_type_is_no_exponent() -> None:
    assert raised("see the notes below", "5") == " see the notes below"
    assert raised("see below", "5") == "^(see below)"
