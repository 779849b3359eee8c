"""Choosing what is searched: what the dialog offers, what the chip says, what stands on an answer."""

from __future__ import annotations

import html
import re

import pytest

from ragbot.datatypes import Answer, CatalogueEntry, Outcome
from ragbot.errors import ScopeError
from ragbot.scope import Scope
from ragbot.ui.choosing import MAX_LISTED, chosen, documents_html, form_html, scope_label, scope_of, searched_only_html
from ragbot.ui.words import load_words

ENGLISH, GERMAN = load_words("en"), load_words("de")
CATALOGUE = (
    CatalogueEntry("a [1].md", "Zebra <b>rides</b>", published="2019-04", reviewed="2024-02", kind="leaflet"),
    CatalogueEntry("b.md", "Going home", published="2012", kind="Leaflet"),
    CatalogueEntry("c.txt", "Costs"),
)


def ticked(shown: str, name: str) -> dict[str, bool]:
    """The boxes called `name`: value and whether it is ticked."""
    found = re.findall(rf'<input type="checkbox" name="{name}" value="([^"]*)"( checked)?>', shown)
    return {html.unescape(value): bool(checked) for value, checked in found}


def test_the_form_offers_every_kind_year_and_document_and_shows_what_is_chosen() -> None:
    shown = form_html(CATALOGUE, Scope(("a [[]1].md",), ("LEAFLET",), "2012"), ENGLISH)
    assert ticked(shown, "kind") == {"Leaflet": True, "": False}  # letter case makes no kinds of its own
    assert ticked(shown, "document") == {"a [[]1].md": True, "b.md": False, "c.txt": False}
    assert re.findall(r'<option value="(\d*)"', shown) == ["", "2024", "2012"]  # the later date of each document
    assert '<option value="2012" selected>only since 2012</option>' in shown


def test_values_of_the_form_are_those_that_find_the_documents_again() -> None:
    names = list(ticked(form_html(CATALOGUE, Scope(), ENGLISH), "document"))
    for entry in CATALOGUE:
        (own,) = [name for name in names if Scope((name,)).admits(entry)]
        assert sum(Scope((own,)).admits(other) for other in CATALOGUE) == 1


def test_a_corpus_without_kinds_or_dates_is_offered_none() -> None:
    shown = form_html(CATALOGUE[2:], Scope(), ENGLISH)
    assert "scope-kinds" not in shown
    assert "<select" not in shown
    assert "<select" in form_html(CATALOGUE[2:], Scope(since="2023-05"), ENGLISH)  # what is chosen can be taken back


def test_documents_are_found_by_title_or_name_and_ticked_ones_stand_first() -> None:
    order = list(ticked(documents_html(CATALOGUE, (), "", ENGLISH), "document"))
    assert order == ["c.txt", "b.md", "a [[]1].md"]  # Costs, Going home, Zebra
    order = list(ticked(documents_html(CATALOGUE, ["a [[]1].md"], "", ENGLISH), "document"))
    assert order == ["a [[]1].md", "c.txt", "b.md"]
    assert list(ticked(documents_html(CATALOGUE, (), "HOME  goi", ENGLISH), "document")) == ["b.md"]
    assert list(ticked(documents_html(CATALOGUE, (), ".txt", ENGLISH), "document")) == ["c.txt"]
    assert ENGLISH.scope.nothing_found in documents_html(CATALOGUE, (), "zebra home", ENGLISH)


def test_of_very_many_documents_the_first_are_listed_and_the_rest_counted() -> None:
    many = [CatalogueEntry(f"{n}.md", f"T{n:05}") for n in range(MAX_LISTED + 1_500)]
    shown = documents_html(many, ["1600.md"], "", ENGLISH)
    assert len(ticked(shown, "document")) == MAX_LISTED
    assert ticked(shown, "document")["1600.md"]
    assert "1,500 more documents" in shown


@pytest.mark.parametrize(
    ("scope", "label", "count"),
    [
        (Scope(), "", "3 of 3 documents are searched."),
        (Scope(("b.md",)), "Going home", "1 of 3 documents are searched."),
        (Scope(("b.md", "c.txt")), "2 documents", "2 of 3 documents are searched."),
        (Scope(kinds=("leaflet", ""), since="2023-05"), "leaflet, kind not stated, since May 2023", "1 of 3 documents"),
        (Scope(("c.txt",), since="2012"), "Costs, since 2012", "No document is all of this"),
        (Scope(("x*",)), "x*", "No document is all of this"),
    ],
)
def test_a_scope_in_a_few_words_and_how_much_it_holds(scope: Scope, label: str, count: str) -> None:
    shown = chosen(CATALOGUE, scope, ENGLISH)
    assert shown.label == label
    assert shown.count.startswith(count)
    assert shown.is_nothing == count.startswith("No document")


def test_a_long_title_is_cut_and_hidden_characters_are_left_out_of_the_label() -> None:
    assert len(scope_label(Scope(("a.md",)), ENGLISH, {"a.md": "long " * 40})) <= 60
    assert scope_label(Scope(("a.md",)), ENGLISH, {"a.md": "a\u202eb\n c"}) == "ab c"
    assert scope_label(Scope(kinds=("x", "y")), GERMAN, {}) == "x, y"


def test_an_answer_tells_what_was_searched_and_offers_to_search_everything() -> None:
    answer = Answer('May I "ride"?', Outcome.NO_ANSWER, scope=Scope(kinds=("<i>leaflet</i>",)))
    shown = searched_only_html(answer, ENGLISH)
    assert 'Searched only in: <b dir="auto">&lt;i&gt;leaflet&lt;/i&gt;</b>' in shown
    # `everywhere` stands before `ask`, so that the page clears the scope before it asks
    assert 'data-everywhere data-ask="May I &quot;ride&quot;?" data-alone' in shown
    follow_up = Answer("and on foot?", Outcome.ANSWERED, understood="May I walk?", scope=Scope(("a",)))
    assert 'data-ask="May I walk?" data-alone' in searched_only_html(follow_up, ENGLISH)
    assert searched_only_html(Answer("?", Outcome.ANSWERED), ENGLISH) == ""


def test_what_the_page_sends_is_a_scope_or_refused() -> None:
    assert scope_of({}) == scope_of({"scope": None}) == Scope()
    assert scope_of({"scope": {"kinds": ["leaflet"]}}) == Scope(kinds=("leaflet",))
    with pytest.raises(ScopeError):
        scope_of({"scope": "all"})
