"""The corpus linter passes the shipped corpus and reports every fault planted in a tiny one."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_linter() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lint_corpus", ROOT / "scripts" / "lint_corpus.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["lint_corpus"] = module
    spec.loader.exec_module(module)
    return module


LINTER = load_linter()

FRONT = """---
title: Ketamine and trials
summary: What trials of ketamine did.
topic: T14
kind: patient information
published: 2026-11-22
reviewed: 2026-03
sources: [KPI, NEWS]
certainty: mixed
---
"""
BODY = """
# Ketamine and trials

## What is ketamine?

Ketamine is an anaesthetic. In trials racemic ketamine was given as 0.5 mg per kg of body weight.

## What can happen after ketamine?

After ketamine, these effects are common:

- Dizziness is common after ketamine.
- Nausea is common after ketamine.

| Question | Ketamine |
|---|---|
| Is ketamine a spray? | Ketamine is mostly given by a drip. |

As of March 2026, a ketamine drip costs 400 to 800 dollars in the United States.
"""
ARTICLE = FRONT + BODY
NAME = "t14-ketamine-and-trials.md"
SOURCES = "# Sources\n\n- `KPI`: a label.\n- `KPI letter`: a letter.\n- `NEWS`: a report.\n- `seed001`: an article.\n"
GLOSSARY = (
    FRONT.replace("Ketamine and trials", "Glossary")
    .replace("topic: T14", "topic: glossary")
    .replace("kind: patient information", "kind: glossary")
    + "\n# Glossary\n\n## Ketamine\n\nKetamine is a medicine.\n"
)


def fact(number: str, code: str = "E", sources: list[str] | None = None, **marks: bool) -> dict[str, Any]:
    marks = {"volatile": False, "dose": False} | marks
    return {"fact": number, "text": "A fact.", "sources": sources or ["KPI"], "code": code, **marks}


FACTS = [
    fact("1.1"),
    fact("14.1", "E", dose=True),
    fact("25.1", "C", ["NEWS (2026)"], volatile=True),
    fact("C1", "C", ["seed001"]),
    fact("2.2", "advice"),
]


class Corpus:
    """A tiny corpus without a fault; a test plants one and looks at what `problems` returns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = {NAME: ARTICLE, "glossary.md": GLOSSARY, "SOURCES.md": SOURCES}
        self.facts = [dict(one) for one in FACTS]
        self.backing = {"mg per kg": ["14.1"], "dollars": ["25.1"], "Dizziness": ["1.1", "C1"], "these effects": []}
        self.extra: list[dict[str, Any]] = []
        self.plain = [f"{NAME}\tAfter ketamine, these effects are common:"]
        self.share = 1.0

    def claims(self) -> list[dict[str, Any]]:
        """One claim per sentence; the facts follow from a key word, else fact 1.1."""
        made = []
        for name in sorted(set(self.files) - {"SOURCES.md"}):
            for sentence in LINTER.read_article(self.folder / name).sentences:
                facts = next((facts for word, facts in self.backing.items() if word in sentence.text), ["1.1"])
                made.append({"document": name, "sentence": sentence.text, "facts": facts, "plain": not facts})
        return made

    def write(self) -> None:
        (self.folder / "_facts").mkdir(exist_ok=True)
        for name, text in self.files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        lines = "".join(json.dumps(one) + "\n" for one in self.facts)
        (self.folder / "_facts" / "facts.jsonl").write_text(lines, encoding="utf-8")
        (self.folder / "_facts" / "plain.txt").write_text("\n".join(self.plain), encoding="utf-8")

    def problems(self, claims: list[dict[str, Any]] | None = None) -> list[str]:
        """What the linter reports, as `file:line: message`."""
        self.write()
        made = self.claims() if claims is None else claims
        path = self.folder / "_facts" / "claims.jsonl"
        path.write_text("".join(json.dumps(claim) + "\n" for claim in [*made, *self.extra]), encoding="utf-8")
        found, self.summary = LINTER.lint(self.folder, path)
        return [f"{problem.file}:{problem.line}: {problem.message}" for problem in found]

    def plant(self, old: str, new: str, name: str = NAME) -> None:
        assert old in self.files[name]
        self.files[name] = self.files[name].replace(old, new, 1)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    # Six sentences cannot hold a plain one within five per cent; one test sets the real limit again.
    monkeypatch.setattr(LINTER, "PLAIN_SHARE", 0.2)
    return Corpus(tmp_path)


