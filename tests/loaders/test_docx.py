"""Word files: what Word shows becomes blocks; what it hides, and what would harm, does not."""

from __future__ import annotations

import io
import struct
import zipfile

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from ragbot.datatypes import BlockKind, Document
from ragbot.errors import DocumentError
from ragbot.loaders.docx import load_docx
from tests.loaders.article_files import saved, shown, source_of, with_members, zipped

H, P, L, T = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW
MAIN = "word/document.xml"
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
PLAIN = saved(docx.Document())


def word(body: str, **parts: str) -> bytes:
    """A Word file whose body is this XML; `parts` replaces members of the folder word/ by name."""
    document = f"<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>"
    return with_members(PLAIN, {MAIN: document} | {f"word/{name}.xml": text for name, text in parts.items()})


def load(data: bytes) -> Document:
    return load_docx(source_of(data, "my-leaflet.docx"))


def blocks(body: str, **parts: str) -> list[tuple[BlockKind, int, str]]:
    return shown(load(word(body, **parts)))


def p(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def styled(style: str, text: str) -> str:
    return p(r(text), properties=f'<w:pStyle w:val="{style}"/>')


def refused(data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        load(data)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_headings_lists_and_tables_stay_in_place() -> None:
    made = docx.Document()
    made.add_heading("After treatment", 1)
    made.add_paragraph("It fades soon.")
    made.add_paragraph("Rest", style="List Bullet")
    made.add_paragraph("a whole day", style="List Bullet 2")
    made.add_paragraph("First call", style="List Number")
    grid = made.add_table(2, 2, style="Light Grid")
    for cell, text in zip((c for row in grid.rows for c in row.cells), ("Drug", "Onset", "oral", "2 h"), strict=True):
        cell.text = text
    made.add_heading("Later", 2)
    assert shown(load(saved(made))) == [
        (H, 1, "After treatment"),
        (P, 0, "It fades soon."),
        (L, 1, "Rest"),
        (L, 1, "a whole day"),
        (L, 1, "First call"),
        (T, 0, "Drug: oral | Onset: 2 h"),
        (H, 2, "Later"),
    ]


def test_a_heading_is_known_by_its_style_in_any_language_or_by_its_outline_level() -> None:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id_}"><w:name w:val="{name}"/>{rest}</w:style>'
        for id_, name, rest in [
            ("berschrift2", "heading 2", ""),  # Word in German: the id is translated, the name is not
            ("Titre3", "Titre 3", ""),  # other programs translate the name
            ("Clinic", "Clinic blue", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
            ("Narrow", "Narrow", '<w:basedOn w:val="Clinic"/>'),
            ("Body", "Body", '<w:basedOn w:val="Body"/>'),  # based on itself
            ("Toc1", "toc 1", ""),
        ]
    )
    body = "".join(styled(*pair) for pair in [("berschrift2", "Two"), ("Titre3", "Three"), ("Clinic", "One")])
    body += styled("Narrow", "One more") + styled("Body", "Text stands here.") + styled("Toc1", "Two 7")
    body += p(r("Own level"), properties='<w:outlineLvl w:val="3"/>')
    assert blocks(body, styles=f"<w:styles {NAMESPACES}>{styles}</w:styles>") == [
        (H, 2, "Two"),
        (H, 3, "Three"),
        (H, 1, "One"),
        (H, 1, "One more"),
        (P, 0, "Text stands here."),
        (H, 4, "Own level"),
    ]


def test_a_short_line_all_in_bold_is_a_heading_below_the_last_one() -> None:
    bold = "<w:b/>"
    body = styled("Heading2", "Two") + p(r("Is it safe?", bold)) + p(r("Mostly, ", bold), r("yes."))
    body += p(r("Never drive afterwards.", bold)) + p(r("Not bold", '<w:b w:val="0"/>'))
    assert blocks(body) == [
        (H, 2, "Two"),
        (H, 3, "Is it safe?"),
        (P, 0, "Mostly, yes."),
        (P, 0, "Never drive afterwards."),
        (P, 0, "Not bold"),
    ]


def test_depth_in_a_list_is_the_numbering_s_and_no_number_is_no_list() -> None:
    def numbered(number: int, depth: int, text: str) -> str:
        return p(r(text), properties=f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')

    body = numbered(4, 0, "Rest") + numbered(4, 1, "a day") + numbered(0, 0, "No item") + p(r("• Typed by hand"))
    assert blocks(body) == [(L, 1, "Rest"), (L, 2, "a day"), (P, 0, "No item"), (L, 1, "Typed by hand")]


def test_insertions_are_kept_and_deletions_hidden_and_moved_text_are_not() -> None:
    body = p(
        r("Take "),
        f"<w:del><w:r><w:delText>no </w:delText></w:r>{r('gone ')}</w:del>",
        f"<w:ins>{r('one ')}</w:ins>",
        f"<w:moveFrom>{r('moved ')}</w:moveFrom>",
        f'<w:hyperlink w:anchor="x">{r("tablet ")}</w:hyperlink>',
        r("secret ", "<w:vanish/>"),
        r("daily.", '<w:vanish w:val="false"/>'),
        "<w:r><w:instrText>PAGE</w:instrText></w:r>",
    )
    body += p(r("The first half "), properties="<w:rPr><w:del/></w:rPr>") + p(r("and the second."))
    assert blocks(body) == [(P, 0, "Take one tablet daily."), (P, 0, "The first half and the second.")]


def test_special_characters_and_breaks_are_read_as_they_look() -> None:
    parts = "<w:r><w:t>self</w:t><w:noBreakHyphen/><w:t>help</w:t><w:tab/><w:t>medi</w:t><w:softHyphen/><w:t>cine</w:t>"
    body = p(f"{parts}<w:br/><w:t>next line</w:t></w:r>", "<m:oMath><m:r><m:t>x=2</m:t></m:r></m:oMath>")
    body += p("<w:r><w:t>Nausea</w:t><w:br/><w:t>Headache</w:t><w:br/><w:t>Dizziness</w:t></w:r>")
    assert blocks(body) == [
        (P, 0, "self-help medicine next line x=2"),
        (L, 1, "Nausea"),
        (L, 1, "Headache"),
        (L, 1, "Dizziness"),
    ]


def raised(text: str) -> str:
    return r(text, '<w:vertAlign w:val="superscript"/>')


def lowered(text: str) -> str:
    return r(text, '<w:vertAlign w:val="subscript"/>')


def test_struck_text_is_left_out_and_parts_the_words_around_it() -> None:
    struck = r("50 mg", "<w:strike/>")
    body = p(r("Take "), struck, r("25 mg")) + p(r("Take"), r("50", "<w:dstrike/>"), r("25 mg"))
    body += p(r("It fades"), r(" away", "<w:strike/>"), r(", then"), r(".", '<w:strike w:val="0"/>'))
    body += styled("Gone", "Old words.") + p(
        r("9", "<w:strike/>"), "<m:oMath><m:r><w:rPr><w:strike/></w:rPr><m:t>7</m:t></m:r></m:oMath>", r("8")
    )
    gone = '<w:style w:type="paragraph" w:styleId="Gone"><w:rPr><w:strike/></w:rPr></w:style>'
    assert blocks(body, styles=f"<w:styles {NAMESPACES}>{gone}</w:styles>") == [
        (P, 0, "Take 25 mg"),
        (P, 0, "Take 25 mg"),
        (P, 0, "It fades, then."),
        (P, 0, "8"),
    ]


def mark(text: str) -> str:
    return f'<w:hyperlink w:anchor="note1">{raised(text)}</w:hyperlink>'


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([r("10"), raised("9"), r("/L")], "10⁹/L"),
        ([r("10"), raised("-"), raised("3 "), r("g")], "10⁻³ g"),  # one exponent in two runs
        ([r("2"), raised("n + 1")], "2^(n + 1)"),
        ([r("Take 2"), mark("1"), r(" tablets")], "Take 2 tablets"),
        ([r("Take 2"), mark("[a]"), r("tablets")], "Take 2 tablets"),
        ([r("2"), raised("1"), r("/"), lowered("2"), r(" tablets")], "2 1/2 tablets"),
        ([r("CO"), lowered("2"), r(" 10"), lowered("2"), r(" B"), lowered("12"), r("5")], "CO2 10₂ B₁₂5"),
        ([r("on the 1"), raised("st"), r(" day")], "on the 1st day"),
    ],
)
def test_nothing_raised_or_lowered_runs_into_a_number(runs: list[str], expected: str) -> None:
    assert blocks(p(*runs)) == [(P, 0, expected)]
    cells = "".join(f"<w:tc>{p(*runs)}</w:tc>" for _ in range(2))
    assert blocks(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>") == [(T, 0, f"{expected} | {expected}")]


def t(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def e(*parts: str, tag: str = "e") -> str:
    return f"<m:{tag}>{''.join(parts)}</m:{tag}>"


HALF = f"<m:f>{e(t('1'), tag='num')}{e(t('2'), tag='den')}</m:f>"
SUM = f"<m:d>{e(t('a+b'))}</m:d>"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (HALF, "1/2"),
        (t("2") + HALF, "2 1/2"),
        (f"<m:f>{e(t('a+b'), tag='num')}{e(SUM, tag='den')}</m:f>", "(a+b)/(a+b)"),
        (
            f'<m:f><m:fPr><m:type m:val="noBar"/></m:fPr>{e(t("n"), tag="num")}{e(t("k"), tag="den")}</m:f>',
            "(n over k)",
        ),
        (f"<m:sSup>{e(t('10'))}{e(t('9'), tag='sup')}</m:sSup>", "10^9"),
        (f"<m:sSub>{e(t('10'))}{e(t('2'), tag='sub')}</m:sSub>", "10₂"),
        (f"<m:sSubSup>{e(t('x'))}{e(t('1'), tag='sub')}{e(t('-2'), tag='sup')}</m:sSubSup>", "x1^-2"),
        (f"<m:sPre>{e(t('6'), tag='sub')}{e(t('14'), tag='sup')}{e(t('C'))}</m:sPre>", "¹⁴₆C"),
        (f"<m:rad>{e(t('3'), tag='deg')}{e(t('8'))}</m:rad>", "³√8"),
        (t("2") + SUM, "2(a+b)"),
        (f'<m:d><m:dPr><m:begChr m:val="["/><m:endChr m:val="]"/></m:dPr>{e(t("1"))}{e(t("2"))}</m:d>', "[1|2]"),
        (
            f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr>{e(t("i"), tag="sub")}{e(t("n"), tag="sup")}{e(t("x"))}</m:nary>',
            "∑_i^n x",
        ),
        (f"<m:limLow>{e(t('lim'))}{e(t('x'), tag='lim')}</m:limLow>{t('y')}", "lim_x y"),
        (f"<m:m><m:mr>{e(t('1'))}{e(t('2'))}</m:mr><m:mr>{e(t('3'))}{e(t('4'))}</m:mr></m:m>", "1 2; 3 4"),
        (f"{t('5')}<w:del>{t('6')}</w:del><w:ins>{t('7')}</w:ins>", "5 7"),
        (f'<m:phant><m:phantPr><m:show m:val="0"/></m:phantPr>{e(t("9"))}</m:phant>{t("x")}', "x"),
        ('<m:r><w:sym w:font="Symbol" w:char="F06D"/></m:r>', "µ"),
    ],
)
def test_a_formula_is_written_in_one_line(formula: str, expected: str) -> None:
    assert blocks(p(r("Give 3"), f"<m:oMath>{t('=')}{formula}</m:oMath>")) == [(P, 0, f"Give 3={expected}")]
    if expected[0].isdigit():
        assert blocks(p(r("Give 3"), f"<m:oMath>{formula}</m:oMath>")) == [(P, 0, f"Give 3 {expected}")]


