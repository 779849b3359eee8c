"""The encoder by name, loaded only once something must be measured or embedded."""

from __future__ import annotations

from pathlib import Path

from ragbot.encoding import Encoder, MiniLmEncoder, encoder_name


class Model:
    """The encoder given, or that in a folder, or the packaged one; `name` is known before it is loaded.

    Raises ModelError if the weights are missing or altered.
    """

    def __init__(self, encoder: Encoder | Path | None) -> None:
        self._folder = encoder if isinstance(encoder, Path) else None
        self._encoder = None if isinstance(encoder, Path) else encoder
        self.name = self._encoder.name if self._encoder else encoder_name(self._folder)

    @property
    def loaded(self) -> Encoder | None:
        """The encoder if something needed it so far."""
        return self._encoder

    def load(self) -> Encoder:
        """The encoder, loaded at the first call."""
        if self._encoder is None:
            self._encoder = MiniLmEncoder(self._folder)
        return self._encoder
