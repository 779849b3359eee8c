"""Words that mean the same: synonyms from files, abbreviations from the documents. Adds stems, replaces nothing.

The packaged groups are data/synonyms.json, understood in both directions, and data/lay_words.json, from what people type
to what documents say. An operator's file of the form of the first goes beside them, not in their place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from ragbot.errors import SynonymsError
from ragbot.lexical import LexicalIndex, content_words, stem, words
from ragbot.spelling import is_everyday_word

MAX_SHOWN = 6
_COMMON_IDF = 1.6  # the idf of a term that one chunk in five holds
_SHAPE = 'a JSON list of groups such as [["shrink", "psychiatrist"], ["=high", "euphoria"]]'


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say what a group means: its words, their stems in a row, and the stems of its content words.

    `slang` forms ("=high") have a commoner meaning too: they are understood only as typed, never by their stem, and
    never searched for. `target` forms (">euphoria") are searched for and never understood.
    """

    words: tuple[str, ...]
    stems: tuple[str, ...]
    terms: tuple[str, ...]
    slang: bool = False
    target: bool = False

    @classmethod
    def of(cls, text: str) -> Form:
        """The form that a synonyms file writes as `text`."""
        own = tuple(words(text))
        terms = tuple(stem(word) for word in content_words(text))
        stems = tuple(stem(word) for word in own)
        return cls(own, stems, terms, slang=text.startswith("="), target=text.startswith(">"))


Group = tuple[Form, ...]


class Synonyms:
    """Groups of forms, looked up by the words of a question. Read-only."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.groups = tuple(groups)
        self.vocabulary = frozenset(word for group in self.groups for form in group for word in form.words)
        self._by_words: dict[tuple[str, ...], list[tuple[int, Form]]] = {}
        self._by_stems: dict[tuple[str, ...], list[tuple[int, Form]]] = {}
        for number, group in enumerate(self.groups):
            for form in group:
                if form.target:
                    continue
                self._by_words.setdefault(form.words, []).append((number, form))
                if not form.slang:
                    self._by_stems.setdefault(form.stems, []).append((number, form))
        self._longest = max((len(form.words) for group in self.groups for form in group), default=0)

    def typed(self, text: str) -> dict[int, list[Form]]:
        """The forms that `text` holds, by number of their group. A form inside a longer one is not meant.

        "high blood pressure" speaks of blood pressure, not of being high.
        """
        own = tuple(words(text))
        stems = tuple(stem(word) for word in own)
        found = [
            (start, end, group, form)
            for start in range(len(own))
            for end in range(start + 1, min(len(own), start + self._longest) + 1)
            for group, form in (*self._by_words.get(own[start:end], ()), *self._by_stems.get(stems[start:end], ()))
        ]
        typed: dict[int, list[Form]] = {}
        for start, end, group, form in found:
            inside = any(s <= start and end <= e and (s, e) != (start, end) for s, e, _, _ in found)
            if not inside and form not in typed.setdefault(group, []):
                typed[group].append(form)
        return {group: typed[group] for group in sorted(typed) if typed[group]}


def load_synonyms(path: Path | None = None) -> Synonyms:
    """The packaged synonyms, with the groups of the file at `path` after them.

    Raises SynonymsError, one line, if the file cannot be read or is not a JSON list of lists of texts.
    """
    return packaged_synonyms() if path is None else Synonyms((*packaged_synonyms().groups, *_read(path)))


@lru_cache(maxsize=1)
def packaged_synonyms() -> Synonyms:
    """The groups of data/synonyms.json and, after them, those of data/lay_words.json."""
    synonyms, lay_words = ((files("ragbot") / "data" / f"{name}.json") for name in ("synonyms", "lay_words"))
    both_ways: list[list[str]] = json.loads(synonyms.read_text("utf-8"))
    one_way: list[dict[str, list[str]]] = json.loads(lay_words.read_text("utf-8"))
    directed = ([f"={form}" for form in one["typed"]] + [f">{form}" for form in one["meant"]] for one in one_way)
    return Synonyms(tuple(map(Form.of, group)) for group in (*both_ways, *directed))


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a question may mean besides what it says: `terms`, stems that the corpus holds, and `words` to show.

    Of the words those in `for_lay_words` stand for slang and for words that no document uses.
    """

    terms: tuple[str, ...]
    words: tuple[str, ...]
    for_lay_words: tuple[str, ...]


