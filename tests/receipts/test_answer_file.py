"""Answers read again from what `ragbot ask --json` printed, and the lines of `ragbot verify`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ragbot.cli import app
from ragbot.datatypes import text_hash
from ragbot.errors import AnswerFileError
from ragbot.receipts import read_answers
from ragbot.receipts.command import check_answers
from ragbot.rendering import answer_to_json, json_line
from tests.conftest import BuildBot

QUOTE = {"document": "a.md", "sha256": "ab", "start": 3, "end": 8, "text": "Rest."}
ANSWER = {"id": "q1", "index": "one", "quotes": [QUOTE]}


def test_one_object_one_a_line_and_printed_over_several_lines_are_read_alike() -> None:
    one = read_answers(json.dumps(ANSWER), name="answer.json")
    assert one == read_answers(json.dumps(ANSWER, indent=2), name="answer.json")
    (answer,) = one
    assert (answer.name, answer.texts) == ("q1", ("Rest.",))
    receipt = answer.receipts[0]
    assert (receipt.document, receipt.sha256, receipt.start, receipt.end) == ("a.md", "ab", 3, 8)
    assert (receipt.text_sha256, receipt.index) == (text_hash("Rest."), "one")
    two = f"{json.dumps(ANSWER)}\n\n{json.dumps(ANSWER | {'id': 'q2', 'quotes': []})}\n"
    assert [(a.name, len(a.receipts)) for a in read_answers(two, name="answers.jsonl")] == [("q1", 1), ("q2", 0)]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "x.json is empty"),
        ("no", "x.json, line 1: no JSON"),
        ("[]", "x.json: no answer with 'quotes'"),
        ('{"quotes": 3}', "x.json: no answer with 'quotes'"),
        ('{"quotes": [3]}', "x.json, quote 1: no object"),
        ('{"quotes": []}\n{"quotes": [}', "x.json, line 2: no JSON"),
        (json.dumps({"quotes": [QUOTE, QUOTE | {"text": ""}]}), "x.json, quote 2: 'text' is missing or no text"),
        (json.dumps({"quotes": [QUOTE | {"start": True}]}), "'start' is missing or no offset"),
        (json.dumps({"quotes": [QUOTE | {"end": -1}]}), "'end' is missing or no offset"),
        ("[" * 100_000, "x.json, line 1: no JSON"),
    ],
)
def test_what_is_no_answer_is_named_with_its_line_and_the_next_step(written: str, told: str) -> None:
    with pytest.raises(AnswerFileError) as error:
        read_answers(written, name="x.json")
    assert told in str(error.value)
    assert "ragbot ask" in str(error.value)


@given(st.text())
def test_any_text_is_read_or_refused_in_one_line(written: str) -> None:
    told = ""
    try:
        told = str(read_answers(written, name="x.json"))
    except AnswerFileError as error:
        told = str(error)
        assert told.isprintable()
    assert told


def test_an_answer_of_the_bot_is_confirmed_until_a_file_changes(build_bot: BuildBot, tmp_path: Path) -> None:
    bot = build_bot(
        {"driving.md": "# Driving\n\nDo not drive until the next day.\n", "food.md": "# Food\n\nEat well.\n"}
    )
    answer = bot.ask("May I drive the next day?", threshold=0.0)
    written = json_line(answer_to_json(answer, row_id="q1"))

    def lines() -> list[tuple[bool, str]]:
        return list(check_answers(read_answers(written, name="a.json"), index=tmp_path / "index"))

    n_quotes = len(answer.quotes)
    first = answer.quotes[0]
    place = f"{first.document} {first.span.start}..{first.span.end}"
    assert [ok for ok, _ in lines()] == [True] * n_quotes
    assert lines()[0][1] == f"ok   q1[1] {place}: the file is unchanged and holds these words there"
    changed = tmp_path / "corpus" / first.document
    changed.write_text("New. " + changed.read_text())
    ok, line = lines()[0]
    assert not ok
    moved = f"{first.span.start + 5}..{first.span.end + 5}"
    assert line == f"FAIL q1[1] {place}: the file has changed since; these words stand at {moved}"
    changed.unlink()
    assert lines()[0] == (False, f"FAIL q1[1] {place}: the file is gone; put it back, or name its index with --index")


@pytest.mark.usefixtures("light_models")
def test_the_command_prints_a_line_a_quote_and_exits_by_what_it_found(build_bot: BuildBot, tmp_path: Path) -> None:
    bot = build_bot({"driving.md": "# Driving\n\nDo not drive until the next day.\n"})
    written = json_line(answer_to_json(bot.ask("May I drive the next day?", threshold=0.0)))
    file, index = tmp_path / "answer.json", str(tmp_path / "index")
    file.write_text(written)
    verified = CliRunner().invoke(app, ["verify", str(file), "--index", index])
    assert (verified.exit_code, verified.stdout.count("\n")) == (0, written.count('"sha256"'))
    assert verified.stdout.startswith("ok   [1] driving.md ")
    altered = CliRunner().invoke(app, ["verify", "-", "--index", index], input=written.replace("Do not", "You may"))
    assert altered.exit_code == 1
    empty = CliRunner().invoke(app, ["verify", str(tmp_path / "no.json"), "--index", index])
    assert empty.exit_code == 1
    assert empty.stderr.startswith("cannot read ")
    file.write_text('{"quotes": []}')
    none = CliRunner().invoke(app, ["verify", str(file), "--index", index])
    assert (none.exit_code, none.stdout) == (0, "")
    assert "no quotes" in none.stderr