def test_the_shipped_corpus_has_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    code = LINTER.main([])
    assert code == 0, capsys.readouterr().out


def test_the_tiny_corpus_without_a_planted_fault_has_no_problem(corpus: Corpus) -> None:
    assert corpus.problems() == []


PLANTED_IN_FRONT_MATTER = {
    "a missing key": ("certainty: mixed\n", "", "keys differ"),
    "an extra key": ("kind: ", "author: me\nkind: ", "keys differ"),
    "front matter that is not YAML": ("title: ", "title: [", "keys differ"),
    "an unknown topic": ("topic: T14", "topic: T29", "neither T1..T28 nor glossary"),
    "a topic that the file name does not fit": ("topic: T14", "topic: T15", "file name does not fit"),
    "an unknown kind": ("kind: patient information", "kind: blog", "kind 'blog'"),
    "the kind of a glossary in an article": ("kind: patient information", "kind: glossary", "kind 'glossary'"),
    "a publication date without a day": ("published: 2026-11-22", "published: 2026-11", "published is not a date"),
    "a review after March 2026": ("reviewed: 2026-03", "reviewed: 2026-04", "reviewed is not a month"),
    "a review with a day": ("reviewed: 2026-03", "reviewed: 2026-03-01", "reviewed is not a month"),
    "an unknown certainty": ("certainty: mixed", "certainty: sure", "certainty 'sure'"),
    "a summary of two sentences": ("did.", "did. More follows.", "summary is not one sentence"),
    "American spelling in the summary": ("What trials", "What programs", "American spelling 'program"),
    "a source that SOURCES.md does not list": ("[KPI, NEWS]", "[KPI, NEWS, XYZ]", "source XYZ is not in SOURCES.md"),
    "no list of sources": ("[KPI, NEWS]", "KPI", "sources is not a list"),
    "a source of a fact left out": ("[KPI, NEWS]", "[KPI]", "rests on NEWS"),
    "a seed without a fact of code S": ("[KPI, NEWS]", "[KPI, NEWS, seed001]", "seed001 is named without"),
}


@pytest.mark.parametrize(("old", "new", "message"), PLANTED_IN_FRONT_MATTER.values(), ids=PLANTED_IN_FRONT_MATTER)
def test_a_fault_planted_in_the_front_matter_is_reported(corpus: Corpus, old: str, new: str, message: str) -> None:
    corpus.plant(old, new)
    assert any(line.startswith(f"{NAME}:1: ") and message in line for line in corpus.problems())


PLANTED_IN_LAYOUT = {
    "another heading than the title": ("# Ketamine and trials", "# Other", 12, "is not the title"),
    "a second first-level heading": ("## What is", "# What is", 12, "is not the title"),
    "a heading that is no question": ("is ketamine?", "is ketamine", 14, "not a question"),
    "a list without a lead-in": ("common:", "common.", 22, "no lead-in"),
    "a list right after a heading": ("After ketamine, these effects are common:\n\n", "", 20, "no lead-in"),
    "a list item without a full stop": (
        "Nausea is common after ketamine.",
        "Nausea after ketamine",
        23,
        "full sentence",
    ),
    "a numbered list": ("- Dizziness", "1. Dizziness", 22, "only paragraphs"),
    "a quotation": ("Ketamine is an", "> Ketamine is an", 16, "only paragraphs"),
    "an American heading": ("What is ketamine", "What is the color of ketamine", 14, "American spelling 'color'"),
}


@pytest.mark.parametrize(("old", "new", "line", "message"), PLANTED_IN_LAYOUT.values(), ids=PLANTED_IN_LAYOUT)
def test_a_fault_planted_in_the_layout_is_reported(corpus: Corpus, old: str, new: str, line: int, message: str) -> None:
    corpus.plant(old, new)
    assert any(found.startswith(f"{NAME}:{line}: ") and message in found for found in corpus.problems())


