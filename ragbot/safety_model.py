"""The classifier behind the safety gate: top layers of the encoder, trained on labelled messages; pinned by hash.

Shares the encoder's embeddings and lower layers; its own layers and its output are models/safety/model.safetensors,
made by scripts/fit_safety.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from ragbot.errors import ModelError
from ragbot.safety import Danger, Thresholds, Verdict, assess

if TYPE_CHECKING:
    from ragbot.encoding import MiniLmEncoder

SAFETY_SHA256 = "9bd11d45886c2bbbb603e527454a3d840725b5236b0fd59bb10c2aac3f351ad2"
MAX_PIECES = 128
CLASSES = tuple(Danger)


class SafetyModel:
    """Judges messages with the shipped weights. Raises ModelError if they are missing or altered."""

    def __init__(self, encoder: MiniLmEncoder) -> None:
        folder = files("ragbot") / "models" / "safety"
        try:
            data = (folder / "model.safetensors").read_bytes()
            settings = json.loads((folder / "settings.json").read_text("utf-8"))
        except OSError as error:
            raise ModelError(
                "the safety model is missing; reinstall ragbot: pip install --force-reinstall ."
            ) from error
        if hashlib.sha256(data).hexdigest() != SAFETY_SHA256:
            raise ModelError("the safety model was altered; reinstall ragbot: pip install --force-reinstall .")
        self._network = encoder.classifier(data, max_pieces=MAX_PIECES)
        self._thresholds = Thresholds(**settings["thresholds"])

    def assess(self, message: str) -> Verdict:
        """Whether a fixed text takes the place of an answer to `message`."""
        return assess(message, self.probabilities, self._thresholds)

    def probabilities(self, messages: Sequence[str]) -> list[Mapping[Danger, float]]:
        """Probability of each Danger for each message; those of one sum to 1."""
        return [dict(zip(CLASSES, values, strict=True)) for values in self._network(messages)]
