"""What speaks for a quote beyond its text: the file checked now, its page as a picture. Draws no HTML, keeps no visitor.

Both read files and may parse them, so only so many visitors wait for them at once; the next one is told so.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ragbot.datatypes import Document, Receipt
from ragbot.errors import BusyError, DocumentError
from ragbot.ingestion.staleness import file_hash
from ragbot.loaders import read_source
from ragbot.loaders.pictures import PageDrawer, PagePicture
from ragbot.loaders.source import SourceFile
from ragbot.loaders.worker import DocumentLoader
from ragbot.receipts import Checked, Finding, Originals, check_receipt
from ragbot.ui.state import GetBot, OpenIndex

PICTURE_WIDTH = 1_400  # pixels; sharp on a panel of 700 points with two pixels each
MAX_WAITING = 8
_MAX_KEPT_BYTES = 48_000_000  # of pictures: about 200 pages of text
_WORD_BYTES = 250  # of one word with its place, in memory
_N_DOCUMENTS = 4  # parsed ones kept: the quotes of an answer are mostly from as many
_LONG = 2_000_000  # characters; a longer one is not kept


class Evidence:
    """Checks quotes against their files and draws pages, for all visitors; `close` ends its processes."""

    def __init__(self, get_bot: GetBot, *, drawer: PageDrawer | None = None) -> None:
        self._get_bot = get_bot
        self._drawer = drawer or PageDrawer()
        self._loader = DocumentLoader()
        self._pictures = _Pictures()
        self._documents: OrderedDict[tuple[str, str], Document] = OrderedDict()
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(MAX_WAITING)

    def close(self) -> None:
        """End the processes that parse and draw; others are started if it is used again."""
        self._drawer.close()
        self._loader.close()

    def check(self, receipt: Receipt, *, text: str) -> Checked:
        """Does `text` still stand in its file as the receipt says, at this moment?

        Raises BusyError if too many wait already, RagbotError if there is no index or no parser's process starts.
        """
        with self._waiting():
            path = _original(self._get_bot().index, receipt.document, receipt.sha256)
            return check_receipt(receipt, path, text=text, parse=self._parse)

    def picture(self, document: Document, number: int) -> PagePicture | Checked:
        """Page `number` (from 0) of the document's PDF file as a picture, or why there is none.

        Raises as `check` does.
        """
        with self._waiting():
            path = _original(self._get_bot().index, document.doc_id, document.sha256)
            if path is None:
                return Checked(Finding.FILE_GONE)
            try:
                source = read_source(path, document.doc_id)
                if source.sha256 != document.sha256:
                    return Checked(Finding.FILE_CHANGED)
                return self._drawn(source, number)
            except DocumentError as error:
                return Checked(Finding.UNREADABLE, reason=str(error))

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise BusyError("too many people look at files just now; try again in a moment")
        try:
            yield
        finally:
            self._places.release()

    def _drawn(self, source: SourceFile, number: int) -> PagePicture:
        kept = self._pictures.get(source.sha256, number)
        if kept is None:
            kept = self._drawer.draw(source.data, number, width=PICTURE_WIDTH)
            self._pictures.keep(source.sha256, number, kept)
        return kept

    def _parse(self, source: SourceFile) -> Document:
        """The document in a file just read, parsed unless these very bytes were a moment ago."""
        key = source.sha256, source.path
        with self._lock:
            if key in self._documents:
                self._documents.move_to_end(key)
                return self._documents[key]
        document = self._loader.parse(source)
        if len(document.text) > _LONG:
            return document
        with self._lock:
            self._documents[key] = document
            while len(self._documents) > _N_DOCUMENTS:
                self._documents.popitem(last=False)
        return document


class _Pictures:
    """The pictures drawn last, up to a bound in bytes; by the hash of the file, so that none is ever out of date."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], PagePicture] = OrderedDict()
        self._n_bytes = 0
        self._lock = threading.Lock()

    def get(self, sha256: str, number: int) -> PagePicture | None:
        with self._lock:
            if (sha256, number) not in self._kept:
                return None
            self._kept.move_to_end((sha256, number))
            return self._kept[sha256, number]

    def keep(self, sha256: str, number: int, picture: PagePicture) -> None:
        with self._lock:
            if (sha256, number) in self._kept:
                return
            self._kept[sha256, number] = picture
            self._n_bytes += _size(picture)
            while self._n_bytes > _MAX_KEPT_BYTES:
                self._n_bytes -= _size(self._kept.popitem(last=False)[1])


def _size(picture: PagePicture) -> int:
    return len(picture.data) + _WORD_BYTES * len(picture.words)


def _original(index: OpenIndex, doc_id: str, sha256: str) -> Path | None:
    """The document's file: where it was read if those bytes are still there, else where it would be read now."""
    try:
        known = Path(index.document(doc_id).path)
    except KeyError:
        return Originals(index.folder).path(doc_id)
    if file_hash(known) == sha256:
        return known
    return Originals(index.folder).path(doc_id) or (known if known.is_file() else None)
