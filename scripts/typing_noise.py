"""Texts as hurried people type them: slips of the finger, spelling by ear, wrong words that a spell checker let pass.

For training only (fit_safety.py, train_reader.py): a model that has only read clean text takes "dose it help" for a
request for a dose. Random, and the same for the same `Random`.
"""

from __future__ import annotations

import re
from random import Random

# Keys beside each key of an English keyboard.
_NEAR = {
    "a": "sqz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "kop", "m": "nj", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf",
    "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xa",
}  # fmt: skip
# What is heard to what is written instead, either way round.
_BY_EAR = (
    ("ph", "f"), ("ie", "ei"), ("ei", "ie"), ("tion", "shun"), ("c", "k"), ("ss", "s"), ("ll", "l"), ("ough", "uff"),
    ("ea", "ee"), ("ai", "ay"), ("ant", "ent"), ("ent", "ant"), ("able", "ible"), ("y", "i"), ("mm", "m"), ("ck", "k"),
    ("ance", "ence"), ("tt", "t"), ("ou", "u"), ("ie", "i"), ("e", ""), ("h", ""), ("s", "z"),
)  # fmt: skip
# Another real word, which no spell checker mends.
_WRONG_WORDS = {
    "does": ("dose", "dos", "dus"), "doses": ("does", "dosis"), "dose": ("does", "doze"), "can": ("cna", "kan", "cam"),
    "how": ("hwo", "hoe", "who"), "what": ("wat", "waht", "wot"), "is": ("si", "iz"), "the": ("teh", "de", "th"),
    "you": ("u", "yuo"), "are": ("r", "ar"), "for": ("fro", "4"), "to": ("too", "2"), "your": ("ur", "you're"),
    "their": ("there", "thier"), "there": ("their", "ther"), "its": ("it's",), "it's": ("its",), "lose": ("loose",),
    "because": ("cos", "becuase", "coz"), "with": ("wiht", "w/", "wif"), "about": ("abuot", "abt"), "work": ("wrok",),
    "people": ("ppl", "poeple"), "before": ("b4", "befor"), "after": ("aftre", "atfer"), "please": ("pls", "plz"),
    "should": ("shud", "shoud"), "would": ("wud", "woud"), "could": ("cud", "coud"), "have": ("hav", "haev"),
    "drive": ("drvie", "dirve"), "safe": ("save", "saef"), "treatment": ("tx", "treatmant"), "will": ("wil", "wll"),
    "doctor": ("dr", "docter"), "and": ("an", "adn", "&"), "my": ("mi", "ym"), "long": ("lng", "log"),
}  # fmt: skip
_SHORTEST_MISTYPED = 4


def mistyped(text: str, random: Random) -> str:
    """`text` with one to four words mistyped, at times in lower case or without its marks.

    >>> mistyped("Can I drive home after ketamine?", Random(3)) != "Can I drive home after ketamine?"
    True
    """
    if random.random() < 0.5:
        text = text.casefold()
    if random.random() < 0.4:
        text = re.sub(r"[?.,!'’]", "", text)
    tokens = text.split()
    for place in random.sample(range(len(tokens)), k=min(len(tokens), random.choice((1, 1, 2, 2, 3, 4)))):
        tokens[place] = _slip(tokens[place], random)
    if len(tokens) > 3 and random.random() < 0.1:
        place = random.randrange(len(tokens) - 1)
        tokens[place : place + 2] = ["".join(tokens[place : place + 2])]
    return " ".join(tokens)


def _slip(word: str, random: Random) -> str:
    wrong = _WRONG_WORDS.get(word.casefold())
    if wrong:
        return random.choice(wrong)
    if len(word) < _SHORTEST_MISTYPED:
        return word
    place = random.randrange(1, len(word) - 1)
    head, letter, tail = word[:place], word[place], word[place + 1 :]
    kind = random.random()
    if kind < 0.25:
        return head + tail
    if kind < 0.5:
        return head + tail[0] + letter + tail[1:]
    if kind < 0.62:
        return head + letter + letter + tail
    if kind < 0.75:
        return head + random.choice(_NEAR.get(letter.casefold(), letter)) + tail
    heard = [(a, b) for a, b in _BY_EAR if a in word[1:]]
    if not heard:
        return head + tail
    sound, written = random.choice(heard)
    return word[0] + word[1:].replace(sound, written, 1)
