"""A file of questions: one object a row, in order, whatever the row holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragbot.answering import Bot
from ragbot.batch import answer_rows, unusable_answer
from ragbot.datatypes import DISCLAIMER, Outcome
from ragbot.errors import DatasetError
from ragbot.rendering import json_line

BuildBot = Callable[[Mapping[str, str | bytes]], Bot]

KEYS = {"id", "question", "outcome", "confidence", "message", "quotes", "nearest", "disclaimer", "index", "seconds"}
OPTIONAL = {"footer", "understood", "searched_also", "unknown_words", "also_asked", "try_instead"}
NO_JSON = "this row is not JSON; correct it and run it again"
NO_OBJECT = 'this row is not an object; write {"id": …, "question": …}'
NO_QUESTION = 'this row has no "question" (text) or "turns" (list of texts); add one'
EMPTY = "the question is empty; type a question and ask again"
NO_LETTERS = "the question has no letters; type it in words and ask again"
TOO_LONG = "the question has 100,000 characters; shorten it to 2,000 and ask again"


@pytest.fixture
def answer(build_bot: BuildBot, tmp_path: Path) -> Callable[[str | bytes], list[dict[str, Any]]]:
    """The objects printed for the content of a file, each of them checked against the contract."""
    bot = build_bot({"a.md": "Do not drive until the next day. Nausea fades within two hours.\n"})

    def rows(content: str | bytes) -> list[dict[str, Any]]:
        path = tmp_path / "q.jsonl"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        printed = [json_line(values) for values in answer_rows(bot, path, threshold=0.0)]
        assert all(line.isascii() and "\n" not in line for line in printed)
        objects = [json.loads(line) for line in printed]
        for values in objects:
            check_contract(values, bot)
        return objects

    return rows


def check_contract(values: dict[str, Any], bot: Bot) -> None:
    assert KEYS <= set(values) <= KEYS | OPTIONAL
    assert isinstance(values["id"], str)
    assert isinstance(values["question"], str)
    assert values["outcome"] in {outcome.value for outcome in Outcome}
    assert 0 <= values["confidence"] <= 1
    assert isinstance(values["seconds"], float)
    assert values["disclaimer"] == DISCLAIMER
    assert values["index"] == bot.index.fingerprint
    assert (values["message"] is None) == (values["outcome"] == "answered") == bool(values["quotes"])


@pytest.mark.parametrize(
    ("row", "row_id", "message"),
    [
        ('{"id": "a", "question": ""}', "a", EMPTY),
        ('{"id": "a", "question": "   "}', "a", EMPTY),
        ('{"id": "a", "question": "\\u0000\\u0007\\u001b"}', "a", EMPTY),
        ('{"id": "a", "question": "\\ud800"}', "a", EMPTY),
        ('{"id": "a", "question": "😀🎉"}', "a", NO_LETTERS),
        (json.dumps({"id": "a", "question": "x" * 100_000}), "a", TOO_LONG),
        (json.dumps({"id": "a", "turns": ["Can I drive?", ""]}), "a", EMPTY),
        ('{"id": "a"}', "a", NO_QUESTION),
        ('{"id": "a", "question": null}', "a", NO_QUESTION),
        ('{"id": "a", "question": 7}', "a", NO_QUESTION),
        ('{"id": "a", "question": ["Can I drive?"]}', "a", NO_QUESTION),
        ('{"id": "a", "turns": []}', "a", NO_QUESTION),
        ('{"id": "a", "turns": "Can I drive?"}', "a", NO_QUESTION),
        ('{"id": "a", "turns": ["Can I drive?", null]}', "a", NO_QUESTION),
        ('["a", "Can I drive?"]', "", NO_OBJECT),
        ('"Can I drive?"', "", NO_OBJECT),
        ("null", "", NO_OBJECT),
        ("7", "", NO_OBJECT),
        ('{"id": "a", "question": "Can I', "", NO_JSON),
        ("Can I drive?", "", NO_JSON),
        ("[" * 100_000, "", NO_JSON),
        ('{"id": ' + "9" * 5_000 + "}", "", NO_JSON),
    ],
)
def test_a_row_that_cannot_be_used_gets_its_line_with_the_reason(
    answer: Callable[[str | bytes], list[dict[str, Any]]], row: str, row_id: str, message: str
) -> None:
    (values,) = answer(row)
    assert (values["id"], values["outcome"], values["message"]) == (row_id, "no_answer", message)
    assert (values["confidence"], values["quotes"], values["nearest"]) == (0.0, [], [])


@pytest.mark.parametrize(
    ("row", "row_id", "question"),
    [
        ('{"id": "", "question": "Can I drive?"}', "", "Can I drive?"),
        ('{"question": "Can I drive?"}', "", "Can I drive?"),
        ('{"id": 7, "question": "Can I drive?"}', "7", "Can I drive?"),
        ('{"id": {"n": 1}, "question": "Can I drive?"}', '{"n": 1}', "Can I drive?"),
        ('{"id": "a", "question": "Can I drive?", "turns": ["Is it safe?", "why?"]}', "a", "why?"),
        ('{"id": "a", "question": "<b>Can I</b> drive?<script>"}', "a", "<b>Can I</b> drive?<script>"),
        ('{"id": "a", "question": "Can\\u0000 I \\ud800drive?\\u202e"}', "a", "Can\x00 I \ufffddrive?\u202e"),
        ('{"id": "\\udfff", "question": "Can I drive?"}', "\ufffd", "Can I drive?"),
        ('{"id": "a", "question": "Can I drive?", "more": NaN}', "a", "Can I drive?"),
        ('  {"id": "a", "question": "Can I drive?"}\r', "a", "Can I drive?"),
    ],
)
def test_a_row_that_can_be_used_is_answered_with_its_question_as_typed(
    answer: Callable[[str | bytes], list[dict[str, Any]]], row: str, row_id: str, question: str
) -> None:
    (values,) = answer(row)
    assert (values["id"], values["question"], values["outcome"]) == (row_id, question, "answered")


def test_rows_are_answered_one_by_one_in_order(answer: Callable[[str | bytes], list[dict[str, Any]]]) -> None:
    rows = [
        {"id": f"q{n}", "question": q} for n, q in enumerate(["Can I drive?", "", "nausea", "thanks", "i'm suicidal"])
    ]
    values = answer("\n".join(map(json.dumps, rows)) + "\n")
    assert [v["id"] for v in values] == ["q0", "q1", "q2", "q3", "q4"]
    assert [v["outcome"] for v in values] == ["answered", "no_answer", "answered", "small_talk", "emergency"]


def test_turns_answer_the_last_one(answer: Callable[[str | bytes], list[dict[str, Any]]]) -> None:
    (values,) = answer(json.dumps({"id": "a", "turns": ["Does nausea fade?", "how long does it last?"]}))
    assert values["question"] == "how long does it last?"
    assert "nausea" in values.get("understood", values["quotes"][0]["text"]).casefold()


def test_blank_lines_are_no_rows_and_the_byte_order_mark_is_none_either(
    answer: Callable[[str | bytes], list[dict[str, Any]]],
) -> None:
    assert len(answer(b"\xef\xbb\xbf\n" + b'{"id": "a", "question": "nausea"}\n\n  \n')) == 1
    assert answer("") == []
    assert answer("\n\n") == []


def test_a_line_separator_inside_a_question_does_not_end_its_row(
    answer: Callable[[str | bytes], list[dict[str, Any]]],
) -> None:
    (values,) = answer('{"id": "a", "question": "Can\u2028I\x85drive?"}')
    assert values["outcome"] == "answered"


def test_bytes_that_are_not_utf_8_are_replaced(answer: Callable[[str | bytes], list[dict[str, Any]]]) -> None:
    (values,) = answer(b'{"id": "a", "question": "Can I drive\xff?"}')
    assert values["question"] == "Can I drive\ufffd?"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "question", "turns"]), inner),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(json_values | st.dictionaries(st.sampled_from(["id", "question", "turns"]), json_values), max_size=4))
def test_any_rows_get_one_line_each(answer: Callable[[str | bytes], list[dict[str, Any]]], rows: list[Any]) -> None:
    assert len(answer("\n".join(map(json.dumps, rows)))) == len(rows)


def test_a_file_that_cannot_be_read_is_one_line(build_bot: BuildBot, tmp_path: Path) -> None:
    bot = build_bot({"a.md": "Do not drive until the next day.\n"})
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(DatasetError, match=r"^cannot read .*; name a JSONL file$"):
            list(answer_rows(bot, path, threshold=None))


def test_an_unusable_answer_carries_index_and_disclaimer(build_bot: BuildBot) -> None:
    bot = build_bot({"a.md": "Do not drive until the next day.\n"})
    answer = unusable_answer("q", "why", bot)
    assert (answer.outcome, answer.message, answer.confidence) == (Outcome.NO_ANSWER, "why", 0.0)
    assert (answer.index, answer.disclaimer) == (bot.index.fingerprint, DISCLAIMER)
