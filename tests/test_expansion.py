"""Synonyms and abbreviations add words of the corpus; a word with a commoner meaning adds nothing by accident."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.errors import SynonymsError
from ragbot.expansion import Expansion, Form, Synonyms, expand, load_synonyms, packaged_synonyms
from ragbot.lexical import LexicalIndex, content_words, stem, terms
from ragbot.query import build_query

CHUNKS = [
    "Treatment-resistant depression is when two medicines have failed.",
    "TRD is measured by a scale. A psychiatrist decides.",
    "Acceptance and commitment therapy is a talking treatment. Act early.",
    "People feel euphoria or agitation, or notice hallucinations.",
    "High blood pressure may be a reason to wait.",
    "During pregnancy it is best avoided. Expect a talk about breastfeeding.",
    "Reading a leaflet first is a good idea.",
    "An injection is given into the muscle.",
    "Seizures were seen in few people.",
    "Somebody must take you home by car or taxi. Do not drive.",
    "Nothing else of note stands in this passage.",
]
ABBREVIATIONS = {"ACT": "acceptance and commitment therapy", "TRD": "treatment-resistant depression"}
LEXICAL = LexicalIndex.build(CHUNKS, abbreviations=ABBREVIATIONS)
NONE = Synonyms(())


def added(question: str, synonyms: Synonyms = NONE, lexical: LexicalIndex = LEXICAL) -> list[str]:
    """Stems that are searched beside those of the question, sorted."""
    return sorted(expand(question, terms(question), lexical, synonyms).terms)


# --- synonyms ---


def test_a_group_adds_its_other_forms_that_the_corpus_holds() -> None:
    synonyms = Synonyms([(Form.of("shrink"), Form.of("psychiatrist"), Form.of("alienist"))])
    assert expand("my shrink says", ["shrink"], LEXICAL, synonyms) == Expansion(
        ("psychiatrist",), ("psychiatrist",), ("psychiatrist",)
    )
    # The stem is enough: "shrinks".
    assert added("shrinks", synonyms) == ["psychiatrist"]


def test_slang_is_understood_only_as_typed_and_never_searched() -> None:
    synonyms = Synonyms([(Form.of("=trip"), Form.of("hallucinations"))])
    assert added("will i trip", synonyms) == [stem("hallucinations")]
    assert added("tripping", synonyms) == []  # its stem is "trip", but that was not typed
    assert added("hallucinations", Synonyms([(Form.of("=note"), Form.of("hallucinations"))])) == []


def test_a_target_is_searched_for_and_never_understood() -> None:
    synonyms = Synonyms([(Form.of("=off my face"), Form.of(">euphoria"), Form.of(">hallucinations"))])
    assert expand("i was off my face", ["face"], LEXICAL, synonyms) == Expansion(
        ("euphoria", "hallucin"), *[("euphoria", "hallucinations")] * 2
    )
    assert added("euphoria", synonyms) == added("what hallucinations are", synonyms) == []


def test_words_that_documents_use_are_no_lay_words() -> None:
    group = (Form.of("shrink"), Form.of("psychiatrist"), Form.of("measured"))
    assert expand("my shrink", ["shrink"], LEXICAL, Synonyms([group])).for_lay_words == ("psychiatrist", "measured")
    typed = expand("my psychiatrist", ["psychiatrist"], LEXICAL, Synonyms([group]))
    assert (typed.words, typed.for_lay_words) == (("measured",), ())
    slang = Synonyms([(Form.of("=leaflet"), Form.of("psychiatrist"))])  # documents use it, in another sense
    assert expand("a leaflet", ["leaflet"], LEXICAL, slang).for_lay_words == ("psychiatrist",)


def test_a_form_inside_a_longer_one_is_not_meant() -> None:
    synonyms = Synonyms(
        [(Form.of("=high"), Form.of("euphoria")), (Form.of("high blood pressure"), Form.of("hypertension"))]
    )
    assert added("does it make me high", synonyms) == ["euphoria"]
    assert added("i have high blood pressure", synonyms) == []
    assert added("will i be high with high blood pressure", synonyms) == ["euphoria"]


def test_a_word_of_every_chunk_brings_no_synonyms() -> None:
    # "nausea" stands in all six chunks: idf = ln(1 + 0.5 / 6.5) = 0.07, below 1.6.
    everywhere = LexicalIndex.build(["Nausea and vomiting."] * 6)
    assert build_query("nausea", everywhere).expansions == ()


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        ("will i trip out on it", {"hallucin"}),
        ("does it get you high", {"euphoria"}),
        ("it left me wired", {"agit"}),
        ("what does my shrink think", {"psychiatrist"}),
        ("I'm expecting a baby", {"pregnanc"}),
        ("is it ok while nursing a baby", {"breastfeed"}),
        ("is it a jab", {"inject"}),
        ("i had fits as a kid", {"seizur"}),
        ("who is the trick cyclist", {"psychiatrist"}),
        ("can i take my ramipril first", {"pressur"}),
        ("could an uber take me", {"drive", "taxi"}),
    ],
)
def test_words_that_people_use_reach_the_words_of_documents(question: str, stems: set[str]) -> None:
    assert stems <= set(added(question, packaged_synonyms()))


@pytest.mark.parametrize(
    ("question", "stems"),
    [
        ("what should I expect", {"pregnanc"}),
        ("I was expecting to feel more", {"pregnanc"}),
        ("is it highly recommended", {"euphoria"}),
        ("my blood pressure is high", {"euphoria"}),
        ("how do I get there on a trip to the clinic", {"hallucin"}),
        ("is a nurse there", {"breastfeed"}),
        ("is it worth a shot", {"inject"}),
        ("does it fit my week", {"seizur"}),
        ("how fast does it work", {"food", "eat"}),
        ("will it lift my mood", {"drive", "car", "taxi"}),
        ("does ketamine shrink the brain", {"psychiatrist"}),
        ("is it a first line of treatment", {"euphoria", "drive"}),
        ("er, is it any good", {"taxi", "drive"}),
    ],
)
def test_a_word_with_another_meaning_brings_nothing_of_that_one(question: str, stems: set[str]) -> None:
    assert not stems & set(added(question, packaged_synonyms()))


def test_every_packaged_group_has_two_forms_or_only_guards() -> None:
    for group in packaged_synonyms().groups:
        assert len(set(group)) == len(group) >= 2, [" ".join(form.words) for form in group]
        assert all(form.words for form in group)
        # A group of slang alone adds nothing: it keeps a shorter form of another group from being meant.
        assert all(form.slang for form in group) or any(form.terms and not form.slang for form in group)


def test_no_lay_word_is_written_twice_or_already_a_synonym() -> None:
    groups = packaged_synonyms().groups
    lay = [form.words for group in groups for form in group if form.slang and any(other.target for other in group)]
    elsewhere = {form.words for group in groups if not any(other.target for other in group) for form in group}
    assert len(lay) > 1_000
    assert len(set(lay)) == len(lay)
    assert not elsewhere & set(lay)


# --- abbreviations ---


def test_an_abbreviation_brings_its_long_form_and_the_long_form_the_abbreviation() -> None:
    assert expand("is trd common", ["trd", "common"], LEXICAL, NONE) == Expansion(
        ("treatment", "resist", "depress"), ("treatment resistant depression",), ()
    )
    assert added("What is TRD?") == ["depress", "resist", "treatment"]
    assert added("people with treatment-resistant depression") == ["trd"]
    assert added("treatment resistant depressions") == ["trd"]
    assert added("my depression resists treatment") == []


def test_only_what_the_question_lacks_is_added() -> None:
    assert added("TRD depression") == ["resist", "treatment"]


def test_an_abbreviation_that_is_a_common_word_is_meant_only_in_its_capitals() -> None:
    assert added("is ACT a talking treatment") == ["accept", "commit", "therapi"]
    assert added("how does it act") == []
    assert added("HOW DOES IT ACT") == []
    # The other way round the common word is not searched: "act" stands for too much.
    assert added("acceptance and commitment therapy") == []


def test_what_was_added_is_reported() -> None:
    assert build_query("is trd common", LEXICAL, synonyms=NONE).searched_also == ("treatment resistant depression",)


def test_without_abbreviations_nothing_is_spelt_out() -> None:
    assert added("is trd common", NONE, LexicalIndex.build(CHUNKS)) == []


# --- a clinic's own file ---


def test_a_clinics_file_adds_to_the_packaged_groups(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text('\ufeff[["wobble board", "injection"]]', "utf-8")
    own = load_synonyms(path)
    assert len(own.groups) == len(packaged_synonyms().groups) + 1
    assert "inject" in added("the wobble board", own)
    assert load_synonyms(None) is packaged_synonyms()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "synonyms {path} are not JSON (Expecting value: line 1 column 1 (char 0)); "),
        ("{}", "synonyms {path} hold no list; "),
        ('["shrink"]', "group 1 of synonyms {path} is no list of texts; "),
        ('[["a b", "c"], ["x", 3]]', "group 2 of synonyms {path} is no list of texts; "),
        ('[["shrink"]]', "group 1 of synonyms {path} has fewer than two forms; "),
        ('[["shrink", "  "]]', 'group 1 of synonyms {path} has a form without a word, "  "; '),
        ("[" * 100_000, "synonyms {path} are not JSON ("),
        (b"\xff\xfe\x00", "synonyms {path} are not JSON ("),
    ],
)
def test_a_malformed_file_is_told_in_one_line(tmp_path: Path, content: str | bytes, reason: str) -> None:
    path = tmp_path / "own.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SynonymsError) as caught:
        load_synonyms(path)
    assert str(caught.value).isprintable()
    assert str(caught.value).startswith(reason.format(path=path))
    assert str(caught.value).endswith(
        'write a JSON list of groups such as [["shrink", "psychiatrist"], ["=high", "euphoria"]]'
    )


def test_a_missing_file_is_told_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SynonymsError) as caught:
        load_synonyms(tmp_path / "none.json")
    assert str(caught.value) == (
        f"cannot read synonyms {tmp_path}/none.json (No such file or directory); correct or unset RAGBOT_SYNONYMS"
    )


FORMS = st.text(st.sampled_from("abc =>d"), min_size=1, max_size=6).filter(lambda text: bool(content_words(text)))


@given(st.lists(st.lists(FORMS, min_size=2, max_size=4), max_size=5), st.text(st.sampled_from("abcd =?"), max_size=30))
def test_any_groups_and_any_question_add_only_words_that_the_corpus_knows(
    groups: list[list[str]], question: str
) -> None:
    lexical = LexicalIndex.build(["ab c", "d abc", "cab"])
    synonyms = Synonyms(tuple(map(Form.of, group)) for group in json.loads(json.dumps(groups)))
    own = terms(question)
    expansion = expand(question, own, lexical, synonyms)
    found = expansion.terms
    assert all(lexical.knows(term) for term in found)
    assert not set(found) & set(own)
    assert len(set(found)) == len(found)
    assert bool(found) == bool(expansion.words)
    assert set(expansion.for_lay_words) <= set(expansion.words)
