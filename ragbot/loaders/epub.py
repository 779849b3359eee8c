"""EPUB books to a Document: the chapters in the order of the spine. Offsets count in the extracted text.

A book is a ZIP file of web pages; cover and table of contents are left out. Nothing in it is fetched or expanded.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ragbot.datatypes import Document
from ragbot.errors import DocumentError
from ragbot.loaders.archive import Archive, parse_xml
from ragbot.loaders.html.blocks import blocks_of
from ragbot.loaders.html.elements import tag_of, types_of
from ragbot.loaders.html.page import decoded, parsed
from ragbot.loaders.html.unseen import without_hidden
from ragbot.loaders.html.written import write_out
from ragbot.loaders.layout import Piece, as_document, squeezed
from ragbot.loaders.source import SourceFile

_WHAT = "EPUB"
_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")  # hidden fonts, readable text
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_SKIPPED_TYPES = frozenset(("toc", "landmarks", "page-list", "cover", "index", "loi", "lot"))
_COVER_NAME = re.compile(r"(?:^|[/_.-])cover(?:page)?[^/]{0,6}\.x?html?$", re.IGNORECASE)
_NAMED_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]")  # which XML does not know without fetching
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_MAX_COVER_WORDS = 30


@dataclass(frozen=True, slots=True)
class _Book:
    """What the package file says: names of the chapters' members in reading order, and the book's own facts."""

    chapters: tuple[str, ...]
    title: str
    published: str | None


def load_epub(source: SourceFile) -> Document:
    """The Document in an EPUB book; `published` is the book's date of publication, if it names one.

    Raises DocumentError if it is damaged, protected, no EPUB, or would unpack beyond bounds.
    """
    archive = Archive(source.data, _WHAT)
    _refuse_protected(archive)
    book = _book(archive)
    pieces: list[Piece] = []
    notes: list[str] = []
    for name in book.chapters:
        page = _page(archive, name)
        if page is not None and not _is_skipped(page):
            without_hidden(page)
            write_out(page)
            found, cut = blocks_of(page)
            n_words = sum(len(item.piece.text.split()) for item in found)
            if _COVER_NAME.search(name) and n_words <= _MAX_COVER_WORDS:
                continue
            pieces += [item.piece for item in found]
            notes += cut
    return as_document(source, pieces, title=book.title, published=book.published, notes=notes)


def _refuse_protected(archive: Archive) -> None:
    if _ENCRYPTION not in archive:
        return
    root = parse_xml(archive.read(_ENCRYPTION), _WHAT, _ENCRYPTION)
    methods = [element.get("Algorithm") for element in root.iter("{*}EncryptionMethod")]
    if any(method not in _FONTS_ONLY for method in methods):
        raise DocumentError("EPUB is protected (DRM); ask the publisher for a copy without it")


def _book(archive: Archive) -> _Book:
    container = parse_xml(archive.read(_CONTAINER), _WHAT, _CONTAINER)
    paths = [element.get("full-path") for element in container.iter("{*}rootfile")]
    if not paths or not paths[0]:
        raise DocumentError("EPUB names no package file; save it again")
    package = parse_xml(archive.read(paths[0]), _WHAT, "package file")
    folder = posixpath.dirname(paths[0])
    items = {item.get("id"): item for item in package.iterfind("{*}manifest/{*}item")}
    skipped = {
        _member(folder, reference.get("href"))
        for reference in package.iterfind("{*}guide/{*}reference")
        if (reference.get("type") or "").lower() in ("toc", "cover")
    }
    spine = [items.get(reference.get("idref")) for reference in package.iterfind("{*}spine/{*}itemref")]
    names = [_member(folder, item.get("href")) for item in spine if item is not None and _is_chapter(item)]
    return _Book(
        chapters=tuple(name for name in dict.fromkeys(names) if name in archive and name not in skipped),
        title=next(_metadata(package, "title"), ""),
        published=_published(package),
    )


def _is_chapter(item: Any) -> bool:
    properties = (item.get("properties") or "").split()
    return item.get("media-type") in _PAGES and "nav" not in properties


def _member(folder: str, href: str | None) -> str:
    path = unquote((href or "").split("#")[0])
    return posixpath.normpath(posixpath.join(folder, path))


def _metadata(package: Any, name: str) -> Iterator[str]:
    for element in package.iterfind(f"{{*}}metadata//{{http://purl.org/dc/elements/1.1/}}{name}"):
        if words := squeezed(element.text or ""):
            yield words


def _published(package: Any) -> str | None:
    """The date of publication; one that is marked as that of a conversion or change is none."""
    for element in package.iterfind("{*}metadata//{http://purl.org/dc/elements/1.1/}date"):
        event = next((v for k, v in element.attrib.items() if k.rsplit("}", 1)[-1] == "event"), "publication")
        match = _DATE.match((element.text or "").strip())
        if match and event.lower() in ("publication", "original-publication"):
            return match[0]
    return None


def _page(archive: Archive, name: str) -> Any | None:
    """The body of a chapter: read as XML where it is XML, for `<title/>` means something else in HTML."""
    from lxml import etree

    data = archive.read(name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser) if not _NAMED_ENTITY.search(data) else parsed(decoded(data))
    except (etree.XMLSyntaxError, ValueError):
        root = parsed(decoded(data))
    if root is None:
        return None
    return next((element for element in root.iter("*") if tag_of(element) == "body"), root)


def _is_skipped(page: Any) -> bool:
    """True for a page that is a table of contents or a cover by its own word."""
    parts = [page, *page] if len(page) == 1 else [page]
    return any(not _SKIPPED_TYPES.isdisjoint(types_of(part)) for part in parts)