def sym(font: str, code: str) -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'


UNREAD = ("some characters of a symbol font could not be read and stand as \ufffd; compare with the file",)
SYMBOL = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'


@pytest.mark.parametrize(
    ("runs", "expected", "notes"),
    [
        ([r("50 "), sym("Symbol", "F06D"), r("g")], "50 µg", ()),  # 0x6D is the Greek mu in Adobe's Symbol encoding
        ([sym("Symbol", "00B3"), r(" 5")], "≥ 5", ()),  # the same code without the offset of private use
        ([r("50 "), r("\uf06d", SYMBOL), r("g")], "50 µg", ()),
        ([r("50 "), r("m", SYMBOL), r("g")], "50 µg", ()),
        ([r("50 "), r("\uf06d", '<w:rFonts w:cs="Symbol"/>'), r("mg", '<w:rFonts w:cs="Symbol"/>')], "50 µmg", ()),
        ([r("yes "), sym("Wingdings", "F0FC")], "yes ✓", ()),
        ([r("J", '<w:rFonts w:ascii="Wingdings"/>'), r(" ok")], "☺ ok", ()),
        ([sym("Arial", "00B5"), r("g")], "µg", ()),
        ([r("50 "), sym("Webdings", "F06D"), r("g")], "50 \ufffdg", UNREAD),
        ([r("50 "), sym("Symbol", "no"), r("g")], "50 \ufffdg", UNREAD),
        ([r("50 "), r("\uf06d"), r("g")], "50 \ufffdg", UNREAD),  # nobody says which font
        ([r("50 \ufffd")], "50 \ufffd", ()),  # the writer's own
    ],
)
def test_characters_of_symbol_fonts_are_told_or_marked(runs: list[str], expected: str, notes: tuple[str, ...]) -> None:
    document = load(word(p(*runs) + p(*runs)))
    assert shown(document) == [(P, 0, expected)] * 2
    assert document.notes == notes


