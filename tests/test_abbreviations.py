"""Abbreviations are learned only from what a document says they stand for (Schwartz and Hearst 2003)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.abbreviations import best_long_form, definitions, learn_abbreviations


@pytest.mark.parametrize(
    ("sentence", "pairs"),
    [
        ("People with treatment-resistant depression (TRD) may ask.", [("TRD", "treatment-resistant depression")]),
        # The reverse order.
        (
            "The REMS (Risk Evaluation and Mitigation Strategy) applies.",
            [("REMS", "Risk Evaluation and Mitigation Strategy")],
        ),
        ("FDA (the Food and Drug Administration) said so.", [("FDA", "Food and Drug Administration")]),
        # From the right: A of Administration, D of Administration's "d", F at the start of Food; "US" is left out.
        ("the US Food and Drug Administration (FDA)", [("FDA", "Food and Drug Administration")]),
        # "&", "of" and small words may lie between; a letter may stand inside a word (T in therapy, M in intraMuscular).
        ("National Institute of Mental Health (NIMH)", [("NIMH", "National Institute of Mental Health")]),
        ("given intramuscularly (IM) or intravenously (IV)", [("IM", "intramuscularly"), ("IV", "intravenously")]),
        ("N-methyl-D-aspartate (NMDA) receptors", [("NMDA", "N-methyl-D-aspartate")]),
        # A plural is learned as its singular.
        (
            "selective serotonin reuptake inhibitors (SSRIs) help",
            [("SSRI", "selective serotonin reuptake inhibitors")],
        ),
        # What follows a comma or semicolon in the brackets is not the short form.
        ("post-traumatic stress disorder (PTSD; see below)", [("PTSD", "post-traumatic stress disorder")]),
        ("electroconvulsive therapy (ECT, with a short anaesthetic)", [("ECT", "electroconvulsive therapy")]),
        ("cognitive therapy (also called CBT) or cognitive behavioural therapy (or CBT)",
         [("CBT", "cognitive behavioural therapy")]),  # "cognitive therapy" has no b
        # Marks of Markdown are not letters, and square brackets are brackets.
        ("**major depressive disorder** [MDD]", [("MDD", "major depressive disorder")]),
        # Two in one sentence, the first inside the words before the second.
        (
            "transcranial magnetic stimulation (TMS) and vagus nerve stimulation (VNS)",
            [("TMS", "transcranial magnetic stimulation"), ("VNS", "vagus nerve stimulation")],
        ),
    ],
)  # fmt: skip
def test_a_definition_is_found_as_a_person_would_find_it(sentence: str, pairs: list[tuple[str, str]]) -> None:
    assert list(definitions(sentence)) == pairs


@pytest.mark.parametrize(
    "sentence",
    [
        "esketamine nasal spray (Spravato)",  # a brand name: one capital only
        "ketamine is given slowly (over 40 minutes)",
        "the clinic (see page 3)",
        "a dose in milligrams (mg)",  # no two capitals
        "The study was done in Germany (FRG) and Korea (ROK).",  # letters of neither stand in order before it
        "depression (MDD)",  # no m before "depression"
        "TRD (TRD)",
        "nothing stands before (TRD)",
        "(TRD)",
        "()",
        "TRD ()",
        "tested (A)",  # one letter
        "it was said long ago that this is so. Rarely (TRD)",  # the letters lie beyond a full stop
        "((((",
        "TRD (treatment-resistant depression",
    ],
)
def test_what_defines_nothing_teaches_nothing(sentence: str) -> None:
    assert list(definitions(sentence)) == []


def test_the_long_form_is_at_most_so_many_words_away() -> None:
    # TRD has 3 letters: min(3 + 5, 3 * 2) = 6 words before the bracket are looked at; "treatment" is the seventh.
    assert list(definitions("treatment one six nine more resistant depression (TRD)")) == []
    assert list(definitions("treatment one six nine resistant depression (TRD)")) == [
        ("TRD", "treatment one six nine resistant depression")
    ]


def test_the_first_letter_starts_a_word_and_the_shortest_end_is_taken() -> None:
    # c of "cell" would do for the order but stands after; "ct" inside "act" may not open the long form.
    assert best_long_form("CT", "an act of computed tomography") == "computed tomography"
    assert best_long_form("CT", "acted") is None


def test_the_commonest_long_form_wins_and_of_equals_the_first() -> None:
    often, once = "pulmonary disease (PD)", "Parkinson disease (PD)"
    assert learn_abbreviations([once, often, often]) == {"PD": "pulmonary disease"}
    assert learn_abbreviations([once, often]) == {"PD": "Parkinson disease"}
    # Another case is the same long form, spelt as it was met first.
    assert learn_abbreviations([once, "Pulmonary Disease (PD)", often]) == {"PD": "Pulmonary Disease"}


def test_what_was_learned_is_in_order() -> None:
    assert list(learn_abbreviations(["vagus nerve stimulation (VNS)", "electroconvulsive therapy (ECT)"])) == [
        "ECT",
        "VNS",
    ]


@given(st.text(st.sampled_from("aAbBtTrRdD ()[].,;-ßİ\u0301\ud800é1"), max_size=80))
def test_any_text_is_read_and_every_pair_stands_in_it(text: str) -> None:
    flat = " ".join(text.split())
    for short, long in definitions(text):
        assert short in flat
        assert long in flat
        letters = [c for c in short.casefold() if c.isalnum()]
        rest = iter(long.casefold())
        assert all(letter in rest for letter in letters)  # in order
        assert len(long) > len(short)
