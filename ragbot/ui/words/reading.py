"""Language files to `Words`: read once, checked against the English file, one line for what is wrong with one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from string import Formatter

from pydantic import ValidationError

from ragbot.errors import LanguageError
from ragbot.ui.words.language import Words

DEFAULT_LANGUAGE = "en"


@lru_cache(maxsize=8)
def load_words(language: str = DEFAULT_LANGUAGE) -> Words:
    """The words in `language`. Raises LanguageError if there is no such file or it lacks a key or placeholder."""
    if language not in languages():
        raise LanguageError(f"no interface in language {language!r}; choose one of: {', '.join(languages())}")
    return read_words(_text(language), _text(DEFAULT_LANGUAGE), name=f"{language}.json")


def languages() -> list[str]:
    """The languages that there is a file for."""
    folder = files("ragbot") / "data" / "interface"
    return sorted(file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json"))


def read_words(text: str, reference: str, *, name: str) -> Words:
    """Read a language file called `name` and compare its keys and placeholders with those of the `reference` file.

    Raises LanguageError with the file, the key and what is wrong with it.
    """
    try:
        words = Words.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise LanguageError(f"{name}: {key}: {first['msg'].lower()}; mend it in ragbot/data/interface") from error
    expected, found = dict(_texts(json.loads(reference))), dict(_texts(json.loads(text)))
    for key in [*expected, *found]:
        if (key in expected) != (key in found):
            fault = "missing" if key in expected else "unknown"
        elif _placeholders(expected[key]) != _placeholders(found[key]):
            fault = f"needs the placeholders {_listed(expected[key])}, has {_listed(found[key])}"
        else:
            continue
        raise LanguageError(f"{name}: {key}: {fault}; mend it in ragbot/data/interface")
    return words


def translated(text: str, words: Words) -> str:
    """A fixed text from below the page (a refusal, a greeting, an error's line) in the language of `words`.

    What is not among its `replies` comes back unchanged.
    """
    if words.language == DEFAULT_LANGUAGE:
        return text
    for name, pattern in _reply_patterns().items():
        if found := pattern.fullmatch(text):
            return words.replies[name].format(
                **{key: _number(value, words) for key, value in found.groupdict().items()}
            )
    return text


def _text(language: str) -> str:
    return (files("ragbot") / "data" / "interface" / f"{language}.json").read_text("utf-8")


def _number(value: str, words: Words) -> str:
    return words.number(int(value.replace(",", ""))) if re.fullmatch(r"\d{1,3}(,\d{3})+", value) else value


@lru_cache(maxsize=1)
def _reply_patterns() -> Mapping[str, re.Pattern[str]]:
    """What each reply looks like where it is made, with its placeholders as groups."""
    replies = load_words(DEFAULT_LANGUAGE).replies
    return {name: re.compile(_as_pattern(text), re.DOTALL) for name, text in replies.items()}


def _as_pattern(text: str) -> str:
    return "".join(
        re.escape(words) + (f"(?P<{placeholder}>.+?)" if placeholder else "")
        for words, placeholder, _, _ in Formatter().parse(text)
    )


def _texts(values: object, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text under `values` with its dotted key."""
    if isinstance(values, str):
        yield key, values
        return
    inner = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for name, value in inner:
        yield from _texts(value, f"{key}.{name}" if key else str(name))


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:  # a brace that is not closed
        return {"?"}


def _listed(text: str) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(_placeholders(text))) or "none"
