"""A real Chromium on a real server: a small index built with the shipped encoder, and a bot whose answers a test holds.

Every page opened through `open_page` records its requests and console; at the end of the test none may have gone to
another host and none may have been stopped by the content security policy.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from ragbot.answering import Bot
from ragbot.datatypes import Answer, Block, BlockKind, CatalogueEntry, Document, Outcome, Quote, Span
from ragbot.encoding import MiniLmEncoder
from ragbot.ingestion import ingest
from ragbot.reader import Reader
from ragbot.safety_model import SafetyModel
from ragbot.ui import serving
from tests.browser.pages import OpenPage
from tests.conftest import BuildBot

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))  # the states of the page, and the checker's home

expect.set_options(timeout=20_000)  # a busy machine is slow, and nothing here measures time

EXAMPLE = "When can I drive after esketamine nasal spray?"
HOSTILE_SENTENCE = (
    "The zebra clinic <script>window.hacked = 1</script> opens <img src=x onerror='window.hacked=1'> at ${1+1} o'clock "
    "{{value}} [here](javascript:alert(1)) ![pic](http://evil.example/p.png) every \u202eTuesday\u202c morning."
)
CORPUS = {
    "going-home.md": """---
title: Going home after a session
kind: patient information
published: 2025-01-21
reviewed: 2026-03
sources: [FDA-2023, SREMS]
---
# Going home after a session

## When can I drive?

After esketamine nasal spray, people should not drive until the next day, after a restful sleep. After a ketamine
drip, clinics commonly ask people not to drive for 24 hours.

## What should I bring?

- Bring an adult who takes you home.
- Bring loose clothes and a list of your medicines.
"""
    + "".join(
        f"\n## Practical note {n}\n\nThe waiting room has chairs, water and a quiet corner, note {n}.\n"
        for n in range(30)
    ),
    "costs.md": """# What treatment costs

## Does insurance pay?

Insurers cover esketamine nasal spray more often than ketamine infusions. Insurers usually ask for approval before
the first session of esketamine.
""",
    "zebra.md": f"# <img src=x onerror='window.hacked=1'> Zebra ${{1+1}}\n\n## Opening hours\n\n{HOSTILE_SENTENCE}\n",
}
HOSTILE_TITLE = "<img src=x onerror='window.hacked=1'> ${1+1}"
FIVE_FILES = {
    "home.md": "---\ntitle: Going home\nkind: leaflet\npublished: 2025-02-01\nsources: [FDA-2023]\ncertainty: mixed\n---\n"
    "# Going home\n\n## Driving\n\nDo not drive until the next day.\n\n### Taxis\n\nTake a taxi home.\n",
    "old/home.md": "---\ntitle: Going home in 2012\nkind: leaflet\npublished: 2012\nsuperseded_by: ../home.md\n---\n"
    "# Old\n\nDo not drive for two days.\n",
    "costs.txt": "Costs\n\nMost plans refuse to pay.\n",
    "web.html": "<html><body><main><h1>Nausea</h1><p>Nausea fades within two hours.</p></main></body></html>",
    "zebra.md": f'---\ntitle: "{HOSTILE_TITLE}"\nkind: "<b>odd</b>"\n---\n# Hours\n\nThe zebra clinic opens at noon.\n',
}
NO_BROWSER = (
    "no Chromium for the browser tests; install it with: apt-get install chromium (Debian) or: playwright install "
    "chromium, or name one in RAGBOT_CHROMIUM"
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class HeldBot:
    """Answers from one sentence, but only while `released` is set; fails as no bot should on the word "crash"."""

    fingerprint = "held"
    document_text = "Rest at home today."

    def __init__(self) -> None:
        self.released = threading.Event()
        self.released.set()

    @property
    def index(self) -> HeldBot:
        return self

    @property
    def catalogue(self) -> Sequence[CatalogueEntry]:
        return ()

    def title(self, doc_id: str) -> str | None:
        return None

    def document(self, doc_id: str) -> Document:
        span = Span(0, len(self.document_text))
        return Document(doc_id, "Rest", self.document_text, doc_id, "ab", (Block(span, BlockKind.PARAGRAPH),))

    def ask(self, question: str) -> Answer:
        return self.ask_turns([question])

    def ask_turns(self, turns: Sequence[str], **how: object) -> Answer:
        self.released.wait(120)
        if "crash" in turns[-1]:
            raise ZeroDivisionError("a defect, for the test")
        quote = Quote.cut(self.document("a.md"), Span(0, len(self.document_text)))
        return Answer(turns[-1], Outcome.ANSWERED, quotes=(quote,), confidence=0.6)


def find_chromium(playwright: Playwright) -> str:
    """RAGBOT_CHROMIUM, one on the PATH, or Playwright's own; the test run fails with one line if there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = [os.environ.get("RAGBOT_CHROMIUM"), *map(shutil.which, names), playwright.chromium.executable_path]
    path = next((path for path in found if path and Path(path).is_file()), None)
    if path is None:
        pytest.fail(NO_BROWSER, pytrace=False)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, started once a session."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(playwright), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory, real_encoder: MiniLmEncoder, real_reader: Reader) -> Bot:
    """The real bot on the small corpus above."""
    root = tmp_path_factory.mktemp("browser")
    (root / "corpus").mkdir()
    for name, text in CORPUS.items():
        (root / "corpus" / name).write_text(text, "utf-8")
    ingest([root / "corpus"], index=root / "index", encoder=real_encoder)
    return Bot(root / "index", real_encoder, SafetyModel(real_encoder), real_reader)


