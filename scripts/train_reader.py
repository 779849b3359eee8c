"""Train models/reader: `python scripts/train_reader.py DATA … --out FOLDER [--start FILE] [--write]`

DATA are files or folders of SQuAD 1.1 or 2.0 JSON, MultiSpanQA JSON, medquad.jsonl and questions of our own
(train/reader/questions.jsonl). The same command again goes on from the last checkpoint, whenever it was killed, and ends
with the same weights, bit by bit with --threads 1. FOLDER gets log.csv to plot, rows/ (what was trained on and what was
held back) and model.safetensors in float16, the moving average of the weights; --write ships it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from reader_data.mixture import kept_mixture
from reader_training.run import Run, Settings
from training import pin_hash

from ragbot.encoding import MiniLmEncoder
from ragbot.errors import RagbotError

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "ragbot" / "models" / "reader" / "model.safetensors"
SEED = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Train to the end and write the weights; 1 and one line if that is not possible."""
    options = _options(arguments)
    # oneDNN keeps what it prepared for each shape it met; with 1,024 of them a run grew to 10 GB in half an hour.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
    if options.threads:
        torch.set_num_threads(options.threads)
    try:
        weights = train(options)
    except RagbotError as error:
        print(error, file=sys.stderr)
        return 1
    (options.out / "model.safetensors").write_bytes(weights)
    print(f"{options.out / 'model.safetensors'}: {len(weights) / 1e6:.1f} MB")
    if options.write:
        SHIPPED.parent.mkdir(parents=True, exist_ok=True)
        SHIPPED.write_bytes(weights)
        print(f"shipped, sha256 {pin_hash(weights, ROOT / 'ragbot' / 'reader.py', 'READER_SHA256')}")
    return 0


def train(options: argparse.Namespace) -> bytes:
    """The weights at the end of the run that `options` describe. Raises RagbotError."""
    options.out.mkdir(parents=True, exist_ok=True)
    _keep_options(options)
    encoder = MiniLmEncoder(options.encoder)
    mixture = kept_mixture(options.data, encoder, options.out / "rows", seed=options.seed)
    settings = Settings(
        options.epochs, options.batch, options.rate, options.seed, options.save_minutes, start=options.start
    )
    run = Run(options.out, mixture.train, mixture.stories, encoder, settings)
    print(f"{len(mixture.train)} rows, from step {run.position.step}", file=sys.stderr, flush=True)
    return run.finish()


def _keep_options(options: argparse.Namespace) -> None:
    """Keep what the result depends on beside it; a folder that was begun with anything else is refused."""
    chosen = {name: getattr(options, name) for name in ("data", "start", "encoder", "epochs", "batch", "rate", "seed")}
    text = json.dumps(chosen, indent=1, default=str, sort_keys=True) + "\n"
    path = options.out / "options.json"
    if not path.exists():
        part = path.with_suffix(".part")
        part.write_text(text, "utf-8")
        os.replace(part, path)
    elif path.read_text("utf-8") != text:
        raise RagbotError(f"{options.out} was begun with other options ({path.name}); use those or another --out")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+", metavar="DATA")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--start", type=Path, help="weights of a reader to go on from; else the encoder's")
    parser.add_argument("--encoder", type=Path, help="folder of another encoder, for trying out")
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--threads", type=int, help="of the processor; else as many as torch takes")
    parser.add_argument("--save-minutes", type=float, default=4, help="between checkpoints; 0 saves every step")
    parser.add_argument("--write", action="store_true", help="ship the weights and pin their hash")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
