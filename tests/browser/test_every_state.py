"""Every state of the page in real Chromium: accessible, as narrow as 320 pixels, and asking no other host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from install_axe import HOW, axe_path
from page_states import STATES, Sites, State, serving_sites
from playwright.sync_api import Page

from ragbot.encoding import Encoder
from ragbot.ui import load_words
from tests.browser.pages import AT_REST

AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Every element that takes the focus and then looks no different, itself, its label or the box around it.
WITHOUT_FOCUS_RING = """() => [...document.querySelectorAll('a[href], button, input, textarea, summary, [tabindex]')].filter(e => {
    if (!e.checkVisibility() || e.tabIndex < 0) return false;
    e.focus({preventScroll: true});
    if (document.activeElement !== e) return false;  // behind an open dialog
    const ringed = one => getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) >= 2;
    const box = e.closest('.box');
    return ![e, ...(e.labels ?? [])].some(ringed) && !(box && getComputedStyle(box).boxShadow !== 'none');
}).map(e => e.outerHTML.slice(0, 160))"""


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, fake_encoder: Encoder) -> Iterator[Sites]:
    """All sites of the states, in English."""
    with serving_sites(tmp_path_factory.mktemp("states"), fake_encoder, load_words("en")) as served:
        yield served


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's source; the run fails with one line if it is not there."""
    if not axe_path().is_file():
        pytest.fail(HOW, pytrace=False)
    return axe_path().read_text("utf-8")


def violations(page: Page, axe: str) -> list[str]:
    """What the checker finds, one line for each place; nothing of it is taken for harmless."""
    page.evaluate(AT_REST)
    found = page.evaluate(
        f"async options => {{ {axe}; return (await axe.run(document, options)).violations; }}", AXE_OPTIONS
    )
    return [f"{v['id']} ({v['impact']}): {node['html'][:160]}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_no_state_breaks_an_accessibility_rule_hides_the_focus_or_is_wider_than_its_window(
    visit: Page, sites: Sites, axe: str, state: State
) -> None:
    visit.emulate_media(reduced_motion="reduce")  # the page goes to an answer at once: targets under the dock are small
    state.reach(visit, sites)
    visit.emulate_media(reduced_motion="no-preference")
    assert violations(visit, axe) == []
    visit.keyboard.press("Shift")  # from here on the page knows that there is a keyboard
    assert visit.evaluate(WITHOUT_FOCUS_RING) == []
    visit.emulate_media(color_scheme="dark", reduced_motion="reduce")
    visit.set_viewport_size({"width": 390, "height": 844})
    assert violations(visit, axe) == []
    for width, height in ((320, 256), (2560, 1300)):  # the first is 1280 by 1024 at a zoom of 400 %
        visit.set_viewport_size({"width": width, "height": height})
        visit.wait_for_function("width => innerWidth === width", arg=width)
        assert visit.evaluate("document.documentElement.scrollWidth") <= width