@pytest.fixture(scope="session")
def address(bot: Bot) -> Iterator[str]:
    """Where the real bot's page is served."""
    with serving(lambda: bot, examples=[EXAMPLE, "What is the tallest mountain in Africa?"]) as url:
        yield url


@pytest.fixture
def five_files(build_bot: BuildBot) -> Iterator[str]:
    """Where a light bot on FIVE_FILES is served; whatever can be quoted is shown."""
    bot = build_bot(FIVE_FILES)
    bot.threshold = 0.0
    with serving(lambda: bot, examples=[], gate=lambda question: bot.help_first([question])) as address:
        yield address


@pytest.fixture
def held_bot() -> Iterator[HeldBot]:
    """A bot whose answers wait while its `released` is cleared."""
    bot = HeldBot()
    yield bot
    bot.released.set()


@pytest.fixture(scope="module")
def visits(browser: Browser) -> Iterator[tuple[Page, list[str], list[str]]]:
    """One page for all tests of a file, which keeps gradio's own files in its cache; its requests, its complaints."""
    page = browser.new_context().new_page()
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("websocket", lambda socket: requests.append(socket.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page, requests, complaints
    page.context.close()


@pytest.fixture
def visit(visits: tuple[Page, list[str], list[str]]) -> Iterator[Page]:
    """The file's page, wide and light again; at the end nothing may have been asked of another host, nothing refused."""
    page, requests, complaints = visits
    page.set_viewport_size({"width": 1280, "height": 860})
    page.emulate_media(color_scheme="light", reduced_motion="no-preference", forced_colors="none", media="screen")
    requests.clear()
    complaints.clear()
    yield page
    assert requests, "nothing was recorded"
    assert [
        url for url in requests if urlsplit(url).hostname != "127.0.0.1" and not url.startswith(("data:", "blob:"))
    ] == []
    assert [line for line in complaints if "Content Security Policy" in line or "SyntaxError" in line] == []


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open an address in a context of its own; options are those of `Browser.new_context`."""
    requests: list[str] = []
    complaints: list[str] = []
    pages: list[Page] = []
    hosts: set[str] = set()

    def opened(url: str, *, width: int = 1280, height: int = 860, dark: bool = False, touch: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", has_touch=touch
        )
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("websocket", lambda socket: requests.append(socket.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        hosts.add(urlsplit(url).netloc)
        page.goto(url)
        page.wait_for_selector("#question")
        page.wait_for_selector(".welcome")  # what it first asks the server would else be drawn after an answer
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.context.close()
    assert requests, "nothing was recorded"
    assert [
        url for url in requests if urlsplit(url).netloc not in hosts and not url.startswith(("data:", "blob:"))
    ] == []
    assert [line for line in complaints if "Content Security Policy" in line or "SyntaxError" in line] == []


@pytest.fixture
def chat(open_page: OpenPage, address: str) -> Page:
    """The real bot's page, 1280 pixels wide, ready for a question."""
    page = open_page(address)
    page.wait_for_selector(".chip")
    return page
