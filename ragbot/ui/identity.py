"""The operator's own: name, colours, logo, contact line and what is added to the disclaimer. Checked once, at start.

Draws no part of the page; `frame` does, with what stands here. The disclaimer itself is nobody's to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ragbot.config import Settings
from ragbot.errors import SettingsError
from ragbot.ui.contrast import DARK, LIGHT, check, ink_on, readable

MAX_LOGO_BYTES = 300_000
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture to be served as it is. It is only ever shown as an image, in which no script of an SVG can run."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What the operator set; an empty text or None is the page's own."""

    name: str = ""
    contact: str = ""
    disclaimer_addition: str = ""
    logo: Logo | None = None
    style: str = ""


def identity(settings: Settings) -> Identity:
    """The operator's own, read and checked. Raises SettingsError for a colour or a logo that cannot be used."""
    return Identity(
        name=settings.name,
        contact=settings.contact,
        disclaimer_addition=settings.disclaimer_addition,
        logo=read_logo(settings.logo) if settings.logo else None,
        style=_style(settings.colour, settings.colour_dark),
    )


def read_logo(path: Path) -> Logo:
    """The SVG or PNG at `path`. Raises SettingsError if it is missing, large or neither."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_LOGO_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"cannot read the logo {path} ({error.strerror}); name an SVG or PNG file") from error
    if len(content) > MAX_LOGO_BYTES:
        raise SettingsError(f"the logo {path} has more than {MAX_LOGO_BYTES:,} bytes; make it smaller")
    if content.startswith(_PNG):
        return Logo(content, "image/png")
    if b"<svg" in content[:4_000]:
        return Logo(content, "image/svg+xml")
    raise SettingsError(f"the logo {path} is neither SVG nor PNG; save it as one of them")


def _style(colour: str | None, colour_dark: str | None) -> str:
    """Style rules that put these colours in the place of the page's own."""
    if colour:
        check(colour, LIGHT, name="colour")
    if colour_dark:
        check(colour_dark, DARK, name="colour_dark")
    dark = colour_dark or (readable(colour, DARK) if colour else None)
    rules = []
    if colour:
        rules.append(f":root{{--accent:{colour};--on-accent:{ink_on(colour)}}}")
    if dark:
        rules.append(f"@media (prefers-color-scheme:dark){{:root{{--accent:{dark};--on-accent:{ink_on(dark)}}}}}")
    return "".join(rules)
