"""Opens PDF files through pypdfium2, whose one home this package is; one file at a time. Reads nothing of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from ragbot.errors import DocumentError

# pdfium holds global state and is not safe in threads; a run that parses while it embeds may use several.
_ONE_AT_A_TIME = threading.Lock()
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """The opened file for a `with` block; others wait. Raises DocumentError if it is no PDF, damaged or encrypted."""
    if data.startswith(b"PK\x03\x04"):
        raise DocumentError("not a PDF but a ZIP archive; unpack it or give it its own suffix")
    with _ONE_AT_A_TIME:
        pdf = _opened(data)
        try:
            yield pdf
        finally:
            pdf.close()


@lru_cache(maxsize=1)
def pdfium() -> Any:
    """The library, imported when first needed."""
    import pypdfium2

    return pypdfium2


def page_error(number: int, count: int) -> DocumentError:
    """The error for page `number` (from 0) of `count` that the library cannot read."""
    return DocumentError(f"page {number + 1} of {count} cannot be read; open the file in a viewer and save it again")


def _opened(data: bytes) -> Any:
    try:
        return pdfium().PdfDocument(data)
    except pdfium().PdfiumError as error:
        # For a file without pages pdfium leaves the code of the file before: believe it only of an encrypted one.
        if error.err_code in (_PASSWORD, _SECURITY) and b"/Encrypt" in data:
            raise DocumentError("encrypted; save a copy without a password") from error
        raise DocumentError("no PDF with pages, or damaged; open it in a viewer and save it again") from error