def test_a_bullet_typed_in_a_font_of_symbols_begins_an_item() -> None:
    assert blocks(p(r("\uf0b7 Rest"))) == [(L, 1, "Rest")]


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{p(r('In the box.'))}</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert blocks(p(r("Beside "), both, r("the box.")) + p(r("After it."))) == [
        (P, 0, "Beside the box."),
        (P, 0, "In the box."),
        (P, 0, "After it."),
    ]


def test_a_footnote_follows_the_paragraph_that_refers_to_it() -> None:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    notes = (
        f'<w:footnotes {NAMESPACES}><w:footnote w:id="-1">{p("<w:r><w:separator/></w:r>")}</w:footnote>'
        f'<w:footnote w:id="2">{p("<w:r><w:footnoteRef/></w:r>", r(" Berman 2000."))}</w:footnote></w:footnotes>'
    )
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        links = archive.read("word/_rels/document.xml.rels").decode()
        types = archive.read("[Content_Types].xml").decode()
    link = f'<Relationship Id="rId99" Type="{relation}" Target="footnotes.xml"/></Relationships>'
    data = with_members(
        word(p(r("It helps."), '<w:r><w:footnoteReference w:id="2"/></w:r>') + p(r("Then rest."))),
        {
            "word/footnotes.xml": notes,
            "word/_rels/document.xml.rels": links.replace("</Relationships>", link),
            "[Content_Types].xml": types.replace(
                "</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
            ),
        },
    )
    assert shown(load(data)) == [(P, 0, "It helps."), (P, 0, "Berman 2000."), (P, 0, "Then rest.")]


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def c(text: str, properties: str = "", bold: bool = False) -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(r(text, '<w:b/>' if bold else ''))}</w:tc>"


