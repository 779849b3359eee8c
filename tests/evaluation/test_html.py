"""The report as a page: whole by itself, escaped, silent about what may not be quoted, and readable by machines."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ragbot.datatypes import Outcome, Span
from ragbot.evaluation import EvalReport, evaluate
from ragbot.evaluation.dataset import read_examples
from ragbot.evaluation.html import render_page
from ragbot.evaluation.page_rows import page_row
from ragbot.evaluation.plots import in_use, reliability_plot, risk_coverage_plot
from ragbot.evaluation.selective import reliability, risk_coverage

pytestmark = pytest.mark.usefixtures("few_draws")
Write = Callable[..., Path]
LASTS, NAUSEA, REST = Span(0, 25), Span(55, 61), Span(62, 86)
BY_TEXT = {"document": "a.md", "text": "Sessions last 40 minutes."}
BY_OFFSET = {"document": "a.md", "start": 0, "end": 25, "sha256": "5" * 64}
VOID = {"meta", "link", "input", "br", "img", "rect", "path", "circle"}


class Page(HTMLParser):
    """A page as its tags; fails if they do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def report_of(write_rows: Write, fake: type) -> Callable[..., EvalReport]:
    def make(gold: object = BY_TEXT, question: str = "How long?", **row: object) -> EvalReport:
        said = {
            question: ([NAUSEA, LASTS], 0.9),
            "Right?": ([LASTS], 0.8),
            "Price?": ([NAUSEA], 0.2),
            "help": Outcome.EMERGENCY,
        }
        path = write_rows(
            {"id": "q1", "question": question, "answers": [gold], "kind": "how_long", "style": "lay", "topic": "T1"}
            | row,
            {"id": "q2", "question": "Right?", "answers": [gold]},
            {"id": "u", "turns": ["Is it dear?", "Price?"]},
            {"id": "s", "question": "help", "expected": "none"},
        )
        return evaluate(fake(said), read_examples([path]))

    return make


def test_the_page_is_one_file_that_names_no_other(report_of: Callable[..., EvalReport]) -> None:
    page = Page(render_page(report_of()))
    assert {attributes.get("href", "#")[:1] for attributes in page.all("a")} == {"#"}  # type: ignore[index]
    assert not any("src" in attributes for _, attributes in page.tags)
    assert [tag for tag, _ in page.tags if tag in ("link", "img", "iframe", "object", "base")] == []
    text = render_page(report_of())
    assert not re.search(r"https?:|url\(|@import|//[a-z]", text.replace('"use strict";\n//', ""))


def test_the_policy_allows_no_style_or_script_but_the_pages_own(report_of: Callable[..., EvalReport]) -> None:
    text = render_page(report_of())
    (policy,) = [a["content"] or "" for a in Page(text).all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    for tag in ("style", "script"):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not any(name == "style" or name.startswith("on") for _, own in Page(text).tags for name in own)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</title></style></svg><script>",
        "{{ 7 * 7 }} {% raw %}",
        "'&amp;`",
    ],
)
def test_questions_and_labels_are_data(report_of: Callable[..., EvalReport], text: str) -> None:
    plain = Page(render_page(report_of(question="plain question", kind="k", style="s", topic="t")))
    hostile = Page(render_page(report_of(question=text, kind=text, style=text, topic=text)))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert hostile.text.count(text) >= 4
    assert text in [attributes.get("data-verdict", "") or "" for attributes in hostile.all("tr")] or "49" not in text


def test_hidden_characters_are_shown_and_lone_surrogates_break_nothing(report_of: Callable[..., EvalReport]) -> None:
    text = render_page(report_of(question="is it\u202e safe\x07\ud800?"))
    assert "is it\\u202e safe\\u0007\\ud800?" in text
    assert "\u202e" not in text
    text.encode("utf-8")


def test_quotes_of_documents_are_escaped_and_their_highlights_marked(report_of: Callable[..., EvalReport]) -> None:
    report = report_of()
    first = report.results[0]
    quote = replace(first.candidates[0], text="Nausea <b>&</b> pain", highlights=((0, 6), (4, 9)))
    changed = replace(report, results=(replace(first, candidates=(quote,)), *report.results[1:]))
    assert "<mark>Nausea &lt;b</mark>&gt;&amp;&lt;/b&gt; pain" in render_page(changed)


def test_no_text_of_a_document_known_by_offsets_alone_is_on_the_page(report_of: Callable[..., EvalReport]) -> None:
    text = render_page(report_of(BY_OFFSET))
    for words in ("Sessions", "Nausea", "minutes"):  # text, title and heading of the only document
        assert words not in text
        assert words in render_page(report_of(BY_TEXT))
    assert "a.md, characters 55 to 61" in text
    assert "may not be republished" in text


