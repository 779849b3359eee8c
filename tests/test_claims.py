"""What a passage claims, when another one repeats it, and which of two documents is the better source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.claims import DENIES, Claim, standing
from ragbot.datatypes import Document


@given(
    st.frozensets(st.sampled_from("abcdefgh"), min_size=1),
    st.frozensets(st.sampled_from("abcdefgh"), min_size=1),
    st.booleans(),
    st.booleans(),
)
def test_repeating_a_claim_is_mutual_and_needs_equal_denial(
    one: frozenset[str], two: frozenset[str], denies: bool, denied: bool
) -> None:
    first, second = Claim(one, frozenset(), denies), Claim(two, frozenset(), denied)
    assert first.repeats(first)
    assert first.repeats(second) == second.repeats(first)
    assert not (first.repeats(second) and denies != denied)
    assert first.repeats(second) == (denies == denied and len(one & two) / len(one | two) >= 0.8)


@pytest.mark.parametrize("word", ["not", "No", "never", "none", "neither", "cannot", "don't", "isn’t", "without"])
def test_words_of_denial_are_known(word: str) -> None:
    assert DENIES.search(f"They {word} do it.")


def test_another_number_or_a_denial_makes_another_claim() -> None:
    two = Claim.of("Nausea fades within two hours of the infusion.")
    assert not two.repeats(Claim.of("Nausea fades within three hours of the infusion."))
    assert not two.repeats(Claim.of("Nausea never fades within two hours of the infusion."))
    assert two.repeats(Claim.of("The nausea of an infusion fades within two hours."))


def document(text: str, published: str | None, superseded_by: str | None = None) -> Document:
    return Document("a.md", "A", text, "a.md", "0" * 64, (), published=published, superseded_by=superseded_by)


def test_a_superseded_source_stands_behind_all_others() -> None:
    superseded = document("Ketamine fades.", "2026-01-01", superseded_by="b.md")
    selling = document("Our clinic helps. Contact us and schedule a consultation.", "2019")
    assert max(superseded, selling, key=standing) is selling


def test_a_source_that_sells_nothing_stands_before_a_newer_one_that_does() -> None:
    plain, old = document("Ketamine fades.", "2024-05"), document("Ketamine fades.", "2019-01-02")
    undated, odd = document("Ketamine fades.", None), document("Ketamine fades.", "spring 2026")
    selling = document("Our clinic helps. Contact us and schedule a consultation.", "2026-01-01")
    ordered = sorted([selling, undated, old, plain, odd], key=standing, reverse=True)
    assert ordered == [plain, old, undated, odd, selling]
