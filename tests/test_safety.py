"""The gate before retrieval, without its classifier: phrases, look-alikes, fixed texts, footers, long stories."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Outcome
from ragbot.encoding import MiniLmEncoder
from ragbot.safety import (
    EMERGENCIES,
    Classifier,
    Danger,
    Thresholds,
    assess,
    crisis_data,
    danger_patterns,
    emergency_text,
    folded,
    footer_for,
    phrase_dangers,
    stretches,
)

THRESHOLDS = Thresholds(emergency=0.5, personal_dose=0.6)
PHRASES = danger_patterns()
TEXTS: dict[str, str] = crisis_data()["texts"]


def chances(**share: float) -> Mapping[Danger, float]:
    """The named shares; what is left is NONE."""
    named = {Danger(name): value for name, value in share.items()}
    return dict.fromkeys(Danger, 0.0) | {Danger.NONE: 1 - sum(named.values())} | named


def always(values: Mapping[Danger, float]) -> Classifier:
    """A classifier that judges every message alike."""
    return lambda parts: [values for _ in parts]


never = always(chances())


# --- phrases: one message for every pattern of the file, in order ---

ONE_MESSAGE_EACH = {
    "suicide_self": [
        "I'm really going to kill myself tonight",
        "honestly I feel nothing, i am so suicidal",
        "i just want to be dead",
        "might unalive myself after work",
        "i don't want to live anymore",
        "they would be better off without me",
        "i just took all my pills",
        "quiero quitarme la vida",
        "ya no quiero vivir",
        "me quiero matar",
        "je vais mettre fin à mes jours",
        "j'ai envie d'en finir",
        "je veux plus vivre",
        "ich möchte sterben",
        "er sagt ich soll mich umbringen",
        "ich kann nicht mehr leben",
        "vou acabar com a minha vida",
        "não quero mais viver",
        "voglio farla finita",
        "non voglio più vivere",
        "chcę się zabić",
        "nie chcę żyć",
        "zabiję się",
        "ölmek istiyorum",
        "я хочу умереть",
        "أريد أن أموت",
        "میخوام بمیرم",
        "我不想活了",
        "main marna chahta hoon",
        "tôi muốn chết",
        "ik wil dood",
        "jag vill dö",
        "vreau să mor",
        "im committing suicide",
        "i have already written my goodbye letters",
        "i've been saving up my tablets",
        "遗书我写好了",
        "die Abschiedsbriefe sind fertig",
        "прощальные письма готовы",
        "i can't go on any more",
        "I have been suicidal for weeks, would ketamine help",
        "feeling suicidal, how fast does the spray work",
        "I have suicidal thoughts every day. Does Spravato help?",
        "i tried to kill myself last night, can i still come for my session",
        "i'm going to take all of my saved lozenges at once, what happens",
        "planning to take all my lozenges at once, what happens",
        "i dont see a point in living, does the drip help with that",
        "thinking about not being here anymore, would spravato help me",
    ],
    "suicide_other": [
        "my brother says he is going to kill himself",
        "mi hija dice que quiere morirse",
        "mon fils dit qu'il veut mourir",
        "meine Schwester sagt sie will nicht mehr leben",
        "my teenager is suicidal could this help her",
        "our Anna says she's suicidal and we wonder about esketamine",
        "my daughter tried to kill herself on Friday, can she get the spray",
    ],
    "overdose": [
        "my toddler swallowed a ketamine lozenge, what do i do",
        "she has overdosed",
        "i took a double dose of the spray just now by mistake",
        "mi hijo se tomó todas las pastillas",
        "ich habe zu viele Tabletten geschluckt",
        "j'ai pris beaucoup trop de comprimés",
        "mi hija se tragó una pastilla",
        "ребёнок проглотил таблетку",
    ],
    "symptoms": [
        "i cannot wake him",
        "my wife is not breathing",
        "her lips are turning blue",
        "my son will not wake up",
        "mi madre no respira",
        "il ne respire plus",
        "er atmet nicht",
        "он не дышит",
        "我叫不醒他",
        "لا يتنفس",
        "nefes alamıyorum",
        "minha mãe não respira",
        "my face is swelling up after the spray is that an allergy",
    ],
    "psychosis_mania": [
        "the voices are telling me to hurt my neighbour",
        "i'm scared i will hurt my baby",
    ],
}
EACH = [
    (name, number, pattern, ONE_MESSAGE_EACH[name][number])
    for name, patterns in PHRASES.items()
    for number, pattern in enumerate(patterns)
    if number < len(ONE_MESSAGE_EACH[name])
]


def test_every_pattern_has_its_message_here() -> None:
    assert {name: len(patterns) for name, patterns in PHRASES.items()} == {
        name: len(messages) for name, messages in ONE_MESSAGE_EACH.items()
    }


@pytest.mark.parametrize(("name", "number", "pattern", "message"), EACH)
def test_every_pattern_matches_a_message_of_its_kind(name: str, number: int, pattern: str, message: str) -> None:
    assert re.search(pattern, folded(message)), (name, number)
    assert Danger(name) in phrase_dangers(message)
    verdict = assess(message, never, THRESHOLDS)
    assert verdict.outcome is Outcome.EMERGENCY


def test_no_part_of_a_phrase_is_left_unnamed() -> None:
    assert [pattern for patterns in PHRASES.values() for pattern in patterns if re.search(r"\{[a-z]", pattern)] == []


def test_every_group_of_phrases_is_an_emergency() -> None:
    assert {Danger(name) for name in PHRASES} <= set(EMERGENCIES)


@pytest.mark.parametrize(
    "message",
    [
        "I WANT TO K1LL MYS3LF, i'm gonna k!ll my$elf",
        "i’m suicidal",
        "i\u200b'm sui\u00adcidal",
        "ｉ'ｍ ｓｕｉｃｉｄａｌ",
        "i'm ѕuісіdаl",  # Cyrillic letters that look Latin
        "i'm\n\nsuicidal",
        "I'M   SUICIDAL",
    ],
)
def test_look_alikes_and_hidden_characters_do_not_hide_a_phrase(message: str) -> None:
    assert Danger.SUICIDE_SELF in phrase_dangers(message)


@pytest.mark.parametrize(
    "message",
    [
        "Does ketamine help people who are suicidal?",
        "I'm not suicidal, just curious how it works.",
        "i am no longer suicidal since the infusions",
        "I was suicidal two years ago, am I allowed the spray?",
        "i get suicidal *dreams* after infusion nights, known thing?",
        "I have been suicidal in the past, is it safe for me?",
        "i tried to kill myself when i was twelve, does that rule me out",
        "What should I do if I feel suicidal after the spray?",
        "if my son is suicidal whom do we ring",
        "My wife was suicidal last year, is it safe for her now?",
        "my husband is not suicidal but very low, can he have it",
        "my late husband was suicidal for most of our marriage",
        "does it help teenagers who are suicidal",
        "Is it given to people with suicidal thoughts?",
        "I'm going to take all my medicines with me to the clinic, is that right?",
        "I'm going to take all my tablets with me on holiday, may I?",
        "Am I going to take all the tablets of the morning as usual?",
        "I don't see the point of the drip, why not the spray?",
        "What should I do if my face is swelling?",
        "my feet are swelling since Monday",
        "My grandmother died of an overdose in 1988.",
        "I'm dying of embarrassment, can I be sick during it?",
        "this traffic is killing me, how long is the visit",
        "Can I take it together with my other tablets?",
        "What happens in an overdose of ketamine?",
        "I could not wake up early; is an afternoon session possible?",
        "How many people overdosed in the trials?",
        "i overdosed when i was a teenager ten years ago, may i have ketamine",
        "Is it true that a horse breathes slowly under ketamine?",
        "i'm going to die laughing at these names",
        "The nurse took my blood pressure now",
        "I took my tablets as prescribed, can I drive?",
        "我想知道氯胺酮是什么",
        "¿Es segura la ketamina?",
        "Est-ce que la kétamine est sûre ?",
        "",
    ],
)
def test_phrases_leave_ordinary_questions_alone(message: str) -> None:
    assert phrase_dangers(message) == ()


# --- folding ---


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("I’m SU1CIDAL", "i'm suicidal"),
        ("took 50mg, 3rd time in 24h", "took 50mg, 3rd time in 24h"),
        ("costs $400 or 50%", "costs $400 or 50%"),
        ("a\t b\n c", "a b c"),
        ("не дышит", "не дышит"),
        ("naïve café", "naïve café"),
    ],
)
def test_folding_reads_look_alikes_and_keeps_amounts(message: str, plain: str) -> None:
    assert folded(message) == plain


@pytest.mark.parametrize(
    "part",
    [
        *("x", "1", "x1", "my ", "i took ", "i'm really just so ", "the voices ", "\u0301", "не "),
        *("i have been very ", "my own son ", "my daughter has had dark ", "he tried to die ", "she is so "),
    ],
)
def test_a_very_long_message_is_judged_in_time_that_grows_with_its_length(part: str) -> None:
    """A pattern that looks ahead from every letter would take hours over these."""
    assert assess(part * (100_000 // len(part)), never, THRESHOLDS).outcome is None
    assert Danger.SUICIDE_SELF in phrase_dangers(part * (100_000 // len(part)) + " i'm suicidal")


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_any_message_can_be_judged(message: str) -> None:
    assert assess(message, never, THRESHOLDS).outcome in (None, Outcome.EMERGENCY)
    footer_for(message)


# --- the verdict ---


def test_an_emergency_begins_at_its_threshold_and_kinds_of_danger_add_up() -> None:
    # 0.2 + 0.15 + 0.15 = 0.5: no kind alone would reach it.
    split = chances(suicide_self=0.2, overdose=0.15, symptoms=0.15)
    verdict = assess("x", always(split), THRESHOLDS)
    assert (verdict.outcome, verdict.dangers) == (Outcome.EMERGENCY, (Danger.SUICIDE_SELF,))
    assert verdict.message == TEXTS["suicide_self"]
    assert assess("x", always(chances(suicide_self=0.2, overdose=0.29)), THRESHOLDS).outcome is None


def test_danger_goes_before_a_request_for_a_dose() -> None:
    both = chances(personal_dose=0.45, overdose=0.5)
    assert assess("x", always(both), THRESHOLDS).outcome is Outcome.EMERGENCY


def test_a_request_for_a_dose_gets_its_own_text() -> None:
    verdict = assess("x", always(chances(personal_dose=0.6)), THRESHOLDS)
    assert (verdict.outcome, verdict.message) == (Outcome.PERSONAL_DOSE, TEXTS["personal_dose"])
    assert assess("x", always(chances(personal_dose=0.59)), THRESHOLDS).outcome is None


def test_a_deliberate_overdose_gets_both_texts_with_the_person_first() -> None:
    verdict = assess("x", always(chances(suicide_self=0.35, overdose=0.6)), THRESHOLDS)
    assert verdict.dangers == (Danger.SUICIDE_SELF, Danger.OVERDOSE)
    assert verdict.message == TEXTS["suicide_self"] + "\n\n" + TEXTS["overdose"]


def test_overdose_and_symptoms_share_one_text_said_once() -> None:
    assert emergency_text((Danger.OVERDOSE, Danger.SYMPTOMS)) == TEXTS["overdose"]


@pytest.mark.parametrize("danger", EMERGENCIES)
def test_every_emergency_has_a_text(danger: Danger) -> None:
    assert emergency_text((danger,))


@pytest.mark.parametrize("before", [0, 30, 95, 250])
def test_danger_in_the_middle_of_a_long_story_is_judged_on_its_own(before: int) -> None:
    story = "we went to the market and the weather was fine " * 30
    words = story.split()
    message = " ".join([*words[:before], "i", "wont", "be", "here", "tomorrow", *words[before:]])

    def classify(parts: Sequence[str]) -> list[Mapping[Danger, float]]:
        """Sees the danger only in a stretch where it is at least a tenth of the words."""
        return [
            chances(suicide_self=0.9) if "here tomorrow" in part and len(part.split()) <= 50 else chances()
            for part in parts
        ]

    assert assess(message, classify, THRESHOLDS).outcome is Outcome.EMERGENCY
    assert assess(story, classify, THRESHOLDS).outcome is None


def test_a_request_for_a_dose_in_one_stretch_does_not_hide_danger_in_another() -> None:
    message = " ".join(["how much can i take"] * 12 + ["i wont be here tomorrow"] * 12)

    def classify(parts: Sequence[str]) -> list[Mapping[Danger, float]]:
        """The whole is harmless, stretches with a request are surely one, stretches with the danger a little less so."""
        return [
            chances()
            if part == message
            else chances(personal_dose=0.97)
            if "how much" in part
            else chances(suicide_self=0.93)
            for part in parts
        ]

    assert assess(message, classify, THRESHOLDS).outcome is Outcome.EMERGENCY


@pytest.mark.parametrize(
    "text", ["可以开车吗今天药都吃完了", "слишком много таблеток сегодня ", "za dużo tabletek dzisiaj "]
)
def test_other_scripts_are_cut_into_shorter_stretches(text: str, real_encoder: MiniLmEncoder) -> None:
    parts = stretches(text * 30)
    assert len(parts) > 2
    assert max(real_encoder.count_pieces(parts[1:])) <= 126  # all that the classifier reads
    assert parts[-1] in text * 30
    assert (text * 30).strip().endswith(parts[-1])


def test_every_word_of_a_long_story_is_read_in_some_short_stretch() -> None:
    seen: list[str] = []

    def classify(parts: Sequence[str]) -> list[Mapping[Danger, float]]:
        seen.extend(parts)
        return [chances() for _ in parts]

    words = [f"w{n}" for n in range(333)]
    assess(" ".join(words), classify, THRESHOLDS)
    short = [part.split() for part in seen if len(part.split()) <= 80]
    assert {word for part in short for word in part} == set(words)
    # Five words in a row are never torn apart: stretches overlap by half.
    for start in range(len(words) - 5):
        assert any(words[start : start + 5] == part[i : i + 5] for part in short for i in range(len(part) - 4))


# --- the fixed texts and numbers ---


def test_the_month_of_the_last_check_is_a_month_that_has_begun() -> None:
    assert re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", crisis_data()["as_of"])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("suicide_self", ["911", "999", "112", "000", "111", "988", "116 123", "0808 808 8000", "13 11 14", "1737"]),
        ("suicide_other", ["911", "999", "112", "000", "111", "988", "116 123", "0808 808 8000", "13 11 14", "1737"]),
        ("overdose", ["911", "999", "112", "000", "111", "1-800-222-1222", "1-844-764-7669", "13 11 26"]),
        ("psychosis_mania", ["911", "999", "112", "000", "111", "988"]),
        ("personal_dose", ["911", "999", "112", "000", "111", "1-800-222-1222", "988", "116 123", "13 11 14", "1737"]),
    ],
)  # fmt: skip
def test_the_right_numbers_stand_in_every_text(text: str, numbers: list[str]) -> None:
    for number in numbers:
        assert re.search(rf"(?<![\d-]){re.escape(number)}(?![\d-])", TEXTS[text]), number


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "suicide_self",
            "US, Canada **911** · UK **999** · Ireland, EU **112** · Australia **000** · New Zealand **111**",
        ),
        ("suicide_self", "US, Canada: call or text **988**"),
        ("suicide_self", "UK, Ireland: Samaritans **116 123**"),
        ("suicide_self", "Australia: Lifeline **13 11 14**"),
        ("suicide_other", "911 (US, Canada) · 999 (UK) · 112 (Ireland, EU) · 000 (Australia) · 111 (New Zealand)"),
        ("overdose", "911 (US, Canada) · 999 (UK) · 112 (Ireland, EU) · 000 (Australia) · 111 (New Zealand)"),
        ("overdose", "Australia 13 11 26"),
        ("psychosis_mania", "911 (US, Canada) · 999 (UK) · 112 (Ireland, EU) · 000 (Australia) · 111 (New Zealand)"),
        ("personal_dose", "Australia: 13 11 14"),
    ],
)
def test_every_number_stands_beside_its_country(text: str, line: str) -> None:
    assert line in TEXTS[text]


def test_the_texts_are_those_of_the_dangers_and_nothing_else() -> None:
    assert set(TEXTS) == {"suicide_self", "suicide_other", "overdose", "psychosis_mania", "personal_dose"}
    assert all(text == text.strip() for text in TEXTS.values())


# --- footers ---


@pytest.mark.parametrize(
    ("name", "asked", "not_asked"),
    [
        ("driving", "Can I drive home afterwards?", "What drives the price of these cycles?"),
        ("pregnancy", "Is it safe while breastfeeding?", "Is it safe with milk?"),
        ("young_people", "Can my 15 year old have it?", "Can my 35 year old brother have it?"),
        ("young_people", "my son is very low, can he have it", "my son is 34, can he have it"),
        ("young_people", "my daughter is 16, can she have it", "could it help my daughter (41) sleep"),
        ("young_people", "my grandson, 9, found a lozenge", "my grandson who is 23 wants it"),
        ("using_often", "Can I get hooked?", "Is there a hook for my coat?"),
        ("bladder", "It burns when I pee after the infusions", "Can I eat a pear?"),
        ("abuse_by_provider", "the therapist touched me during the session", "the study touched on pain"),
        ("eligibility", "Am I a good candidate?", "Who counts the votes?"),
    ],
)
def test_each_footer_stands_under_its_own_questions_only(name: str, asked: str, not_asked: str) -> None:
    (text,) = [footer["text"] for footer in crisis_data()["footers"] if footer["name"] == name]
    assert text in (footer_for(asked) or "").split("\n")
    assert text not in (footer_for(not_asked) or "").split("\n")


def test_every_footer_is_tested_above() -> None:
    assert [footer["name"] for footer in crisis_data()["footers"]] == [
        "driving", "pregnancy", "young_people", "using_often", "bladder", "abuse_by_provider", "eligibility",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "question",
    [
        "Does ketamine reduce suicidal thoughts?",
        "What happens in an overdose?",
        "Does it help people who self-harm?",
        "My uncle took his own life; does this run in families?",
    ],
)
def test_an_ordinary_question_on_suicide_or_overdose_gets_the_crisis_line_first(question: str) -> None:
    line = crisis_data()["crisis_footer"]["text"]
    assert (footer_for(question) or "").split("\n")[0] == line
    for number in ("988", "116 123", "13 11 14", "1737", "911", "999", "112", "000", "111"):
        assert number in line


def test_two_subjects_get_two_lines() -> None:
    footer = footer_for("I am pregnant, can I drive after it?")
    assert footer is not None
    assert footer.count("\n") == 1


@pytest.mark.parametrize("question", ["What is ketamine?", "How much does it cost?", "Does it help with pain?", ""])
def test_other_questions_have_no_footer(question: str) -> None:
    assert footer_for(question) is None
