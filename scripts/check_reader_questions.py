"""Checks our own questions for the reader: `python scripts/check_reader_questions.py [FILE] [--medquad FILE]`

Prints one `file:line: message` per problem and a summary, and exits 1 if there is a problem. The form is always checked;
with MedQuAD at hand also that every sentence stands in its answer as whole words, and that none speaks of ketamine.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from reader_data.own import Answers, answer_of, read_answers
from reader_data.rows import read_json_lines

from ragbot.errors import DatasetError

QUESTIONS = Path(__file__).resolve().parent.parent / "train" / "reader" / "questions.jsonl"
KEYS = {"id", "hand", "collection", "passage", "sentences", "question", "right"}
MOST_WORDS = 100
_ID = re.compile(r"[a-z]\d{4,}")
_MEASURED_ON = re.compile(r"(es)?ketamine|spravato|ketalar", re.IGNORECASE)  # what ragbot is tried on; never trained on


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the file and print what is wrong with it; 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=QUESTIONS)
    parser.add_argument("--medquad", type=Path, help="medquad.jsonl, which ids and offsets refer to")
    options = parser.parse_args(arguments)
    try:
        rows = read_json_lines(options.file)
        answers = read_answers(options.medquad) if options.medquad else None
    except DatasetError as error:
        print(error)
        return 1
    problems = list(problems_of(rows, answers))
    for line, message in problems:
        print(f"{options.file}:{line}: {message}")
    print(summary([values for _, values in rows], len(problems)))
    return 1 if problems else 0


def problems_of(rows: Sequence[tuple[int, dict[str, Any]]], answers: Answers | None) -> Iterator[tuple[int, str]]:
    """Line and message of each problem: form first, and only of rows of good form whether they fit their answers."""
    ids: set[str] = set()
    asked: set[tuple[str, ...]] = set()
    for line, values in rows:
        found = list(form_problems(values))
        if not found:
            key = values["hand"], values["collection"], values["passage"], values["question"]
            found += [f"id {values['id']} a second time"] * (values["id"] in ids)
            found += ["the same question on the same passage by the same hand"] * (key in asked)
            ids.add(values["id"])
            asked.add(key)
            found += text_problems(values, answers) if answers is not None else []
        yield from ((line, message) for message in found)


def form_problems(values: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one row, looked at alone."""
    if set(values) != KEYS:
        yield f"keys {sorted(values)}; they must be {sorted(KEYS)}"
        return
    texts = [name for name in ("id", "hand", "collection", "passage", "question") if not isinstance(values[name], str)]
    if texts:
        yield f"{texts[0]} must be text"
        return
    if not _ID.fullmatch(values["id"]) or values["id"][0] != values["hand"]:
        yield f"id {values['id']!r} must be the hand's letter and four digits or more"
    question = values["question"]
    if not any(c.isalpha() for c in question) or question != question.strip() or len(question.split()) > MOST_WORDS:
        yield f"question {question[:40]!r} must have letters, no outer blanks and at most {MOST_WORDS} words"
    if _MEASURED_ON.search(question):
        yield "a question on ketamine"
    spans, right = values["sentences"], values["right"]
    if not _are_spans(spans):
        yield "sentences must be [start, end] in the order of the text, without overlap"
    elif not isinstance(right, list) or any(type(n) is not int or n not in range(len(spans)) for n in right):
        yield f"right {right} must be numbers of the {len(spans)} sentences"
    elif len(set(right)) != len(right):
        yield f"right {right} has a number twice"


def text_problems(values: dict[str, Any], answers: Answers) -> Iterator[str]:
    """What is wrong with one row of good form beside the texts it refers to."""
    key = values["collection"], values["passage"]
    spans = [(start, end) for start, end in values["sentences"]]
    if key not in answers:
        yield f"no answer {' '.join(key)} in MedQuAD"
    elif (answer := answer_of(spans, answers[key])) is None:
        yield f"a sentence of {' '.join(key)} is not in its answer as whole words"
    elif _MEASURED_ON.search(f"{answer.focus} {answer.text}"):
        yield f"answer {' '.join(key)} speaks of ketamine"


def summary(rows: Sequence[dict[str, Any]], n_problems: int) -> str:
    """One line of counts."""
    hands = Counter(str(row.get("hand")) for row in rows)
    passages = {(str(row.get("collection")), str(row.get("passage"))) for row in rows}
    by_hand = ", ".join(f"{hand} {n}" for hand, n in sorted(hands.items()))
    n_none = sum(row.get("right") == [] for row in rows)
    return f"{len(rows)} questions ({by_hand}), {n_none} unanswerable, {len(passages)} passages, {n_problems} problems"


def _are_spans(spans: object) -> bool:
    """True for a list of [start, end] that neither overlap nor go back."""
    if not isinstance(spans, list) or not spans:
        return False
    if not all(isinstance(s, list) and len(s) == 2 and all(type(n) is int for n in s) for s in spans):
        return False
    flat = [number for span in spans for number in span]
    return flat[0] >= 0 and flat == sorted(flat) and all(start < end for start, end in spans)


if __name__ == "__main__":
    sys.exit(main())
