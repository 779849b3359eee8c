"""The chat in real Chromium with a real index: ask, check, be refused, be helped; keyboard, phone, hostile text."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from ragbot.answering import Bot
from ragbot.datatypes import DISCLAIMER
from tests.browser.pages import OpenPage, ask

DRIVING = "When can I drive after esketamine nasal spray?"
UNANSWERABLE = "What is the tallest mountain in Africa?"
DANGER = "I want to kill myself"
STATES = {"empty": None, "answered": DRIVING, "no-answer": UNANSWERABLE, "emergency": DANGER, "notice": "x" * 2_001}


def enter_at_once(page: Page, *questions: str) -> None:
    """Send the questions one after the other without waiting for an answer."""
    page.evaluate(
        """questions => { for (const question of questions) {
            document.getElementById("question").value = question;
            document.querySelector(".send").click();
        } }""",
        list(questions),
    )


def in_view(page: Page, selector: str) -> bool:
    """True if the whole element lies within the window."""
    return bool(
        page.evaluate(
            """selector => {
                const box = document.querySelector(selector).getBoundingClientRect();
                const inside = box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
                return box.height > 0 && inside;
            }""",
            selector,
        )
    )


def one_line(text: str) -> str:
    """The words of `text`; where a file breaks its lines is not what is compared."""
    return " ".join(text.split())


def test_an_answer_shows_the_quote_its_source_and_the_disclaimer(chat: Page, bot: Bot) -> None:
    ask(chat, DRIVING)
    quote = chat.inner_text("#turn-1 .lead blockquote")
    assert "should not drive until the next day" in quote
    assert one_line(quote) in one_line(bot.index.document("going-home.md").text)
    assert chat.locator("#turn-1 .lead mark").count() >= 1
    source = chat.inner_text("#turn-1 .lead .source")
    for part in ("Going home after a session", "When can I drive?", "published 21 January 2025", "2 sources"):
        assert part in source
    assert "reviewed to March 2026" in source
    assert DISCLAIMER in chat.inner_text("#turn-1 .card")


def test_only_the_answerable_example_is_offered_and_one_press_asks_it(chat: Page) -> None:
    assert chat.locator(".chip").all_inner_texts() == [DRIVING]
    chat.click(".chip")
    expect(chat.locator("#turn-1 .answered")).to_be_visible()
    assert chat.inner_text("#turn-1 .asked").endswith(DRIVING)
    expect(chat.locator(".welcome .chip")).to_have_count(0)  # what may be asked next stands elsewhere


def test_the_passage_opens_at_the_quote_and_closes_by_escape_and_button(chat: Page) -> None:
    ask(chat, DRIVING)
    quote = chat.inner_text("#turn-1 .lead blockquote")
    for close in (lambda: chat.keyboard.press("Escape"), lambda: chat.click("[data-close]")):
        chat.click("#turn-1 .lead .show >> nth=0")
        chat.wait_for_selector("#passage mark")
        assert one_line(chat.inner_text("#passage mark")) == one_line(quote)
        assert in_view(chat, "#passage mark")
        assert "note 29" in chat.inner_text("#passage .document")  # the whole document is there
        expect(chat.locator("#passage-title")).to_be_focused()
        close()
        expect(chat.locator("#passage")).to_be_hidden()
        expect(chat.locator("#passage .panel-body")).to_be_empty()  # it hears of its closing later
        expect(chat.locator("#turn-1 .lead .show").first).to_be_focused()


def test_an_unanswerable_question_gets_a_refusal_that_helps(chat: Page) -> None:
    ask(chat, UNANSWERABLE)
    card = chat.inner_text("#turn-1 .no-answer")
    assert "The documents do not answer this." in card
    assert "mountain" in chat.inner_text("#turn-1 .unknown")
    assert chat.locator("#turn-1 .nearest blockquote").count() >= 1
    assert chat.locator("#turn-1 .lead").count() == 0


def test_an_emergency_gets_the_fixed_text_with_numbers_to_call(chat: Page, bot: Bot) -> None:
    ask(chat, DANGER)
    message = bot.ask(DANGER).message
    assert message is not None
    written = "".join(line for line in message.replace("**", "").splitlines())
    assert chat.text_content("#turn-1 .emergency .message") == written
    links = chat.eval_on_selector_all("#turn-1 .emergency a", "links => links.map(a => a.getAttribute('href'))")
    for number in ("tel:911", "tel:999", "tel:112", "tel:000", "tel:111", "tel:988", "tel:116123", "sms:85258"):
        assert number in links
    chat.wait_for_function("!document.querySelector('#pending').offsetHeight")
    for number in (911, 999, 112):
        chat.wait_for_function(
            "n => document.querySelector(`#turn-1 a[href='tel:${n}']`).getBoundingClientRect().bottom < innerHeight - 150",
            arg=number,
        )


def test_the_newest_answer_is_told_to_screen_readers(chat: Page) -> None:
    ask(chat, DRIVING)
    expect(chat.locator("#say[aria-live=polite]")).to_contain_text("should not drive until the next day")
    ask(chat, DANGER, turn=2)
    expect(chat.locator("#alert[aria-live=assertive]")).to_contain_text("911")


def test_everything_can_be_done_with_the_keyboard(chat: Page) -> None:
    def tab_to(condition: str) -> None:
        for _ in range(40):
            chat.keyboard.press("Tab")
            if chat.evaluate(f"document.activeElement?.matches({condition!r}) ?? false"):
                return
        pytest.fail(f"{condition} cannot be reached with Tab")

    tab_to(".chip")
    tab_to("#question")
    outline = chat.evaluate("getComputedStyle(document.querySelector('.box')).boxShadow")
    assert outline != "none"
    chat.keyboard.type(DRIVING)
    chat.keyboard.press("Enter")
    chat.wait_for_selector("#turn-1 .card")
    for _ in range(40):
        chat.keyboard.press("Shift+Tab")
        if chat.evaluate("document.activeElement?.matches('#turn-1 .lead .show') ?? false"):
            break
    assert chat.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    chat.keyboard.press("Enter")
    chat.wait_for_selector("#passage mark")
    chat.keyboard.press("Escape")
    expect(chat.locator("#passage")).to_be_hidden()
    chat.wait_for_function("document.activeElement.matches('#turn-1 .lead .show')")


def test_how_sure_is_explained_on_focus_and_put_away_with_escape(chat: Page) -> None:
    ask(chat, DRIVING)
    chat.focus("#turn-1 .match-name")
    expect(chat.locator("#match-1")).to_be_visible()
    chat.keyboard.press("Escape")
    expect(chat.locator("#match-1")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390])
def test_no_state_scrolls_sideways_on_a_phone(open_page: OpenPage, address: str, width: int) -> None:
    page = open_page(address, width=width, height=844, touch=True)
    page.wait_for_selector(".chip")
    for turn, question in enumerate(STATES.values()):
        if question:
            ask(page, question, turn=turn)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_the_passage_is_a_sheet_from_below(open_page: OpenPage, address: str) -> None:
    page = open_page(address, width=390, height=844, touch=True)
    ask(page, DRIVING)
    page.click("#turn-1 .lead .show >> nth=0")
    page.wait_for_selector("#passage mark")
    page.locator("#passage").evaluate("one => Promise.all(one.getAnimations().map(a => a.finished))")  # it rises
    box = page.locator("#passage").bounding_box()
    assert box is not None
    assert (box["x"], box["width"], round(box["y"] + box["height"])) == (0, 390, 844)
    assert box["y"] > 60  # the conversation still shows above it
    assert in_view(page, "#passage mark")
    page.keyboard.press("Escape")
    expect(page.locator("#passage")).to_be_hidden()


@pytest.mark.parametrize("size", [(1280, 860), (390, 844), (640, 400)])
def test_the_disclaimer_is_in_sight_in_every_state(open_page: OpenPage, address: str, size: tuple[int, int]) -> None:
    page = open_page(address, width=size[0], height=size[1])
    page.wait_for_selector("#welcome .chip")
    assert "not been reviewed by a clinician" in page.inner_text("#top")
    for turn, question in enumerate(STATES.values()):
        if question:
            ask(page, question, turn=turn)
            assert DISCLAIMER in page.inner_text(f"#turn-{turn} .card")
        for top in (0, 100_000):
            page.evaluate("top => scrollTo({ top, behavior: 'instant' })", top)
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert in_view(page, "#dock .disclaimer")
    assert page.inner_text("#dock .disclaimer") == DISCLAIMER


def test_markup_that_got_into_the_page_could_run_nothing(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()  # of its own: the browser complains here, as it should
    page.goto(address)
    page.wait_for_selector("#question")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.hacked = 'script'";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='window.hacked = 1'>");
            return new Promise((done) => setTimeout(done, 500));
        }"""
    )
    assert page.evaluate("window.hacked") is None
    page.context.close()


