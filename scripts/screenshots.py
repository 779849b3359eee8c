"""Pictures of every state of the page, wide and phone, light and dark, into a folder: to be looked at, kept by CI.

The states come from `page_states`; no model answers, so the pictures differ only when the page does.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from install_browser import HOW, find_chromium
from page_states import STATES, Sites, State, serving_sites
from playwright.sync_api import Browser, sync_playwright

from ragbot.encoding import MiniLmEncoder
from ragbot.ui import load_words

SIZES = {"wide": (1280, 860), "phone": (390, 844)}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def take(browser: Browser, states: Sequence[State], sites: Sites, folder: Path) -> None:
    """Reach each of `states` at each size and write what a window shows of it, light and dark."""
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=size == "phone", reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(60_000)  # a busy machine is slow
        for state in states:
            state.reach(page, sites)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=folder / f"{state.name}-{size}-{scheme}.png", animations="disabled")
        context.close()


def main() -> None:
    """Take the pictures; exit 1 with one line if there is no browser or no such state."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("shots"), help="where they go (default: shots)")
    parser.add_argument("--state", action="append", help="only this state; may be given again")
    parser.add_argument("--language", default="en", help="language of the page")
    options = parser.parse_args()
    chosen = [state for state in STATES if not options.state or state.name in options.state]
    if not chosen:
        parser.error(f"no such state; there are: {', '.join(state.name for state in STATES)}")
    chromium = find_chromium()
    if chromium is None:
        parser.exit(1, f"{HOW}\n")
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with serving_sites(Path(folder), MiniLmEncoder(), load_words(options.language)) as sites:
            take(browser, chosen, sites, options.folder)
        browser.close()
    print(f"{len(chosen) * len(SIZES) * len(SCHEMES)} pictures in {options.folder}")


if __name__ == "__main__":
    main()
