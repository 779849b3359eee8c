"""Train models/reader: `python scripts/train_reader.py DATA … --out FOLDER [--start FILE] [--write]`

DATA are files or folders of SQuAD 1.1 or 2.0 JSON, MultiSpanQA JSON, medquad.jsonl and questions of our own
(train/reader/questions.jsonl). The same command again goes on from the last checkpoint, whenever it was killed, and ends
with the same weights, bit by bit with --threads 1. FOLDER gets log.csv to plot, rows/ (what was trained on and what was
held back) and model.safetensors in float16, the moving average of the weights; --write ships it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from reader_data.mixture import kept_mixture
from reader_training.run import Run
from training_run import Settings, Shipped, add_run_options, keep_options, run_script

from ragbot.encoding import MiniLmEncoder

SEED = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Train to the end and write the weights; 1 and one line if that is not possible."""
    return run_script(_options(arguments), train, Shipped("reader", "reader.py", "READER_SHA256"))


def train(options: argparse.Namespace) -> bytes:
    """The weights at the end of the run that `options` describe. Raises RagbotError."""
    options.out.mkdir(parents=True, exist_ok=True)
    chosen = {name: getattr(options, name) for name in ("data", "start", "encoder", "epochs", "batch", "rate", "seed")}
    keep_options(options.out, chosen)
    encoder = MiniLmEncoder(options.encoder)
    mixture = kept_mixture(options.data, encoder, options.out / "rows", seed=options.seed)
    settings = Settings(
        options.epochs, options.batch, options.rate, options.seed, options.save_minutes, start=options.start
    )
    run = Run(options.out, mixture.train, mixture.stories, encoder, settings)
    print(f"{len(mixture.train)} rows, from step {run.position.step}", file=sys.stderr, flush=True)
    return run.finish()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_run_options(parser)
    parser.add_argument("--start", type=Path, help="weights of a reader to go on from; else the encoder's")
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
