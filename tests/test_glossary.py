"""Words that a glossary among the documents explains: where they stand, what counts as the same word, what is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Block, BlockKind, Document, Quote, Span
from ragbot.glossary import Entry, Glossary, definitions, glossary_of
from ragbot.store import Index

BuildIndex = Callable[[Mapping[str, str | bytes]], Path]

GLOSSARY = """---
title: Words
kind: Glossary
---
# Words

## Placebo

A placebo is a treatment without an active ingredient. It looks like the real one.

## NMDA receptor

The NMDA receptor is a docking point that ketamine blocks.

## Receptor

A receptor is a docking point on a cell.

## ECT

ECT passes a current through the brain under anaesthesia.

## Infusion (drip)

An infusion is a medicine that runs slowly into a vein.

## Acute

Acute describes an illness that starts suddenly.

## Blood pressure (arterial pressure)

Blood pressure is the force of the blood on the walls of the arteries.

## NICE

NICE advises the health service of England.

## Empty

## Ketamine

Ketamine is an anaesthetic that is given as a drip.
"""
# One passage an article, each with the word ketamine, so that the corpus uses it on every page.
ARTICLES = {
    f"a{n}.md": f"# Article {n}\n\nKetamine was compared with something else in study number {n}.\n" for n in range(110)
}
FILES = ARTICLES | {
    "glossary.md": GLOSSARY,
    "ect.md": "# Comparison\n\nElectroconvulsive therapy (ECT) was compared with ketamine in one trial.\n",
}


@pytest.fixture
def index(build_index: BuildIndex) -> Index:
    return Index(build_index(FILES))


def document(text: str, name: str = "a.md") -> Document:
    return Document(name, "A", text, name, "ab", (Block(Span(0, len(text)), BlockKind.PARAGRAPH),))


def quote(text: str, name: str = "a.md") -> Quote:
    return Quote.cut(document(text, name), Span(0, len(text)))


def entry(term: str, *more: str) -> Entry:
    return Entry(term, (term, *more), quote(f"{term} is a word.", "glossary.md"))


def found(text: str, *entries: Entry) -> list[tuple[str, str]]:
    """The words found in `text`, each with the term that explains it."""
    return [(text[start:end], one.term) for start, end, one in Glossary(entries).terms_in(text)]


def test_a_term_is_found_in_either_case_in_its_plural_and_over_a_line_end() -> None:
    text = "Placebos and a\nplacebo; the panic\nattack, panic-attacks."
    assert found(text, entry("Placebo"), entry("Panic attack")) == [
        ("Placebos", "Placebo"),
        ("placebo", "Placebo"),
        ("panic\nattack", "Panic attack"),
        ("panic-attacks", "Panic attack"),
    ]


def test_a_term_is_no_part_of_another_word() -> None:
    assert found("Placeboish antiplacebo", entry("Placebo")) == []


def test_the_longest_term_wins() -> None:
    both = (entry("Receptor"), entry("NMDA receptor"))
    assert found("NMDA receptors, one receptor", *both) == [
        ("NMDA receptors", "NMDA receptor"),
        ("receptor", "Receptor"),
    ]


def test_a_word_in_capitals_is_found_only_in_capitals() -> None:
    assert found("It is nice that NICE, 988 and MAOIs help", entry("NICE"), entry("988"), entry("MAOI")) == [
        ("NICE", "NICE"),
        ("988", "988"),
        ("MAOIs", "MAOI"),
    ]


def test_other_forms_stand_for_the_same_term() -> None:
    assert found("the drip", entry("Infusion", "drip")) == [("drip", "Infusion")]


@given(st.text(alphabet="aАb NICE-\n.s", max_size=40))
def test_found_places_follow_each_other_and_hold_the_words_of_a_form(text: str) -> None:
    places = list(Glossary([entry("NICE"), entry("a b"), entry("b")]).terms_in(text))
    assert all(a_end <= b_start for (_, a_end, _), (b_start, _, _) in pairwise(places))
    for start, end, one in places:
        words = text[start:end].replace("-", " ").casefold().split()
        assert " ".join(words).removesuffix("s") == one.term.casefold()


def test_each_term_is_explained_at_its_first_place_only() -> None:
    glossary = Glossary([entry("Placebo"), entry("Drip")])
    first, second = quote("A drip or a placebo."), quote("Another placebo.", "b.md")
    # "drip" stands at 2..6, "placebo" at 12..19 of the first quote.
    assert [(d.term, d.number, d.start, d.end) for d in definitions([first, second], glossary)] == [
        ("Drip", 0, 2, 6),
        ("Placebo", 0, 12, 19),
    ]


def test_a_quote_that_defines_a_word_itself_gets_no_definition_of_it() -> None:
    glossary = Glossary([entry("Placebo")])
    assert definitions([entry("Placebo").definition], glossary) == ()


def test_the_entries_are_the_headings_with_a_paragraph_below(index: Index) -> None:
    terms = [one.term for one in glossary_of(index).entries]
    assert terms == ["Placebo", "NMDA receptor", "Receptor", "ECT", "Infusion (drip)", "NICE"]


def test_a_definition_is_verbatim_and_keeps_its_place(index: Index) -> None:
    meaning = glossary_of(index).entries[0].definition
    text = index.document("glossary.md").text
    assert meaning.text == "A placebo is a treatment without an active ingredient. It looks like the real one."
    assert text[meaning.span.start : meaning.span.end] == meaning.text
    assert (meaning.title, meaning.section[-1]) == ("Words", "Placebo")


def test_a_word_that_every_page_uses_is_not_explained(index: Index) -> None:
    assert list(glossary_of(index).terms_in("Ketamine helps.")) == []


def test_brackets_and_abbreviations_of_the_documents_give_other_forms(index: Index) -> None:
    forms = {one.term: one.forms for one in glossary_of(index).entries}
    assert forms["Infusion (drip)"] == ("Infusion", "drip")
    assert forms["ECT"] == ("ECT", "Electroconvulsive therapy")


def test_a_long_definition_is_shown_by_its_first_sentences(build_index: BuildIndex) -> None:
    long = " ".join(f"Sentence {n} has ten words so that six of them fill." for n in range(1, 12))
    index = Index(build_index({"words.md": f"---\nkind: glossary\n---\n# W\n\n## Zebra\n\n{long}\n"}))
    # Each sentence has 11 words: five make 55, six would make 66.
    assert glossary_of(index).entries[0].definition.text.endswith("Sentence 5 has ten words so that six of them fill.")


def test_without_a_glossary_nothing_is_explained(build_index: BuildIndex) -> None:
    index = Index(build_index(ARTICLES))
    assert glossary_of(index).entries == ()
    assert list(glossary_of(index).terms_in("Placebo")) == []
