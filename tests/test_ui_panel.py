"""What the document panel answers: a document at a place, its page as a picture, a check; whatever the browser sends."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.answering import Bot
from ragbot.datatypes import DISCLAIMER, Quote, Span, text_hash
from ragbot.errors import BusyError, IndexNotBuiltError, RagbotError
from ragbot.loaders.pictures import PageDrawer, PagePicture
from ragbot.receipts import Checked, Finding
from ragbot.ui import evidence as evidence_module
from ragbot.ui import serving
from ragbot.ui.citation import citation_text
from ragbot.ui.evidence import Evidence
from ragbot.ui.page_view import page_span, part_on, picture_url
from ragbot.ui.panel import Panel
from ragbot.ui.place import Place
from ragbot.ui.state import AnsweringBot
from ragbot.ui.words import load_words
from tests.conftest import BuildBot
from tests.loaders.pdf_files import pages_of

ENGLISH, GERMAN = load_words("en"), load_words("de")
TEXT = "# Going home\n\n## Driving\n\nDo not drive.\nRest at home.\n\n## Food\n\nEat well.\n"
QUOTE = "Do not drive.\nRest at home."
START = TEXT.index(QUOTE)
FILES: dict[str, str | bytes] = {
    "going.md": "---\npublished: 2025-01-21\n---\n" + TEXT,
    "leaflet.pdf": pages_of(["Rest today after it.", "Drink some water then.", "Do not drive a car."]),
}


class CountingDrawer(PageDrawer):
    """Counts the pages that are really drawn."""

    n_drawn = 0

    def draw(self, data: bytes, number: int, *, width: int) -> PagePicture:
        self.n_drawn += 1
        return super().draw(data, number, width=width)


@pytest.fixture
def bot(build_bot: BuildBot) -> Bot:
    return build_bot(FILES)


@pytest.fixture
def drawer() -> CountingDrawer:
    return CountingDrawer()


@pytest.fixture
def evidence(bot: Bot, drawer: CountingDrawer) -> Iterator[Evidence]:
    shared = Evidence(lambda: bot, drawer=drawer)
    yield shared
    shared.close()


@pytest.fixture
def panel(bot: Bot, evidence: Evidence) -> Panel:
    return Panel(lambda: bot, evidence, words=ENGLISH)


def place_of(bot: Bot, name: str, words: str) -> dict[str, object]:
    """What the browser sends for a quote with `words`."""
    document = bot.index.document(name)
    start = document.text.index(words)
    return {
        "document": name,
        "start": start,
        "end": start + len(words),
        "at": None,
        "sha256": document.sha256,
        "text_sha256": text_hash(words),
    }


def shown(markup: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", markup))


# --- a document ---


def test_a_document_opens_with_the_quote_marked_its_contents_and_tools(panel: Panel, bot: Bot) -> None:
    markup = panel.show_document(place_of(bot, "going.md", QUOTE))
    assert f"<mark>{QUOTE}</mark>" in markup
    assert "data-here" not in markup  # the quote itself is the place to look at
    headings = bot.index.document("going.md").headings
    entries = re.findall(r'data-heading="(\d+)"[^>]*>([^<]+)<', markup)
    assert entries == [(str(h.span.start), h.title) for h in headings if h.level == 2]
    assert all(f'id="section-{start}"' in markup for start, _ in entries)
    assert "data-verify " in markup
    assert "data-picture" not in markup  # not a PDF


def test_the_copied_text_is_verbatim_with_source_offsets_hashes_and_disclaimer(panel: Panel, bot: Bot) -> None:
    markup = panel.show_document(place_of(bot, "going.md", QUOTE))
    copied = re.search(r'data-copy-quote="([^"]*)"', markup)
    assert copied
    document = bot.index.document("going.md")
    start = document.text.index(QUOTE)
    assert unescape(copied[1]) == (
        f"“{QUOTE}”\n\n"
        "Going home, section “Driving”, published 21 January 2025\n"
        f"File going.md, characters {start} to {start + len(QUOTE)}, SHA-256 {document.sha256}\n"
        f"Index {bot.index.fingerprint}\n\n"
        f"{DISCLAIMER}"
    )


def test_a_citation_names_the_page_and_speaks_german(bot: Bot) -> None:
    document = bot.index.document("leaflet.pdf")
    start = document.text.index("Drink")
    text = citation_text(Quote.cut(document, Span(start, start + 22)), "one", GERMAN)
    assert text.startswith("“Drink some water then.”\n\nleaflet, Seite 2\nDatei leaflet.pdf, Zeichen ")
    assert text.endswith(f"{DISCLAIMER}\n\n{GERMAN.page.disclaimer_line}")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sha256": "other"}, "has changed since the answer"),
        ({"text_sha256": "other"}, "has changed since the answer"),
        ({"start": 20, "end": 2}, "has changed since the answer"),
        ({"end": 9999}, "has changed since the answer"),
        ({"start": "0"}, "has changed since the answer"),
        ({"start": True}, "has changed since the answer"),
        ({"document": "../etc/passwd"}, "no longer in the index"),
        ({"document": 7}, "no longer in the index"),
    ],
)
def test_a_place_that_does_not_fit_marks_nothing_and_says_so(
    panel: Panel, bot: Bot, change: dict[str, object], expected: str
) -> None:
    markup = panel.show_document(place_of(bot, "going.md", QUOTE) | change)
    assert expected in markup
    assert "<mark>" not in markup
    assert "data-copy-quote" not in markup


@pytest.mark.parametrize("sent", [None, [], "going.md", 7])
def test_a_malformed_place_opens_nothing(panel: Panel, sent: object) -> None:
    assert "no longer in the index" in panel.show_document(sent)
    assert "no longer in the index" in panel.show_page(sent)
    assert "no longer in the index" in panel.verify(sent)


def test_a_document_opens_at_a_section_without_a_quote(panel: Panel, bot: Bot) -> None:
    food = next(h for h in bot.index.document("going.md").headings if h.title == "Food")
    markup = panel.show_document({"document": "going.md", "at": food.span.start})
    assert re.search(r'<h3 id="section-\d+" tabindex="-1" dir="auto" data-here>Food', markup)
    assert "has changed" not in markup
    assert "data-verify " not in markup


def test_without_an_index_each_says_what_to_do(evidence: Evidence) -> None:
    def no_index() -> AnsweringBot:
        raise IndexNotBuiltError("no index at index/; run: ragbot ingest")

    panel = Panel(no_index, evidence, words=ENGLISH)
    place = {"document": "going.md", "start": 0, "end": 3}
    for ask in (panel.show_document, panel.show_page, panel.verify):
        assert "no index at index/; run: ragbot ingest" in ask(place)


def test_of_a_book_only_the_part_around_the_place_is_drawn(build_bot: BuildBot) -> None:
    body = "\n\n".join(f"## Part {n}\n\n{'The room is quiet. ' * 60}\n\nSign {n} hangs here." for n in range(400))
    bot = build_bot({"book.md": f"# Book\n\n{body}\n"})
    panel = Panel(lambda: bot, Evidence(lambda: bot), words=ENGLISH)
    text = bot.index.document("book.md").text
    markup = panel.show_document(place_of(bot, "book.md", "Sign 200 hangs here."))
    assert "<mark>Sign 200 hangs here.</mark>" in markup
    assert len(text) > 400_000 > len(markup)
    assert "Sign 1 hangs" not in markup
    assert len(re.findall(r"data-heading=", markup)) == 400  # the contents are whole
    before, after = (int(at) for at in re.findall(r'data-more-at="(\d+)"', markup))
    assert before < text.index("Sign 200") < after
    earlier = panel.show_document(place_of(bot, "book.md", "Sign 200 hangs here.") | {"at": 0})
    assert "Sign 1 hangs" in earlier
    assert "data-elsewhere" in earlier
    assert "<mark>" not in earlier


# --- a page as a picture ---


def test_the_page_of_the_quote_is_shown_with_its_line_boxed(panel: Panel, bot: Bot, drawer: CountingDrawer) -> None:
    place = place_of(bot, "leaflet.pdf", "Drink some water then.")
    assert 'data-picture="2"' in panel.show_document(place)
    markup = panel.show_page(place)
    assert markup.count("<rect") == 1
    assert 'data-page="2"' in markup
    assert "Page 2 of 3" in markup
    assert "The quotation is boxed." in markup
    other = panel.show_page(place | {"page": 3})
    assert "<rect" not in other
    assert "could not be found" not in other
    assert 'data-page-turn="4" aria-disabled="true"' in other
    panel.show_page(place)
    assert drawer.n_drawn == 2  # the picture is kept


def test_a_missing_or_changed_file_is_told_and_nothing_is_drawn(
    panel: Panel, bot: Bot, drawer: CountingDrawer, tmp_path: Path
) -> None:
    place = place_of(bot, "leaflet.pdf", "Drink some water then.")
    panel.show_page(place)
    file = tmp_path / "corpus" / "leaflet.pdf"
    kept = file.read_bytes()
    file.write_bytes(pages_of(["Another text."]))
    assert "has changed since it was read" in panel.show_page(place)
    file.unlink()
    assert "The file is gone" in panel.show_page(place)
    file.write_bytes(kept)
    assert "<img" in panel.show_page(place)
    assert drawer.n_drawn == 1


def test_a_file_that_moved_with_its_folder_is_found_where_it_would_be_read_now(
    bot: Bot, evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = bot.index.document("leaflet.pdf")
    (tmp_path / "corpus" / "leaflet.pdf").rename(tmp_path / "away.pdf")
    assert evidence.picture(document, 0) == Checked(Finding.FILE_GONE)
    (tmp_path / "away.pdf").rename(tmp_path / "corpus" / "leaflet.pdf")
    monkeypatch.chdir(tmp_path)
    assert isinstance(evidence.picture(replace(document, path="gone/leaflet.pdf"), 0), PagePicture)


def test_a_document_that_is_no_pdf_has_no_picture(panel: Panel, bot: Bot) -> None:
    assert "The page cannot be shown: no PDF" in panel.show_page(place_of(bot, "going.md", QUOTE))


def test_a_quote_over_two_pages_is_cut_at_the_page(bot: Bot) -> None:
    document = bot.index.document("leaflet.pdf")
    whole = Span(0, len(document.text))
    parts = [part_on(document, whole, number) for number in (1, 2, 3)]
    assert [part and part.cut(document.text).strip() for part in parts] == [
        "Rest today after it.", "Drink some water then.", "Do not drive a car."
    ]  # fmt: skip
    assert page_span(document, 4) == page_span(document, 0) == (0, 0)


# --- a check ---


def test_a_quote_is_checked_against_its_file_at_this_moment(panel: Panel, bot: Bot, tmp_path: Path) -> None:
    place = place_of(bot, "going.md", QUOTE)
    assert "Unchanged. The file is the same as when it was read" in shown(panel.verify(place))
    file = tmp_path / "corpus" / "going.md"
    file.write_text("New.\n" + file.read_text())
    assert "These words still stand in it" in shown(panel.verify(place))
    file.write_text("Nothing of it.")
    assert "these words were not found in it any more" in shown(panel.verify(place))
    file.unlink()
    assert "Not confirmed. The file is gone." in shown(panel.verify(place))


def test_words_that_the_file_does_not_hold_are_not_confirmed(panel: Panel, bot: Bot) -> None:
    place = place_of(bot, "going.md", QUOTE) | {"text_sha256": text_hash("You may drive.")}
    assert "Not confirmed. The file is the same, but other words stand" in shown(panel.verify(place))


def test_a_pdf_is_checked_and_parsed_once_for_the_same_bytes(panel: Panel, bot: Bot, evidence: Evidence) -> None:
    place = place_of(bot, "leaflet.pdf", "Do not drive a car.")
    for _ in range(2):
        assert "Unchanged." in shown(panel.verify(place))
    assert list(evidence._documents) == [
        (bot.index.document("leaflet.pdf").sha256, bot.index.document("leaflet.pdf").path)
    ]


def test_a_source_without_hashes_is_checked_against_the_index(panel: Panel, bot: Bot) -> None:
    place = place_of(bot, "going.md", QUOTE) | {"sha256": "", "text_sha256": ""}
    assert "Unchanged." in shown(panel.verify(place))


def test_when_too_many_wait_the_next_one_is_told(
    panel: Panel, bot: Bot, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_of(bot, "leaflet.pdf", "Do not drive a car.")
    for _ in range(evidence_module.MAX_WAITING):
        evidence._places.acquire()
    assert "Too many people" in panel.verify(place)
    assert "Too many people" in panel.show_page(place)
    with pytest.raises(BusyError, match="try again"):
        evidence.picture(bot.index.document("leaflet.pdf"), 0)
    evidence._places.release()
    assert "Unchanged." in shown(panel.verify(place))


def test_pictures_are_kept_up_to_a_bound_in_bytes(
    bot: Bot, evidence: Evidence, drawer: CountingDrawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = bot.index.document("leaflet.pdf")
    first = evidence.picture(document, 0)
    assert isinstance(first, PagePicture)
    monkeypatch.setattr(evidence_module, "_MAX_KEPT_BYTES", 2 * evidence_module._size(first))
    for number in (1, 2, 0, 0):  # of about the same size: the third pushes the first out
        evidence.picture(document, number)
    assert drawer.n_drawn == 4


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.dictionaries(
            st.sampled_from(["document", "start", "end", "at", "page", "sha256", "text_sha256"]), inner
        ),
        max_leaves=8,
    )
)
def test_whatever_is_sent_becomes_a_place_or_nothing(sent: object) -> None:
    place = Place.read(sent)
    assert place.span is None or place.span.start < place.span.end
    assert place.page is None or place.page >= 0


# --- the route ---


@pytest.fixture
def fetch(bot: Bot) -> Iterator[Callable[[str], tuple[int, dict[str, str], bytes]]]:
    with serving(lambda: bot, examples=[]) as address:

        def get(path: str) -> tuple[int, dict[str, str], bytes]:
            try:
                response = urllib.request.urlopen(address + path)
            except urllib.error.HTTPError as error:
                response = error
            with response:
                headers = {name.lower(): ", ".join(response.headers.get_all(name)) for name in response.headers}
                return response.status, headers, response.read()

        yield get


def test_a_page_comes_by_a_route_of_our_own_with_security_headers(
    fetch: Callable[[str], tuple[int, dict[str, str], bytes]], bot: Bot, tmp_path: Path
) -> None:
    document = bot.index.document("leaflet.pdf")
    url = picture_url(document, 2)
    status, headers, body = fetch(url)
    assert (status, headers["content-type"], body[:4]) == (200, "image/png", b"\x89PNG")
    assert headers["cache-control"] == "private, max-age=86400, immutable"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'; sandbox" in headers["content-security-policy"]
    for wrong in (
        url.replace("page=2", "page=4"),
        url.replace("page=2", "page=0"),
        url.replace("page=2", "page=²"),
        url.replace("page=2", "page=-1"),
        url.replace(document.sha256, "0" * 64),
        url.replace("leaflet.pdf", "..%2Fetc%2Fpasswd"),
        picture_url(bot.index.document("going.md"), 1),
        "page-picture",
    ):
        status, headers, _ = fetch(wrong.replace("²", "%C2%B2"))
        assert (status, headers["cache-control"]) == (404, "no-store"), wrong
    (tmp_path / "corpus" / "leaflet.pdf").unlink()
    assert fetch(url)[0] == 404


def test_an_error_of_the_parser_is_no_page(evidence: Evidence, bot: Bot, drawer: CountingDrawer) -> None:
    def broken(data: bytes, number: int, *, width: int) -> PagePicture:
        raise RagbotError("the process that parses documents does not start; run: ragbot doctor")

    drawer.draw = broken  # type: ignore[method-assign]
    markup = Panel(lambda: bot, evidence, words=ENGLISH).show_page(place_of(bot, "leaflet.pdf", "Do not drive a car."))
    assert "run: ragbot doctor" in markup
