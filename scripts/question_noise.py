"""Questions as people put them to a chat: keyword scraps, lay words, dropped words, stories around them, greetings.

For training only, with the slips of typing_noise on top. Random, and the same for the same `Random`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from typing_noise import mistyped

CLEAN_SHARE = 0.33
_SMALL_WORDS = frozenset(
    """a about am an and any are as at be been being but by can could did do does for from get got had has have he her
    here him his how i if in is it its just may me might must my no not of on one ones or our please shall she should
    so some tell than that the their them then there these they this those to was we were what when where which who
    whom whose why will with would you your""".split()  # noqa: SIM905 - a hundred quoted words would be harder to read
)
# Question words that say what is wanted, and what stands for them in a search box.
_WANTED = {"when": "date", "where": "place", "why": "reason", "who": "who", "how": "how"}
# Clinical or formal words to what patients say.
_LAY = {
    "medication": ("meds", "pills", "medicine", "stuff", "drug"), "medications": ("meds", "pills", "drugs"),
    "medicine": ("meds", "drug", "stuff"), "drug": ("medicine", "stuff", "med"),
    "treatment": ("therapy", "help", "cure", "thing they do"),
    "treatments": ("therapies", "cures", "things that help"), "treated": ("fixed", "helped", "cured"),
    "treat": ("fix", "help with", "cure"), "physician": ("doc", "doctor"), "doctor": ("doc",),
    "patients": ("people", "folks"), "patient": ("person", "sick person"), "children": ("kids", "little ones"),
    "child": ("kid",), "symptoms": ("signs", "problems"), "disease": ("illness", "sickness"),
    "disorder": ("problem", "illness", "condition"),
    "depression": ("feeling low", "being down all the time", "the blues"),
    "anxiety": ("nerves", "being anxious", "worrying"), "pain": ("hurt", "ache"), "effective": ("any good", "working"),
    "safe": ("ok", "dangerous or not", "alright"), "cancer": ("tumor", "the c word"), "symptom": ("sign",),
    "hypertension": ("high blood pressure",), "blood pressure": ("bp",), "physicians": ("docs", "doctors"),
    "approximately": ("around",), "purchase": ("buy",), "receive": ("get",), "obtain": ("get",), "require": ("need",),
    "required": ("needed",), "prevent": ("stop", "avoid"), "reduce": ("cut", "lower"),
    "increase": ("raise", "make more"), "company": ("firm",), "begin": ("start",), "began": ("started",),
    "died": ("passed away",), "located": ("found",), "individuals": ("people",), "administered": ("given",),
    "used": ("taken", "used"), "side effects": ("bad effects", "reactions", "downsides"), "large": ("big",),
    "primary": ("main",), "created": ("made",), "function": ("job", "work"), "used for": ("good for",),
    "mechanism": ("way it works",), "inhibit": ("block",), "associated with": ("linked to", "tied to"),
}  # fmt: skip
_GREETINGS = (
    "hi,", "hello,", "hey", "quick question:", "sorry if this is a stupid question but", "can anyone tell me",
    "just wondering,", "i was wondering", "please help,", "can you tell me", "um", "hi there", "my question is", "so",
    "ok so", "does anyone know", "i need to know", "question:", "pls", "good morning,", "dear doctor,",
)  # fmt: skip
_ENDINGS = (
    "thanks", "thank you", "pls", "please", "??", "i am worried", "just want to know", "thx", "asking for a friend",
    "any idea", "cant find it anywhere", "sorry for my english", "!!", "tia",
)  # fmt: skip
_STORIES = (
    "My husband has been off work since spring.", "I am 62 and live alone.", "My daughter told me to ask you.",
    "The doctor talked very fast and I could not follow.", "I have read so much on the internet that my head spins.",
    "My sister starts next week and she is nervous.",
    "I have tried a lot of things over the years and nothing really worked.",
    "We drove two hours to the clinic and forgot to ask.", "I do not sleep well any more.",
    "My mother is 80 and a bit confused by all the papers.", "I am the wife of a patient.", "I am new here.",
    "My friend had a bad time last year.", "They gave me a leaflet but I lost it.", "I get scared of hospitals.",
    "Nobody explained it to me properly.", "I have two small kids at home and a full time job.",
    "My insurance is another headache.", "My brother says it is all nonsense.",
    "I was told different things by different people.",
)  # fmt: skip
_LAY_PATTERNS = {re.compile(rf"\b{clinical}\b", re.IGNORECASE): lay for clinical, lay in _LAY.items()}
_WORD = re.compile(r"[\w'-]+")


def noisy(question: str, random: Random, stories: Sequence[str] = ()) -> str:
    """The question itself for one in three, else changed in one to four ways; `stories` are told around some.

    >>> noisy("What are the symptoms of asthma?", Random(4)) == noisy("What are the symptoms of asthma?", Random(4))
    True
    """
    if random.random() < CLEAN_SHARE:
        return question
    if random.random() < 0.7:
        question = question.rstrip(" ?.")
    if random.random() < 0.35:
        question = in_lay_words(question, random)
    kind = random.random()
    if kind < 0.27:
        question = keywords(question, random)
    elif kind < 0.37:
        question = without_small_words(question, random)
    elif kind < 0.47:
        question = in_a_story(question, random, stories)
    elif kind < 0.6:
        question = greeted(question, random)
    return mistyped(question, random) if random.random() < 0.4 else question


def keywords(question: str, random: Random) -> str:
    """What is left for a search box: content words, "not", and at times what is wanted."""
    kept = []
    for word in _WORD.findall(question):
        small = word.casefold()
        if small in _WANTED:
            if random.random() < 0.4:
                kept.append(_WANTED[small] if random.random() < 0.6 else word)
        elif small in ("not", "no") or small not in _SMALL_WORDS:
            kept.append(word)
    if len(kept) < 2:
        return question
    if len(kept) > 4 and random.random() < 0.5:
        del kept[random.randrange(len(kept))]
    if random.random() < 0.2:
        random.shuffle(kept)
    return " ".join(kept)


def without_small_words(question: str, random: Random) -> str:
    """The question with one to three of its function words left out."""
    words = question.split()
    small = [place for place, word in enumerate(words) if word.casefold() in _SMALL_WORDS]
    dropped = set(random.sample(small, min(len(small), random.choice((1, 2, 3)))))
    return " ".join(word for place, word in enumerate(words) if place not in dropped) or question


def in_lay_words(question: str, random: Random) -> str:
    """The question with some clinical words as patients say them."""
    for pattern, lay in _LAY_PATTERNS.items():
        if pattern.search(question) and random.random() < 0.6:
            question = pattern.sub(random.choice(lay), question, count=1)
    return question


def in_a_story(question: str, random: Random, stories: Sequence[str]) -> str:
    """The question at the end of a few sentences about the person, at times with one more after it."""
    told = [
        random.choice(stories if stories and random.random() < 0.5 else _STORIES) for _ in range(random.randint(1, 3))
    ]
    after = [random.choice(_STORIES)] if random.random() < 0.25 else []
    return " ".join([*told, question, *after])


def greeted(question: str, random: Random) -> str:
    """The question with a greeting before it, thanks after it, or both."""
    before = [random.choice(_GREETINGS)] if random.random() < 0.7 else []
    after = [random.choice(_ENDINGS)] if random.random() < 0.5 else []
    return " ".join([*before, question, *after])
