"""The evaluation report as one page that opens from disk: no network, no other file, readable without scripts.

Takes an EvalReport; the page itself is templates/report.html with report.css and report.js. Questions and documents are
data: the template escapes all but those two and the plots, and hidden characters are shown as escapes. The page's own
policy allows no script but the one whose hash it names.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from ragbot.datatypes import DISCLAIMER
from ragbot.evaluation import selective, wording
from ragbot.evaluation.bootstrap import Metric
from ragbot.evaluation.misses import MEANINGS, Miss
from ragbot.evaluation.page_rows import STAGE_NAMES, Row, page_row
from ragbot.evaluation.plots import in_use, reliability_plot, risk_coverage_plot
from ragbot.evaluation.report import EvalReport
from ragbot.evaluation.table import SECTIONS

_TITLES = {"kind": "By kind of question", "style": "By style of asking", "topic": "By topic"}


def render_page(report: EvalReport) -> str:
    """The whole page as text. Without `report.may_quote` no text, title or heading of a document is in it."""
    style, script = _template("report.css"), _template("report.js")
    rows = [page_row(n, result, may_quote=report.may_quote) for n, result in enumerate(report.results, start=1)]
    page = _environment().get_template("report.html")
    return page.render(
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}",
        disclaimer=DISCLAIMER,
        report=report,
        signature=report.signature,
        figures=report.aggregated,
        headlines=wording.headlines(report.aggregated),
        stages=[_stage(miss, rows) for miss in Miss if any(row.miss is miss for row in rows)],
        n_missed=sum(row.miss is not None for row in rows),
        breakdowns={_TITLES.get(by, by): groups for by, groups in report.breakdowns.items() if groups},
        sections=_sections(report.aggregated),
        rankings=_rankings(report.aggregated),
        verdicts=sorted({row.verdict for row in rows}),
        rows=rows,
        **_plots(report),
    )


def shown(text: object) -> str:
    """Text for the page: control, bidi and other hidden characters as \\u escapes, line ends as blanks, None as "".

    >>> shown("a\\u202eb\\nc")
    'a\\\\u202eb c'
    """
    return "" if text is None else "".join(_shown_character(c) for c in str(text))


def format_figure(metric: Metric) -> str:
    """A value to three places, a larger one to one.

    >>> format_figure(Metric(0.5, 0.25, 0.75, 8)), format_figure(Metric(12.25, 1.0, 40.0, 8))
    ('0.500', '12.2')
    """
    return "–" if metric.value is None else _number(metric.value)


def format_interval(metric: Metric) -> str:
    """The 95 % interval.

    >>> format_interval(Metric(0.5, 0.25, 0.75, 8))
    '0.250 to 0.750'
    """
    if metric.low is None or metric.high is None:
        return "–"
    return f"{_number(metric.low)} to {_number(metric.high)}"


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:,.1f}"


def _shown_character(character: str) -> str:
    if character in "\n\r\t":
        return " "
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs")
    return f"\\u{ord(character):04x}" if hidden else character


def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_template),
        undefined=StrictUndefined,
        finalize=lambda value: value if hasattr(value, "__html__") else shown(value),  # macros are escaped already
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = format_figure
    environment.filters["interval"] = format_interval
    return environment


def _template(name: str) -> str:
    return (files("ragbot.evaluation") / "templates" / name).read_text("utf-8")


def _source(text: str) -> str:
    """The policy's name for one inline style or script: its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _plots(report: EvalReport) -> dict[str, Any]:
    """Both plots as SVG (None where nothing can be judged) with the points that they show."""
    confidences, right = report.confidence_pairs
    curve, bins = selective.risk_coverage(confidences, right), selective.reliability(confidences, right)
    threshold = float(report.signature["threshold"])
    return {
        "curve_plot": risk_coverage_plot(curve, threshold=threshold) if curve else None,
        "curve_points": [next(p for p in curve if p.coverage >= i / 10 - 1e-9) for i in range(1, 11)] if curve else [],
        "in_use": in_use(curve, threshold),
        "bins_plot": reliability_plot(bins) if bins else None,
        "bins": bins,
    }


def _stage(miss: Miss, rows: Sequence[Row]) -> dict[str, Any]:
    return {"miss": miss, "meaning": MEANINGS[miss], "rows": [row for row in rows if row.miss is miss]}


def _rankers(figures: Mapping[str, Metric]) -> list[str]:
    known = [name.removeprefix("mrr(").removesuffix(")") for name in figures if name.startswith("mrr(")]
    return [ranker for ranker in known if figures[f"mrr({ranker})"].n]


def _rankings(figures: Mapping[str, Metric]) -> dict[str, Any] | None:
    """Measures of retrieval with one column for each ranker; None if no question judges them."""
    rankers = _rankers(figures)
    if not rankers:
        return None
    end = f"({rankers[0]})"
    names = [name.removesuffix(end) for name in figures if name.endswith(end)]
    table = [(name, [figures[f"{name}({ranker})"] for ranker in rankers]) for name in names]
    return {"rankers": [STAGE_NAMES.get(ranker, ranker) for ranker in rankers], "table": table}


def _sections(figures: Mapping[str, Metric]) -> dict[str, list[tuple[str, str, Metric]]]:
    """Section to name, meaning and figure of the measures that could be judged; without the rankers' own."""
    judged = {
        title: [(name, meaning, figures[name]) for name, meaning in rows if figures[name].n]
        for title, rows in SECTIONS.items()
    }
    return {title: rows for title, rows in judged.items() if rows}