def test_a_table_without_a_header_row_keeps_its_first_row() -> None:
    assert blocks(f"<w:tbl>{row(c('Route'), c('oral'))}{row(c('Onset'), c('2 h'))}</w:tbl>") == [
        (T, 0, "Route | oral"),
        (T, 0, "Onset | 2 h"),
    ]


@pytest.mark.parametrize("how", ["repeated", "bold"])
def test_a_header_row_is_known_by_being_repeated_or_bold(how: str) -> None:
    mark, bold = ("<w:tblHeader/>", False) if how == "repeated" else ("", True)
    body = row(c("Drug", bold=bold), c("Dose", bold=bold), properties=mark) + row(c("ketamine"), c("0.5 mg/kg"))
    assert blocks(f"<w:tbl>{body}</w:tbl>") == [(T, 0, "Drug: ketamine | Dose: 0.5 mg/kg")]


def test_merged_cells_stand_in_each_row_or_column_that_they_span() -> None:
    head = row(c("Drug"), c("Dose", '<w:gridSpan w:val="2"/>'), properties="<w:tblHeader/>")
    under = row(c(""), c("low"), c("high"), properties="<w:tblHeader/>")
    first = row(c("ketamine", '<w:vMerge w:val="restart"/>'), c("1"), c("2"))
    second = row(c("", "<w:vMerge/>"), c("3"), c("4"))
    deleted = row(c("gone"), c("5"), c("6"), properties="<w:del/>")
    assert blocks(f"<w:tbl>{head}{under}{first}{second}{deleted}</w:tbl>") == [
        (T, 0, "Drug: ketamine | Dose low: 1 | Dose high: 2"),
        (T, 0, "Drug: ketamine | Dose low: 3 | Dose high: 4"),
    ]


def test_a_table_that_only_lays_out_the_page_is_read_cell_by_cell() -> None:
    inner = f"<w:tbl>{row(c('Route'), c('oral'))}</w:tbl>"
    left, right = f"<w:tc>{styled('Heading1', 'Left')}{p(r('Left text.'))}</w:tc>", f"<w:tc>{inner}{p()}</w:tc>"
    assert blocks(f"<w:tbl>{row(left, right)}</w:tbl>") == [
        (H, 1, "Left"),
        (P, 0, "Left text."),
        (T, 0, "Route | oral"),
    ]


def test_a_table_over_two_thousand_rows_is_cut_and_the_document_says_so() -> None:
    rows = "".join(row(c(f"patient {n}"), c("well")) for n in range(2_003))
    document = load(word(f"<w:tbl>{rows}</w:tbl>"))
    assert len(document.blocks) == 2_000
    assert document.notes == ("table cut after 2,000 of 2,003 rows; split it to have all of them",)


