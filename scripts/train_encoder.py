"""Train models/encoder: `python scripts/train_encoder.py DATA … --out FOLDER [--write]`

Contrastive training of the packaged encoder's layers: a question shall be nearer to the passage that answers it, and to
the sentence in it that does, than to any other of its batch (of its collection, for rows
of scripts/dev_rows.py --collections). DATA are those of train_reader.py; of the sets that are
not our own at most --general questions are taken. The same command again goes on from the last checkpoint, whenever it
was killed. FOLDER gets log.csv to plot, rows/ (what was trained on and what was held back) and model.safetensors in
float16: the layers alone, the moving average of the run, mixed with the packaged ones by --share (Wortsman et al. 2022).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from encoder_training.batches import taught_passages
from encoder_training.network import EncoderNetwork
from encoder_training.run import Run
from reader_data.mixture import kept_mixture
from reader_data.rows import Row
from training_run import Settings, Shipped, add_run_options, keep_options, run_script

from ragbot.encoding import MiniLmEncoder, packaged_folder

OWN = {"own", "dev"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Train to the end and write the weights; 1 and one line if that is not possible."""
    return run_script(_options(arguments), train, Shipped("encoder", "encoding.py", "LAYERS_SHA256"))


def train(options: argparse.Namespace) -> bytes:
    """The layers at the end of the run that `options` describe. Raises RagbotError."""
    options.out.mkdir(parents=True, exist_ok=True)
    names = ("data", "encoder", "start", "general", "epochs", "batch", "rate", "seed")
    keep_options(options.out, {name: getattr(options, name) for name in names})
    encoder = MiniLmEncoder(options.encoder or packaged_folder())
    mixture = kept_mixture(options.data, encoder, options.out / "rows", seed=options.seed)
    passages = taught_passages(chosen_rows(mixture.train, options.general, options.seed))
    settings = Settings(
        options.epochs, options.batch, options.rate, options.seed, options.save_minutes, start=options.start
    )
    run = Run(options.out, passages, mixture.stories, encoder, settings)
    print(f"{len(passages)} passages, from step {run.position.step}", file=sys.stderr, flush=True)
    before = EncoderNetwork(encoder.network)
    if options.start:
        before.go_on_from(options.start)
    run.train()
    untrained = before.state_dict()
    mixed = {name: untrained[name].lerp(tensor, options.share) for name, tensor in run.average.items()}
    return run.network.weights(mixed)


def chosen_rows(rows: Sequence[Row], general: int, seed: int) -> list[Row]:
    """The answerable rows of our own with all of collections, and at most `general` of other sources, drawn by `seed`."""
    own = [row for row in rows if row.collection or (row.right and row.source in OWN)]
    others = [row for row in rows if row.right and row.source not in OWN]
    return own + Random(f"{seed} general").sample(others, min(general, len(others)))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_run_options(parser)
    parser.add_argument("--start", type=Path, help="layers of an earlier run to go on from; else the packaged ones")
    parser.add_argument("--general", type=int, default=2_500, help="questions of sets not our own (%(default)s)")
    parser.add_argument("--share", type=float, default=1.0, help="of the trained layers in the result (%(default)s)")
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--batch", type=int, default=48, help="questions in a step (%(default)s)")
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
