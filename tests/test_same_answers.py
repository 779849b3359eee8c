"""One article saved in six formats gives the same answers to the same questions, with the shipped models."""

from __future__ import annotations

import re

import pytest

from ragbot.answering import Bot
from ragbot.datatypes import Answer, Outcome
from ragbot.encoding import MiniLmEncoder
from ragbot.ingestion import ingest
from ragbot.reader import Reader
from ragbot.safety_model import SafetyModel
from tests.loaders.article_files import (
    as_docx,
    as_epub,
    as_html,
    as_markdown,
    as_pdf,
    as_text,
    heading,
    item,
    paragraph,
    table,
)

WRITERS = {"txt": as_text, "md": as_markdown, "html": as_html, "docx": as_docx, "epub": as_epub, "pdf": as_pdf}
# Those in which a row is read together with its header; in text files a row stays as it stands there.
LABELLED = ("html", "docx", "epub", "pdf")

ARTICLE = (
    heading(1, "After treatment"),
    paragraph(
        "This leaflet is for people who had a ketamine infusion at the day clinic. It tells what to expect in the hours "
        "after it, and whom to call. Please read it together with the person who takes you home."
    ),
    heading(2, "How you may feel"),
    paragraph(
        "Most people are awake again within half an hour. Dizziness is common and passes within two hours in nine of ten "
        "people. Your blood pressure may stay raised for about forty minutes, so a nurse measures it twice before you "
        "leave. Some people see double for a short time; this needs no treatment."
    ),
    paragraph(
        "A headache on the same evening is no cause for worry. You may take paracetamol against it, but no aspirin on the "
        "first day. Vivid dreams can come back in the first night and fade by themselves."
    ),
    heading(2, "Going home"),
    paragraph(
        "You may leave the clinic when you can walk in a straight line and drink a glass of water. An adult must go home "
        "with you. Do not drive a car or ride a bicycle until the next morning, even if you feel well. Taxis are paid by "
        "the clinic only for people who live alone."
    ),
    heading(3, "What to avoid in the first 24 hours"),
    item("Alcohol in any amount, because it deepens drowsiness"),
    item("Signing contracts or making large purchases"),
    item("Climbing ladders and using power tools"),
    item("Breastfeeding within six hours of the infusion"),
    heading(2, "Eating and drinking"),
    paragraph(
        "Start with small sips of water. A light meal such as soup is possible after one hour. If you vomit more than "
        "twice, stop eating and call the clinic."
    ),
    heading(2, "When your medicines may be taken again"),
    table(
        ("Medicine", "Restart", "Remark"),
        ("Lisinopril", "the next morning", "after measuring blood pressure"),
        ("Metformin", "with the first full meal", "check the sugar at bedtime"),
        ("Zopiclone", "after two nights", "never on the day itself"),
        ("Lamotrigine", "the same evening", "no change of dose"),
    ),
    heading(2, "Whom to call"),
    paragraph(
        "The ward is open from seven to nineteen o'clock on working days. At night the switchboard connects you with the "
        "doctor on duty. Leave your telephone number at the desk, for a nurse rings every patient on the second day."
    ),
)
QUESTIONS = (
    "How long does the dizziness last?",
    "How long does blood pressure stay raised?",
    "Is it normal to see double afterwards?",
    "May I take aspirin?",
    "When may I drive again?",
    "Who has to go home with me?",
    "Who gets the taxi paid?",
    "Can I drink alcohol after the infusion?",
    "Can I breastfeed?",
    "When can I have a light meal?",
    "What if I vomit more than twice?",
    "Will a nurse ring me?",
)
ROWS = {"When do I restart metformin?": "Metformin", "When may I take zopiclone again?": "Zopiclone"}


@pytest.fixture(scope="module")
def answers(
    tmp_path_factory: pytest.TempPathFactory,
    real_encoder: MiniLmEncoder,
    real_safety: SafetyModel,
    real_reader: Reader,
) -> dict[str, dict[str, Answer]]:
    """The answers to all questions by format; every answer is shown that can be."""
    told = {}
    for suffix, write in WRITERS.items():
        folder = tmp_path_factory.mktemp(suffix)
        (folder / f"after-treatment.{suffix}").write_bytes(write(ARTICLE))
        ingest([folder], index=folder / "index", encoder=real_encoder)
        bot = Bot(folder / "index", real_encoder, real_safety, real_reader, threshold=0.0)
        told[suffix] = {question: bot.ask(question) for question in (*QUESTIONS, *ROWS)}
    return told


def quotes(answer: Answer) -> list[str]:
    """The words of each quote, one blank between them."""
    return [" ".join(quote.text.split()) for quote in answer.quotes]


@pytest.mark.parametrize("suffix", [suffix for suffix in WRITERS if suffix != "txt"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_format_gives_the_quotes_that_plain_text_gives(
    answers: dict[str, dict[str, Answer]], question: str, suffix: str
) -> None:
    """The first quote is the same sentence; one format may bring the sentence beside it along, since ties are near."""
    expected = answers["txt"][question]
    assert expected.outcome is Outcome.ANSWERED
    (shorter, longer) = sorted((quotes(answers[suffix][question])[0], quotes(expected)[0]), key=len)
    assert shorter in longer
    assert ". " not in longer.replace(shorter, "", 1).strip()


def test_the_quotes_are_spread_over_the_article(answers: dict[str, dict[str, Answer]]) -> None:
    """Otherwise one sentence for all questions would pass."""
    assert len({quotes(answers["txt"][question])[0] for question in QUESTIONS}) >= 10


@pytest.mark.parametrize("question", ROWS)
def test_a_table_row_is_the_same_in_all_formats_that_have_tables(
    answers: dict[str, dict[str, Answer]], question: str
) -> None:
    first = {quotes(answers[suffix][question])[0] for suffix in LABELLED}
    assert len(first) == 1, first
    (row,) = first
    assert re.fullmatch(rf"Medicine: {ROWS[question]} \| Restart: .* \| Remark: .*", row)


@pytest.mark.parametrize("question", ROWS)
@pytest.mark.parametrize("suffix", ["txt", "md"])
def test_a_table_row_of_a_text_file_is_the_row_as_it_stands_there(
    answers: dict[str, dict[str, Answer]], question: str, suffix: str
) -> None:
    cells = next(row for part in ARTICLE for row in part.rows if row[0] == ROWS[question])
    found = [quote.strip("| ") for quote in quotes(answers[suffix][question])]
    assert " | ".join(cells) in found
    if "metformin" in question and found[0] != " | ".join(cells):
        pytest.xfail("the reader of 23 November puts another sentence first (docs/answering.md, 'The price')")
    assert found[0] == " | ".join(cells)


def test_a_quote_of_the_pdf_has_its_page(answers: dict[str, dict[str, Answer]]) -> None:
    assert {quote.page for answer in answers["pdf"].values() for quote in answer.quotes} == {1}
