"""EPUB books: the chapters in reading order, without cover and contents; damaged and protected books are refused."""

from __future__ import annotations

import pytest

from ragbot.datatypes import BlockKind, Document
from ragbot.errors import DocumentError
from ragbot.loaders.epub import load_epub
from tests.loaders.article_files import CONTAINER, book, chapter, shown, source_of, with_members, zipped

H, P, L, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW
ONE, TWO = "<h1>One</h1><p>First words.</p>", "<h1>Two</h1><p>Last words.</p>"
BOTH = [(H, 1, "One"), (P, 0, "First words."), (H, 1, "Two"), (P, 0, "Last words.")]


def load(data: bytes) -> Document:
    return load_epub(source_of(data, "my-book.epub"))


def refused(data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        load(data)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_chapters_come_in_the_order_of_the_spine_not_of_their_names() -> None:
    document = load(book({"z.xhtml": ONE, "a.xhtml": TWO}))
    assert shown(document) == BOTH
    assert document.text == "One\n\nFirst words.\n\nTwo\n\nLast words."


def test_title_and_date_are_the_book_s_own() -> None:
    dates = (
        '<dc:title> After\ntreatment </dc:title><dc:date opf:event="conversion">2024-01-01</dc:date>'
        '<dc:date opf:event="publication">2019-05-06T00:00:00Z</dc:date>'
    )
    document = load(book({"a.xhtml": ONE}, metadata=dates))
    assert (document.title, document.published) == ("After treatment", "2019-05-06")
    nameless = load(book({"a.xhtml": ONE}, metadata="<dc:date>sometime</dc:date>"))
    assert (nameless.title, nameless.published) == ("One", None)
    assert load(book({"a.xhtml": ONE}, metadata="<dc:date>2019</dc:date>")).published == "2019"


def test_contents_and_cover_are_skipped() -> None:
    contents = "<nav epub:type='toc'><ol><li><a href='a.xhtml'>One</a></li></ol></nav>"
    cover, guide = "<p>A book by somebody</p>", '<reference type="toc" href="text/toc.xhtml"/>'
    made = book(
        {
            "cover.xhtml": cover,
            "nav.xhtml": contents,
            "toc.xhtml": "<p>One</p><p>Two</p>",
            "list.xhtml": "<section epub:type='landmarks'><p>Cover page</p></section>",
            "a.xhtml": ONE,
            "b.xhtml": TWO,
        },
        properties={"nav.xhtml": "nav"},
        guide=guide,
    )
    assert shown(load(made)) == BOTH
    long = "<p>" + "word " * 31 + "</p>"  # a chapter about covers is no cover
    assert len(load(book({"cover.xhtml": long, "a.xhtml": ONE})).blocks) == 3


def test_a_chapter_is_written_out_like_a_page() -> None:
    body = "<p>Take <del>50</del>25 mg,<a epub:type='noteref' href='#n'>1</a> 10<sup>9</sup>/L.</p>"
    assert shown(load(book({"a.xhtml": body}))) == [(P, 0, "Take 25 mg, 10⁹/L.")]


def test_lists_tables_and_page_numbers_of_a_chapter() -> None:
    body = (
        "<ul><li>Rest</li><li>Water</li></ul><p>On and <span epub:type='pagebreak'>212</span>on.</p>"
        "<table><tr><th>Drug</th><th>Onset</th></tr><tr><td>oral</td><td>2 h</td></tr></table>"
        "<p hidden='hidden'>Hidden.</p><script>script</script>"
    )
    assert shown(load(book({"a.xhtml": body}))) == [
        (L, 1, "Rest"),
        (L, 1, "Water"),
        (P, 0, "On and on."),
        (T, 0, "Drug: oral | Onset: 2 h"),
    ]


@pytest.mark.parametrize(
    "page",
    [
        "<html><head><title/></head><body><p>a&nbsp;b &amp; c</p></body></html>",  # an entity that XML does not know
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://127.0.0.1:9/x.dtd"><html><body><p>a&nbsp;b &amp; c</p>'
        "</body></html>",
        "<html><body><p>a b &amp; c<br></body></html>",  # not closed
        '<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>a b &amp; c</p></body></html>',
    ],
)
def test_a_chapter_that_is_no_proper_xml_is_read_as_html(page: str) -> None:
    assert shown(load(book({"a.xhtml": ""}, more={"OEBPS/text/a.xhtml": page}))) == [(P, 0, "a b & c")]


def test_names_with_blanks_and_accents_are_found() -> None:
    made = book({"a.xhtml": ""}, more={"OEBPS/text/über uns.xhtml": chapter(ONE)})
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest><item id="u" '
        'href="text/%C3%BCber%20uns.xhtml#x" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="u"/><itemref idref="gone"/></spine></package>'
    )
    assert shown(load(with_members(made, {"OEBPS/book.opf": package}))) == BOTH[:2]


def protected(algorithm: str) -> bytes:
    encryption = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        'xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
        f'<e:EncryptionMethod Algorithm="{algorithm}"/></e:EncryptedData></encryption>'
    )
    return book({"a.xhtml": ONE}, more={"META-INF/encryption.xml": encryption})


def test_a_protected_book_is_refused_but_not_one_with_hidden_fonts() -> None:
    drm = refused(protected("http://www.w3.org/2001/04/xmlenc#aes128-cbc"))
    assert drm == "EPUB is protected (DRM); ask the publisher for a copy without it"
    assert shown(load(protected("http://www.idpf.org/2008/embedding"))) == BOTH[:2]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"PK\x03\x04 cut off", "not a readable EPUB (damaged, or another format)"),
        (zipped({"a.txt": "words"}), "not a readable EPUB (META-INF/container.xml is missing)"),
        (zipped({"META-INF/container.xml": CONTAINER}), "not a readable EPUB (OEBPS/book.opf is missing)"),
        (zipped({"META-INF/container.xml": "<a/>"}), "EPUB names no package file"),
        (zipped({"META-INF/container.xml": "<a"}), "EPUB is damaged (META-INF/container.xml is no XML)"),
        (book({"a.xhtml": ONE}, more={"OEBPS/book.opf": "<package"}), "EPUB is damaged (package file is no XML)"),
        (
            book({"a.xhtml": ONE}, more={"OEBPS/book.opf": '<!DOCTYPE p [<!ENTITY a "ha">]><package>&a;</package>'}),
            "EPUB declares XML entities",
        ),
        (book({"a.xhtml": "<p>" + "0" * 20_000_000 + "</p>"}), "EPUB unpacks to more than is safe"),
    ],
)
def test_a_broken_or_bomb_like_book_is_refused_in_one_line(data: bytes, expected: str) -> None:
    assert refused(data).startswith(expected)


def test_entities_declared_in_a_chapter_are_not_expanded_nor_fetched() -> None:
    page = (
        '<!DOCTYPE html [<!ENTITY a "hahaha"><!ENTITY b SYSTEM "file:///etc/hostname">]>'
        "<html><body><p>Plain &a; words &b; stay.</p></body></html>"
    )
    document = load(book({"a.xhtml": ""}, more={"OEBPS/text/a.xhtml": page}))
    assert "hahaha" not in document.text
    assert document.text == "Plain &a; words &b; stay."


def test_a_book_without_chapters_has_no_blocks() -> None:
    assert load(book({})).blocks == ()
