"""An answer and an emergency where the page's colours do not count: in forced colours, and on paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_states import STATES, Sites, State, serving_sites
from playwright.sync_api import Page, expect

from ragbot.datatypes import DISCLAIMER
from ragbot.encoding import Encoder
from ragbot.ui import load_words
from tests.browser.pages import AT_REST

SHOWN = tuple(state for state in STATES if state.name in ("answered", "emergency", "two-sides"))
BORDERED = """selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility()).every(one =>
    getComputedStyle(one).borderTopStyle !== 'none' && parseFloat(getComputedStyle(one).borderTopWidth) >= 1)"""
# Text whose colour is that of the ground it stands on.
INVISIBLE = """() => {
    const ground = one => { for (; one; one = one.parentElement) {
        const colour = getComputedStyle(one).backgroundColor;
        if (!/^rgba\\(.*, 0\\)$|transparent/.test(colour)) return colour;
    } return getComputedStyle(document.documentElement).backgroundColor; };
    const walk = document.createTreeWalker(document.querySelector('#conversation'), NodeFilter.SHOW_TEXT), found = [];
    while (walk.nextNode()) {
        const one = walk.currentNode.parentElement;
        if (walk.currentNode.data.trim() && one.checkVisibility() && getComputedStyle(one).color === ground(one))
            found.push(walk.currentNode.data);
    }
    return found;
}"""
ON_PAPER = """() => [...document.querySelectorAll('button, textarea, input, summary')]
    .filter(one => !one.matches('.sources > summary'))  // it says how many there are
    .filter(one => one.checkVisibility() && one.getBoundingClientRect().height > 0)
    .map(one => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, fake_encoder: Encoder) -> Iterator[Sites]:
    with serving_sites(tmp_path_factory.mktemp("states"), fake_encoder, load_words("en")) as served:
        yield served


@pytest.mark.parametrize("state", SHOWN, ids=lambda state: state.name)
def test_in_forced_colours_everything_is_still_told_apart(visit: Page, sites: Sites, state: State) -> None:
    state.reach(visit, sites)
    for scheme in ("light", "dark"):
        visit.emulate_media(forced_colors="active", color_scheme=scheme)
        assert visit.evaluate("matchMedia('(forced-colors: active)').matches")
        visit.evaluate(AT_REST)
        assert visit.evaluate(INVISIBLE) == []
        assert visit.evaluate(BORDERED, "#conversation .card, #dock .send, #dock .box, #top .tool")
        for number in visit.locator("#conversation .emergency a[href^='tel:']").all():
            style = number.evaluate(
                "one => [getComputedStyle(one).textDecorationLine, getComputedStyle(one).borderTopStyle]"
            )
            assert style != ["none", "none"]
        for mark in visit.locator("#conversation mark:visible").all():
            assert mark.evaluate(
                "one => getComputedStyle(one).backgroundColor !== getComputedStyle(one.closest('blockquote')).backgroundColor"
            )
    visit.focus("#question")
    assert visit.locator("#dock .box").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


@pytest.mark.parametrize("state", SHOWN, ids=lambda state: state.name)
def test_on_paper_stands_what_was_said_and_nothing_to_press(visit: Page, sites: Sites, state: State) -> None:
    state.reach(visit, sites)
    said = visit.locator("#conversation :is(blockquote, .emergency .message)").all_text_contents()
    assert said
    visit.emulate_media(media="print", color_scheme="dark")
    assert visit.evaluate(ON_PAPER) == []
    assert visit.evaluate(INVISIBLE) == []
    assert visit.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for text in visit.locator("#conversation :is(.lead blockquote, .side blockquote, .emergency .message)").all():
        expect(text).to_be_visible()
    expect(visit.locator("#conversation .card-disclaimer").first).to_contain_text(DISCLAIMER)
    expect(visit.locator("#conversation .card-disclaimer").first).to_be_visible()
    expect(visit.locator("#help-bar")).to_be_hidden()