def test_hostile_text_of_documents_and_questions_is_shown_as_text(chat: Page) -> None:
    ask(chat, "When does the zebra clinic open on Tuesday?")
    shown = chat.inner_text("#turn-1 .card")
    for part in ("<script>window.hacked = 1</script>", "${1+1}", "{{value}}", "[here](javascript:alert(1))", "Tuesday"):
        assert part in shown
    assert "\u202e" not in (chat.text_content("#turn-1") or "")
    chat.locator("#turn-1 .show").first.click()
    chat.wait_for_selector("#passage .document")
    assert "<script>window.hacked = 1</script>" in chat.inner_text("#passage .document")
    hostile = "<img src=x onerror='window.hacked=1'> ${1+1} {{value}} <b>zebra</b>\u202e ![x](http://evil.example/x)"
    ask(chat, hostile, turn=2)
    assert "<img src=x onerror='window.hacked=1'> ${1+1} {{value}} <b>zebra</b>" in chat.inner_text("#turn-2 .asked")
    assert chat.evaluate("window.hacked") is None
    assert chat.locator("#conversation img, #conversation script, #passage img, #passage script").count() == 0


@pytest.mark.parametrize(("question", "expected"), [("x" * 2_001, "2,001 characters"), ("🙂🙂", "no letters")])
def test_an_unusable_question_is_told_and_stays_in_the_box(chat: Page, question: str, expected: str) -> None:
    ask(chat, question)
    assert expected in chat.inner_text("#turn-1 .notice")
    assert chat.input_value("#question") == question


