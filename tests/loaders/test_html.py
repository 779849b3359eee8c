"""HTML pages: the main text, block by block, and nothing of what surrounds it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import ragbot
from ragbot.datatypes import BlockKind, Document
from ragbot.errors import DocumentError
from ragbot.loaders.html import load_html
from ragbot.loaders.source import SourceFile

H, P, L, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW
ROOT = Path(ragbot.__file__).parents[1]
BODY = "Ketamine is given slowly in a clinic by a nurse who watches you for two hours. "


def load(page: str | bytes) -> Document:
    data = page if isinstance(page, bytes) else page.encode("utf-8")
    return load_html(SourceFile("dir/a.html", "my-page.html", data, "0" * 64))


def page(inner: str, head: str = "<title>After treatment</title>") -> str:
    return f"<html><head>{head}</head><body><main><h1>After treatment</h1><p>{BODY * 3}</p>{inner}</main></body></html>"


def blocks(inner: str) -> list[tuple[BlockKind, int, str]]:
    """The blocks of `inner`, standing in a page after a heading and a paragraph."""
    document = load(page(inner))
    found = [(b.kind, b.level, b.span.cut(document.text)) for b in document.blocks]
    assert found[:2] == [(H, 1, "After treatment"), (P, 0, (BODY * 3).strip())]
    return found[2:]


def test_navigation_scripts_and_footers_are_left_out() -> None:
    document = load(
        "<html><head><title>T</title><script>var secret = 'script words';</script><style>p{color:red}</style></head>"
        "<body><nav><ul><li><a href='/'>Home page</a></li><li><a href='/b'>Book now</a></li></ul></nav>"
        f"<main><h1>Effects</h1><p>{BODY * 3}</p><script>document.write('more script words')</script></main>"
        "<footer>Copyright words</footer></body></html>"
    )
    assert [b.span.cut(document.text) for b in document.blocks] == ["Effects", (BODY * 3).strip()]
    for word in ("script", "Home page", "Book now", "Copyright", "color"):
        assert word not in document.text


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (
            "<h2>Two</h2><p>It fades soon.</p><h3>Three</h3><p>Rest then.</p>",
            [(H, 2, "Two"), (P, 0, "It fades soon."), (H, 3, "Three"), (P, 0, "Rest then.")],
        ),
        ("<ul><li>Rest at home</li><li><p>Drink water</p></li></ul>", [(L, 1, "Rest at home"), (L, 1, "Drink water")]),
        (
            "<ul><li>Outer<ul><li>inner one</li><li>inner two</li></ul></li></ul>",
            [(L, 1, "Outer"), (L, 2, "inner one"), (L, 2, "inner two")],
        ),
        (
            "<table><tr><th>Drug</th><th>Onset</th></tr><tr><td>oral</td><td>2<br>hours</td></tr></table>",
            [(T, 0, "Drug: oral | Onset: 2 hours")],
        ),
        ("<p>It fades.<br>Then rest.</p>", [(P, 0, "It fades. Then rest.")]),
        ("<p>It <b>really</b> fades, <a href='x'>see\n there</a>.</p>", [(P, 0, "It really fades, see there.")]),
        (
            "<blockquote>Outside words.<p>Inside words.</p>After words.</blockquote>",
            [(P, 0, "Outside words."), (P, 0, "Inside words."), (P, 0, "After words.")],
        ),
        ("<p>a &lt;b&gt; &amp; c &#xD800; d</p>", [(P, 0, "a <b> & c \ufffd d")]),
    ],
)
def test_each_kind_of_block_is_kept_apart(inner: str, expected: list[tuple[BlockKind, int, str]]) -> None:
    assert blocks(inner) == expected


def test_blocks_are_slices_of_the_extracted_text_in_order() -> None:
    document = load(page("<h2>Two</h2><ul><li>Rest at home</li></ul><p>It fades soon.</p>"))
    assert document.text.endswith("\n\nTwo\n\n- Rest at home\n\nIt fades soon.")
    starts = [b.span.start for b in document.blocks]
    assert starts == sorted(starts)
    assert [h.title for h in document.headings] == ["After treatment", "Two"]


@pytest.mark.parametrize(
    ("head", "h1_first", "title"),
    [
        ("<title>After treatment</title>", False, "After treatment"),
        ("", False, "my page"),
        ("<title>T</title>", True, "Questions"),
    ],
)
def test_a_heading_far_down_does_not_name_the_page(head: str, h1_first: bool, title: str) -> None:
    h1 = f"<h1>Questions</h1><p>{BODY}</p>"
    sections = "".join(f"<h2>Effect {n}</h2><p>{BODY}</p>" for n in range(3))
    inner = f"<p>{BODY}</p>{h1}{sections}" if h1_first else f"<p>{BODY}</p>{sections}{h1}"
    assert load(f"<html><head>{head}</head><body><main>{inner}</main></body></html>").title == title


def test_the_title_is_the_page_s_own_or_made_from_the_file_name() -> None:
    assert load(page("")).title == "After treatment"
    assert load("<html><body><p>Ketamine may make you dizzy.</p></body></html>").title == "my page"


def test_a_date_in_the_metadata_is_the_date_of_publication() -> None:
    head = '<title>T</title><meta property="article:published_time" content="2024-01-02T10:00:00Z">'
    assert load(page("", head)).published == "2024-01-02"
    assert load(page("")).published is None


@pytest.mark.parametrize("content", ["<html><body></body></html>", "<p></p>", "no tags at all", "<script>x()</script>"])
def test_a_page_without_main_text_is_refused_in_one_line(content: str) -> None:
    with pytest.raises(DocumentError, match="no main text found in the page; save it as text instead"):
        load(content)


@pytest.mark.parametrize("around", ["{}", "<html><body>{}</body></html>", "<!DOCTYPE html><title>T</title>{}"])
@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<h1>Rest</h1><p>Rest at home.</p>", ["Rest", "Rest at home."]),
        ("<dl><dt>Rest</dt><dd>Sleep at home</dd></dl>", ["Rest: Sleep at home"]),
        ("<table><tr><td>ketamine</td><td>50 mg</td></tr></table>", ["ketamine | 50 mg"]),
        ("<p>Take 5 mg.", ["Take 5 mg."]),
    ],
)
def test_a_page_is_read_however_short_and_without_the_tags_of_a_page(
    around: str, inner: str, expected: list[str]
) -> None:
    assert [
        b.span.cut(d.text) for d in [load(around.format(inner))] for b in d.blocks if b.span.cut(d.text) != "T"
    ] == expected


def test_a_short_page_of_nothing_but_links_is_refused() -> None:
    with pytest.raises(DocumentError, match="no main text found"):
        load("<dl><dt><a href=a>Home</a></dt><dd><a href=b>Next page</a></dd></dl>")


CAFE = "<p>It costs 5 € at the café – “really”.</p>"


@pytest.mark.parametrize(
    ("declared", "mark", "encoding"),
    [
        ("utf-8", b"", "utf-8"),
        ("windows-1252", b"", "cp1252"),
        ("iso-8859-1", b"", "cp1252"),  # what browsers take it for
        ("iso-8859-1", b"\xef\xbb\xbf", "utf-8"),  # the mark is stronger than the declaration
        ("utf-16", b"", "utf-8"),  # cannot be true, or the declaration could not be read
        ("no-such-encoding", b"", "utf-8"),
        ("undefined", b"", "utf-8"),  # a Python codec that refuses everything
        ("punycode", b"", "utf-8"),  # a Python codec that never ends
    ],
)
def test_the_declared_encoding_is_believed_where_it_can_be_true(declared: str, mark: bytes, encoding: str) -> None:
    data = mark + page(CAFE, f'<meta charset="{declared}"><title>After treatment</title>').encode(encoding)
    assert "It costs 5 € at the café – “really”." in load(data).text


def test_a_page_in_utf16_with_its_mark_is_read() -> None:
    assert "5 € at the café" in load(page(CAFE).encode("utf-16")).text


def test_ten_thousand_open_tags_do_not_crash() -> None:
    with pytest.raises(DocumentError, match="no main text"):
        load("<div>" * 10_000 + BODY + "</div>" * 10_000)


def test_a_refused_page_prints_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<html></html>")
    code = (
        "import sys; from pathlib import Path; from ragbot.errors import DocumentError\n"
        "from ragbot.loaders import load_document\n"
        "try: load_document(Path(sys.argv[1]), 'a.html')\n"
        "except DocumentError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.html")], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("no main text found in the page; save it as text instead\n", "")


def texts(html_text: str) -> list[str]:
    document = load(html_text)
    return [b.span.cut(document.text) for b in document.blocks]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<p>- one<br>- two</p>", [(L, 1, "one"), (L, 1, "two")]),
        ("<p>Nausea<br>Headache<br>Bad dreams</p>", [(L, 1, "Nausea"), (L, 1, "Headache"), (L, 1, "Bad dreams")]),
        ("<p>It fades.<br><br>Then rest.</p>", [(P, 0, "It fades."), (P, 0, "Then rest.")]),
        ("<dl><dt>Onset</dt><dd>two hours</dd><dd>or less</dd></dl>", [(L, 1, "Onset: two hours"), (P, 0, "or less")]),
        ("<dl><dt>Is it safe?</dt><dd>Mostly.</dd></dl>", [(H, 2, "Is it safe?"), (P, 0, "Mostly.")]),
        ("<details><summary>How long?</summary>Two hours.</details>", [(H, 2, "How long?"), (P, 0, "Two hours.")]),
        ("<h3><button>How long?</button></h3><div>Two hours.</div>", [(H, 3, "How long?"), (P, 0, "Two hours.")]),
        ("<div role=heading aria-level=4>Four</div><div>Loose words.</div>", [(H, 4, "Four"), (P, 0, "Loose words.")]),
        ("<a href=x><h2>Two</h2><p>A card.</p></a>", [(H, 2, "Two"), (P, 0, "A card.")]),
        ("<h2>" + "word " * 41 + "</h2>", [(P, 0, ("word " * 41).strip())]),  # a paragraph made large
        ("<p>medi&shy;cation&nbsp;at<wbr> home</p>", [(P, 0, "medication at home")]),
    ],
)
def test_lists_and_headings_of_every_make_are_known(inner: str, expected: list[tuple[BlockKind, int, str]]) -> None:
    assert blocks(inner) == expected


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (
            "<table><tr><td>oral</td><td>2 h</td></tr><tr><td>iv</td><td>5 min</td></tr></table>",
            ["oral | 2 h", "iv | 5 min"],
        ),
        (
            "<table><tr><td><b>Drug</b></td><td><b>Dose</b></td></tr><tr><td>a</td><td>1</td></tr></table>",
            ["Drug: a | Dose: 1"],
        ),
        (
            "<table><caption>Doses</caption><thead><tr><td>Drug</td><td>Dose</td></tr></thead><tr><td>a</td><td></td></tr>"
            "</table>",
            ["Doses", "a"],
        ),
        (
            "<table><tr><th colspan=3>All doses</th></tr><tr><th rowspan=2>Drug</th><th colspan=2>Dose</th></tr>"
            "<tr><th>low</th><th>high</th></tr><tr><td rowspan=2>ket</td><td>1</td><td>2</td></tr>"
            "<tr><td>3</td><td>4</td></tr></table>",
            ["All doses", "Drug: ket | Dose low: 1 | Dose high: 2", "Drug: ket | Dose low: 3 | Dose high: 4"],
        ),
        (
            "<table><tr><td>menu</td><td>Left text.<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr>"
            "</table></td></tr></table>",
            ["menu", "Left text.", "A: 1 | B: 2"],
        ),
        (
            "<table><tr><th>Drug</th><th>Effects</th></tr><tr><td>a</td><td><ul><li>sick</li><li>dizzy</li></ul></td></tr>"
            "</table>",
            ["Drug: a | Effects: sick; dizzy"],
        ),
        ("<table><tr><th>Only</th><th>headers</th></tr></table>", ["Only | headers"]),
    ],
)
def test_rows_carry_their_headers_and_tables_for_layout_are_read_through(inner: str, expected: list[str]) -> None:
    assert [text for _, _, text in blocks(inner)] == expected


def test_a_table_over_two_thousand_rows_is_cut_and_the_document_says_so() -> None:
    rows = "".join(f"<tr><td>drug {n}</td><td>{n} mg</td></tr>" for n in range(2_300))
    document = load(page(f"<table><tr><th>Drug</th><th>Dose</th></tr>{rows}</table>"))
    assert len(document.blocks) == 2_002
    assert document.text.endswith("Drug: drug 1999 | Dose: 1999 mg")
    assert document.notes == ("table cut after 2,000 of 2,300 rows; split it to have all of them",)


@pytest.mark.parametrize(
    "hidden",
    [
        "<p style='color:red; display : NONE'>Hidden words.</p>",
        "<div hidden><p>Hidden words.</p></div>",
        "<p aria-hidden='true'>Hidden words.</p>",
        "<p style='position:absolute;left:-9999px'>Hidden words.</p>",
        "<p style='text-indent:-5000px'>Hidden words.</p>",
        "<p style='visibility:hidden'>Hidden words.</p>",
        "<p class='note sr-only'>Hidden words.</p>",
        "<template><p>Hidden words.</p></template>",
        "<noscript><p>Hidden words.</p></noscript>",
        "<!-- <p>Hidden words.</p> -->",
        "<form><select><option>Hidden words.</option></select></form>",
        "<div role=dialog><p>Hidden words.</p></div>",
    ],
)
def test_what_a_reader_of_the_page_cannot_see_is_left_out(hidden: str) -> None:
    assert blocks(f"<p>Before.</p>{hidden}<p>After.</p>") == [(P, 0, "Before."), (P, 0, "After.")]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        # What is told to listeners in other words is seen: the dash stays, its name goes.
        ('5<span aria-hidden="true">–</span><span class="visually-hidden"> to </span>10 mg', "5–10 mg"),
        ("5<span class=sr-only> to </span>10 mg", "5 10 mg"),
        ("It <i>fades</i><span hidden> away</span>, then", "It fades, then"),
        ("(<span hidden>see </span>5 mg)", "(5 mg)"),
        ("5-<del>8</del>10 mg", "5-10 mg"),
        ("Rest.<i class='material-icons' aria-hidden=true>expand_more</i>Eat", "Rest. Eat"),
        ("Rest.<svg><text>up</text></svg>Eat", "Rest. Eat"),
        ("x<span class=k><math><mi>y</mi></math></span><span aria-hidden=true>y</span>", "x y"),
        (
            "medi<script>run()</script>cation and medi<span epub:type=pagebreak>12</span>cation",
            "medication and medication",
        ),
        ("Take <del>50 mg</del> <ins>25 mg</ins>", "Take 25 mg"),
        ("Take<s>50</s>25<strike>0</strike> mg", "Take 25 mg"),
        ("Take <span style='color:red; text-decoration : underline line-through'>50</span>25 mg", "Take 25 mg"),
        ("Take <span role=deletion>50</span>25 mg", "Take 25 mg"),
    ],
)
def test_words_taken_out_of_a_line_leave_no_other_words_behind(inner: str, expected: str) -> None:
    assert blocks(f"<p>{inner}</p>") == [(P, 0, expected)]


def test_a_link_from_a_heading_to_itself_is_no_part_of_it() -> None:
    assert blocks(f'<h2>Dose<a aria-hidden=true href="#dose">#</a></h2><p>{BODY}</p>')[0] == (H, 2, "Dose")


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("10<sup>9</sup>/L, 10<sup>-3</sup> g, 2<sup>n + 1</sup>", "10⁹/L, 10⁻³ g, 2^(n + 1)"),
        ("5 mg/m<sup>2</sup> on the 1<sup>st</sup> day", "5 mg/m² on the 1st day"),
        ("Brand<sup>TM</sup> 20<sup>max</sup>", "Brand™ 20^max"),
        ("Take 2<sup><a href=#n1>1</a></sup> tablets", "Take 2 tablets"),
        ("Take 2<a href='page.html#n1'><sup>[a]</sup></a> tablets<sup>[3]</sup>.", "Take 2 tablets."),
        ("<a href='page#dose'>Give 10<sup>9</sup> cells</a> at most", "Give 10⁹ cells at most"),
        ("Take 2<sup>1</sup> tablets.<sup>1,2</sup>", "Take 2¹ tablets.¹,²"),
        ("2<sup>1</sup>/<sub>2</sub> tablets, <sup>3</sup>&frasl;<sub>4</sub>", "2 1/2 tablets, 3⁄4"),
        ("CO<sub>2</sub>, H<sub>2</sub>O, 10<sub>2</sub>, B<sub>12</sub>5", "CO2, H2O, 10₂, B₁₂5"),
        ("<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> tablet", "1/2 tablet"),
        ("2<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>tablets", "2 1/2 tablets"),
        ("<math><msup><mn>10</mn><mn>9</mn></msup><mi>L</mi></math>", "10^9 L"),
        ("<math><mn>2</mn><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>3</mn></mfrac></math>", "2(a+b)/3"),
        ("<math><mn>2</mn><mo>&#x2062;</mo><mn>3</mn></math>", "2 3"),
        (
            "<math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup><mo>=</mo><msqrt><mn>2</mn></msqrt></math>",
            "x1^2=√2",
        ),
        (
            "<math><munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover><mover><mi>x</mi><mo>¯</mo></mover></math>",
            "∑_i^n x¯",
        ),
        (
            "<math><mroot><mn>8</mn><mn>3</mn></mroot><mfrac linethickness=0><mi>n</mi><mi>k</mi></mfrac></math>",
            "³√8(n over k)",
        ),
        (
            "<math><semantics><mfenced><mn>1</mn><mn>2</mn></mfenced><annotation>1 2</annotation></semantics></math>",
            "(1, 2)",
        ),
    ],
)
def test_nothing_raised_lowered_or_stacked_runs_into_a_number(inner: str, expected: str) -> None:
    assert blocks(f"<p>Now: {inner}</p>") == [(P, 0, f"Now: {expected}")]
    assert blocks(f"<table><tr><td>Now: {inner}</td><td>b</td></tr></table>") == [(T, 0, f"Now: {expected} | b")]


def test_the_title_made_from_a_heading_is_written_like_the_text() -> None:
    shown = f"<h1>Dose <del>50</del> 25 mg/m<sup>2</sup></h1><p>{BODY * 3}</p>"
    assert load(f"<html><body><main>{shown}</main></body></html>").title == "Dose 25 mg/m²"


def test_a_formula_nested_as_deep_as_the_parser_goes_is_read() -> None:
    deep = "<msup><mn>2</mn>" * 3_000
    assert blocks(f"<p>Now <math>{deep}</math></p>")[0][2].startswith("Now 2")


def test_a_page_saved_while_a_dialog_covered_it_is_read() -> None:
    shown = texts(
        f"<body><div aria-hidden=true><main><h1>Effects</h1><p>{BODY * 3}</p></main></div><div role=dialog><p>Accept all</p></div></body>"
    )
    assert shown == ["Effects", (BODY * 3).strip()]


MENU = "".join(f"<li><a href='/{n}'>Menu entry {n}</a></li>" for n in range(40))
CONTENT = (
    f"<h2>Effects</h2><p>{BODY * 3}</p><ul><li>sick</li><li>dizzy</li></ul><h2>Doses</h2>"
    f"<table><tr><th>Drug</th><th>Dose</th></tr><tr><td>a</td><td>1</td></tr></table><p>{BODY * 2}</p>"
)
KEPT = ["Effects", (BODY * 3).strip(), "sick", "dizzy", "Doses", "Drug: a | Dose: 1", (BODY * 2).strip()]


@pytest.mark.parametrize(
    "body",
    [
        f"<div id=top><ul>{MENU}</ul></div><div id=content>{CONTENT}</div><div class=side><ul>{MENU}</ul></div>"
        "<div id=foot>Copyright words. All rights reserved.</div>",
        f"<header><ul>{MENU}</ul></header><article>{CONTENT}</article><div><h2>Related pages</h2><ul>{MENU}</ul></div>",
        f"<main>{CONTENT}<aside class=newsletter><p>Subscribe to our newsletter now.</p></aside></main>",
        f"<table><tr><td><ul>{MENU}</ul></td><td>{CONTENT}</td></tr></table>",
    ],
)
def test_the_main_text_is_found_whole_whatever_stands_around_it(body: str) -> None:
    assert texts(f"<html><head><title>T</title></head><body>{body}</body></html>") == KEPT


def test_the_heading_of_a_page_counts_though_it_stands_above_the_main_part() -> None:
    shown = texts(f"<body><header><h1>All about it</h1><ul>{MENU}</ul></header><main>{CONTENT}</main></body>")
    assert shown == ["All about it", *KEPT]


@pytest.mark.parametrize(
    ("head", "inner", "expected"),
    [
        (
            '<script type="application/ld+json">{"@type": "Article", "datePublished": "2022-03-04"}</script>',
            "",
            "2022-03-04",
        ),
        ("", "<time datetime='2021-05-06' pubdate>6 May</time>", "2021-05-06"),
        ("", "<p>The study began on 2014-02-03 at 12:00:00.</p>", None),
        ("", "<p>Copyright 2019 by us.</p>", None),
    ],
)
def test_a_date_must_be_stated_not_only_stand_in_the_text(head: str, inner: str, expected: str | None) -> None:
    assert load(page(inner, head)).published == expected


def test_the_date_of_a_page_does_not_depend_on_the_day_of_reading() -> None:
    head = '<title>T</title><meta property="article:published_time" content="2051-01-02T10:00:00Z">'
    assert load(page("", head)).published == "2051-01-02"


def test_entities_declared_in_a_page_are_not_expanded() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(30))
    shown = texts(f"<!DOCTYPE html [{bomb}]><html><body><p>{BODY * 3}&e29;</p></body></html>")
    assert shown == [f"{BODY * 3}&e29;"]


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252"])
def test_a_page_that_is_utf8_is_read_so_whatever_it_declares(declared: str) -> None:
    data = page(CAFE, f'<meta charset="{declared}"><title>After treatment</title>').encode("utf-8")
    assert "It costs 5 € at the café – “really”." in load(data).text


def test_a_page_of_frames_says_what_to_do() -> None:
    with pytest.raises(
        DocumentError, match=r"^the page is only a frame around others; open the inner page and save that$"
    ):
        load("<html><frameset cols='20%,80%'><frame src='a.html'><frame src='b.html'></frameset></html>")


def test_five_thousand_nested_blocks_are_read_as_deep_as_the_parser_goes() -> None:
    shown = texts(f"<body><main><h1>Effects</h1><p>{BODY * 3}</p>{'<div><ul><li>' * 5_000}deep</main></body>")
    assert shown[:2] == ["Effects", (BODY * 3).strip()]
