"""What tests of several files do on a page."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]

# Colours that are on their way from one scheme to the other have no contrast of their own.
AT_REST = """async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    for (const moving of document.getAnimations()) {
        if (moving.effect.getComputedTiming().endTime < Infinity) moving.finish();
    }
    await new Promise(requestAnimationFrame);
}"""


def ask(page: Page, question: str, *, turn: int = 1, patience_ms: float | None = None) -> None:
    """Ask and wait until the answer is on the page and the page has taken it in."""
    page.fill("#question", question)
    page.press("#question", "Enter")
    expect(page.locator(f"#turn-{turn} .card").first).to_be_visible(timeout=patience_ms)
    expect(page.locator("#pending")).to_be_hidden(timeout=patience_ms)


def settled(page: Page) -> None:
    """Wait until the page has stood still for 30 frames and half a second: on a busy machine frames come seldom."""
    page.evaluate(
        """() => new Promise((done) => {
            let [place, frames, since] = [scrollY, 0, performance.now()];
            requestAnimationFrame(function look(now) {
                if (scrollY !== place) [place, frames, since] = [scrollY, 0, now];
                if (++frames > 30 && now - since > 500) done();
                else requestAnimationFrame(look);
            });
        })"""
    )


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what happens on the server's side."""
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)
