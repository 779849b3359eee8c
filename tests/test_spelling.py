"""Misspelt words are mended toward known ones; a word that the corpus or the language knows is never changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.lexical import LexicalIndex
from ragbot.spelling import corrected, corrections, habitual_spellings, is_everyday_word

CHUNKS = [
    "Esketamine nasal spray (Spravato) is given in a certified clinic under supervision.",
    "Nausea and vomiting are common after an infusion of ketamine; dizziness and dissociation fade within hours.",
    "Ketamine can harm the bladder when it is misused for months. Cystitis is the medical word.",
    "Most insurance plans refuse to pay for ketamine infusions for depression.",
    "Blood pressure rises for about forty minutes. Zorbulin and Quexal are names that no dictionary knows.",
]
LEXICAL = LexicalIndex.build(CHUNKS)


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("can esketamin cause dizines", "can esketamine cause dizziness"),
        ("is ketamnie safe", "is ketamine safe"),
        ("spravatto price", "spravato price"),
        ("nasal spary", "nasal spray"),
        ("does insurence pay", "does insurance pay"),
        ("is vomitting common", "is vomiting common"),
        ("wat is disociation", "what is dissociation"),
        ("u shud tell ur doc", "you should tell your doctor"),
        ("KETAMNIE?", "ketamine?"),
        # One typo away from a word of this corpus only: no dictionary has it.
        ("what does zorbulyn do", "what does zorbulin do"),
        # Known words stay, whether the corpus or only the language knows them.
        ("can i have a kitten at the clinic", "can i have a kitten at the clinic"),
        ("does quexal help", "does quexal help"),
        # Short words and numbers are never guessed at.
        ("is mdma 50mg x7 ok", "is mdma 50mg x7 ok"),
        # Nothing is near: it is left alone and reported as unknown.
        ("what is blorptangle", "what is blorptangle"),
    ],
)
def test_spelling_is_mended_toward_words_that_are_known(typed: str, searched: str) -> None:
    assert corrected(typed, corrections(typed, LEXICAL)) == searched


VOCABULARY = sorted(set(LEXICAL.vocabulary) - set(habitual_spellings()))


@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6), st.sampled_from([str.lower, str.upper]))
def test_spelling_never_changes_a_word_that_the_corpus_knows(words: list[str], case: Callable[[str], str]) -> None:
    question = " ".join(case(word) for word in words)
    assert corrections(question, LEXICAL) == {}


@pytest.mark.parametrize("spelling", sorted(habitual_spellings()))
def test_no_habitual_spelling_is_itself_a_correction(spelling: str) -> None:
    """Otherwise one question would be mended two ways."""
    assert not set(habitual_spellings()[spelling].split()) & set(habitual_spellings())


def test_common_words_are_everyday_words_and_drug_names_are_not() -> None:
    assert is_everyday_word("house")
    assert not is_everyday_word("esketamine")
