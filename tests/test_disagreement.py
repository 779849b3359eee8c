"""Which passages exclude each other: plainly opposite findings, denials and numbers, and nothing less plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.disagreement import Quantity, exclude_each_other, quantities

ELEKT = (
    "In the US ELEKT-D trial (2023) of 403 people without psychosis, depression responded to ketamine in 55% and to ECT "
    "in 41%, so ketamine was no worse (not inferior) there."
)
KETECT = (
    "In the Swedish KetECT trial (2022) of 186 hospital inpatients with depression, 63% reached remission with ECT and "
    "46% with ketamine, so ECT was better there."
)
NO_BENEFIT = "The largest trial of ketamine for PTSD found no benefit for PTSD symptoms."
BENEFIT = "Some early small trials of ketamine and a 2024 review reported some benefit for PTSD symptoms."

DIFFER = [
    (NO_BENEFIT, BENEFIT),
    (
        "In the trial of 158 veterans, ketamine had no significant effect on PTSD symptoms, although depression improved.",
        BENEFIT,
    ),
    (
        "In a trial of 15 adults with OCD, half of the eight given ketamine had responded a week later, against none of "
        "the seven given saline.",
        "In an open study of ten people with treatment-resistant OCD, none improved enough to count after ketamine.",
    ),
    (ELEKT, KETECT),
    ("Ketamine is addictive when it is used in a clinic.", "Ketamine is not addictive when it is used in a clinic."),
    (
        "Do not eat for 6 hours before the ketamine infusion.",
        "Do not eat for eight hours before the ketamine infusion.",
    ),
    ("A ketamine infusion costs $400 in most clinics.", "A ketamine infusion costs $600 to $800 in most clinics."),
]
AGREE = [
    # Two medicines, two countries, two ages, two stretches of one course.
    (
        "Racemic ketamine is not approved by the FDA for depression.",
        "Esketamine nasal spray (Spravato) is approved by the FDA for depression.",
    ),
    (
        "Spravato is not approved for anyone under 18 in the United States.",
        "Spravato is approved in the United States.",
    ),
    (
        "After a ketamine drip, the first fall in the blood level has a half-life of 10 to 15 minutes.",
        "After a ketamine drip, the later fall in the blood level has a half-life of 2.5 hours.",
    ),
    # The same in other words, a limit beside a value, a range that holds the value.
    ("A ketamine infusion lasts 40 minutes.", "A ketamine infusion lasts 40 to 60 minutes."),
    ("A ketamine infusion lasts at least 20 minutes.", "A ketamine infusion lasts 40 minutes."),
    ("Wait for one day after the ketamine infusion.", "Wait for 24 hours after the ketamine infusion."),
    # A passage that weighs both, an outcome that has nothing to do with the other, a relative clause, a condition.
    ("Results of ketamine for PTSD are mixed: some trials found a benefit.", NO_BENEFIT),
    ("In the ASPIRE trials, suicidality did not differ between esketamine and placebo.", BENEFIT),
    (
        "Ketamine can relieve depression in people who do not respond to other treatment.",
        "Ketamine works within hours.",
    ),
    ("If the first course of ketamine for PTSD brings no benefit, the team should stop.", BENEFIT),
    ("Ketamine infusions do not help everyone with depression.", "Ketamine infusions helped people with depression."),
    # Nothing that is named is shared.
    ("The trial found no benefit.", "The trial found a benefit."),
]


@pytest.mark.parametrize(("one", "other"), DIFFER)
def test_plainly_opposite_passages_exclude_each_other(one: str, other: str) -> None:
    assert exclude_each_other(one, other)


@pytest.mark.parametrize(("one", "other"), AGREE)
def test_passages_that_can_both_be_right_do_not(one: str, other: str) -> None:
    assert not exclude_each_other(one, other)


@given(st.sampled_from([text for pair in DIFFER + AGREE for text in pair]), st.sampled_from([BENEFIT, ELEKT, KETECT]))
def test_exclusion_is_mutual_and_never_of_oneself(one: str, other: str) -> None:
    assert exclude_each_other(one, other) == exclude_each_other(other, one)
    assert not exclude_each_other(one, one)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("within two hours", [("hours", 2, 2)]),
        ("a 40-minute drip", [("hours", 40 / 60, 40 / 60)]),
        ("for 3 to 4 days", [("hours", 72, 96)]),
        ("in 27% and 9 percent", [("percent", 27, 27), ("percent", 9, 9)]),
        ("$1,200 to $1,500 a session", [("money", 1200, 1500)]),
        ("half an hour", [("hours", 0.5, 0.5)]),
        ("15 people", []),
    ],
)
def test_quantities_carry_their_dimension(text: str, expected: list[tuple[str, float, float]]) -> None:
    assert quantities(text) == tuple(Quantity(*one) for one in expected)
