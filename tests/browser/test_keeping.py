"""Keep it: exports, the printed page and the history in the browser, in real Chromium with a real index."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from ragbot.answering import Bot
from ragbot.datatypes import DISCLAIMER
from ragbot.rendering import answer_to_json
from ragbot.ui import load_words, serving
from ragbot.ui.display import visible
from ragbot.ui.exporting import conversation_markdown
from ragbot.ui.state import AnsweringBot, Turn
from tests.browser.pages import OpenPage, ask

DRIVING = "When can I drive after esketamine nasal spray?"
INSURANCE = "Does insurance pay for esketamine nasal spray?"
UNANSWERABLE = "What is the tallest mountain in Africa?"
DANGER = "I want to kill myself"
TODAY = re.compile(r"\d{1,2} [A-Z][a-z]+ 20\d\d")
NO_STORE = "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"


def downloaded(page: Page, button: str) -> tuple[str, str]:
    """Name and text of the file that pressing `button` saves."""
    with page.expect_download() as waited:
        page.click(button)
    path = Path(waited.value.path())
    return waited.value.suggested_filename, path.read_text("utf-8")


def kept(page: Page) -> list[dict[str, dict[str, dict[str, object]]]]:
    """The history as the browser holds it."""
    return page.evaluate(
        "JSON.parse(localStorage.getItem(Object.keys(localStorage).find((key) => key.startsWith('ragbot.history '))) ?? '[]')"
    )


def open_history(page: Page) -> None:
    page.click(".history-open")
    expect(page.locator("#history")).to_be_visible()


def test_the_conversation_is_saved_as_markdown_word_for_word(chat: Page, bot: Bot) -> None:
    expect(chat.locator(".keep")).to_be_hidden()
    chat.evaluate("() => { window.n = 0; document.addEventListener('ragbot:next', () => { window.n += 1; }); }")
    questions = [DRIVING, UNANSWERABLE, DANGER]
    for number, question in enumerate(questions, start=1):
        ask(chat, question, turn=number)
    chat.wait_for_function("window.n === 3")  # after each answer the page asks for questions to ask next
    sent: list[str] = []
    chat.on("request", lambda request: sent.append(request.url))
    name, text = downloaded(chat, "[data-save-markdown]")
    assert re.fullmatch(r"answers-20\d\d-\d\d-\d\d\.md", name)
    turns = [Turn(n, q, bot.ask(q)) for n, q in enumerate(questions, start=1)]
    saved = TODAY.search(text)
    assert saved
    assert text == conversation_markdown(turns, load_words(), saved=saved[0])
    assert DISCLAIMER in text
    assert [url for url in sent if not url.startswith("blob:")] == []
    expect(chat.locator("#say")).to_contain_text(name)


def test_the_conversation_is_saved_as_the_json_of_the_command_line(chat: Page, bot: Bot) -> None:
    ask(chat, DRIVING)
    ask(chat, "x" * 2_001, turn=2)  # a notice is no answer
    _, text = downloaded(chat, "[data-save-data]")
    (values,) = [json.loads(line) for line in text.splitlines()]
    expected = json.loads(json.dumps(answer_to_json(bot.ask(DRIVING))))
    assert {**values, "seconds": 0} == {**expected, "seconds": 0}


def pdf_text(page: Page) -> str:
    """What stands on the pages that this page prints to, on one line."""
    document = pypdfium2.PdfDocument(page.pdf())
    try:
        texts = [sheet.get_textpage().get_text_bounded() for sheet in document]
    finally:
        document.close()
    return " ".join(" ".join(texts).split())


@pytest.mark.parametrize("dark", [False, True])
def test_the_printed_page_holds_all_of_it_and_nothing_to_press(
    open_page: OpenPage, address: str, bot: Bot, dark: bool
) -> None:
    page = open_page(address, dark=dark)
    questions = [DRIVING, UNANSWERABLE, DANGER]
    for number, question in enumerate(questions, start=1):
        ask(page, question, turn=number)
    printed = pdf_text(page)
    answers = [bot.ask(question) for question in questions]
    quotes = [*answers[0].quotes, *answers[1].nearest[:3]]
    close = printed.replace(" ", "")  # a line that breaks inside a long word has no blank there
    assert [q.text for q in quotes if "".join(visible(q.text).split()) not in close] == []
    for part in (*questions, DISCLAIMER, f"Index {answers[0].index}", "Saved on", "published 21 January 2025", "911"):
        assert part in printed
    assert quotes[0].sha256[:8] in close
    assert TODAY.search(printed)
    for part in ("Send", "Show in document", "Save as text", "Earlier questions", "Close match"):
        assert part not in printed
    page.emulate_media(media="print")
    ink, paper = page.evaluate(
        "[getComputedStyle(document.querySelector('#turn-1 blockquote')).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert (ink, paper) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")


def test_what_was_folded_is_unfolded_for_printing_and_folded_again(chat: Page) -> None:
    ask(chat, DRIVING)
    n_open = "document.querySelectorAll('#conversation details[open]').length"
    n_all = chat.locator("#conversation details").count()
    assert n_all >= 1
    assert chat.evaluate(n_open) == 0
    chat.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert chat.evaluate(n_open) == n_all
    chat.evaluate("dispatchEvent(new Event('afterprint'))")
    assert chat.evaluate(n_open) == 0


def test_printing_is_one_press(chat: Page) -> None:
    ask(chat, DRIVING)
    chat.evaluate("() => { window.print = () => { window.printed = true; }; }")
    assert chat.evaluate("window.printed") is None
    chat.click("#keep [data-print]")
    assert chat.evaluate("window.printed")


def test_earlier_questions_are_there_after_a_reload_newest_first(chat: Page, bot: Bot) -> None:
    ask(chat, DRIVING)
    ask(chat, UNANSWERABLE, turn=2)
    chat.reload()
    chat.wait_for_selector(".chip")
    sent: list[str] = []
    chat.on("request", lambda request: sent.append(request.url))
    open_history(chat)
    assert chat.locator("#history .entry-question").all_inner_texts() == [UNANSWERABLE, DRIVING]
    chat.click("#history summary >> nth=1")
    first = bot.ask(DRIVING).quotes[0]
    entry = chat.locator("#history .entry").nth(1)
    expect(entry.locator("blockquote").first).to_have_text(first.text)
    expect(entry).to_contain_text("Going home after a session › When can I drive?")
    assert DISCLAIMER in chat.inner_text("#history")
    _, text = downloaded(chat, "[data-history-markdown]")
    assert text.index("tallest mountain") < text.index("When can I drive after")
    assert DISCLAIMER in text
    assert [url for url in sent if not url.startswith("blob:")] == []


def test_the_history_prints_by_itself(chat: Page) -> None:
    ask(chat, DRIVING)
    ask(chat, UNANSWERABLE, turn=2)
    chat.reload()
    chat.wait_for_selector(".chip")
    open_history(chat)
    printed = pdf_text(chat)
    for part in (DRIVING, UNANSWERABLE, "should not drive until the next day", DISCLAIMER, "Saved on"):
        assert part in printed
    assert "Ask again" not in printed


def test_an_earlier_question_is_asked_anew_as_it_was_understood(chat: Page) -> None:
    ask(chat, DRIVING)
    ask(chat, "and after a ketamine drip?", turn=2)
    understood = chat.inner_text("#turn-2 .bridge q")
    chat.reload()
    chat.wait_for_selector(".chip")
    open_history(chat)
    chat.click("#history summary >> nth=0")
    chat.click("#history .entry >> nth=0 >> [data-history-again]")
    expect(chat.locator("#history")).to_be_hidden()
    expect(chat.locator("#turn-1 .asked")).to_contain_text(understood)
    chat.wait_for_selector("#turn-1 .card")


def test_a_quote_of_an_earlier_answer_opens_in_its_document(chat: Page) -> None:
    ask(chat, DRIVING)
    chat.reload()
    chat.wait_for_selector(".chip")
    open_history(chat)
    chat.click("#history summary >> nth=0")
    chat.click("#history [data-history-show] >> nth=0")
    chat.wait_for_selector("#passage mark")
    assert "should not drive until the next day" in chat.inner_text("#passage mark").replace("\n", " ")


def test_one_is_deleted_and_then_all_with_one_press(chat: Page) -> None:
    ask(chat, DRIVING)
    ask(chat, UNANSWERABLE, turn=2)
    open_history(chat)
    chat.click("#history summary >> nth=0")
    chat.click("#history .entry >> nth=0 >> [data-history-forget]")
    assert chat.locator("#history .entry-question").all_inner_texts() == [DRIVING]
    chat.click("[data-history-clear]")
    expect(chat.locator("#history .history-told")).to_have_text("All earlier questions were deleted.")
    assert kept(chat) == []
    chat.keyboard.press("Escape")
    expect(chat.locator("#history")).to_be_hidden()
    expect(chat.locator(".history-open")).to_be_hidden()


def test_a_message_of_someone_in_danger_is_never_kept(chat: Page) -> None:
    ask(chat, DANGER)
    ask(chat, "hello", turn=2)
    assert chat.evaluate("localStorage.length") == 0
    ask(chat, DRIVING, turn=3)
    assert [entry["record"]["answer"]["question"] for entry in kept(chat)] == [DRIVING]


def test_the_history_can_be_switched_off_and_on(chat: Page) -> None:
    ask(chat, DRIVING)
    open_history(chat)
    chat.uncheck("#history-switch")
    expect(chat.locator("#history .history-off")).to_be_visible()
    chat.keyboard.press("Escape")
    expect(chat.locator("#history")).to_be_hidden()
    ask(chat, UNANSWERABLE, turn=2)
    assert len(kept(chat)) == 1
    chat.reload()
    chat.wait_for_selector(".chip")
    open_history(chat)
    expect(chat.locator("#history-switch")).not_to_be_checked()
    chat.check("#history-switch")
    chat.keyboard.press("Escape")
    expect(chat.locator("#history")).to_be_hidden()
    ask(chat, UNANSWERABLE)
    assert len(kept(chat)) == 2


@pytest.mark.parametrize(
    "text",
    ["{{{", "7", "null", '{"a": 1}', '[null, 7, {"id": "a"}, {"record": {"answer": {"quotes": 3}}}]', "[[[[[["],
)  # fmt: skip
def test_damaged_data_is_survived(chat: Page, text: str) -> None:
    chat.evaluate("text => localStorage.setItem('ragbot.history /', text)", text)
    chat.reload()
    chat.wait_for_selector(".chip")
    ask(chat, DRIVING)
    open_history(chat)
    assert chat.locator("#history .entry-question").all_inner_texts() == [DRIVING]


def test_hostile_data_is_shown_as_text(chat: Page) -> None:
    hostile = "<img src=x onerror='window.hacked=1'> <script>window.hacked=1</script> \u202eevil\u202c ${1+1}"
    quote = {"text": hostile, "document": hostile, "start": 0, "end": 1, "sha256": hostile, "lead_in": hostile}
    answer = {"question": hostile, "outcome": "answered", "message": hostile, "understood": hostile, "footer": hostile,
              "quotes": [quote], "nearest": [quote]}  # fmt: skip
    entry = {
        "id": hostile,
        "at": hostile,
        "record": {"answer": answer, "sources": [hostile, hostile], "markdown": hostile},
    }
    chat.evaluate("text => localStorage.setItem('ragbot.history /', text)", json.dumps([entry]))
    chat.reload()
    chat.wait_for_selector(".chip")
    open_history(chat)
    chat.click("#history summary >> nth=0")
    shown = chat.inner_text("#history")
    assert shown.count("<script>window.hacked=1</script>") >= 6
    assert "\u202e" not in (chat.text_content("#history .history-list") or "")
    assert chat.locator("#history img, #history script").count() == 0
    chat.click("#history [data-history-show] >> nth=0")
    expect(chat.locator("#passage .passage-notice")).to_contain_text("no longer in the index")
    assert chat.evaluate("window.hacked") is None


def test_a_full_store_drops_the_oldest_and_says_so(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    page.wait_for_selector(".chip")
    for turn, question in enumerate((DRIVING, INSURANCE, UNANSWERABLE), start=1):
        ask(page, question, turn=turn)
    sizes = [len(json.dumps(entry)) for entry in kept(page)]
    # Room for what two of the next three entries take: the newest is kept, at least one of the old ones goes.
    page.evaluate(
        """most => { const set = Storage.prototype.setItem; Storage.prototype.setItem = function (key, text) {
            if (text.length > most) throw new DOMException('full', 'QuotaExceededError');
            set.call(this, key, text); } }""",
        sum(sizes),
    )
    ask(page, "Does insurance pay for a ketamine infusion?", turn=4)
    questions = [entry["record"]["answer"]["question"] for entry in kept(page)]
    assert questions[0] == "Does insurance pay for a ketamine infusion?"
    assert DRIVING not in questions
    open_history(page)
    expect(page.locator("#history .history-told")).to_contain_text("no more room; the oldest questions were dropped")


def test_without_any_store_answers_come_all_the_same(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    page.wait_for_selector(".chip")
    page.evaluate(NO_STORE)
    ask(page, DRIVING)
    page.click("#keep [data-history]")
    expect(page.locator("#history .history-told")).to_have_text("This browser lets the page keep nothing.")


def test_no_more_than_a_hundred_are_kept(chat: Page) -> None:
    ask(chat, DRIVING)
    chat.evaluate(
        """() => { const key = 'ragbot.history /', [one] = JSON.parse(localStorage.getItem(key));
            const small = { ...one, record: { ...one.record, markdown: '' } };
            localStorage.setItem(key, JSON.stringify(Array.from({ length: 150 }, (_, i) => ({ ...small, id: `old ${i}` })))); }"""
    )
    ask(chat, UNANSWERABLE, turn=2)
    assert len(kept(chat)) == 100
    assert [entry["id"] for entry in kept(chat)][1:3] == ["old 0", "old 1"]


def test_everything_of_the_history_can_be_done_with_the_keyboard(chat: Page) -> None:
    ask(chat, DRIVING)
    chat.focus(".history-open")
    chat.keyboard.press("Enter")
    expect(chat.locator("#history")).to_be_visible()
    assert chat.evaluate("document.activeElement.id") == "history-name"
    for _ in range(30):
        chat.keyboard.press("Tab")
        if chat.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    assert chat.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    chat.keyboard.press("Enter")
    expect(chat.locator("#history .entry blockquote").first).to_be_visible()
    chat.keyboard.press("Escape")
    expect(chat.locator("#history")).to_be_hidden()
    assert chat.evaluate("document.activeElement.matches('.history-open')")


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_nothing_of_it_scrolls_sideways(open_page: OpenPage, address: str, width: int) -> None:
    page = open_page(address, width=width, height=844, touch=True)
    page.wait_for_selector(".chip")
    ask(page, DRIVING)
    ask(page, "unbroken" * 60 + "?", turn=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    open_history(page)
    for number in (0, 1):
        page.click(f"#history summary >> nth={number}")
    inside = page.evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)(document.querySelector('#history .history-body'))"
    )
    assert inside
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_german_page_saves_in_german(open_page: OpenPage, held_bot: AnsweringBot) -> None:
    with serving(lambda: held_bot, examples=[], words=load_words("de")) as url:
        page = open_page(url)
        ask(page, "Darf ich ruhen?")
        name, text = downloaded(page, "[data-save-markdown]")
        assert name.startswith("antworten-")
        assert re.search(r"Gespeichert am \d{1,2}\. [A-ZÄÖÜ][a-zä]+ 20\d\d\n", text)
        assert DISCLAIMER in text
        page.context.close()
