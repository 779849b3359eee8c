"""Questions on the types of MedQuAD in the words of patients and relatives, from templates: for weak supervision only."""

from __future__ import annotations

import re
from random import Random

ORIGINAL_SHARE = 0.2  # of the questions stay in the catalogue's own words
# By question type; {f} stands for the illness.
_ASKED = {
    "information": (
        "what is {f}", "what exactly is {f}", "explain {f} in simple words", "never heard of {f}, what is that",
        "what does it mean to have {f}", "my doctor said {f}, what is it", "{f} meaning", "what kind of thing is {f}",
        "can you tell me about {f}", "they wrote {f} on my papers. what is this?", "is {f} a disease or what",
        "whats {f}", "define {f}",
    ),
    "symptoms": (
        "what are the signs of {f}", "how do you feel with {f}", "how do I know if I have {f}",
        "what would I notice with {f}", "what does {f} do to you", "what happens to the body in {f}",
        "how can you tell it is {f}", "{f} signs", "what should I look out for with {f}",
        "my mom has {f}, what will she feel", "what problems does {f} give",
        "could my tiredness be {f}? what does it feel like", "how does {f} show itself", "what does {f} look like",
        "what trouble does {f} bring",
    ),
    "treatment": (
        "what helps against {f}", "can {f} be cured", "how do they treat {f}", "what can be done for {f}",
        "what do doctors do about {f}", "is there a medicine for {f}", "how do I get rid of {f}",
        "{f} therapy options", "what will they give my dad for {f}", "do I need surgery for {f}",
        "is there anything that fixes {f}", "pills for {f}", "how to get better from {f}", "what works for {f}",
        "is there hope of a cure for {f}", "can they do anything about {f}",
    ),
    "causes": (
        "why do people get {f}", "where does {f} come from", "what brings on {f}", "how did I get {f}",
        "why does {f} happen", "what is behind {f}", "reason for {f}", "what makes someone get {f}",
        "is it my fault that I have {f}", "how come my son has {f}", "what triggers {f}", "why me? {f}",
        "how does {f} start",
    ),
    "inheritance": (
        "does {f} run in the family", "will my kids get {f}", "can I pass {f} on to my children",
        "is {f} in the genes", "did I get {f} from my parents", "my sister has {f}, can I get it too",
        "is {f} hereditary", "how is {f} passed down", "chances that my baby has {f}", "family risk {f}",
    ),
    "frequency": (
        "how common is {f}", "how rare is {f}", "how many people have {f}", "am I the only one with {f}",
        "do a lot of people get {f}", "how often does {f} occur", "number of people with {f}", "is {f} rare",
        "what are the odds of having {f}",
    ),
    "genetic changes": (
        "which gene is behind {f}", "what gene causes {f}", "what is wrong in the DNA in {f}", "gene for {f}",
        "what mutation leads to {f}", "which genes are involved in {f}",
    ),
    "exams and tests": (
        "how do they find out if you have {f}", "how is {f} found", "what test shows {f}",
        "how will the doctor check for {f}", "is there a blood test for {f}", "how can I be sure it is {f}",
        "test for {f}", "what exams for {f}", "how do doctors know it's {f}", "do I need a scan for {f}",
    ),
    "research": (
        "any new studies on {f}", "are there trials for {f}", "what are scientists working on for {f}",
        "is anyone looking for a cure for {f}", "new research {f}",
    ),
    "outlook": (
        "how long do people live with {f}", "will I get better from {f}", "does {f} go away",
        "what is the future for someone with {f}", "can you die from {f}", "what are my chances with {f}",
        "does {f} get worse over time", "how bad is {f}", "life expectancy {f}", "will it come back? {f}",
        "how long does {f} last",
    ),
    "susceptibility": (
        "who gets {f}", "am I likely to get {f}", "who is more likely to have {f}", "what people get {f}",
        "does age matter for {f}", "who should worry about {f}", "could I get {f}", "can anybody get {f}",
    ),
    "considerations": (
        "what should I eat with {f}", "what should I know about {f}", "tips for living with {f}",
        "what can I do myself about {f}", "what to do with {f}",
    ),
    "prevention": (
        "how do I avoid {f}", "how can I keep from getting {f}", "can {f} be avoided", "how to stay safe from {f}",
        "what can I do so I dont get {f}", "is there a way to stop {f} before it starts",
        "how do I protect my kids from {f}",
    ),
    "stages": (
        "how far can {f} spread", "what are the steps of {f}", "how does {f} progress",
        "what stage of {f} can there be",
    ),
    "complications": (
        "what can go wrong with {f}", "what else can {f} lead to", "what happens if {f} is not treated",
        "dangers of {f}", "what damage can {f} do",
    ),
}  # fmt: skip
_UNNAMED = ("it", "this", "this illness", "my condition", "that", "this disease")
_IN_BRACKETS = re.compile(r"\s*\(.*?\)")
_SERIES = re.compile(r"^(What I need to know about|Parasites -)\s*")
QUESTION_TYPES = frozenset(_ASKED)


def lay_question(question_type: str, focus: str, original: str, random: Random, *, named: bool) -> str:
    """A question of this type on the illness `focus`, which is called "it" or the like if not `named`."""
    if named and random.random() < ORIGINAL_SHARE:
        return original.replace(" ?", "?").replace("is (are)", random.choice(("is", "are"))).replace("??", "?")
    name = _SERIES.sub("", _IN_BRACKETS.sub("", focus)) if named else random.choice(_UNNAMED)
    question = random.choice(_ASKED[question_type]).format(f=name)
    return question[0].upper() + question[1:] + "?" if random.random() < 0.5 else question
