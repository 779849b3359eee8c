"""Curves of a report as SVG text: axes, labels, a title and a description in words. Takes points; works out none of them.

Colours are left to the page's style sheet (classes `grid`, `line`, `dot`, `ideal`, `mark`), so light, dark and print
follow it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from ragbot.evaluation.selective import Bin, CurvePoint

_WIDTH, _HEIGHT = 480, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 26, 16, 52
_Z95 = 1.959964  # normal quantile of a 95 % interval


def risk_coverage_plot(points: Sequence[CurvePoint], *, threshold: float) -> str:
    """Share of wrong answers over share of questions answered, with the place of `threshold` marked; `points` not empty."""
    top = _round_top(max(point.risk for point in points))
    places = [(_x(point.coverage), _y(point.risk, top)) for point in points]
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    used = in_use(points, threshold)
    parts = [f'<path class="line" d="{path}"/>']
    if used is not None:
        x, y = _x(used.coverage), _y(used.risk, top)
        anchor = "end" if used.coverage > 0.5 else "start"
        text_y = y - 12 if y > _TOP + 24 else y + 22
        parts.append(f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="6"/>')
        parts.append(f'<text class="label" x="{x:.1f}" y="{text_y:.1f}" text-anchor="{anchor}">as set now</text>')
    return _figure(
        "risk-coverage",
        title="Wrong answers against questions answered",
        description=_curve_in_words(points, used),
        x_label="questions answered, surest first",
        y_label="of these, wrong",
        top=top,
        parts=parts,
    )


def reliability_plot(bins: Sequence[Bin]) -> str:
    """Share of right first quotes over stated confidence, with a 95 % interval for each bin, and the ideal diagonal."""
    parts = [f'<path class="ideal" d="M{_x(0)} {_y(0)} L{_x(1)} {_y(1)}"/>']
    most = max(one.n for one in bins)
    for one in bins:
        x, y = _x(one.confidence), _y(one.accuracy)
        low, high = wilson_interval(one.accuracy, one.n)
        parts.append(f'<path class="whisker" d="M{x:.1f} {_y(low):.1f} L{x:.1f} {_y(high):.1f}"/>')
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{4 + 6 * math.sqrt(one.n / most):.1f}"/>')
    return _figure(
        "reliability",
        title="How far the confidence can be believed",
        description=_bins_in_words(bins),
        x_label="confidence that was given",
        y_label="first quote right",
        top=1.0,
        parts=parts,
    )


def in_use(points: Sequence[CurvePoint], threshold: float) -> CurvePoint | None:
    """The point of the curve at which `threshold` answers; None if it answers nothing."""
    answered = [point for point in points if point.threshold >= threshold]
    return answered[-1] if answered else None


def wilson_interval(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share of `n` (Wilson 1927); unlike the normal one it stays within 0..1.

    >>> [round(end, 3) for end in wilson_interval(0.5, 10)]
    [0.237, 0.763]
    """
    z2 = _Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float, top: float = 1.0) -> float:
    return _HEIGHT - _BOTTOM - share / top * (_HEIGHT - _TOP - _BOTTOM)


def _figure(
    name: str, *, title: str, description: str, x_label: str, y_label: str, top: float, parts: Sequence[str]
) -> str:
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    lines = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="{name}-title {name}-desc">',
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>',
        *_grid(top),
        *parts,
        f'<text class="axis" x="{_x(0.5):.0f}" y="{_HEIGHT - 10}" text-anchor="middle">{escape(x_label)}</text>',
        f'<text class="axis" transform="rotate(-90 14 {middle:.0f})" x="14" y="{middle:.0f}" text-anchor="middle">'
        f"{escape(y_label)}</text>",
        "</svg>",
    ]
    return "\n".join(lines)


def _grid(top: float) -> list[str]:
    lines = []
    for share in _ticks(1.0):
        x = _x(share)
        lines.append(f'<path class="grid" d="M{x:.1f} {_TOP} V{_HEIGHT - _BOTTOM}"/>')
        lines.append(
            f'<text class="tick" x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{share:.0%}</text>'
        )
    for share in _ticks(top):
        y = _y(share, top)
        lines.append(f'<path class="grid" d="M{_LEFT} {y:.1f} H{_WIDTH - _RIGHT}"/>')
        lines.append(f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    return lines


def _round_top(highest: float) -> float:
    """End of an axis that holds `highest`: a whole number of steps.

    >>> _round_top(0.0), _round_top(0.31), _round_top(0.62), _round_top(1.0)
    (0.1, 0.4, 0.8, 1.0)
    """
    step = _step(highest)
    return round(max(1, math.ceil(highest / step - 1e-9)) * step, 2)


def _ticks(top: float) -> list[float]:
    step = _step(top)
    return [i * step for i in range(round(top / step) + 1)]


def _step(top: float) -> float:
    return 0.1 if top <= 0.5 else 0.2


def _curve_in_words(points: Sequence[CurvePoint], used: CurvePoint | None) -> str:
    """The curve at a quarter, half, three quarters and all of the questions, and where it is used."""
    said = []
    for share in (0.25, 0.5, 0.75, 1.0):
        point = next(p for p in points if p.coverage >= share - 1e-9)
        said.append(f"with {point.coverage:.0%} answered, {point.risk:.0%} of the answers are wrong")
    now = f"As set now, {used.coverage:.0%} are answered and {used.risk:.0%} of these are wrong." if used else ""
    return "; ".join(said).capitalize() + ". " + now


def _bins_in_words(bins: Sequence[Bin]) -> str:
    said = [f"{one.confidence:.0%} given, {one.accuracy:.0%} right ({one.n} questions)" for one in bins]
    return "Confidence against truth: " + "; ".join(said) + "."
