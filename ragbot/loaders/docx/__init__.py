"""Word files (DOCX) to a Document, through python-docx. Offsets count in the extracted text.

python-docx is given a copy of the package with the text parts only, unpacked within bounds, so that nothing in it can
grow and nothing is fetched. What Word shows is kept: insertions yes, deletions and hidden text no.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any

from ragbot.datatypes import Document
from ragbot.errors import DocumentError
from ragbot.loaders.archive import Archive, parse_xml, refuse_entities
from ragbot.loaders.docx.body import Body
from ragbot.loaders.docx.styles import Styles
from ragbot.loaders.layout import as_document, squeezed
from ragbot.loaders.source import SourceFile

_WHAT = "Word file"
_OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .doc, and a .docx with a password, which is wrapped in the same
_PARTS = ("officeDocument", "styles", "footnotes", "endnotes", "core-properties")
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_NO_TITLE = re.compile(
    r"microsoft word\b.*|(?:word )?document ?\d*|dokument ?\d*|untitled|unbenannt|\S+\.\w{2,4}", re.I
)
# What python-docx and its parser raise when they meet a package whose parts contradict each other.
_DAMAGE = (KeyError, ValueError, AttributeError, IndexError, TypeError, SyntaxError, zipfile.BadZipFile)


def load_docx(source: SourceFile) -> Document:
    """The Document in a Word file. It has no `published`: Word's dates are the template's or those of the last saving.

    Raises DocumentError if it is damaged, protected, no Word file, or would unpack beyond bounds.
    """
    if source.data.startswith(_OLD_WORD):
        raise DocumentError("an old or password-protected Word file; save it as .docx without a password")
    package = _text_parts(Archive(source.data, _WHAT))
    try:
        document = _opened(package)
        body = Body(Styles(document.styles.element), _notes(document, "footnotes"), _notes(document, "endnotes"))
        body.read(document.element.body)
        named = _core_title(document)
    except _DAMAGE as error:
        raise DocumentError(f"{_WHAT} is damaged (its parts do not fit together); save it again") from error
    return as_document(source, body.pieces, title=body.title or named, notes=body.notes)


def _text_parts(archive: Archive) -> bytes:
    """The same package with nothing but the parts that hold text, and no links to anything outside."""
    if "word/document.xml" not in archive and "_rels/.rels" not in archive:
        raise DocumentError(f"not a {_WHAT} (no document in it); save it as .docx")
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as package:
        package.writestr("[Content_Types].xml", _checked(archive, "[Content_Types].xml"))
        pending, done = [""], set()
        while pending:
            part = pending.pop()
            if part in done:
                continue
            done.add(part)
            if part:
                package.writestr(part, _checked(archive, part))
            links = posixpath.join(posixpath.dirname(part), "_rels", posixpath.basename(part) + ".rels")
            if links in archive:
                xml, targets = _inner_links(archive, links, posixpath.dirname(part))
                package.writestr(links, xml)
                pending += targets
    return copy.getvalue()


def _inner_links(archive: Archive, name: str, folder: str) -> tuple[bytes, list[str]]:
    """The relationships `name` without all that lead outside or to no text, and the parts that the others lead to."""
    from lxml import etree

    root = parse_xml(archive.read(name), _WHAT, name)
    targets: list[str] = []
    for relation in list(root):
        target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target") or "")).lstrip("/")
        kind = (relation.get("Type") or "").rsplit("/", 1)[-1]
        inside = relation.tag == _RELATION and relation.get("TargetMode") != "External"
        if "purl.oclc.org" in (relation.get("Type") or ""):
            raise DocumentError(f"{_WHAT} is of the strict variant; save it as an ordinary .docx")
        if inside and kind in _PARTS and (target in archive or kind == "officeDocument"):
            targets.append(target)
        else:
            root.remove(relation)
    return etree.tostring(root), targets


def _checked(archive: Archive, name: str) -> bytes:
    data = archive.read(name)
    refuse_entities(data, _WHAT)
    return data


def _opened(package: bytes) -> Any:
    import docx

    return docx.Document(io.BytesIO(package))


def _notes(document: Any, kind: str) -> Any | None:
    for relation in document.part.rels.values():
        if relation.reltype.endswith(f"/{kind}"):
            return parse_xml(relation.target_part.blob, _WHAT, kind)
    return None


def _core_title(document: Any) -> str | None:
    """The title among the file's properties, unless the program made it up."""
    package = document.part.package
    if not any(relation.reltype.endswith("/core-properties") for relation in package.rels.values()):
        return None  # python-docx would make properties up itself
    title = squeezed(package.core_properties.title or "")
    return title if title and not _NO_TITLE.fullmatch(title) else None
