"""Make an index and a question file of each of train/subjects: `python scripts/subject_corpus.py --out FOLDER`

FOLDER/NAME gets documents/ (Markdown), questions.jsonl and index/. The pairs that dev_rows.py and fit_answering.py take are
written to FOLDER/training.txt and, of one subject in six (by its name), to FOLDER/held.txt: those are for measuring.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from reader_data.subjects import Subject, read_subject

from ragbot.encoding import MiniLmEncoder
from ragbot.errors import DatasetError
from ragbot.ingestion import ingest

SUBJECTS = Path(__file__).resolve().parent.parent / "train" / "subjects"
HELD_SHARE = 6  # one in so many


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the folder and print the counts; 1 and one line if a file is not of the form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", type=Path, nargs="?", default=SUBJECTS)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        subjects = [read_subject(path) for path in sorted(options.subjects.glob("*.txt"))]
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 1
    encoder = MiniLmEncoder()
    pairs: dict[str, list[str]] = {"training": [], "held": []}
    for subject in subjects:
        folder = options.out / subject.name
        write_subject(subject, folder)
        ingest([folder / "documents"], index=folder / "index", encoder=encoder)
        pairs["held" if is_held(subject) else "training"].append(f"{folder / 'index'}={folder / 'questions.jsonl'}")
    for part, own in pairs.items():
        (options.out / f"{part}.txt").write_text("\n".join(own) + "\n", "utf-8")
    print(f"{summary(subjects)}; for training {len(pairs['training'])}, held {len(pairs['held'])}")
    return 0


def is_held(subject: Subject) -> bool:
    """True for a subject that nothing is trained on, the same however many there are.

    >>> [is_held(Subject(name)) for name in ("statins", "warfarin")]
    [False, False]
    """
    return zlib.crc32(subject.name.encode()) % HELD_SHARE == 0


def write_subject(subject: Subject, folder: Path) -> None:
    """Write the subject's documents and its questions."""
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    for number, document in enumerate(subject.documents):
        (folder / "documents" / document_name(subject, number)).write_text(document.markdown(), "utf-8")
    rows = [json.dumps(row, ensure_ascii=False) + "\n" for row in question_rows(subject)]
    (folder / "questions.jsonl").write_text("".join(rows), "utf-8")


def document_name(subject: Subject, number: int) -> str:
    """File name of a subject's document."""
    return f"{subject.name}-{number + 1}.md"


def question_rows(subject: Subject) -> Iterator[dict[str, Any]]:
    """The subject's questions as rows of a question file."""
    places = subject.places()
    for number, question in enumerate(subject.questions, start=1):
        answers = [
            {"document": document_name(subject, places[sentence][0]), "text": places[sentence][1]}
            for sentence in question.right
        ]
        yield {
            "id": f"{subject.name}-{number:02}",
            "question": question.text,
            "answers": answers,
            "style": question.style,
            "split": "dev",
        }


def summary(subjects: Sequence[Subject]) -> str:
    """How much there is, and how many questions of each style."""
    styles = Counter(question.style for subject in subjects for question in subject.questions)
    n_sentences = sum(len(subject.places()) for subject in subjects)
    by_style = ", ".join(f"{style} {n}" for style, n in sorted(styles.items()))
    return f"{len(subjects)} subjects, {n_sentences} sentences, {styles.total()} questions ({by_style})"


if __name__ == "__main__":
    sys.exit(main())
