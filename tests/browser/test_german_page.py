"""The page in German, in real Chromium: no English but the fixed texts, which are marked as English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from page_states import STATES, Sites, State, serving_sites
from playwright.sync_api import Page, expect

from ragbot.datatypes import DISCLAIMER
from ragbot.encoding import Encoder
from ragbot.ui import load_words

# What a reader sees or hears, without what is marked as English, without documents and questions.
SHOWN = """() => {
    const foreign = '[lang=en], blockquote, cite, .title, .asked, .chip, .suggestions button, .bridge q, .lead-in, .unknown q,'
        + '.facts span:not(:has(*)), .document, #passage h2, #passage pre, td, th[scope=row], .unseen:not([id]), code, .problems, .reason';
    const texts = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const parent = walk.currentNode.parentElement;
        if (!parent.closest(foreign) && !parent.closest('script, style') && parent.checkVisibility()) texts.push(walk.currentNode.data);
    }
    for (const name of ['aria-label', 'placeholder', 'title', 'alt'])
        for (const e of document.querySelectorAll(`[${name}]`))
            if (!e.closest(foreign) && e.checkVisibility()) texts.push(e.getAttribute(name));
    return texts.join('\\n');
}"""


def english_texts() -> list[str]:
    """Every English text of the interface, cut at its placeholders."""

    def texts(values: object) -> Iterator[str]:
        if isinstance(values, str):
            yield values
        elif isinstance(values, dict):
            for value in values.values():
                yield from texts(value)
        elif isinstance(values, list):
            for value in values:
                yield from texts(value)

    interface = files("ragbot") / "data" / "interface"
    english, german = ((interface / f"{language}.json").read_text("utf-8") for language in ("en", "de"))
    pieces = {piece.strip(" .,:;") for text in texts(json.loads(english)) for piece in re.split(r"{\w+}", text)}
    return sorted(piece for piece in pieces if re.search(r"[A-Za-z]{3}", piece) and piece not in german)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, fake_encoder: Encoder) -> Iterator[Sites]:
    """All sites of the states, in German."""
    with serving_sites(tmp_path_factory.mktemp("states"), fake_encoder, load_words("de")) as served:
        yield served


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_the_german_page_shows_no_english_word_of_the_interface(visit: Page, sites: Sites, state: State) -> None:
    state.reach(visit, sites)
    assert visit.evaluate("document.documentElement.lang") == "de"
    shown = visit.evaluate(SHOWN)
    assert len(shown) > 20
    assert [text for text in english_texts() if re.search(rf"\b{re.escape(text)}\b", shown)] == []


def test_the_fixed_texts_are_english_and_marked_so(visit: Page, sites: Sites) -> None:
    next(state for state in STATES if state.name == "emergency").reach(visit, sites)
    for selector in ("#dock .disclaimer [lang=en]", ".emergency .card-disclaimer [lang=en]"):
        assert visit.inner_text(selector) == DISCLAIMER
    assert visit.get_attribute(".emergency .message", "lang") == "en"
    expect(visit.locator(".emergency .intro")).to_contain_text("Bitte holen Sie sich jetzt Hilfe")
    expect(visit.locator("#alert[lang=en]")).to_contain_text("911")
