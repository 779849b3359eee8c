"""Whether an operator's colour can be read on this page: WCAG contrast ratios, measured against the page's own colours.

Follows https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. Takes colours as #rrggbb; reads no file.
"""

from __future__ import annotations

from ragbot.errors import SettingsError

LEAST_RATIO = 4.5  # WCAG 2.2 AA for text; links and button names in this colour are text
# What text in this colour stands on: paper, surface, raised and tint of the style sheet; a test compares them.
LIGHT = ("#f5f6f3", "#ffffff", "#eef2f0", "#e3efee")
DARK = ("#10181a", "#182225", "#1f2b2e", "#1d3335")
_INKS = ("#ffffff", "#06282a")


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21.

    >>> contrast("#000000", "#ffffff"), contrast("#777777", "#777777"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 1.0, 4.48)
    """
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def check(colour: str, grounds: tuple[str, ...], *, name: str) -> None:
    """Raise SettingsError, with the measured ratio, if text in `colour` cannot be read on one of `grounds`."""
    worst = min(grounds, key=lambda ground: contrast(colour, ground))
    ratio = contrast(colour, worst)
    if ratio < LEAST_RATIO:
        step = "darker" if grounds is LIGHT else "lighter"
        raise SettingsError(
            f"{name} {colour} has a contrast of {_cut(ratio)} to the page's {worst}; WCAG AA asks for {LEAST_RATIO}: "
            f"choose a {step} one"
        )


def readable(colour: str, grounds: tuple[str, ...]) -> str:
    """`colour`, or as much lighter as it takes to be read on all of the dark `grounds`.

    >>> readable("#7fcac6", DARK), readable("#0c5a60", DARK)
    ('#7fcac6', '#729fa3')
    """
    for share in range(101):
        mixed = _mixed(colour, share / 100)
        if all(contrast(mixed, ground) >= LEAST_RATIO for ground in grounds):
            return mixed
    raise AssertionError("white is readable on every dark ground")


def ink_on(colour: str) -> str:
    """White or near-black: whichever can be read better on `colour`.

    >>> ink_on("#0c5a60"), ink_on("#7fcac6")
    ('#ffffff', '#06282a')
    """
    return max(_INKS, key=lambda ink: contrast(ink, colour))


def _cut(ratio: float) -> str:
    """Two decimals, never rounded up to a ratio that would do."""
    return f"{int(ratio * 100) / 100:.2f}"


def _mixed(colour: str, share: float) -> str:
    return "#" + "".join(f"{round(c + (255 - c) * share):02x}" for c in _parts(colour))


def _parts(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _parts(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