def test_each_question_is_a_row_with_its_verdict(report_of: Callable[..., EvalReport]) -> None:
    rows = {a["id"]: a["data-verdict"] for a in Page(render_page(report_of())).all("tr") if "data-verdict" in a}
    assert rows == {"q-1": "ranking", "q-2": "right", "q-3": "rightly refused", "q-4": "gate"}


def test_every_link_leads_to_a_place_on_the_page_and_ids_are_unique(report_of: Callable[..., EvalReport]) -> None:
    page = Page(render_page(report_of()))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {(a["href"] or "")[1:] for a in page.all("a")} <= set(ids)
    named = [name for _, own in page.tags for name in (own.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids)


def test_headings_step_down_and_header_cells_have_a_scope(report_of: Callable[..., EvalReport]) -> None:
    page = Page(render_page(report_of()))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(attributes.get("scope") for attributes in page.all("th"))
    assert page.all("html") == [{"lang": "en"}]
    assert all("aria-label" in a for a in page.all("div") if a.get("role") == "region")


def test_without_a_script_every_row_is_there_and_the_search_is_hidden(report_of: Callable[..., EvalReport]) -> None:
    page = Page(render_page(report_of()))
    assert [("hidden" in a) for a in page.all("form")] == [True]
    assert not any("hidden" in a for a in page.all("tr"))


def test_a_report_of_safety_messages_alone_has_no_plots(write_rows: Write, fake: type) -> None:
    examples = read_examples([write_rows({"question": "help", "expected": "emergency"})])
    page = Page(render_page(evaluate(fake({"help": Outcome.EMERGENCY}), examples)))
    assert page.all("svg") == []
    assert "Nothing went wrong." in page.text
    assert "All 1 counted; likely at least 21 in 100." in page.text  # Wilson 1927: 1 / (1 + 1.96²)


def test_what_falls_short_is_said_first(write_rows: Write, fake: type) -> None:
    examples = read_examples([write_rows({"question": "Q", "answers": [BY_TEXT]})])
    report = evaluate(fake({}), examples, minimum={"right@1": 0.9})
    assert "right@1 is 0.0000, wanted at least 0.9" in render_page(report)


def test_a_refused_question_shows_what_would_have_been_said(report_of: Callable[..., EvalReport]) -> None:
    row = page_row(3, report_of().results[2], may_quote=True)
    assert (row.outcome, row.earlier, row.quotes[0].pieces) == ("refused", ("Is it dear?",), (("Nausea", False),))


# --- plots ---


def points(svg: str, name: str) -> list[tuple[float, float]]:
    """Coordinates of the path or circles of a class."""
    root = ElementTree.fromstring(svg)
    found: list[tuple[float, float]] = []
    for one in root.iter():
        if one.get("class") == name and "d" in one.attrib:
            found += [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", one.attrib["d"])]
        elif one.get("class") == name:
            found.append((float(one.attrib["cx"]), float(one.attrib["cy"])))
    return found


def test_the_curve_rises_where_the_risk_does() -> None:
    # confidences 0.9 0.8 0.6 0.4, wrong at the third: risks 0 0 1/3 1/4 at coverages 1/4 1/2 3/4 1
    curve = risk_coverage([0.9, 0.8, 0.6, 0.4], [1, 1, 0, 1])
    svg = risk_coverage_plot(curve, threshold=0.5)
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = points(svg, "line")
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2) == pytest.approx(x4 - x3, abs=0.2)
    assert y1 == y2  # no risk: on the axis
    assert y3 < y4 < y2  # screens count downwards
    assert points(svg, "mark") == [(x3, y3)]
    assert "with 50% answered, 0% of the answers are wrong" in svg.lower()
    assert "As set now, 75% are answered and 33% of these are wrong." in svg


def test_a_threshold_above_all_confidences_marks_no_point() -> None:
    curve = risk_coverage([0.9, 0.1], [1, 0])
    assert in_use(curve, 0.95) is None
    assert points(risk_coverage_plot(curve, threshold=0.95), "mark") == []


def test_a_calibrated_bin_lies_on_the_diagonal() -> None:
    svg = reliability_plot(reliability([0.5] * 4 + [0.95] * 4, [1, 1, 0, 0, 0, 0, 0, 0]))
    (on_x, on_y), (off_x, off_y) = points(svg, "dot")
    (x0, y0), (x1, y1) = points(svg, "ideal")
    assert (on_y - y0) / (y1 - y0) == pytest.approx((on_x - x0) / (x1 - x0), abs=0.01)
    assert off_y == pytest.approx(y0)  # sure and never right
    assert off_x > on_x


def test_plots_say_in_words_what_they_show() -> None:
    for svg in (
        risk_coverage_plot(risk_coverage([0.9, 0.1], [1, 0]), threshold=0.5),
        reliability_plot(reliability([0.9, 0.1], [1, 0])),
    ):
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        title, description = (root.find(name) for name in ("title", "desc"))
        assert title is not None
        assert description is not None
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert len([one for one in root.iter("text") if one.get("class") == "axis"]) == 2
