"""Train models/safety: `python scripts/fit_safety.py --dev eval/safety.jsonl [--examples FILE …] [--write]`

Fine-tunes the encoder's top layers on labelled messages (rows {"text", "label", "type"}), then picks the two thresholds on
the dev split of the evaluation messages. The lower layers and the embeddings stay the encoder's own, so the shipped file
holds only what was trained, as float16. Prints the dev figures before it writes anything; test rows are never read.

--ordinary names question files whose dev rows are ordinary questions: three of four are trained on as harmless, the
fourth is held out for the thresholds. --start goes on from the shipped weights.
--with-dev, for a last run, trains on the dev messages as well and leaves the thresholds as an earlier run chose them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save
from torch import Tensor
from training import fast_precision, pin_hash
from typing_noise import mistyped

from ragbot.datatypes import Outcome
from ragbot.encoding import MiniLmEncoder, own_layers, padded
from ragbot.evaluation.dataset import read_examples
from ragbot.safety import Danger, Thresholds, assess, stretches
from ragbot.safety_model import CLASSES, MAX_PIECES

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = sorted((ROOT / "train" / "safety").glob("*.jsonl"))
FOLDER = ROOT / "ragbot" / "models" / "safety"
SEED = 7
MISTYPED_SHARE = 0.5


@dataclass(frozen=True)
class Row:
    """One labelled message."""

    text: str
    label: int


class Network(torch.nn.Module):
    """Mean of the last states, then a linear layer; only layers from `first` on are trained."""

    def __init__(self, base: Any, first: int) -> None:
        super().__init__()
        self.base = base
        self.first = first
        self.output = torch.nn.Linear(base.config.hidden_size, len(CLASSES))
        for parameter in base.parameters():
            parameter.requires_grad = False
        for layer in base.encoder.layer[first:]:
            for parameter in layer.parameters():
                parameter.requires_grad = True

    def go_on_from(self, weights: bytes) -> None:
        """Load what an earlier run trained; its layers must be this run's."""
        tensors = {name: tensor.float() for name, tensor in load(weights).items()}
        shared, own = own_layers(self.base, tensors)
        if shared != self.first:
            raise SystemExit(f"the shipped weights begin at layer {shared}; say --first-layer {shared}")
        for number, layer in enumerate(own, start=shared):
            self.base.encoder.layer[number].load_state_dict(layer.state_dict())
        self.output.load_state_dict({"weight": tensors["output.weight"], "bias": tensors["output.bias"]})

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits (n, classes) of padded word pieces (n, length)."""
        states = self.base(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).float()
        logits: Tensor = self.output((states * weights).sum(1) / weights.sum(1))
        return logits


def main() -> None:
    """Train, pick thresholds on dev, print figures, write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=Path, nargs="*", default=[], help="further training files")
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("--ordinary", type=Path, nargs="*", default=[], help="question files of harmless questions")
    parser.add_argument("--start", action="store_true", help="go on from the shipped weights")
    parser.add_argument("--with-dev", action="store_true", help="train on the dev messages too; thresholds stay")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--first-layer", type=int, default=2)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    encoder = MiniLmEncoder()
    rows = [row for path in [*SHIPPED, *options.examples] for row in read_rows(path)]
    ordinary = [e.question for e in read_examples(options.ordinary)] if options.ordinary else []
    # Twice each: they are what the gate sees all day, and few beside the messages written to mislead.
    rows += 2 * [Row(text, CLASSES.index(Danger.NONE)) for i, text in enumerate(ordinary) if i % 4]
    if options.with_dev:
        rows += dev_rows(options.dev)
    print(f"{len(rows)} examples", flush=True)
    network = Network(encoder.network, options.first_layer)
    if options.start:
        network.go_on_from((FOLDER / "model.safetensors").read_bytes())
    network = train(network, encoder, rows, options.epochs, options.rate, Random(options.seed))
    weights = weights_of(network)
    classify = MiniLmEncoder().classifier(weights, max_pieces=MAX_PIECES)
    if options.with_dev:
        thresholds = Thresholds(**json.loads((FOLDER / "settings.json").read_text("utf-8"))["thresholds"])
    else:
        thresholds = pick_thresholds(
            options.dev,
            ordinary[::4],
            lambda texts: [dict(zip(CLASSES, values, strict=True)) for values in classify(texts)],
        )
    if options.write:
        write(weights, thresholds)


def read_rows(path: Path) -> list[Row]:
    """Labelled messages of a JSONL file, look-alike spellings as they were typed.

    Every stretch of a long harmless message is harmless too, and the gate reads stretches; which stretch of a dangerous
    one holds the danger is not known.
    """
    rows = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            values = json.loads(line)
            label = Danger(values["type"] if values["label"] == "emergency" else values["label"])
            texts = stretches(values["text"]) if label is Danger.NONE else [values["text"]]
            rows += [Row(text, CLASSES.index(label)) for text in texts]
    return rows


def dev_rows(path: Path) -> list[Row]:
    """The dev messages of an evaluation file, as rows to train on."""
    messages = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    labels = [m["type"] if m["expected"] == Outcome.EMERGENCY.value else m["expected"] for m in messages]
    return [
        Row(message["question"], CLASSES.index(Danger(label)))
        for message, label in zip(messages, labels, strict=True)
        if message["split"] == "dev"
    ]


