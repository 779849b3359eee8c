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
            [(T, 0, "Drug | Onset"), (T, 0, "oral | 2 hours")],
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
