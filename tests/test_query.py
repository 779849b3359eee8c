"""A question as typed becomes what is searched: cleaned, spelled, widened; what the corpus knows is never changed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.errors import QuestionError
from ragbot.expansion import Form, Synonyms
from ragbot.lexical import LexicalIndex, stem
from ragbot.query import (
    MAX_QUESTION_CHARS,
    AnswerType,
    Query,
    answer_type,
    build_query,
    clean_question,
)

CHUNKS = [
    "Esketamine nasal spray (Spravato) is given in a certified clinic under supervision.",
    "Nausea and vomiting are common after an infusion of ketamine; dizziness and dissociation fade within hours.",
    "Ketamine can harm the bladder when it is misused for months. Cystitis is the medical word.",
    "Most insurance plans refuse to pay for ketamine infusions for depression.",
    "Blood pressure rises for about forty minutes. Zorbulin and Quexal are names that no dictionary knows.",
]


@pytest.fixture(scope="module")
def lexical() -> LexicalIndex:
    return LexicalIndex.build(CHUNKS)


# --- cleaning ---


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("Can I drive?", "Can I drive?"),
        ("  can\tI\n\ndrive\r\n?  ", "can I drive ?"),
        ("can\u200b I\u202e dri\u00adve\ufeff?", "can I drive?"),
        ("can\x00 I\x1b[31m drive?", "can I[31m drive?"),
        ("can\ud800 I drive?\udfff", "can I drive?"),
        ("<b>Can</b> I drive?", "<b>Can</b> I drive?"),
        ("¿Puedo conducir?", "¿Puedo conducir?"),
        ("可以开车吗", "可以开车吗"),
        ("a\u2028b\u00a0c\u3000d", "a b c d"),
    ],
)
def test_hidden_characters_are_dropped_and_white_space_is_folded(typed: str, cleaned: str) -> None:
    assert clean_question(typed) == cleaned


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "the question is empty; type a question and ask again"),
        (" \n\t ", "the question is empty; type a question and ask again"),
        ("\u200b\u202e\x00\ud800", "the question is empty; type a question and ask again"),
        ("😀🎉👩‍⚕️", "the question has no letters; type it in words and ask again"),
        ("?!... 42", "the question has no letters; type it in words and ask again"),
        ("x" * 2_001, "the question has 2,001 characters; shorten it to 2,000 and ask again"),
        ("x" * 100_000, "the question has 100,000 characters; shorten it to 2,000 and ask again"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(typed: str, reason: str) -> None:
    with pytest.raises(QuestionError) as caught:
        clean_question(typed)
    assert str(caught.value) == reason


def test_the_longest_question_is_still_asked() -> None:
    assert len(clean_question("x" * MAX_QUESTION_CHARS)) == MAX_QUESTION_CHARS


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_a_cleaned_question_is_one_visible_line_and_cleaning_it_again_changes_nothing(typed: str) -> None:
    try:
        cleaned = clean_question(typed)
    except QuestionError:
        return
    assert cleaned == " ".join(cleaned.split())
    assert not {unicodedata.category(c) for c in cleaned} & {"Cc", "Cf", "Cs", "Co", "Cn"}
    assert clean_question(cleaned) == cleaned


# --- what is asked for ---


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How long does it last?", AnswerType.DURATION),
        ("how soon does it kick in", AnswerType.DURATION),
        ("How many weeks does a course take?", AnswerType.DURATION),
        ("how much does a drip cost", AnswerType.AMOUNT),
        ("How many people were in the trial?", AnswerType.AMOUNT),
        ("when was it first made", AnswerType.TIME),
        ("Who invented it?", AnswerType.PERSON),
        ("why do people feel unreal?", AnswerType.REASON),
        ("What are the side effects?", AnswerType.LIST),
        ("what is dissociation", AnswerType.DEFINITION),
        ("Is ketamine addictive?", AnswerType.YES_NO),
        ("my doctor said so, can i drive", AnswerType.YES_NO),
        ("How is it given?", AnswerType.PROCEDURE),
        ("ketamine bladder", AnswerType.OTHER),
        # The last question of a message decides, not the story before it.
        ("I wonder how long it lasts. My wife is worried. Is it safe?", AnswerType.YES_NO),
    ],
)
def test_the_answer_type_is_told_from_the_wording(question: str, kind: AnswerType) -> None:
    assert answer_type(question) is kind


# --- terms, and what is reported ---


def test_a_mended_word_is_reported_and_function_words_are_not(lexical: LexicalIndex) -> None:
    query = build_query("wat is esketamin", lexical)
    assert "esketamine" in query.searched_also
    assert "what" not in query.searched_also
    assert query.asked == "wat is esketamin"


def test_terms_are_stems_of_content_words_once_each(lexical: LexicalIndex) -> None:
    # "is", "the", "of" carry no content; "infusions" and "infusion" share the stem "infus".
    query = build_query("Is the infusion of ketamine like other infusions?", lexical)
    assert query.terms == ("infus", "ketamin")


def test_a_lay_word_is_widened_by_the_words_of_the_corpus(lexical: LexicalIndex) -> None:
    query = build_query("will i puke", lexical)
    assert {stem("nausea"), stem("vomiting")} <= set(query.expansions)
    assert {"nausea", "vomit"} <= set(query.searched_also)


def test_slang_is_not_taken_for_a_misspelling(lexical: LexicalIndex) -> None:
    plain = build_query("will my gnashers", lexical, synonyms=Synonyms(()))
    assert plain.text != "will my gnashers"
    slang = build_query("will my gnashers", lexical, synonyms=Synonyms([(Form.of("=gnashers"), Form.of("nausea"))]))
    assert (slang.text, slang.meant) == ("will my gnashers", ("nausea",))
    assert slang.spelt_out == "will my gnashers (nausea)"


def test_only_words_that_some_document_holds_are_added(lexical: LexicalIndex) -> None:
    query = build_query("will i puke", lexical)
    assert all(lexical.knows(term) for term in query.expansions)
    assert "queasy" not in query.searched_also


@pytest.mark.parametrize("typed", ["wat is esketamin", "will i puke"])
def test_as_typed_nothing_is_mended_and_nothing_added(typed: str, lexical: LexicalIndex) -> None:
    assert build_query(typed, lexical).searched_also
    query = build_query(typed, lexical, as_typed=True)
    assert (query.text, query.expansions, query.searched_also, query.spelt_out) == (typed, (), (), typed)


def test_as_typed_a_misspelt_word_is_one_that_no_document_holds(lexical: LexicalIndex) -> None:
    assert build_query("what is esketamnie", lexical).unknown == ()
    assert build_query("what is esketamnie", lexical, as_typed=True).unknown == ("esketamnie",)


def test_words_that_no_document_holds_are_named(lexical: LexicalIndex) -> None:
    assert build_query("does ketamine cure gout in Paris", lexical).unknown == ("cure", "gout", "paris")


@given(st.text(st.characters(exclude_categories=()), max_size=120))
def test_any_cleaned_question_becomes_a_query(typed: str) -> None:
    try:
        question = clean_question(typed)
    except QuestionError:
        return
    query = build_query(question, LEXICAL)
    assert isinstance(query, Query)
    assert len(set(query.terms)) == len(query.terms)
    assert not set(query.terms) & set(query.expansions)
    assert all(LEXICAL.knows(term) for term in query.expansions)


LEXICAL = LexicalIndex.build(CHUNKS)