PLANTED_SENTENCES = {
    **{
        f"an opening {word}": (f"{word} ketamine helps some people.", f"opens with '{word}'")
        for word in [
            "This",
            "That",
            "These",
            "Those",
            "They",
            "It",
            "He",
            "She",
            "However",
            "But",
            "And",
            "Also",
            "Such",
            "Both",
            "Instead",
            "Therefore",
        ]
    },
    "46 words": ("Ketamine " + "very " * 44 + "helps.", "46 words"),
    "a number without a unit at the end": ("Ketamine lowered the score by 12.", "no unit after 12"),
    "a number without a unit before a comma": ("With 55, ketamine won the trial.", "no unit after 55"),
    "a number without a unit before a verb": ("About 55 responded to ketamine.", "no unit after 55"),
    "a number without a unit in a comparison": ("Ketamine helped 55% and placebo 41.", "no unit after 41"),
    "a number without a unit in brackets": ("Ketamine helped (55) people.", "no unit after 55"),
    "an amount without a fact of a trial dose": ("In trials ketamine was given as 50 mg.", "an amount of a drug"),
    "an amount with the unit written out": ("In trials people had 50 milligrams of ketamine.", "an amount of a drug"),
    "an amount per weight without a number": ("In trials the mg of ketamine varied.", "an amount of a drug"),
    "an amount as an instruction": ("Ketamine is given as 0.5 mg per kg.", "an amount of a drug"),
    "home dosing": ("Start low with ketamine.", "home dosing"),
    "a count of lozenges at home": ("Take two lozenges of ketamine at home.", "home dosing"),
    "committed suicide": ("A man on ketamine committed suicide.", "died by suicide"),
    "a failed attempt": ("After a failed attempt ketamine was tried.", "say only 'attempt'"),
    "a successful attempt": ("After a successful suicide attempt ketamine was found.", "say only 'attempt'"),
    "click here": ("Click here for ketamine.", "click here"),
    "an address": ("Ketamine is at https://x and more.", "internet address"),
    "an address without a protocol": ("Ketamine is on example.com for all.", "internet address"),
    "HTML": ("Ketamine is <b>strong</b> stuff.", "HTML"),
    "an image": ("Ketamine ![looks](a.png) like water.", "an image"),
    "a link": ("Ketamine [looks](a) like water.", "a link"),
    "bold": ("Ketamine is **strong** stuff.", "bold"),
    "italics": ("Ketamine is *strong* stuff.", "bold"),
    "resets the brain": ("Ketamine resets the brain.", "resets the brain"),
    "a promise": ("Ketamine is a miracle for some.", "promotional"),
    "above": ("As said above, ketamine helps.", "another place"),
    "below": ("The list below is about ketamine.", "another place"),
    "as mentioned": ("Ketamine, as mentioned, helps.", "another place"),
    "the drug without its name": ("People like the drug.", "without the name of a drug"),
    "a dating after March 2026": ("As of April 2026, ketamine is legal.", "'As of April 2026'"),
    "a dating in the middle of 2026": ("Ketamine is legal as of mid-2026.", "'as of mid-2026'"),
    "a dating without a month": ("Ketamine is legal as of 2025.", "'as of 2025'"),
    "a dating without a date": ("Ketamine is legal as of now.", "'as of'"),
    "a price that may change without a date": ("Ketamine drips cost 400 dollars.", "a number that may change"),
    **{
        f"American {word}": (f"Ketamine and {word} are words.", f"American spelling '{word}'")
        for word in [
            "anesthesia",
            "behavior",
            "program",
            "hospitalized",
            "randomized",
            "esophagus",
            "pediatric",
            "tumor",
            "color",
            "center",
            "authorized",
            "hemorrhage",
            "stabilized",
            "counselor",
            "diarrhea",
            "gray",
        ]
    },
}


