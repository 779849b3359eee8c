"""A few sound, small files of every format, made here, that mutation starts from. Every bug needs a place to hide: each
shows headings, lists, tables, links, dates and letters beyond ASCII."""

from __future__ import annotations

import io
import zipfile
import zlib

FORMATS = ("txt", "md", "html", "xhtml", "csv", "tsv", "docx", "epub", "pdf")

_TXT = """After an infusion

Most people feel dizzy for about an hour – some feel sick. Do not drive until
the next day, whatever you feel like.

- Rest at home
- Drink water
1. Eat something light
2. Sleep

Drug | Dose | Onset
ketamine | 0.5 mg/kg | 40 minutes

Can I drive?
No. Wait until the next day, or longer if you slept badly.
"""
_MD = """---
title: After an infusion
date: 2025-01-21
sources: [https://example.org/a, leaflet]
kind: leaflet
---
# After an infusion

Most people feel *dizzy* for about an hour[^1]; see [the leaflet](a.md "b").

## Can I drive?

> No. Wait until the next day.

- Rest at home
  - in bed
    1. really
- Drink `water`

| Drug | Dose |
|------|-----:|
| ketamine | 0.5 mg/kg |

Setext
------

```text
code
```
<div>raw</div>

[^1]: On average.
"""
_HTML = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>After an infusion</title>
<meta property="article:published_time" content="2025-01-21"><script>var a = "<p>no</p>";</script>
<script type="application/ld+json">{"@type": "Article", "datePublished": "2025-01-21"}</script></head>
<body><nav><a href="/">Home</a></nav><main><article><h1>After an infusion</h1>
<p>Most people feel <b>dizzy</b> for about an hour &ndash; some feel sick.<br>Do not drive.</p>
<h2>At home</h2><ul><li>Rest<ol><li>in bed</li></ol></li><li>Drink water</li></ul>
<table><caption>Doses</caption><thead><tr><th>Drug</th><th colspan="2">Dose</th></tr></thead>
<tr><td rowspan="2">ketamine</td><td>0.5</td><td>mg/kg</td></tr><tr><td>1</td><td>mg</td></tr></table>
<dl><dt>Onset</dt><dd>40 minutes</dd></dl><blockquote>Wait until the next day.</blockquote>
<p style="display:none">hidden</p></article></main><footer>Foot</footer></body></html>
"""
_CSV = (
    "Question,Answer\nCan I drive?,No. Wait until the next day.\n"
    '"Is it ""safe"", at home?","Most people feel dizzy,\nfor about an hour."\nWhat may I eat?,Something light – soup.\n'
)
_TABLE = "Drug;Dose;Onset\nketamine;0,5 mg/kg;40 minutes\nesketamine;56 mg;2 hours\n"

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DOCX = {
    "[Content_Types].xml": f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/word/footnotes.xml" ContentType="{_TYPE}.footnotes+xml"/>'
    f'<Override PartName="/word/numbering.xml" ContentType="{_TYPE}.numbering+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/footnotes" Target="footnotes.xml"/>'
    f'<Relationship Id="rId3" Type="{_OFFICE}/numbering" Target="numbering.xml"/></Relationships>',
    "word/styles.xml": f'<w:styles xmlns:w="{_WORD}"><w:style w:type="paragraph" w:styleId="Heading1"><w:name '
    'w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Mine">'
    '<w:name w:val="Mine"/><w:basedOn w:val="Heading1"/></w:style></w:styles>',
    "word/numbering.xml": f'<w:numbering xmlns:w="{_WORD}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
    '<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    "</w:numbering>",
    "word/footnotes.xml": f'<w:footnotes xmlns:w="{_WORD}"><w:footnote w:id="2"><w:p><w:r><w:t>On average.</w:t></w:r>'
    "</w:p></w:footnote></w:footnotes>",
    "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{_WORD}"><w:body>'
    '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>After an infusion</w:t></w:r></w:p>'
    '<w:p><w:r><w:t xml:space="preserve">Most people feel </w:t></w:r><w:ins><w:r><w:t>dizzy</w:t></w:r></w:ins><w:del>'
    '<w:r><w:delText>sick</w:delText></w:r></w:del><w:r><w:t> for an hour.</w:t><w:footnoteReference w:id="2"/></w:r>'
    '</w:p><w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>Rest</w:t></w:r></w:p>'
    '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>Drug</w:t></w:r></w:p></w:tc></w:tr>'
    "<w:tr><w:tc><w:p><w:r><w:t>ketamine</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p><w:r>"
    "<w:t>0.5 mg</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>",
}
_CHAPTER = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>One</title></head>'
    "<body><section><h1>After an infusion</h1><p>Most people feel dizzy for about an hour.</p><ul><li>Rest</li></ul>"
    "<table><tr><th>Drug</th><th>Dose</th></tr><tr><td>ketamine</td><td>0.5 mg</td></tr></table></section></body></html>"
)
_EPUB = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="O/p.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
    "O/p.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>After an infusion</dc:title><dc:date>2025-01-21</dc:date>'
    '<dc:language>en</dc:language></metadata><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="b" href="b%20b.xhtml" media-type="application/xhtml+xml"/><item id="n" href="nav.xhtml" properties="nav" '
    'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
    "O/a.xhtml": _CHAPTER,
    "O/b b.xhtml": _CHAPTER.replace("After an infusion", "At home"),
    "O/nav.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol><li>One</li></ol></nav></body></html>',
}
_PAGE = (
    "BT /F1 20 Tf 72 740 Td (After an infusion) Tj ET BT /F2 11 Tf 72 700 Td 14 TL (Most people feel dizzy for about an)"
    " Tj T* (hour. Do not drive un-) Tj T* (til the next day.) Tj ET BT /F2 11 Tf 72 600 Td (- Rest) Tj ET "
    "BT /F2 11 Tf 72 560 Td (Drug) Tj 150 0 Td (Dose) Tj ET BT /F2 11 Tf 72 546 Td (ketamine) Tj 150 0 Td (0.5 mg) Tj ET "
    "q 50 0 0 50 300 300 cm /I1 Do Q BT /F2 8 Tf 72 40 Td (Clinic - page 1) Tj ET"
)


def seeds(name: str) -> list[bytes]:
    """Sound files of the format `name`, which is one of FORMATS.

    >>> [len(seeds(name)) > 0 for name in FORMATS].count(True) == len(FORMATS)
    True
    """
    made = {
        "txt": [_TXT.encode(), _TXT.encode("utf-16"), _TXT.encode("cp1252")],
        "md": [_MD.encode(), _TXT.encode()],
        "html": [_HTML.encode(), _HTML.replace("utf-8", "latin1").replace("main", "div").encode("cp1252")],
        "xhtml": [_CHAPTER.encode(), _HTML.encode()],
        "csv": [_CSV.encode("utf-8-sig"), _TABLE.encode("utf-16"), _CSV.replace("Question,Answer\n", "").encode()],
        "tsv": [_CSV.replace(",", "\t").encode(), _TABLE.replace(";", "\t").encode()],
        "docx": [archive({name: text.encode() for name, text in _DOCX.items()})],
        "epub": [archive({name: text.encode() for name, text in _EPUB.items()})],
        "pdf": [pdf([_PAGE, _PAGE.replace("page 1", "page 2"), ""]), pdf([_PAGE], packed=True)],
    }
    return made[name]


def archive(members: dict[str, bytes]) -> bytes:
    """A ZIP of `members`, the same bytes each time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in members.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            file.writestr(zipfile.ZipInfo(name), data, stored)
    return out.getvalue()


def pdf(pages: list[str], *, packed: bool = False) -> bytes:
    """A PDF whose pages have the given content streams, with two fonts /F1 and /F2 and an image /I1."""
    shared = b"<< /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /I1 5 0 R >> >>"
    kids = b" ".join(b"%d 0 R" % (7 + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] /MediaBox [0 0 612 792] /Resources %s >>" % (len(pages), kids, shared),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _stream(
            b"/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8", b"0123"
        ),
        b"<< /Title (After an infusion) /CreationDate (D:20250121120000Z) >>",
    ]
    for number, page in enumerate(pages):
        content = zlib.compress(page.encode()) if packed else page.encode()
        objects.append(b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R >>" % (8 + 2 * number))
        objects.append(_stream(b"/Filter /FlateDecode" if packed else b"", content))
    return _file(objects)


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