@pytest.mark.parametrize(
    ("named", "styled_as", "expected"),
    [
        ("Ketamine at home", None, "Ketamine at home"),
        ("Ketamine at home", "Title", "Shown words"),  # what the reader sees counts more
        ("", None, "Shown words"),
        ("Microsoft Word - draft3.doc", "Heading 2", "Shown words"),
        ("leaflet_v2.docx", None, "Shown words"),
        ("", "Normal", "my leaflet"),
    ],
)
def test_the_title_is_the_one_shown_or_among_the_properties_or_the_first_heading(
    named: str, styled_as: str | None, expected: str
) -> None:
    made = docx.Document()
    made.core_properties.title = named
    made.add_paragraph("Shown words", style=styled_as or "Heading 1")
    document = load(saved(made))
    assert (document.title, document.published) == (expected, None)


def test_links_to_the_outside_are_never_followed_and_their_words_stay() -> None:
    made = docx.Document()
    rid = made.part.relate_to("http://127.0.0.1:9/x", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    made.part.relate_to("http://127.0.0.1:9/t", "http://x/attachedTemplate", is_external=True)
    paragraph = made.add_paragraph("Read ")
    paragraph._p.append(parse_xml(f'<w:hyperlink {nsdecls("w", "r")} r:id="{rid}">{r("this page")}</w:hyperlink>'))
    assert shown(load(saved(made))) == [(P, 0, "Read this page")]


def test_pictures_and_missing_parts_that_hold_no_text_do_not_matter() -> None:
    image = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        links = archive.read("word/_rels/document.xml.rels").decode()
    broken = links.replace(
        "</Relationships>", f'<Relationship Id="rId77" Type="{image}" Target="../NULL"/></Relationships>'
    )
    data = with_members(word(p(r("Words."))), {"word/_rels/document.xml.rels": broken, "word/theme/theme1.xml": None})
    assert shown(load(data)) == [(P, 0, "Words.")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"PK\x03\x04 cut off", "not a readable Word file (damaged, or another format)"),
        (PLAIN[: len(PLAIN) // 2], "not a readable Word file (damaged, or another format)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old or password-protected Word file"),
        (zipped({"a.txt": "words"}), "not a Word file (no document in it)"),
        (with_members(PLAIN, {MAIN: None}), "not a readable Word file (word/document.xml is missing)"),
        (with_members(PLAIN, {"[Content_Types].xml": None}), "not a readable Word file ([Content_Types].xml is"),
        (with_members(PLAIN, {MAIN: "<w:document"}), "Word file is damaged (its parts do not fit together)"),
        (with_members(PLAIN, {MAIN: "<a/>"}), "Word file is damaged (its parts do not fit together)"),
        (with_members(PLAIN, {"_rels/.rels": "<a"}), "Word file is damaged (_rels/.rels is no XML)"),
        (word(p(r("deep")) + "<w:sdt>" * 300 + "</w:sdt>" * 300), "Word file is damaged"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(data: bytes, expected: str) -> None:
    assert refused(data).startswith(expected)


def test_a_file_that_declares_entities_is_refused() -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    outside = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    for declared in (bomb, outside):
        text = f"{declared}<w:document {NAMESPACES}><w:body>{p(r('&a;'))}</w:body></w:document>"
        for encoded in (text, f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode("utf-16")):
            assert refused(with_members(PLAIN, {MAIN: encoded})).startswith("Word file declares XML entities")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    blanks = f"<w:document {NAMESPACES}><w:body>{' ' * 30_000_000}</w:body></w:document>"
    assert refused(with_members(PLAIN, {MAIN: blanks})).startswith("Word file unpacks to more than is safe")
    many = with_members(PLAIN, {f"word/x{n}.xml": "" for n in range(10_001)})
    assert refused(many).startswith("Word file unpacks to more than is safe")


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(with_members(PLAIN, {MAIN: b"<a>" + b" " * 5_000_000}))
    name = MAIN.encode()
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):  # sizes in the directory and before the member
        start = data.find(name)
        while start >= 0:
            header = data.rfind(mark, 0, start)
            if header >= 0 and start - header in (30, 46):
                struct.pack_into("<I", data, header + place, 10)
            start = data.find(name, start + 1)
    assert refused(bytes(data)).startswith("Word file is damaged (word/document.xml)")


def test_pictures_however_large_are_not_unpacked() -> None:
    assert shown(load(with_members(word(p(r("Words."))), {"word/media/a.png": bytes(120_000_000)}))) == [
        (P, 0, "Words.")
    ]
