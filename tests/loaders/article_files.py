"""One article written as a file of each format, for tests. The writers are ours or the formats' own libraries."""

from __future__ import annotations

import hashlib
import html
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import docx

from ragbot.datatypes import BlockKind, Document
from ragbot.loaders.source import SourceFile
from tests.loaders.pdf_files import BOLD, REGULAR, Pdf, wrapped

TITLE = "After treatment"


@dataclass(frozen=True)
class Part:
    """A heading (with its level), a paragraph, a list item, or a table (rows of cells, the first one its header)."""

    kind: BlockKind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


def heading(level: int, text: str) -> Part:
    return Part(BlockKind.HEADING, text, level)


def paragraph(text: str) -> Part:
    return Part(BlockKind.PARAGRAPH, text)


def item(text: str) -> Part:
    return Part(BlockKind.LIST_ITEM, text, 1)


def table(*rows: tuple[str, ...]) -> Part:
    return Part(BlockKind.TABLE_ROW, rows=rows)


def source_of(data: bytes, name: str) -> SourceFile:
    return SourceFile(f"folder/{name}", name, data, hashlib.sha256(data).hexdigest())


def shown(document: Document) -> list[tuple[BlockKind, int, str]]:
    """Kind, level and words of each block."""
    return [(b.kind, b.level, b.span.cut(document.text)) for b in document.blocks]


def as_text(article: Sequence[Part]) -> bytes:
    return "\n\n".join(_text_part(part) for part in article).encode()


def _text_part(part: Part) -> str:
    if part.kind is BlockKind.TABLE_ROW:
        return "\n".join(" | ".join(row) for row in part.rows)
    return f"- {part.text}" if part.kind is BlockKind.LIST_ITEM else part.text


def as_markdown(article: Sequence[Part]) -> bytes:
    return "\n\n".join(_markdown_part(part) for part in article).encode()


def _markdown_part(part: Part) -> str:
    if part.kind is BlockKind.TABLE_ROW:
        header, *body = part.rows
        return "\n".join(f"| {' | '.join(row)} |" for row in (header, ("---",) * len(header), *body))
    marks = {BlockKind.HEADING: "#", BlockKind.LIST_ITEM: "-", BlockKind.PARAGRAPH: ""}
    return f"{marks[part.kind] * max(part.level, 1)} {part.text}".lstrip()


def as_body(article: Sequence[Part]) -> str:
    """The article as HTML elements; XHTML as well, for every element is closed."""
    lines: list[str] = []
    for number, part in enumerate(article):
        words = html.escape(part.text)
        if part.kind is BlockKind.HEADING:
            lines.append(f"<h{part.level}>{words}</h{part.level}>")
        elif part.kind is BlockKind.TABLE_ROW:
            lines.append(
                f"<table>{''.join(_html_row(r, 'td' if n else 'th') for n, r in enumerate(part.rows))}</table>"
            )
        elif part.kind is BlockKind.PARAGRAPH:
            lines.append(f"<p>{words}</p>")
        else:
            first = number == 0 or article[number - 1].kind is not BlockKind.LIST_ITEM
            last = number + 1 == len(article) or article[number + 1].kind is not BlockKind.LIST_ITEM
            lines.append(f"{'<ul>' if first else ''}<li>{words}</li>{'</ul>' if last else ''}")
    return "\n".join(lines)