@pytest.mark.parametrize("where", ["paragraph", "item", "cell"])
@pytest.mark.parametrize(("sentence", "message"), PLANTED_SENTENCES.values(), ids=PLANTED_SENTENCES)
def test_a_fault_planted_in_a_sentence_is_reported_at_its_line(
    corpus: Corpus, sentence: str, message: str, where: str
) -> None:
    good = {"paragraph": ("Ketamine is an anaesthetic.", 16), "item": ("Nausea is common after ketamine.", 23)}
    old, line = good.get(where, ("Ketamine is mostly given by a drip.", 27))
    corpus.plant(old, sentence)
    if "0.5 mg" in sentence:
        corpus.backing = {sentence: ["14.1"], **corpus.backing}
    assert any(found.startswith(f"{NAME}:{line}: ") and message in found for found in corpus.problems())


FAULTLESS = [
    "In 2019 ketamine helped 55 people, and in 2020, ketamine helped 41 people.",
    "Ketamine was studied in 2019.",
    "Ketamine helped 27 in 100 people, against 9 in 100.",
    "Ketamine lasts 10 to 20 minutes or 55, 60 or 70 minutes.",
    "Ketamine is not for people under 18, or aged 18 to 24.",
    "After ketamine, call 911, 999, 112, 000 or 111.",
    "After ketamine, call 116 123 or 1-800-222-1222.",
    "The KARMA-Dep 2 trial of ketamine ended at week 8.",
    "Ketamine waits if blood pressure is above 140/90 mmHg or above about 140/90.",
    "Ketamine cost 3,000 pounds and 12.5% more.",
    "A computer program cannot give ketamine.",
    "The National Center for PTSD writes about ketamine.",
    "Ketamine is not known to reset the brain.",
    "The phrase that ketamine resets the brain is a metaphor.",
    "There is no home dose of ketamine.",
    "Ketamine drips cost 400 dollars in January 2026.",
    "As of March 2026, ketamine drips cost 400 dollars.",
]


@pytest.mark.parametrize("sentence", FAULTLESS)
def test_a_sentence_within_the_rules_is_not_reported(corpus: Corpus, sentence: str) -> None:
    corpus.plant("Ketamine is an anaesthetic.", sentence)
    assert corpus.problems() == []


def test_an_amount_is_reported_outside_the_article_on_trial_doses(corpus: Corpus) -> None:
    other = "t15-ketamine-in-trials.md"
    corpus.files[other] = corpus.files.pop(NAME).replace("topic: T14", "topic: T15")
    corpus.plain = [line.replace(NAME, other) for line in corpus.plain]
    assert corpus.problems() == [f"{other}:16: an amount of a drug outside a trial dose"]


def test_a_glossary_needs_no_question_for_a_heading(corpus: Corpus) -> None:
    corpus.plant("topic: glossary", "topic: T3", "glossary.md")
    assert any("not a question" in line for line in corpus.problems())


def test_a_sentence_without_a_claim_is_reported(corpus: Corpus) -> None:
    corpus.write()
    claims = corpus.claims()
    for index, claim in enumerate(claims):
        found = corpus.problems(claims[:index] + claims[index + 1 :])
        assert any("0 claims for" in line and claim["sentence"] in line for line in found)


def test_a_sentence_with_two_claims_is_reported(corpus: Corpus) -> None:
    corpus.extra = [{"document": NAME, "sentence": "Ketamine is an anaesthetic.", "facts": ["1.1"]}]
    assert f"{NAME}:16: 2 claims for: Ketamine is an anaesthetic." in corpus.problems()


def test_a_claim_without_a_sentence_is_reported(corpus: Corpus) -> None:
    corpus.extra = [{"document": NAME, "sentence": "Ketamine is", "facts": ["1.1"]}]
    assert any("no such sentence" in line for line in corpus.problems())


def test_a_sentence_that_stands_twice_in_an_article_is_reported(corpus: Corpus) -> None:
    corpus.plant("Ketamine is an anaesthetic.", "Ketamine is an anaesthetic. Ketamine is an anaesthetic.")
    assert any("stands here twice" in line for line in corpus.problems())


def test_a_claim_that_names_an_unknown_fact_is_reported(corpus: Corpus) -> None:
    corpus.backing["Nausea"] = ["1.1", "9.99"]
    assert any("no such fact: 9.99" in line for line in corpus.problems())


def test_a_claim_that_names_a_section_of_the_crisis_wording_is_not_reported(corpus: Corpus) -> None:
    corpus.backing["Nausea"] = ["A", "C2-crisis"]
    assert corpus.problems() == []


