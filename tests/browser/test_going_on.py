"""Going on from an answer in real Chromium: how a question was read, words explained, what to ask next, refusals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from ragbot.config import Settings
from ragbot.datatypes import Answer, Block, BlockKind, Definition, Document, Heading, Outcome, Quote, Span
from ragbot.ui import serving
from tests.browser.pages import OpenPage, ask

DRIVING = "In one trial a placebo was given to half of them.\nNobody drove on the same day."
SECTIONS = {
    "May I drive?": DRIVING,
    "May I eat?": "Eat two hours before the session.",
    "Who pays?": "Insurers pay for some sessions.",
    "May I swim?": "Wait for a day before you swim.",
    "May I fly?": "Wait for two days before you fly.",
}
TEXT = "".join(f"{heading}\n{text}\n" for heading, text in SECTIONS.items())
MEANING = "A placebo is a treatment without an active ingredient."


def span(text: str) -> Span:
    return Span(TEXT.index(text), TEXT.index(text) + len(text))


FAQ = Document(
    doc_id="faq.md",
    title="Questions and answers",
    text=TEXT,
    path="faq.md",
    sha256="ab",
    blocks=tuple(
        Block(span(text), kind, level)
        for heading, answer in SECTIONS.items()
        for text, kind, level in ((heading, BlockKind.HEADING, 2), (answer, BlockKind.PARAGRAPH, 0))
    ),
    headings=tuple(Heading(span(heading), 2, heading) for heading in SECTIONS),
)
GLOSSARY = Document(
    "glossary.md", "Words", MEANING, "glossary.md", "cd", (Block(Span(0, 54), BlockKind.PARAGRAPH),), kind="glossary"
)


class FaqBot:
    """Answers each heading with the text under it; knows "drve" only by mending it, and nothing of the moon."""

    fingerprint = "faq"
    catalogue = ()

    @property
    def index(self) -> FaqBot:
        return self

    def document(self, doc_id: str) -> Document:
        return {"faq.md": FAQ, "glossary.md": GLOSSARY}[doc_id]

    def ask(self, question: str) -> Answer:
        return self.ask_turns([question])

    def ask_turns(self, turns: Sequence[str], *, alone: bool = False, as_typed: bool = False, **how: object) -> Answer:
        question = turns[-1]
        if "moon" in question:
            return self._refused(question)
        if question == "drve?":
            found = self._answered(question, "May I drive?")
            return replace(found, as_typed=True) if as_typed else replace(found, searched_also=("drive", "car"))
        if question == "and eat?" and not alone:
            return replace(self._answered(question, "May I eat?"), understood="May I eat?")
        return self._answered(question, question if question in SECTIONS else "Who pays?")

    def _answered(self, question: str, heading: str) -> Answer:
        text = SECTIONS[heading]
        place = span(text)
        quote = Quote.cut(FAQ, place, highlights=(Span(place.start, place.start + len(text.split("\n")[0])),))
        at = text.find("placebo")
        definitions = () if at < 0 else (Definition("Placebo", Quote.cut(GLOSSARY, Span(0, 54)), 0, at, at + 7),)
        return Answer(question, Outcome.ANSWERED, (quote,), confidence=0.8, definitions=definitions)

    def _refused(self, question: str) -> Answer:
        nearest = Quote.cut(FAQ, span(SECTIONS["May I fly?"]))
        return Answer(
            question, Outcome.NO_ANSWER, nearest=(nearest,), message="The documents do not answer this. Ask your doctor.",
            unknown_words=("moon",), try_instead=("What is the moon?", "May I swim?"),
        )  # fmt: skip


@pytest.fixture(scope="module")
def faq_address() -> Iterator[str]:
    bot = FaqBot()
    with serving(lambda: bot, examples=[]) as url:
        yield url


@pytest.fixture
def page(open_page: OpenPage, faq_address: str) -> Page:
    opened = open_page(faq_address)
    opened.emulate_media(reduced_motion="reduce")  # the page goes to an answer at once, not under the pointer
    opened.wait_for_selector(".welcome")
    return opened


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
    pytest.fail(f"{selector} cannot be reached with Tab")


def chips(page: Page) -> Locator:
    return page.locator("#next .chip")


# --- how the question was read ---


def test_a_follow_up_shows_what_was_understood_and_one_press_searches_what_was_typed(page: Page) -> None:
    ask(page, "May I drive?")
    ask(page, "and eat?", turn=2)
    expect(page.locator("#turn-2 .bridge")).to_contain_text("Understood as: May I eat?")
    page.click("text=Search only what I typed")
    expect(page.locator("#turn-3 .asked")).to_contain_text("and eat?")
    expect(page.locator("#turn-3 .lead")).to_contain_text("Insurers pay")
    expect(page.locator("#turn-3 .bridge")).to_have_count(0)


def test_words_searched_besides_the_typed_ones_are_one_press_off_and_one_on_again(page: Page) -> None:
    ask(page, "drve?")
    expect(page.locator("#turn-1 .bridge")).to_contain_text("Searched also: drive, car")
    page.click("text=Search only the words I typed")
    expect(page.locator("#turn-2 .bridge")).to_contain_text("Searched exactly as typed")
    expect(page.locator("#turn-2 .asked")).to_contain_text("drve?")
    page.click("text=Search related words too")
    expect(page.locator("#turn-3 .bridge")).to_contain_text("Searched also: drive, car")


def test_the_same_with_the_keyboard_alone(page: Page) -> None:
    ask(page, "drve?")
    tab_to(page, "[data-as-typed]", back=True)
    page.keyboard.press("Enter")
    expect(page.locator("#turn-2 .bridge")).to_contain_text("Searched exactly as typed")


# --- words explained ---


def test_a_word_of_the_glossary_shows_its_meaning_on_hover_and_the_pointer_may_rest_on_it(page: Page) -> None:
    ask(page, "May I drive?")
    meaning = page.locator("#turn-1 .meaning")
    expect(meaning).to_be_hidden()
    page.hover("#turn-1 .term")
    expect(meaning).to_be_visible()
    expect(meaning).to_contain_text(MEANING)
    expect(meaning.locator("cite")).to_have_text("Words")
    meaning.hover()
    page.evaluate("() => new Promise((done) => setTimeout(done, 400))")  # longer than a pointer may take on its way
    expect(meaning).to_be_visible()
    page.hover("#turn-1 .asked")
    expect(meaning).to_be_hidden()


def test_a_meaning_opens_by_keyboard_leads_to_its_source_and_escape_goes_back(page: Page) -> None:
    ask(page, "May I drive?")
    tab_to(page, "#turn-1 .term", back=True)
    expect(page.locator("#turn-1 .meaning")).to_be_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.meaning') !== null")
    page.keyboard.press("Escape")
    expect(page.locator("#turn-1 .meaning")).to_be_hidden()
    assert page.evaluate("document.activeElement.matches('.term')")
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    expect(page.locator("#passage")).to_contain_text(MEANING)
    page.keyboard.press("Escape")
    expect(page.locator("#passage")).to_be_hidden()


def test_a_tap_opens_a_meaning_and_a_tap_elsewhere_closes_it(open_page: OpenPage, faq_address: str) -> None:
    page = open_page(faq_address, width=390, height=844, touch=True)
    page.emulate_media(reduced_motion="reduce")  # as above
    ask(page, "May I drive?")
    page.tap("#turn-1 .term")
    meaning = page.locator("#turn-1 .meaning")
    expect(meaning).to_be_visible()
    box = meaning.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.tap("#turn-1 .asked")
    expect(meaning).to_be_hidden()
    page.tap("#turn-1 .term")
    expect(meaning).to_be_visible()
    page.tap("#turn-1 .term")
    expect(meaning).to_be_hidden()


def test_explained_words_change_nothing_of_what_is_copied(page: Page) -> None:
    ask(page, "May I drive?")
    page.hover("#turn-1 .term")
    selected = page.evaluate(
        """() => {
            getSelection().selectAllChildren(document.querySelector('#turn-1 .lead blockquote'));
            return getSelection().toString();
        }"""
    )
    assert " ".join(selected.split()) == " ".join(DRIVING.split())
    assert page.text_content("#turn-1 .lead blockquote") == DRIVING


# --- what to ask next ---


def test_three_questions_that_are_answered_are_offered_and_one_press_asks_one(page: Page) -> None:
    ask(page, "May I drive?")
    expect(chips(page)).to_have_text(["May I eat?", "Who pays?", "May I swim?"])
    assert "You could ask next" in page.inner_text("#next")
    chips(page).first.click()
    expect(page.locator("#turn-2 .lead")).to_contain_text("Eat two hours before")
    # Outwards from "May I eat?", without what was asked.
    expect(chips(page)).to_have_text(["Who pays?", "May I swim?", "May I fly?"])


def test_questions_to_ask_next_are_reached_with_the_keyboard(page: Page) -> None:
    ask(page, "May I drive?")
    expect(chips(page)).to_have_count(3)
    tab_to(page, "#next .chip", back=True)
    page.keyboard.press("Enter")
    expect(page.locator("#turn-2 .lead")).to_contain_text("Wait for a day before you swim")


def test_while_a_question_is_under_way_nothing_is_offered(page: Page) -> None:
    ask(page, "May I drive?")
    expect(chips(page)).to_have_count(3)
    page.route("**/run/predict*", lambda route: None)  # the question never arrives
    page.fill("#question", "May I eat?")
    page.press("#question", "Enter")
    expect(page.locator("#pending")).to_be_visible()
    expect(page.locator("#next .next")).to_be_hidden()


# --- refused well ---


def test_a_refusal_names_unknown_words_passages_a_person_and_a_question_that_is_answered(open_page: OpenPage) -> None:
    bot = FaqBot()
    with serving(
        lambda: bot, examples=[], settings=Settings(log="off", contact="Riverside Clinic, 020 7946 0958")
    ) as url:
        page = open_page(url)
        page.wait_for_selector(".welcome")
        ask(page, "Is the moon far?")
        card = page.locator("#turn-1 .no-answer")
        expect(card.locator(".refusal")).to_have_text("The documents do not answer this.")
        expect(card.locator(".unknown")).to_contain_text("moon")
        expect(card.locator(".nearest blockquote")).to_have_text("Wait for two days before you fly.")
        expect(card.locator(".contact a")).to_have_attribute("href", "tel:02079460958")
        # "What is the moon?" is refused as well and so not offered; then outwards from the nearest passage.
        expect(chips(page)).to_have_text(["May I swim?", "May I fly?", "Who pays?"])
        chips(page).first.click()
        expect(page.locator("#turn-2 .lead")).to_contain_text("Wait for a day before you swim.")
        page.context.close()