def _html_row(cells: Sequence[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"


def as_html(article: Sequence[Part], title: str = TITLE) -> bytes:
    """A page with the chrome that a saved page has."""
    return (
        f"<!DOCTYPE html><html><head><title>{html.escape(title)}</title>"
        "<style>p{color:red}</style></head><body>"
        "<nav><ul><li><a href='/'>Home page</a></li><li><a href='/book'>Book now</a></li></ul></nav>"
        f"<main>{as_body(article)}</main><footer>Copyright words</footer><script>var a = 'script words';</script>"
        "</body></html>"
    ).encode()


def as_old_html(article: Sequence[Part]) -> bytes:
    """A page that does not say where its main text stands."""
    menu = "".join(f"<li><a href='/{n}'>Menu entry {n}</a></li>" for n in range(20))
    return (
        f"<html><head><title>After treatment</title></head><body><div class=top><ul>{menu}</ul></div>"
        f"<div id=content>{as_body(article)}</div><div class=side><ul>{menu}</ul></div></body></html>"
    ).encode()


def as_docx(article: Sequence[Part], title: str = "") -> bytes:
    document = docx.Document()
    if title:
        document.core_properties.title = title
    for part in article:
        if part.kind is BlockKind.HEADING:
            document.add_heading(part.text, part.level)
        elif part.kind is BlockKind.TABLE_ROW:
            grid = document.add_table(len(part.rows), len(part.rows[0]), style="Light Grid")
            for cell, text in zip((c for row in grid.rows for c in row.cells), sum(part.rows, ()), strict=True):
                cell.text = text
        else:
            document.add_paragraph(part.text, style="List Bullet" if part.kind is BlockKind.LIST_ITEM else None)
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    """The bytes of a Word file made with python-docx."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def as_epub(article: Sequence[Part], title: str = TITLE) -> bytes:
    """A book of two chapters, cut before the last heading."""
    cut = max((n for n, part in enumerate(article) if part.kind is BlockKind.HEADING), default=0)
    metadata = f"<dc:title>{html.escape(title)}</dc:title><dc:language>en</dc:language>"
    return book({"one.xhtml": as_body(article[:cut]), "two.xhtml": as_body(article[cut:])}, metadata=metadata)


CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
METADATA = f"<dc:title>{TITLE}</dc:title><dc:language>en</dc:language>"


def book(
    chapters: Mapping[str, str],
    *,
    metadata: str = METADATA,
    properties: Mapping[str, str] | None = None,
    guide: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """An EPUB with `chapters` (name to body) in this order; `properties` per chapter, `more` further members."""
    items = "".join(
        f'<item id="c{n}" href="text/{name}" media-type="application/xhtml+xml" '
        f'properties="{(properties or {}).get(name, "")}"/>'
        for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine><guide>{guide}</guide></package>"
    )
    members: dict[str, str | bytes] = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    members["OEBPS/book.opf"] = package
    for name, body in chapters.items():
        members[f"OEBPS/text/{name}"] = chapter(body)
    return zipped(members | dict(more or {}))


def chapter(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{body}</body></html>'
    )


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_members(data: bytes, changed: Mapping[str, str | bytes | None]) -> bytes:
    """The ZIP file `data` with some members put in, replaced, or left out where the new content is None."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    members.update(changed)
    return zipped({name: content for name, content in members.items() if content is not None})


def as_pdf(article: Sequence[Part], title: str = TITLE) -> bytes:
    """Pages of text as a word processor sets them: large bold headings, wrapped paragraphs, bullets, ruleless tables."""
    pdf, top = Pdf(title), 80.0
    for part in article:
        size = {1: 20.0, 2: 15.0}.get(part.level, 12.5) if part.kind is BlockKind.HEADING else 11.0
        font = BOLD if part.kind is BlockKind.HEADING else REGULAR
        bullet = 14.0 if part.kind is BlockKind.LIST_ITEM else 0.0
        lines = wrapped(part.text, 450 - bullet, size=size, font=font)
        if top + max(len(lines), 2 * len(part.rows)) * size * 1.2 > 760:
            pdf.new_page()
            top = 80.0
        if bullet:
            pdf.write(72, top, "•")
        top = pdf.lines(72 + bullet, top, lines, size=size, font=font, step=size * 1.2)
        for number, row in enumerate(part.rows):
            width = 450 / len(row)
            font = REGULAR if number else BOLD
            cells = [wrapped(cell, width - 14, font=font) for cell in row]
            if top + max(map(len, cells)) * size * 1.2 > 760:
                pdf.new_page()
                top = 80.0
            for column, cell in enumerate(cells):
                pdf.lines(72 + column * width, top, cell, font=font, step=size * 1.2)
            top += max(map(len, cells)) * size * 1.2 + 6
        top += 10
    return pdf.bytes()
