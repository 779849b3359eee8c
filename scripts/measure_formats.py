"""How far answers hang on the format: plain-text articles saved in others, and the same questions asked of each.

    PYTHONPATH=. python scripts/measure_formats.py FOLDER QUESTIONS.jsonl --most 60

Each text is read as ragbot reads it, and its headings, paragraphs, items and rows are written as HTML, DOCX, EPUB, PDF
and Markdown by the writers of the tests. Prints for each format the share of questions whose first quote has the same
words as that from the text itself, and the questions where it has not.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from ragbot.answering import Bot
from ragbot.datatypes import Answer, BlockKind, Document
from ragbot.encoding import MiniLmEncoder
from ragbot.ingestion import ingest
from ragbot.loaders import load_document
from ragbot.reader import Reader
from ragbot.safety_model import SafetyModel
from tests.loaders.article_files import Part, as_docx, as_epub, as_html, as_markdown, as_pdf, table

WRITERS: dict[str, Callable[[Sequence[Part], str], bytes]] = {
    "md": lambda article, title: as_markdown(article),
    "html": as_html,
    "docx": as_docx,
    "epub": as_epub,
    "pdf": as_pdf,
}


def main() -> None:
    """Write, ingest, ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="plain-text articles")
    parser.add_argument("questions", type=Path, help="JSONL with a question a line; only dev rows are asked")
    parser.add_argument("--most", type=int, default=60, help="ask so many, evenly spaced (default: 60)")
    parser.add_argument("--show", action="store_true", help="print the quotes that differ")
    options = parser.parse_args()
    questions = asked(options.questions, options.most)
    encoder = MiniLmEncoder()
    gate, reader = SafetyModel(encoder), Reader(encoder)
    documents = [load_document(path, path.name) for path in sorted(options.folder.glob("*.txt"))]
    expected: list[Answer] = []
    for suffix in ("txt", *WRITERS):
        with tempfile.TemporaryDirectory(prefix="ragbot-formats-") as name:
            folder = Path(name)
            for document in documents:
                write = WRITERS.get(suffix, lambda article, title, own=document: own.text.encode())
                path = folder / f"{Path(document.doc_id).stem}.{suffix}"
                path.write_bytes(write(list(parts(document)), document.title))
            ingest([folder], index=folder / "index", encoder=encoder)
            bot = Bot(folder / "index", encoder, gate, reader, threshold=0.0)
            answers = [bot.ask(question) for question in questions]
        expected = expected or answers
        tell(suffix, questions, expected, answers, show=options.show)


def asked(path: Path, n: int) -> list[str]:
    """At most `n` single questions of the file, evenly spaced."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    found = [row["question"] for row in rows if "question" in row and row.get("split", "dev") == "dev"]
    return found[:: max(1, len(found) // n)][:n]


def parts(document: Document) -> Iterator[Part]:
    """The document's blocks as an article; rows that follow each other are one table, the first of them its header."""
    for kind, blocks in groupby(document.blocks, key=lambda block: block.kind):
        own = list(blocks)
        texts = [" ".join(block.span.cut(document.text).split()) for block in own]
        if kind is BlockKind.TABLE_ROW and len(own) > 1:
            rows = [[cell.strip() for cell in text.strip("| ").split("|")] for text in texts]
            width = max(map(len, rows))
            yield table(*(tuple(row + [""] * (width - len(row))) for row in rows))
        else:
            yield from (Part(kind, text, block.level) for text, block in zip(texts, own, strict=True))


def first_words(answer: Answer) -> str:
    """The first quote, one blank between its words, without the marks of list items and cells, which are the format's."""
    text = answer.quotes[0].text if answer.quotes else answer.outcome.value
    return " ".join(word for word in text.split() if any(map(str.isalnum, word)))


def tell(
    suffix: str, questions: Sequence[str], expected: Sequence[Answer], answers: Sequence[Answer], *, show: bool
) -> None:
    """One line for the format, and with `show` the quotes that differ."""
    same = [first_words(one) == first_words(two) for one, two in zip(expected, answers, strict=True)]
    apart = max(abs(one.confidence - two.confidence) for one, two in zip(expected, answers, strict=True))
    print(
        f"{suffix:5} {sum(same) / len(same):6.1%} of {len(same)} first quotes equal, confidence within {apart:.3f}",
        flush=True,
    )
    for question, is_same, one, two in zip(questions, same, expected, answers, strict=True):
        if show and not is_same:
            print(f"      {question}\n        txt  {first_words(one)}\n        {suffix:4} {first_words(two)}")


if __name__ == "__main__":
    main()
