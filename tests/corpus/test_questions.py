"""The question sets hold what eval/README.md says: golds verbatim in the articles, fixed splits, no row twice."""

import json
from collections import Counter
from pathlib import Path

import pytest

from ragbot.lexical import terms

ROOT = Path(__file__).resolve().parents[2]
ROWS = [json.loads(line) for line in (ROOT / "eval" / "questions.jsonl").read_text("utf-8").splitlines()]
SAFETY = [json.loads(line) for line in (ROOT / "eval" / "safety.jsonl").read_text("utf-8").splitlines()]
ARTICLES = {path.name: path.read_text("utf-8") for path in (ROOT / "corpus").glob("*.md")}
BODY = "\n".join(text.split("---\n", 2)[-1] for name, text in ARTICLES.items() if name != "SOURCES.md")


def test_every_gold_is_a_verbatim_sentence_of_its_document() -> None:
    wrong = [
        (row["id"], gold["text"][:60])
        for row in ROWS
        for gold in row["answers"]
        if gold["text"] not in ARTICLES[gold["document"]] or gold.get("span", "") not in gold["text"]
    ]
    assert wrong == []


def test_no_question_stands_twice() -> None:
    asked = Counter(json.dumps(row.get("question") or row["turns"]).casefold() for row in ROWS)
    ids = Counter(row["id"] for row in [*ROWS, *SAFETY])
    assert [text for text, n in (asked + ids).items() if n > 1] == []


def test_every_topic_has_twelve_answerable_questions() -> None:
    answerable = Counter(row["topic"] for row in ROWS if row["answers"] and "question" in row)
    assert {f"T{n}": answerable[f"T{n}"] for n in range(1, 29) if answerable[f"T{n}"] < 12} == {}


def test_three_fifths_of_the_rows_are_dev() -> None:
    for rows in (ROWS, SAFETY):
        share = sum(row["split"] == "dev" for row in rows) / len(rows)
        assert share == pytest.approx(0.6, abs=0.02)
        assert {row["split"] for row in rows} == {"dev", "test"}


def test_unanswerable_questions_name_the_searches_that_found_no_answer() -> None:
    """Each writer searched the articles for these terms; for nine rows in ten one of them stands in no article at all."""
    unanswerable = [row for row in ROWS if not row["answers"]]
    assert [row["id"] for row in unanswerable if not row.get("checked")] == []
    known = set(terms(BODY))
    absent = [
        any(t.casefold() not in BODY.casefold() or not set(terms(t)) <= known for t in r["checked"])
        for r in unanswerable
    ]
    assert sum(absent) >= 0.9 * len(unanswerable)