def test_a_claim_without_facts_that_is_not_plain_is_reported(corpus: Corpus) -> None:
    corpus.write()
    claims = [claim | {"plain": False} for claim in corpus.claims()]
    assert any("names facts or is plain" in line for line in corpus.problems(claims))


def test_a_claim_with_facts_that_is_plain_is_reported(corpus: Corpus) -> None:
    corpus.write()
    claims = [claim | {"plain": True} for claim in corpus.claims()]
    assert any("names facts or is plain" in line for line in corpus.problems(claims))


@pytest.mark.parametrize("code", ["E", "E2", "C", "E/U"])
def test_an_established_or_contested_fact_that_no_sentence_names_is_reported(corpus: Corpus, code: str) -> None:
    corpus.facts.append(fact("3.1", code))
    assert corpus.problems() == ["_facts/facts.jsonl:6: no sentence names fact 3.1"]


@pytest.mark.parametrize("code", ["advice", "U", "S/U"])
def test_another_fact_that_no_sentence_names_is_not_reported(corpus: Corpus, code: str) -> None:
    corpus.facts.append(fact("3.1", code))
    assert corpus.problems() == []


def test_a_plain_sentence_that_nobody_reviewed_is_reported(corpus: Corpus) -> None:
    corpus.plain = []
    assert any("not in the reviewed list" in line for line in corpus.problems())


def test_a_line_of_the_reviewed_list_without_a_plain_claim_is_reported(corpus: Corpus) -> None:
    corpus.plain.append(f"{NAME}\tOld.")
    assert corpus.problems() == ["_facts/plain.txt:2: the line matches no plain claim"]


def test_more_than_five_per_cent_of_plain_sentences_are_reported(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LINTER, "PLAIN_SHARE", 0.05)
    assert corpus.problems() == ["_facts/plain.txt:1: 1 of 7 sentences are plain, more than 5%"]


def test_plain_sentences_of_a_glossary_need_no_review(corpus: Corpus) -> None:
    corpus.backing["is a medicine"] = []
    assert corpus.problems() == []


def test_a_seed_may_be_named_where_a_fact_of_code_s_is_used(corpus: Corpus) -> None:
    corpus.facts.append(fact("27.12", "S/U", ["seed001"]))
    corpus.backing["Nausea"] = ["27.12"]
    corpus.plant("[KPI, NEWS]", "[KPI, NEWS, seed001]")
    assert corpus.problems() == []


def test_the_longest_short_name_is_the_source_of_a_fact(corpus: Corpus) -> None:
    corpus.facts.append(fact("3.1", "E", ["KPI letter"]))
    corpus.backing["Nausea"] = ["3.1"]
    assert corpus.problems() == [f"{NAME}:1: a fact of this article rests on KPI letter, which its sources leave out"]


def test_the_summary_counts_sentences_facts_and_unused_sources(corpus: Corpus) -> None:
    corpus.plant("Ketamine is an anaesthetic.", "Ketamine " + "very " * 29 + "helps.")
    corpus.problems()
    assert corpus.summary == [
        "2 articles, 8 sentences, 1 over 30 words (12.5%), 4 of 5 facts covered",
        f"articles with more than one long sentence in twelve: {NAME} (1 of 7)",
        "sources used in no article: KPI letter, seed001",
    ]


def test_the_command_exits_with_one_and_prints_the_problem_if_there_is_one(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus.plant("is ketamine?", "is ketamine")
    corpus.problems()
    assert LINTER.main([str(corpus.folder)]) == 1
    out = capsys.readouterr().out
    assert f"{NAME}:14: the heading is not a question\n" in out
    assert out.endswith("1 problems\n")


def test_the_command_exits_with_zero_and_reads_the_claims_file_it_is_given(corpus: Corpus) -> None:
    corpus.problems()
    other = corpus.folder / "other.jsonl"
    (corpus.folder / "_facts" / "claims.jsonl").rename(other)
    assert LINTER.main([str(corpus.folder), "--claims", str(other)]) == 0
    assert LINTER.main([str(corpus.folder)]) == 1