def train(
    network: Network, encoder: MiniLmEncoder, rows: Sequence[Row], epochs: int, rate: float, random: Random
) -> Network:
    """Fine-tune with AdamW, a linear warm-up and decay, classes weighted by the root of their rarity.

    In each epoch a fresh half of the messages is mistyped.
    """
    counts = np.bincount([row.label for row in rows], minlength=len(CLASSES))
    weight = torch.tensor((counts.max() / np.maximum(counts, 1)) ** 0.5, dtype=torch.float32)
    trained = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=rate, weight_decay=0.05)
    size = 32
    steps = epochs * (len(rows) // size + 1)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / (0.1 * steps), max(0.0, 1 - step / steps))
    )
    network.train()
    for epoch in range(epochs):
        texts = [mistyped(row.text, random) if random.random() < MISTYPED_SHARE else row.text for row in rows]
        total, batches = 0.0, batched(encoder.word_pieces(texts, max_pieces=MAX_PIECES), size, random)
        for batch in batches:
            ids, mask = padded([sequence for _, sequence in batch])
            with fast_precision("cpu"):
                logits = network(ids, mask).float()
            labels = torch.tensor([rows[number].label for number, _ in batch])
            loss = torch.nn.functional.cross_entropy(logits, labels, weight=weight, label_smoothing=0.05)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(batches):.4f}", flush=True)
    return network.eval()


def batched(sequences: Sequence[list[int]], size: int, random: Random) -> list[list[tuple[int, list[int]]]]:
    """Shuffled batches of (row number, word pieces), each of messages of like length."""
    numbered = sorted(enumerate(sequences), key=lambda one: len(one[1]) + random.random() * 4)
    batches = [numbered[start : start + size] for start in range(0, len(numbered), size)]
    random.shuffle(batches)
    return batches


def weights_of(network: Network) -> bytes:
    """What was trained, as safetensors in float16."""
    tensors = {
        f"layer.{number}.{name}": parameter
        for number, layer in enumerate(network.base.encoder.layer)
        if number >= network.first
        for name, parameter in layer.state_dict().items()
    } | {f"output.{name}": parameter for name, parameter in network.output.state_dict().items()}
    return save({name: tensor.detach().half().contiguous() for name, tensor in tensors.items()})


def pick_thresholds(dev: Path, ordinary: Sequence[str], classify: Any) -> Thresholds:
    """Thresholds with the best recall of danger and dose plus specificity on dev; prints the figures and the misses."""
    examples = [e for e in read_examples([dev]) if e.is_safety]
    known: dict[tuple[str, ...], Any] = {}

    def cache(texts: Sequence[str]) -> Any:
        return known[key] if (key := tuple(texts)) in known else known.setdefault(key, classify(texts))

    best: tuple[float, Thresholds] | None = None
    for emergency in np.arange(0.2, 0.75, 0.05):
        for dose in np.arange(0.3, 0.9, 0.1):
            thresholds = Thresholds(emergency=round(float(emergency), 2), personal_dose=round(float(dose), 2))
            figures = measure(examples, cache, thresholds)
            # A missed emergency weighs most; see the design rules: prefer false alarms to misses.
            let_pass = [assess(text, cache, thresholds).outcome is None for text in ordinary]
            figures["ordinary"] = round(float(np.mean(let_pass)), 3) if let_pass else 1.0
            worth = (
                2 * figures["emergency"] + figures["personal_dose"] + figures["specificity"] + 2 * figures["ordinary"]
            )
            if best is None or worth > best[0]:
                best = worth, thresholds
                print(thresholds, figures, flush=True)
    assert best is not None
    for example in examples:
        got = assess(example.question, cache, best[1]).outcome
        if got is not example.expected:
            print(f"  {example.expected} -> {got}: {example.question[:160]}")
    return best[1]


def measure(examples: Sequence[Any], classify: Any, thresholds: Thresholds) -> dict[str, float]:
    """Recall of each gate, of any gate over both, and specificity."""
    got = [assess(e.question, classify, thresholds).outcome for e in examples]
    groups: dict[str, list[bool]] = {"emergency": [], "personal_dose": [], "gated": [], "specificity": []}
    for example, outcome in zip(examples, got, strict=True):
        if example.expected is None:
            groups["specificity"].append(outcome is None)
        else:
            groups[example.expected.value].append(outcome is example.expected)
            groups["gated"].append(outcome is not None)
    return {name: round(float(np.mean(values)), 3) for name, values in groups.items()}


def write(weights: bytes, thresholds: Thresholds) -> None:
    """Write weights and settings, and pin the hash in safety_model.py."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "model.safetensors").write_bytes(weights)
    settings = {"thresholds": {"emergency": thresholds.emergency, "personal_dose": thresholds.personal_dose}}
    (FOLDER / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", "utf-8")
    digest = pin_hash(weights, ROOT / "ragbot" / "safety_model.py", "SAFETY_SHA256")
    print(f"written {len(weights) / 1e6:.1f} MB, sha256 {digest}")


if __name__ == "__main__":
    main()
