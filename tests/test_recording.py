"""What visitors asked or corrected becomes rows of a question file: whole rows, bounded, without who asked."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Answer, Block, BlockKind, Document, Outcome, Quote, Span
from ragbot.errors import RecordingError
from ragbot.recording import Gold, RowFile, masked, question_row, report_row, shown_golds

DAY = date(2026, 11, 22)
TEXT = "Do not drive. Rest at home."
DOCUMENT = Document("a.md", "Going home", TEXT, "a.md", "ab12", (Block(Span(0, 27), BlockKind.PARAGRAPH),))
QUOTE = Quote.cut(DOCUMENT, Span(0, 13))  # "Do not drive."
ANSWERED = Answer("May I drive?", Outcome.ANSWERED, (QUOTE,), confidence=0.75049, index="f00d")


def rows_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_question_is_kept_with_what_came_of_it_and_the_day_alone() -> None:
    row = question_row(ANSWERED, day=DAY)
    assert row is not None
    assert row.pop("id")
    assert row == {
        "question": "May I drive?", "index": "f00d", "date": "2026-11-22", "outcome": "answered", "confidence": 0.75,
    }  # fmt: skip


def test_a_follow_up_is_kept_as_it_was_understood_and_nothing_of_the_turns_before() -> None:
    row = question_row(replace(ANSWERED, question="and tomorrow?", understood="May I drive tomorrow?"), day=DAY)
    assert row is not None
    assert row["question"] == "May I drive tomorrow?"


@pytest.mark.parametrize("outcome", [Outcome.EMERGENCY, Outcome.PERSONAL_DOSE, Outcome.SMALL_TALK])
def test_what_the_gate_took_is_never_written(outcome: Outcome) -> None:
    answer = Answer("I want to die", outcome, message="Call 911")
    assert question_row(answer, day=DAY) is None
    assert report_row(answer, (), right=False, day=DAY) is None


def test_a_report_names_the_place_that_answers_with_its_text_and_hash() -> None:
    row = report_row(ANSWERED, [Gold.cut(DOCUMENT, Span(14, 27))], right=False, day=DAY)
    assert row is not None
    # "Do not drive. " has 14 characters, "Rest at home." 13 more.
    assert row["answers"] == [{"document": "a.md", "start": 14, "end": 27, "sha256": "ab12", "text": "Rest at home."}]
    assert (row["right"], row["kind"]) == (False, "corrected")


def test_a_report_without_places_says_that_the_documents_do_not_answer() -> None:
    row = report_row(ANSWERED, (), right=False, day=DAY)
    assert row is not None
    assert row["answers"] == []


def test_an_answer_that_is_right_stands_for_what_it_showed() -> None:
    other = Quote.cut(DOCUMENT, Span(14, 27))
    one, two = replace(QUOTE, group="side-a"), replace(other, group="side-b")
    assert [gold.text for gold in shown_golds(replace(ANSWERED, quotes=(QUOTE, other)))] == ["Do not drive."]
    assert [gold.side for gold in shown_golds(replace(ANSWERED, quotes=(one, two, QUOTE)))] == ["side-a", "side-b"]
    assert len(shown_golds(replace(ANSWERED, quotes=(QUOTE, one, two)))) == 3
    assert shown_golds(Answer("q", Outcome.NO_ANSWER, nearest=(QUOTE,))) == ()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mail jo.o'b+x@clinic.example.org please", "mail jo.o'[…] please"),
        ("call +44 (0)20 7946-0018 now", "call […] now"),
        ("born 1961-04-12, may I?", "born […], may I?"),
        ("0.5 mg/kg over 40 minutes, 2 times in 2024?", "0.5 mg/kg over 40 minutes, 2 times in 2024?"),
        ("NCT123456 or 123456?", "NCT123456 or 123456?"),
    ],
)
def test_addresses_and_long_numbers_are_masked_and_doses_are_not(typed: str, kept: str) -> None:
    assert masked(typed) == kept


def test_rows_are_added_as_lines_even_behind_an_unfinished_one(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"id": "by hand"}', "utf-8")
    RowFile(path, setting="X").append({"id": "\ud800é"})
    assert rows_of(path) == [{"id": "by hand"}, {"id": "\ufffdé"}]
    assert path.read_bytes().isascii()


def test_a_new_file_is_for_the_operator_alone(tmp_path: Path) -> None:
    RowFile(tmp_path / "rows.jsonl", setting="X")
    assert (tmp_path / "rows.jsonl").stat().st_mode & 0o077 == 0


def test_a_full_file_takes_no_more_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    file = RowFile(path, setting="X", max_bytes=30)
    file.append({"id": "0123456789"})  # 21 characters and the line's end
    with pytest.raises(RecordingError, match=r"rows\.jsonl holds 30 bytes, .*; move it away"):
        file.append({"id": "b"})
    assert rows_of(path) == [{"id": "0123456789"}]


def test_a_file_that_cannot_be_written_is_refused_by_its_setting_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"RAGBOT_FEEDBACK: cannot write .*missing.rows\.jsonl \(no such folder"):
        RowFile(tmp_path / "missing" / "rows.jsonl", setting="RAGBOT_FEEDBACK")
    with pytest.raises(RecordingError, match="Is a directory"):
        RowFile(tmp_path, setting="RAGBOT_FEEDBACK")


def test_many_threads_and_files_on_one_path_mix_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"

    def write(name: int) -> None:
        file = RowFile(path, setting="X")
        for number in range(10):
            file.append({"id": f"{name}-{number}", "question": "x" * 500})

    threads = [threading.Thread(target=write, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(row["id"]) for row in rows_of(path)) == sorted(f"{a}-{b}" for a in range(6) for b in range(10))


@given(st.text(st.characters(codec=None), max_size=40))
def test_any_question_becomes_one_ascii_line(question: str) -> None:
    from ragbot.rendering import json_line

    row = question_row(replace(ANSWERED, question=question), day=DAY)
    assert row is not None
    line = json_line(row)
    assert line.isascii()
    assert "\n" not in line
