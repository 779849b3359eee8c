"""Misspelt words are mended toward known ones; a word that the corpus or the language knows is never changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.lexical import LexicalIndex
from ragbot.lexical.vocabulary import Vocabulary
from ragbot.spelling import _alike, corrected, corrections, habitual_spellings, is_everyday_word

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
        # Rare words and names stay too: warfarin is not warfare, Dublin not doubling, and no list of English has Ambien.
        ("is warfarin ok", "is warfarin ok"),
        ("a clinic in Dublin", "a clinic in Dublin"),
        ("which of them is likelier", "which of them is likelier"),
        ("may I take Ambien", "may I take Ambien"),
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


def test_a_word_that_is_understood_is_no_misspelling() -> None:
    assert "gnashers" in corrections("my gnashers hurt", LEXICAL)
    assert corrections("my gnashers hurt", LEXICAL, {"gnashers"}) == {}


def scanned(word: str, known: Sequence[str]) -> list[tuple[str, float]]:
    """The five words most like `word` among those of its first letter and about its length, found one by one."""
    from rapidfuzz.distance import OSA

    fitting = [v for v in sorted(known) if v[0] == word[0] and -1 <= len(v) - len(word) <= 2 and v.isalpha()]
    alike = [(v, OSA.normalized_similarity(word, v)) for v in fitting]
    return sorted((one for one in alike if one[1] >= 0.74), key=lambda one: -one[1])[:5]


letters = st.sampled_from("abbé氯7")
near_words = st.builds("".join, st.lists(letters, min_size=4, max_size=8))


@given(near_words.filter(str.isalpha), st.lists(near_words, max_size=40, unique=True))
def test_the_nearest_words_of_a_vocabulary_are_those_that_a_scan_of_it_finds(word: str, known: list[str]) -> None:
    vocabulary = Vocabulary.of(dict.fromkeys(known, 1))
    assert _alike(word, vocabulary.starting_with(word[0])) == scanned(word, known)


@pytest.mark.parametrize("spelling", sorted(habitual_spellings()))
def test_no_habitual_spelling_is_itself_a_correction(spelling: str) -> None:
    """Otherwise one question would be mended two ways."""
    assert not set(habitual_spellings()[spelling].split()) & set(habitual_spellings())


def test_listed_names_are_single_lower_case_words_that_spelling_looks_at() -> None:
    names = json.loads((files("ragbot") / "data" / "known_words.json").read_text("utf-8"))
    for kind, listed in names.items():
        assert listed == sorted(set(listed)), kind
        assert all(name.isalpha() and name.islower() and len(name) >= 5 for name in listed), kind


def test_common_words_are_everyday_words_and_drug_names_are_not() -> None:
    assert is_everyday_word("house")
    assert not is_everyday_word("esketamine")
