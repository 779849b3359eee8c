"""The documents page in real Chromium: logging in, looking, adding, retiring, previewing, rebuilding; hostile names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect
from pydantic import SecretStr

from ragbot.answering import Bot
from ragbot.encoding import Encoder
from ragbot.ingestion import IngestReport, Progress, ingest
from ragbot.ui import serving
from ragbot.ui.documents import Admin
from tests.browser.pages import OpenPage

BuildBot = Callable[[Mapping[str, str | bytes]], Bot]

PASSWORD = "open the shelf, please"
HOSTILE_NAME = "<img src=x onerror=window.hacked=1>.md"
HOSTILE_TEXT = (
    "# <img src=x onerror=window.hacked=1>\n\nZebras <script>window.hacked = 1</script> at ${1+1} {{value}}.\n"
)
FILES = {
    "costs.txt": "What treatment costs.\n\nInsurers ask for approval first.\n",
    "going-home.md": "---\ntitle: Going home\nkind: leaflet\npublished: 2025-01-21\n---\n# Going home\n\nDo not drive.\n",
    HOSTILE_NAME: HOSTILE_TEXT,
    "<i>blank<i>.md": "\n \n",
}


@dataclass
class Site:
    """A served chat with its documents page, and what stands behind it."""

    url: str
    corpus: Path
    bot: Bot
    may_end: threading.Event


@pytest.fixture
def site(build_bot: BuildBot, tmp_path: Path, fake_encoder: Encoder) -> Iterator[Site]:
    """Chat and documents page on an index of the files above, made with the light encoder."""
    bot, index, may_end = build_bot(FILES), tmp_path / "index", threading.Event()
    may_end.set()

    def rebuild(progress: Progress) -> IngestReport:
        progress("reading", 1, 4)
        may_end.wait(60)
        return ingest(index=index, encoder=fake_encoder, progress=progress)

    admin = Admin(SecretStr(PASSWORD), index, lambda: bot.index, rebuild)
    with serving(lambda: bot, examples=[], admin=admin) as url:
        yield Site(url, tmp_path / "corpus", bot, may_end)
        may_end.set()


def logged_in(page: Page, site: Site) -> Page:
    page.goto(f"{site.url}documents")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("#rebuild")
    page.wait_for_load_state()  # its script hears nothing before
    return page


def md(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "text/markdown", "buffer": text.encode()}


def row(page: Page, name: str) -> str:
    return page.locator("tbody tr", has_text=name).inner_text()


def test_the_password_opens_the_page_and_hostile_files_stay_text(open_page: OpenPage, site: Site) -> None:
    page = open_page(site.url)
    assert page.locator("a[href*=documents]").count() == 0  # who asks questions is not led there
    page.goto(f"{site.url}documents")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the password; type it again.")
    logged_in(page, site)
    assert PASSWORD not in page.content() + page.url
    assert "leaflet" in row(page, "Going home")
    assert "21 January 2025" in row(page, "Going home")
    assert HOSTILE_NAME in row(page, HOSTILE_NAME)
    expect(page.locator(".problems")).to_contain_text("<i>blank<i>.md: empty file")
    page.get_by_role("button", name=f"Preview: {HOSTILE_NAME}").click()
    expect(page.locator("#passage pre")).to_have_text(HOSTILE_TEXT)
    expect(page.locator("#passage-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=f"Preview: {HOSTILE_NAME}")).to_be_focused()
    assert page.locator("#documents :is(img, script, i), #passage :is(img, script)").count() == 0
    assert page.evaluate("window.hacked") is None
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Password")).to_be_visible()


def test_adding_replacing_retiring_and_rebuilding(open_page: OpenPage, site: Site) -> None:
    page = logged_in(open_page(site.url), site)
    with page.expect_response("**/documents/parts*"):  # the table is drawn anew after each upload
        page.set_input_files("#files", [md("night.md", "# Night\n\nRest for a night.\n"), md("tool.exe", "x")])
    expect(page.locator("#uploads li")).to_have_text([
        "night.md was added.",
        "tool.exe is of an unsupported type; supported: .txt, .text, .md, .markdown, .html, .htm, .xhtml, .docx, .epub, "
        ".csv, .tsv, .pdf",
    ])  # fmt: skip
    page.set_input_files("#files", [md("night.md", "# Night\n\nSleep well.\n")])
    with page.expect_response("**/documents/parts*"):
        page.get_by_role("button", name="Keep the old one").click()
    expect(page.locator("#uploads li")).to_have_count(2)
    assert "Rest" in (site.corpus / "night.md").read_text()
    page.set_input_files("#files", [md("night.md", "# Night\n\nSleep well.\n")])
    with page.expect_response("**/documents/parts*"):
        page.get_by_role("button", name="Replace", exact=True).click()
    expect(page.locator("#uploads li")).to_have_count(3)
    expect(page.locator("#uploads li").last).to_have_text("night.md was added.")
    assert "Sleep" in (site.corpus / "night.md").read_text()

    page.get_by_role("button", name="Retire: costs.txt").click()
    expect(page.locator("#notice")).to_contain_text("costs.txt was retired.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#notice")).to_contain_text("costs.txt was put back.")
    page.get_by_role("button", name="Retire: costs.txt").click()
    expect(page.locator("#part-retired li")).to_have_count(2)  # with the old night.md
    expect(page.locator("#part-index")).to_contain_text("2 changes wait for a rebuild.")
    site.may_end.clear()
    page.get_by_role("button", name="Rebuild the index").click()
    expect(page.locator("#stage")).to_have_text("Reading documents: 1 of 4")
    expect(page.locator("#say[aria-live=polite]")).to_have_text("Reading documents")
    expect(page.locator("#rebuild")).to_be_disabled()
    site.may_end.set()
    expect(page.locator("#notice")).to_have_text("The index was rebuilt.")
    expect(page.locator("#part-index")).to_contain_text("Index and folder agree.")
    assert site.bot.index.doc_ids == [HOSTILE_NAME, "going-home.md", "night.md"]
    expect(page.locator("#rebuild")).to_be_enabled()


def test_on_a_phone_nothing_is_wider_than_the_screen_and_all_is_within_reach(open_page: OpenPage, site: Site) -> None:
    page = logged_in(open_page(site.url, width=360, height=740, dark=True, touch=True), site)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.fill("#find", "GOING")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Preview: going-home.md").click()
    expect(page.locator("#passage pre")).to_contain_text("Do not drive.")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#passage")).to_be_hidden()
    unnamed = "[...document.querySelectorAll('button, input:not([hidden]), a')].filter(e => !e.innerText && !e.labels?.length)"
    assert page.evaluate(f"{unnamed}.length") == 0