def test_two_visitors_see_only_their_own_questions(open_page: OpenPage, address: str) -> None:
    first, second = open_page(address), open_page(address)
    ask(first, DRIVING)
    ask(second, UNANSWERABLE)
    ask(first, UNANSWERABLE, turn=2)
    assert first.locator("#conversation .turn").count() == 2
    assert second.locator("#conversation .turn").count() == 1
    assert "drive" not in second.inner_text("#conversation .asked")


def test_a_question_asked_the_moment_an_answer_is_there_is_answered_too(chat: Page) -> None:
    chat.evaluate(
        """question => document.addEventListener("ragbot:answered", () => {
            document.getElementById("question").value = question;
            document.querySelector(".send").click();
        }, { once: true })""",
        DRIVING,
    )
    ask(chat, UNANSWERABLE)
    chat.wait_for_selector("#turn-2 .card")
    assert chat.inner_text("#turn-2 .asked").endswith(DRIVING)


def test_a_question_entered_while_another_is_under_way_is_asked_after_it(chat: Page) -> None:
    enter_at_once(chat, UNANSWERABLE, DRIVING)
    chat.wait_for_selector("#turn-2 .card")
    assert chat.inner_text("#turn-1 .asked").endswith(UNANSWERABLE)
    assert chat.inner_text("#turn-2 .asked").endswith(DRIVING)


def test_after_an_emergency_the_next_question_waits_to_be_sent(chat: Page) -> None:
    enter_at_once(chat, DANGER, DRIVING)
    chat.wait_for_selector("#turn-1 .emergency")
    expect(chat.locator(".send")).not_to_have_attribute("aria-disabled", "true")
    assert chat.input_value("#question") == DRIVING
    assert chat.locator("#turn-2").count() == 0


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_the_contrast_of_wcag_aa(open_page: OpenPage, address: str, dark: bool) -> None:
    page = open_page(address, dark=dark)
    page.wait_for_selector(".chip")
    found = page.evaluate(_CONTRASTS)
    for turn, question in enumerate((DRIVING, UNANSWERABLE, DANGER), start=1):
        ask(page, question, turn=turn)
    page.click("#turn-1 .lead .show >> nth=0")
    page.wait_for_selector("#passage mark")
    found |= page.evaluate(_CONTRASTS)
    assert len(found) > 20
    assert {text: ratio for text, ratio in found.items() if ratio < 4.5} == {}


def test_no_font_is_fetched_and_no_gradio_footer_shows(open_page: OpenPage, address: str) -> None:
    page = open_page(address)
    page.wait_for_selector(".chip")
    kinds = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [name for name in kinds if name.rsplit(".", 1)[-1] in ("woff", "woff2", "ttf", "otf")] == []
    assert "gradio" not in page.inner_text("body").lower()


# Ratio of each visible text to the nearest opaque background behind it, by WCAG 2.2 relative luminance.
_CONTRASTS = """() => {
    const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const colour = parse(getComputedStyle(e).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const found = {};
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
        if (!text || !element.checkVisibility({ visibilityProperty: true }) || element.closest('.unseen')) continue;
        const both = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
        const [light, dark] = both.sort((a, b) => b - a);
        found[text.slice(0, 60)] = Math.min(found[text.slice(0, 60)] ?? 99, (light + 0.05) / (dark + 0.05));
    }
    return found;
}"""
