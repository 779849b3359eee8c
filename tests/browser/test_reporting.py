"""Say it was wrong, in real Chromium: what a visitor chooses is shown, saved when they say so, and read by evaluate."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from ragbot.answering import Bot
from ragbot.cli import app
from ragbot.ui import serving
from ragbot.ui.records import open_records
from tests.browser.pages import OpenPage, ask

DRIVING = "When can I drive after esketamine nasal spray?"
UNANSWERABLE = "What is the tallest mountain in Africa?"
DRIP = "After a ketamine drip, clinics commonly ask people not to drive for 24 hours."


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the operator's files are."""
    return tmp_path_factory.mktemp("records")


@pytest.fixture(scope="module")
def reporting(bot: Bot, folder: Path) -> Iterator[str]:
    """Where the real bot's page is served with both files switched on."""
    records = open_records(questions=folder / "questions.jsonl", feedback=folder / "reports.jsonl")
    with serving(lambda: bot, examples=[DRIVING], records=records) as url:
        yield url


@pytest.fixture
def page(open_page: OpenPage, reporting: str, folder: Path) -> Page:
    """That page, ready for a question, with both files empty."""
    for name in ("questions.jsonl", "reports.jsonl"):
        (folder / name).write_text("", "utf-8")
    page = open_page(reporting)
    page.wait_for_selector(".chip")
    return page


def test_without_the_switches_nothing_is_offered_and_nothing_is_said(chat: Page) -> None:
    ask(chat, DRIVING)
    assert chat.locator(".report, #report-parts, .on-server").count() == 0


def test_with_the_switch_the_page_says_before_the_first_question_that_questions_are_kept(
    page: Page, folder: Path
) -> None:
    expect(page.locator("#dock .on-server")).to_contain_text("keeps the questions asked here")
    ask(page, DRIVING)
    ask(page, "I want to kill myself", turn=2)
    assert [row["question"] for row in rows(folder / "questions.jsonl")] == [DRIVING]
    assert page.locator("#turn-2 .report").count() == 0


def test_a_sentence_chosen_with_the_keyboard_is_shown_saved_and_read_by_evaluate(
    page: Page, folder: Path, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(page, DRIVING)
    page.focus("#turn-1 [data-report-wrong]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('[data-report-pick]')")
    page.keyboard.press("Enter")
    page.wait_for_selector("#picker .choice")
    assert (
        page.eval_on_selector("#picker-document", "list => list.selectedOptions[0].text")
        == "Going home after a session"
    )
    page.focus("#picker input >> nth=0")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#picker input:checked + span")).to_contain_text("After a ketamine")
    page.focus("[data-picker-take]")
    page.keyboard.press("Enter")
    told = page.locator("#turn-1 .report-form")
    expect(told).to_contain_text("This would be saved")
    expect(told.locator(".report-question")).to_have_text(DRIVING)
    assert " ".join(told.locator(".report-gold").inner_text().split()) == DRIP
    assert rows(folder / "reports.jsonl") == []  # nothing yet
    page.focus("#turn-1 [data-report-save]")
    page.keyboard.press("Enter")
    expect(page.locator("#turn-1 p.report")).to_have_text("Saved. Thank you.")
    (row,) = rows(folder / "reports.jsonl")
    (gold,) = row["answers"]  # type: ignore[misc]
    assert " ".join(gold["text"].split()) == DRIP  # type: ignore[index]
    assert (row["question"], row["right"]) == (DRIVING, False)
    monkeypatch.setattr("ragbot.cli.evaluating.open_bot", lambda *_: bot)
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(app, ["evaluate", str(folder / "reports.jsonl")])
    assert done.exit_code == 0, done.output
    assert "right@1" in done.output


def test_that_the_documents_do_not_answer_is_saved_without_a_place(page: Page, folder: Path) -> None:
    ask(page, DRIVING)
    page.click("#turn-1 [data-report-wrong]")
    page.click("#turn-1 [data-report-absent]")
    expect(page.locator("#turn-1 .report-verdict")).to_have_text("The documents do not answer it")
    page.click("#turn-1 [data-report-save]")
    expect(page.locator("#turn-1 p.report")).to_be_visible()
    (row,) = rows(folder / "reports.jsonl")
    assert row["answers"] == []


def test_right_answers_and_right_refusals_are_saved_as_such(page: Page, folder: Path, bot: Bot) -> None:
    for turn, question in enumerate((DRIVING, UNANSWERABLE), start=1):
        ask(page, question, turn=turn)
        page.click(f"#turn-{turn} [data-report-right]")
        page.click(f"#turn-{turn} [data-report-save]")
        expect(page.locator(f"#turn-{turn} p.report")).to_be_visible()
    first, second = rows(folder / "reports.jsonl")
    assert [gold["text"] for gold in first["answers"]] == [bot.ask(DRIVING).quotes[0].text]  # type: ignore[attr-defined]
    assert (second["answers"], second["right"]) == ([], True)
    assert page.locator("#turn-1 .report-ask").count() == 0  # thanked once, not asked again when the next answer came


def test_nothing_is_saved_when_it_is_cancelled(page: Page, folder: Path) -> None:
    ask(page, DRIVING)
    page.click("#turn-1 [data-report-right]")
    page.click("#turn-1 [data-report-cancel]")
    expect(page.locator("#turn-1 .report-ask")).to_be_visible()
    assert page.evaluate("document.activeElement.matches('.thumb')")
    page.click("#turn-1 [data-report-wrong]")
    page.click("#turn-1 [data-report-pick]")
    page.wait_for_selector("#picker .choice")
    page.click("[data-picker-take]")
    expect(page.locator("#picker [role=status]")).to_have_text("Choose a sentence first.")
    page.keyboard.press("Escape")
    expect(page.locator("#picker")).to_be_hidden()
    assert rows(folder / "reports.jsonl") == []


def test_a_hostile_document_is_text_in_the_picker(page: Page) -> None:
    ask(page, "When does the zebra clinic open on Tuesday?")
    page.click("#turn-1 [data-report-wrong]")
    page.click("#turn-1 [data-report-pick]")
    page.wait_for_selector("#picker .choice")
    page.select_option("#picker-document", "costs.md")  # the zebra's was there already
    expect(page.locator("#picker-body")).to_contain_text("Insurers cover")
    page.select_option("#picker-document", "zebra.md")
    expect(page.locator("#picker-body")).to_contain_text("<script>window.hacked = 1</script>")
    assert page.locator("#picker-body img, #picker-body script").count() == 0
    page.click("#picker .choice >> nth=0")
    page.click("[data-picker-take]")
    expect(page.locator("#turn-1 .report-gold")).to_contain_text("<img src=x")
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_nothing_of_it_scrolls_sideways(open_page: OpenPage, reporting: str, width: int) -> None:
    page = open_page(reporting, width=width, height=844, touch=True)
    page.wait_for_selector(".chip")
    ask(page, DRIVING)
    page.click("#turn-1 [data-report-wrong]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("#turn-1 [data-report-pick]")
    page.wait_for_selector("#picker .choice")
    assert page.evaluate("(body => body.scrollWidth <= body.clientWidth)(document.querySelector('#picker-body'))")
    page.click("#picker .choice >> nth=1")
    page.click("[data-picker-take]")
    page.wait_for_selector("[data-report-save]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
