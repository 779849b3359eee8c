"""Write dev questions as rows for the reader: `python scripts/dev_rows.py INDEX=QUESTIONS.jsonl … --out rows.jsonl [--fold 0]`

train_reader.py and train_encoder.py take the file as data. --collections is for small indexes on one subject each: the
windows of a question are then judged against each other, and those of an index make a batch. --fold writes every
second question only: of two readers, each trained on one
fold, each can then be measured on the other (`fit_answering.py --reader TRAINED_ON_FOLD_1 TRAINED_ON_FOLD_0`).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from reader_data.dev_questions import dev_rows
from reader_data.rows import write_rows

from ragbot.encoding import MiniLmEncoder
from ragbot.store import Index


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the rows and say how many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="+", metavar="INDEX=QUESTIONS")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fold", type=int, choices=(0, 1))
    parser.add_argument("--collections", action="store_true", help="each index is a collection of its own")
    options = parser.parse_args(arguments)
    encoder = MiniLmEncoder()
    questions = []
    for pair in options.pairs:
        folder, _, file = pair.partition("=")
        name = folder if options.collections else ""
        questions += dev_rows(Index(Path(folder)), Path(file), encoder, collection=name)
    chosen = questions if options.fold is None else questions[options.fold :: 2]
    rows = [row for own in chosen for row in own]
    write_rows(rows, options.out)
    print(f"{options.out}: {len(rows)} rows of {len(chosen)} questions, {sum(bool(row.right) for row in rows)} right")


if __name__ == "__main__":
    main()
