"""SQuAD as it is: one small file of each version, and what a broken one is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.datatypes import Span
from ragbot.errors import DatasetError
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.datasets.json_nodes import JsonNode, JsonText
from ragbot.evaluation.datasets.squad import read_squad, squad_documents

FIRST = "The drip runs for forty minutes. Nurses watch the pressure."
SECOND = "Some feel sick.\r\nIt passes within an hour."


def question(**fields: Any) -> dict[str, Any]:
    at = FIRST.index("forty minutes")
    answers = [{"text": "forty minutes", "answer_start": at}]
    return {"id": "q1", "question": "How long is the drip?", "answers": answers} | fields


def squad(*questions: dict[str, Any], context: str = FIRST) -> dict[str, Any]:
    paragraphs = [{"context": context, "qas": list(questions)}, {"context": SECOND, "qas": []}]
    return {"version": "v2.0", "data": [{"title": "The_drip", "paragraphs": paragraphs}]}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def written(value: object, *, indent: int | None = None) -> Path:
        path = tmp_path / "dev.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value, indent=indent), "utf-8")
        return path

    return written


def test_a_question_comes_with_its_context_answers_and_whether_it_is_impossible(write: Callable[..., Path]) -> None:
    impossible = question(id="q2", question="What does it cost?", answers=[], is_impossible=True)
    path = write(squad(question(is_impossible=False), impossible))
    one, two = read_squad(path, path.read_text("utf-8"))
    assert (one.question_id, one.question, one.context) == ("q1", "How long is the drip?", FIRST)
    assert [(answer.text, answer.span) for answer in one.answers] == [("forty minutes", Span(18, 31))]
    assert (one.is_impossible, two.is_impossible, two.answers) == (False, True, ())


def test_squad_1_has_no_flag_and_every_annotator_counts_once(write: Callable[..., Path]) -> None:
    at = FIRST.index("forty")
    answers = [{"text": text, "answer_start": at} for text in ("forty minutes", "forty", "forty minutes")]
    path = write(squad(question(answers=answers)))
    (one,) = read_squad(path, path.read_text("utf-8"))
    assert [answer.text for answer in one.answers] == ["forty minutes", "forty"]
    assert not one.is_impossible


def test_golds_stand_in_the_article_that_is_written(write: Callable[..., Path]) -> None:
    second = question(id="q2", answers=[{"text": "within an hour", "answer_start": SECOND.index("within")}])
    value = squad(question())
    value["data"][0]["paragraphs"][1]["qas"] = [second]
    path = write(value)
    (document,) = squad_documents(path, path.read_text("utf-8"))
    examples = read_examples([path])
    assert document.name == "dev/The_drip.txt"
    for example, words in zip(examples, ("forty minutes", "within an hour"), strict=True):
        (gold,) = example.golds
        assert gold.at is not None
        assert (gold.document, gold.at.cut(document.text)) == (document.name, words)
    assert "\r" not in document.text  # a loader would drop it and move every offset behind it


def test_an_answer_that_is_a_few_characters_off_is_found_where_it_stands(write: Callable[..., Path]) -> None:
    context = "One hour. Then another hour."
    # "hour" stands at 4 and 23; 21 is nearer to the second
    path = write(squad(question(answers=[{"text": "hour", "answer_start": 21}]), context=context))
    (one,) = read_squad(path, path.read_text("utf-8"))
    assert one.answers[0].span == Span(23, 27)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"id": 7}, ":1:{id}: data[0].paragraphs[0].qas[0].id: must be text"),
        ({"question": " "}, ".question: is empty; write the question"),
        ({"answers": "no"}, ".answers: must be a list"),
        ({"answers": ["no"]}, ".answers[0]: must be an object"),
        ({"answers": [{"text": "an hour", "answer_start": 0}]}, ".answers[0].text: does not stand in the context"),
        ({"answers": [{"text": "forty"}]}, ".answers[0]: has no `answer_start`"),
        ({"answers": [{"text": "forty", "answer_start": "18"}]}, ".answers[0].answer_start: must be a whole number"),
        ({"is_impossible": True}, "qas[0]: has answers, yet is_impossible"),
        ({"answers": [], "is_impossible": False}, "qas[0]: has no answer, yet is not impossible"),
    ],
)
def test_a_broken_question_is_named_by_line_column_and_path(
    write: Callable[..., Path], fields: dict[str, Any], says: str
) -> None:
    path = write(squad(question(**fields)))
    with pytest.raises(DatasetError) as caught:
        read_examples([path])
    # A compact file has one line: the column is where the value begins.
    column = path.read_text("utf-8").find('"id": 7') + len('"id": ') + 1
    assert str(caught.value).startswith(f"{path}:1:")
    assert says.replace("{id}", str(column)) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_line_and_column_are_those_of_a_laid_out_file(write: Callable[..., Path]) -> None:
    path = write(squad(question(), question()), indent=2)
    lines = path.read_text("utf-8").split("\n")
    start = [number for number, line in enumerate(lines, start=1) if '"id"' in line][1] - 1  # its opening brace
    column = lines[start - 1].index("{") + 1
    with pytest.raises(DatasetError, match=rf"dev\.json:{start}:{column}: id: 'q1' already stands"):
        read_examples([path])


def test_a_file_that_ends_too_early_is_named_by_line_and_column(write: Callable[..., Path]) -> None:
    path = write('{"data": [\n  {"title": "x", "paragraphs": [')
    with pytest.raises(DatasetError, match=r"dev\.json:2:\d+: file: not JSON \(Expecting value\)"):
        read_examples([path])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(JSON, st.sampled_from([None, 0, 2]))
def test_every_member_begins_where_the_walk_says(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)

    def check(node: JsonNode) -> None:
        found, _ = json.JSONDecoder().raw_decode(text, node.position)
        assert found == node.value
        members = node.members().values() if isinstance(node.value, dict) else ()
        items = node.items() if isinstance(node.value, list) else ()
        children = [*members, *items]
        assert len(children) == (len(node.value) if isinstance(node.value, dict | list) else 0)
        for child in children:
            check(child)

    check(JsonText(Path("x.json"), text).root)
