"""A report on an answer becomes a row that `ragbot evaluate` reads; nothing in it is the browser's word."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ragbot.answering import Bot
from ragbot.datatypes import Answer, Block, BlockKind, CatalogueEntry, Document, Outcome, Quote, Span
from ragbot.errors import IndexNotBuiltError, RecordingError
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.golds import resolve_golds
from ragbot.recording import RowFile
from ragbot.scope import Scope
from ragbot.ui.records import Records, open_records
from ragbot.ui.reporting import report_html, reporting_html
from ragbot.ui.reports import Reports
from ragbot.ui.state import AnsweringBot, Turn
from ragbot.ui.words import load_words

WORDS = load_words("en")
TEXT = "Do not drive today. Rest at home now."
DOCUMENT = Document("a.md", "Going home", TEXT, "a.md", "ab12", (Block(Span(0, 37), BlockKind.PARAGRAPH),))
QUOTE = Quote.cut(DOCUMENT, Span(0, 19))
ANSWERED = Turn(1, "May I drive?", Answer("May I drive?", Outcome.ANSWERED, (QUOTE,), index="f00d"))
REFUSED = Turn(2, "Rain?", Answer("Rain?", Outcome.NO_ANSWER, nearest=(QUOTE,), message="No.", index="f00d"))
DANGER = Turn(3, "I want to die", Answer("I want to die", Outcome.EMERGENCY, message="Call 911"))
NOTICE = Turn(4, "", notice="the question is empty")
TURNS = [ANSWERED, REFUSED, DANGER, NOTICE]
# "Do not drive today." has 19 characters, "Rest at home now." 17 more after the blank.
SENTENCE = {"document": "a.md", "start": 20, "end": 37, "sha256": "ab12"}


class SmallBot:
    fingerprint = "one"
    catalogue = (CatalogueEntry("a.md", "Going home"),)

    @property
    def index(self) -> SmallBot:
        return self

    def document(self, doc_id: str) -> Document:
        return {"a.md": DOCUMENT}[doc_id]

    def ask(self, question: str) -> Answer:
        return Answer(question, Outcome.NO_ANSWER)

    def ask_turns(self, turns: Sequence[str], *, alone: bool = False) -> Answer:
        return self.ask(turns[-1])


def no_index() -> AnsweringBot:
    raise IndexNotBuiltError("no index at index/; run: ragbot ingest")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reports.jsonl"


@pytest.fixture
def reports(path: Path) -> Reports:
    return Reports(SmallBot, open_records(questions=None, feedback=path), WORDS)


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_chosen_sentence_is_saved_with_the_words_of_the_document(reports: Reports, path: Path) -> None:
    told, reported = reports.report({"turn": 1, "right": False, **SENTENCE, "text": "made up"}, TURNS, [])
    assert told == "<p data-ok>Saved. Thank you.</p>"
    assert reported == [1]
    (row,) = rows(path)
    assert row["question"] == "May I drive?"
    assert row["answers"] == [{**SENTENCE, "text": "Rest at home now."}]
    assert row["right"] is False


def test_a_right_answer_is_saved_with_what_it_showed(reports: Reports, path: Path) -> None:
    reports.report({"turn": 1, "right": True}, TURNS, [])
    (row,) = rows(path)
    assert row["answers"] == [
        {"document": "a.md", "start": 0, "end": 19, "sha256": "ab12", "text": "Do not drive today."}
    ]


@pytest.mark.parametrize(("turn", "right"), [(1, False), (2, True)])
def test_what_the_documents_do_not_answer_is_saved_without_places(
    reports: Reports, path: Path, turn: int, right: bool
) -> None:
    reports.report({"turn": turn, "right": right}, TURNS, [])
    (row,) = rows(path)
    assert (row["answers"], row["right"]) == ([], right)


@pytest.mark.parametrize(
    "event", [None, [], "x", {}, {"turn": "1"}, {"turn": 99}, {"turn": 3, "right": True}, {"turn": 4, "right": False}]
)
def test_nothing_is_saved_of_a_turn_that_is_not_there_or_that_the_gate_took(
    reports: Reports, path: Path, event: object
) -> None:
    told, reported = reports.report(event, TURNS, [])
    assert "no longer open here" in told
    assert "data-ok" not in told
    assert (reported, rows(path)) == ([], [])


@pytest.mark.parametrize(
    "change", [{"start": 19}, {"end": 36}, {"sha256": "old"}, {"document": "b.md"}, {"start": "20"}, {"document": 7}]
)
def test_a_sentence_that_does_not_stand_there_is_not_saved(
    reports: Reports, path: Path, change: Mapping[str, object]
) -> None:
    told, reported = reports.report({"turn": 1, "right": False, **SENTENCE, **change}, TURNS, [])
    assert "stands no longer there" in told
    assert (reported, rows(path)) == ([], [])


def test_a_turn_is_saved_once(reports: Reports, path: Path) -> None:
    _, reported = reports.report({"turn": 1, "right": True}, TURNS, [])
    told, again = reports.report({"turn": 1, "right": False}, TURNS, reported)
    assert "Saved" in told
    assert (again, len(rows(path))) == ([1], 1)


def test_a_full_file_is_told_and_nothing_is_lost(path: Path) -> None:
    records = Records(reports=RowFile(path, setting="X", max_bytes=10))
    told, reported = Reports(SmallBot, records, WORDS).report({"turn": 1, "right": True}, TURNS, [])
    assert "could not be saved" in told
    assert reported == []


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    records = open_records(questions=None, feedback=None)
    records.keep_question(Answer("q", Outcome.ANSWERED))
    assert "no longer open" in Reports(SmallBot, records, WORDS).report({"turn": 1, "right": True}, TURNS, [])[0]
    assert list(tmp_path.iterdir()) == []


def test_questions_are_kept_apart_from_reports_and_never_those_of_the_gate(tmp_path: Path) -> None:
    records = open_records(questions=tmp_path / "q.jsonl", feedback=tmp_path / "r.jsonl")
    for turn in TURNS:
        if turn.answer:
            records.keep_question(turn.answer)
    assert [row["question"] for row in rows(tmp_path / "q.jsonl")] == ["May I drive?", "Rain?"]
    assert rows(tmp_path / "r.jsonl") == []


def test_a_question_that_cannot_be_kept_costs_a_line_in_the_log(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    records = Records(questions=RowFile(path, setting="X", max_bytes=10))
    assert ANSWERED.answer
    records.keep_question(ANSWERED.answer)
    assert "move it away" in caplog.text
    assert "drive" not in caplog.text


def test_a_file_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="RAGBOT_KEEP_QUESTIONS: cannot write"):
        open_records(questions=tmp_path / "no" / "q.jsonl", feedback=None)


def test_the_documents_to_choose_from_have_their_titles(reports: Reports) -> None:
    assert reports.documents() == [["a.md", "Going home"]]
    assert Reports(no_index, Records(), WORDS).documents() == []


@pytest.mark.parametrize("place", [None, [], {"document": "../etc/passwd"}, {"document": 7}])
def test_a_document_that_is_not_there_offers_no_choice(reports: Reports, place: object) -> None:
    markup = reports.choices(place)
    assert "no longer in the index" in markup
    assert "radio" not in markup


@pytest.mark.parametrize("place", [{}, {"start": 5, "end": 2}, {"start": "a", "end": None}, {"start": 0, "end": 10**9}])
def test_a_document_opens_to_choose_from_wherever_the_quote_was(reports: Reports, place: Mapping[str, object]) -> None:
    assert reports.choices({"document": "a.md", **place}).count('type="radio"') == 2


def test_every_sentence_that_can_be_chosen_can_be_saved(reports: Reports, path: Path) -> None:
    markup = reports.choices({"document": "a.md"})
    places = re.findall(r'data-start="(\d+)" data-end="(\d+)"', markup)
    for number, (start, end) in enumerate(places, start=1):
        choice = {"document": "a.md", "start": int(start), "end": int(end), "sha256": "ab12"}
        told, _ = reports.report({"turn": number, "right": False, **choice}, [replace(ANSWERED, number=number)], [])
        assert "data-ok" in told
    assert len(rows(path)) == len(places) == 2


def test_thumbs_stand_under_answers_and_refusals_alone() -> None:
    shown = [bool(report_html(turn, WORDS)) for turn in TURNS]
    assert shown == [True, True, False, False]


def test_what_was_asked_of_some_documents_alone_is_no_report(reports: Reports, path: Path) -> None:
    assert ANSWERED.answer
    narrowed = replace(ANSWERED, answer=replace(ANSWERED.answer, scope=Scope(("a.md",))))
    assert report_html(narrowed, WORDS) == ""
    assert "data-ok" not in reports.report({"turn": 1, "right": True}, [narrowed], [])[0]
    assert rows(path) == []


def test_what_would_be_saved_is_told_as_it_would_be_saved() -> None:
    answer = Answer("and he?", Outcome.ANSWERED, (QUOTE,), understood="May jo@example.org drive <b>?")
    markup = report_html(Turn(7, "and he?", answer), WORDS)
    assert 'data-turn="7" data-question="May […] drive &lt;b&gt;?" data-shown="Do not drive today."' in markup
    assert "and he?" not in markup


def test_the_page_says_what_is_not_saved() -> None:
    assert "Nothing about you, and no other question" in html.unescape(reporting_html(WORDS))


def test_reports_are_a_question_file_that_evaluate_reads(
    build_bot: Callable[[Mapping[str, str | bytes]], Bot], path: Path
) -> None:
    bot = build_bot({"home.md": "# Home\n\nDo not drive after a session. Rest at home for the day.\n"})
    reports = Reports(lambda: bot, open_records(questions=None, feedback=path), WORDS)
    document = bot.index.document("home.md")
    start = document.text.index("Rest")
    place = {"document": "home.md", "start": start, "end": start + 25, "sha256": document.sha256}
    turn = replace(ANSWERED, question="Rest?", answer=Answer("Rest?", Outcome.NO_ANSWER, index=bot.index.fingerprint))
    reports.report({"turn": 1, "right": False, **place}, [turn], [])
    reports.report({"turn": 2, "right": True}, [turn, replace(turn, number=2)], [])
    chosen, absent = read_examples([path])
    (gold,), nothing = resolve_golds([chosen, absent], bot.index.document)
    assert (gold.text, gold.document, nothing) == ("Rest at home for the day.", "home.md", ())
    assert (chosen.question, chosen.kind, absent.is_answerable) == ("Rest?", "corrected", False)