def expand(text: str, query_terms: Sequence[str], lexical: LexicalIndex, synonyms: Synonyms) -> Expansion:
    """Synonyms and abbreviations that the corpus holds and the question lacks, abbreviations first."""
    added: dict[str, None] = {}
    shown: list[tuple[str, bool]] = []
    for form, lay in (*((form, False) for form in _spelt_out(text, lexical)), *_meant(text, lexical, synonyms)):
        fresh = [term for term in form.terms if term not in query_terms and term not in added and lexical.knows(term)]
        if fresh and len(fresh) == len(form.terms):
            added.update(dict.fromkeys(fresh))
            shown.append((" ".join(form.words), lay))
    shown = shown[:MAX_SHOWN]
    return Expansion(tuple(added), tuple(word for word, _ in shown), tuple(word for word, lay in shown if lay))


def _meant(text: str, lexical: LexicalIndex, synonyms: Synonyms) -> Iterator[tuple[Form, bool]]:
    """The other forms of each group that the text speaks of, and whether it does so in words of no document."""
    for number, typed in synonyms.typed(text).items():
        if any(_is_telling(form.terms, lexical) for form in typed):
            lay = any(form.slang or not all(map(lexical.knows, form.terms)) for form in typed)
            yield from ((form, lay) for form in synonyms.groups[number] if not form.slang)


def _spelt_out(text: str, lexical: LexicalIndex) -> Iterator[Form]:
    """Long forms of the abbreviations in the text, and abbreviations of its long forms, as the documents define them."""
    stems = f" {' '.join(stem(word) for word in words(text))} "
    for short, long in lexical.abbreviations.items():
        one, other = _abbreviation_forms(short, long)
        if _holds_abbreviation(text, short, one, stems):
            yield from _missing(other, one, text, lexical)
        elif f" {' '.join(other.stems)} " in stems and not _is_common_word(short):
            yield one


def _missing(long: Form, short: Form, text: str, lexical: LexicalIndex) -> Iterator[Form]:
    """The words of a long form that the question lacks, unless the corpus uses the short form everywhere."""
    if _is_telling(short.terms, lexical):
        typed = {stem(word) for word in words(text)}
        lacking = tuple(dict.fromkeys(t for t in long.terms if t not in typed and lexical.knows(t)))
        yield Form(long.words, long.stems, lacking)


def _holds_abbreviation(text: str, short: str, form: Form, stems: str) -> bool:
    """True if the abbreviation was typed; one that is also a common word ("ACT", "US") only in its own capitals."""
    if _is_common_word(short):
        return not text.isupper() and re.search(rf"(?<!\w){re.escape(short)}s?(?!\w)", text) is not None
    return f" {' '.join(form.stems)} " in stems


def _is_common_word(short: str) -> bool:
    return is_everyday_word(short.casefold()) or not content_words(short)


@lru_cache(maxsize=4096)
def _abbreviation_forms(short: str, long: str) -> tuple[Form, Form]:
    return Form.of(short), Form.of(long)


def _is_telling(terms: Sequence[str], lexical: LexicalIndex) -> bool:
    """False for a word that the corpus itself uses everywhere: its synonyms would only add noise."""
    return not terms or max(lexical.idf(term) for term in terms) > _COMMON_IDF


def _read(path: Path) -> Iterator[Group]:
    try:
        groups = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise SynonymsError(f"cannot read synonyms {path} ({reason}); correct or unset RAGBOT_SYNONYMS") from error
    except (ValueError, RecursionError) as error:
        raise SynonymsError(f"synonyms {path} are not JSON ({error}); write {_SHAPE}") from error
    if not isinstance(groups, list):
        raise SynonymsError(f"synonyms {path} hold no list; write {_SHAPE}")
    for number, group in enumerate(groups, start=1):
        if problem := _problem(group):
            raise SynonymsError(f"group {number} of synonyms {path} {problem}; write {_SHAPE}")
        yield tuple(map(Form.of, group))


def _problem(group: object) -> str | None:
    """What is wrong with one group of an operator's file."""
    if not isinstance(group, list) or not all(isinstance(form, str) for form in group):
        return "is no list of texts"
    if wordless := [form for form in group if not words(form)]:
        return f"has a form without a word, {json.dumps(wordless[0])}"
    return None if len(group) >= 2 else "has fewer than two forms"
