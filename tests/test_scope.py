"""Which documents are inside a scope, and what a scope that makes no sense is told."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import CatalogueEntry
from ragbot.errors import QuestionError, ScopeError
from ragbot.scope import MAX_NAMES, MAX_PATTERNS, Scope, name_of, pattern_of

LEAFLET = CatalogueEntry(
    "leaflets/going home.md", "Going home", published="2019-04", reviewed="2024-02", kind="Leaflet"
)
UNDATED = CatalogueEntry("notes.txt", "Notes")

names = st.text(st.sampled_from("ab*?[]/. "), min_size=1, max_size=8)
days = st.none() | st.sampled_from(["2019", "2023", "2023-05", "2023-05-31", "2024-01-01", "last spring"])
entries = st.builds(
    CatalogueEntry, names, st.just("T"), published=days, reviewed=days, kind=st.sampled_from([None, "a", "B"])
)
scopes = st.builds(
    Scope,
    st.lists(names, max_size=3).map(tuple),
    st.lists(st.sampled_from(["", "A", "b", "c"]), max_size=2).map(tuple),
    st.none() | st.sampled_from(["2019", "2023-05", "2023-06-01"]),
)


@pytest.mark.parametrize(
    ("scope", "leaflet", "undated"),
    [
        (Scope(), True, True),
        (Scope(("leaflets/going home.md",)), True, False),
        (Scope(("leaflets/*", "*.txt")), True, True),
        (Scope(("LEAFLETS/*",)), False, False),  # names are as the files are called
        (Scope(kinds=("leaflet",)), True, False),  # kinds are words: letter case says nothing
        (Scope(kinds=("",)), False, True),
        (Scope(since="2024"), True, False),  # reviewed to February 2024
        (Scope(since="2024-02"), True, False),
        (Scope(since="2024-02-02"), False, False),  # "2024-02" may be the first of it
        (Scope(("notes.txt",), ("leaflet",)), False, False),  # both must hold
    ],
)
def test_a_document_is_inside_if_name_kind_and_date_all_are(scope: Scope, leaflet: bool, undated: bool) -> None:
    assert (scope.admits(LEAFLET), scope.admits(UNDATED)) == (leaflet, undated)


@given(entries)
def test_the_empty_scope_is_everything(entry: CatalogueEntry) -> None:
    assert Scope().is_everything
    assert Scope().admits(entry)


@given(scopes, entries)
def test_each_further_demand_only_leaves_out_more(scope: Scope, entry: CatalogueEntry) -> None:
    parts = (Scope(scope.documents), Scope(kinds=scope.kinds), Scope(since=scope.since))
    assert scope.admits(entry) == all(part.admits(entry) for part in parts)


@given(names, names)
def test_the_pattern_of_a_name_is_of_that_name_alone(name: str, other: str) -> None:
    pattern = pattern_of(name)
    assert name_of(pattern) == name
    assert Scope((pattern,)).admits(CatalogueEntry(other, "")) == (name == other)
    assert fnmatchcase(other, pattern) == (name == other)  # as the shell's own rules have it


@given(scopes)
def test_a_scope_survives_json(scope: Scope) -> None:
    assert Scope.from_json(json.loads(json.dumps(scope.to_json()))) == scope


def test_plain_values_leave_out_what_is_empty() -> None:
    assert Scope().to_json() == {}
    assert Scope(("a.md",), (), "2023").to_json() == {"documents": ["a.md"], "since": "2023"}
    assert Scope.from_json(None) == Scope.from_json({}) == Scope()


@pytest.mark.parametrize("since", ["", "soon", "2023-13", "2023-02-30", "2023T10", " 2023"])
def test_a_since_that_is_no_date_is_one_line_with_the_next_step(since: str) -> None:
    with pytest.raises(ScopeError, match=r"write a year, a month or a day: 2023, 2023-05 or 2023-05-31"):
        Scope(since=since)


@pytest.mark.parametrize(
    "values",
    [[], "a.md", 3, {"document": ["a"]}, {"documents": "a"}, {"kinds": [1]}, {"since": 2023}, {"documents": {}}],
)
def test_values_of_another_shape_are_one_line_that_shows_the_right_one(values: object) -> None:
    with pytest.raises(ScopeError) as caught:
        Scope.from_json(values)
    assert '"documents": ["a*.md"]' in str(caught.value)
    assert str(caught.value).isprintable()
    assert isinstance(caught.value, QuestionError)


@pytest.mark.parametrize(
    ("documents", "problem"),
    [
        (tuple(map(str, range(MAX_NAMES + 1))), "10,001 names"),
        (("*",) * (MAX_PATTERNS + 1), "51 patterns"),
        (("x" * 1_001,), "1,000 characters"),
    ],
)
def test_more_than_can_be_compared_is_refused(documents: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ScopeError, match=problem):
        Scope(documents)
