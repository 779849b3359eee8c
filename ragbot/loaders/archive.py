"""Members of a ZIP file (DOCX, EPUB), read within bounds, and XML parsed so that nothing is fetched or expanded.

Trusts nothing that the archive says of itself: sizes are counted while unpacking.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

from ragbot.errors import DocumentError

_MAX_MEMBERS = 10_000
_MAX_UNPACKED = 100_000_000  # bytes that are read in all; the XML of a thousand pages is a tenth of it
_MAX_RATIO = 200  # the XML of an office program packs to a tenth or a thirtieth; a bomb to a thousandth
_RATIO_FROM = 1_000_000  # bytes; small files of blanks may pack as well as they like
_STEP = 65_536
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class Archive:
    """The members of a ZIP file in memory. `what` names the format in the reasons for refusal."""

    def __init__(self, data: bytes, what: str) -> None:
        self._what = what
        self._unpacked = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except _BROKEN as error:
            raise DocumentError(f"not a readable {what} (damaged, or another format); save it again") from error
        if len(members) > _MAX_MEMBERS or sum(m.compress_size for m in members) > len(data):
            raise self._bomb()
        self._members = {member.filename: member for member in members}

    def __contains__(self, name: str) -> bool:
        return name in self._members

    @property
    def names(self) -> list[str]:
        """Names of all members, in the archive's order."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """The bytes of a member. Raises DocumentError if it is missing, damaged or would grow beyond bounds."""
        member = self._members.get(name)
        if member is None:
            raise DocumentError(f"not a readable {self._what} ({_shown(name)} is missing); save it again")
        if member.flag_bits & 1:
            raise DocumentError(f"{self._what} is protected by a password; save it without one")
        if member.compress_type not in _METHODS or self._is_bomb(member, member.file_size):
            raise self._bomb()
        try:
            return self._unpack(member)
        except _BROKEN as error:
            raise DocumentError(f"{self._what} is damaged ({_shown(name)}); save it again") from error

    def _unpack(self, member: zipfile.ZipInfo) -> bytes:
        parts: list[bytes] = []
        size = 0
        with self._zip.open(member) as stream:
            while step := stream.read(_STEP):
                parts.append(step)
                size += len(step)
                if self._is_bomb(member, size):
                    raise self._bomb()
        self._unpacked += size
        return b"".join(parts)

    def _is_bomb(self, member: zipfile.ZipInfo, size: int) -> bool:
        too_dense = size > _RATIO_FROM and size > _MAX_RATIO * member.compress_size
        return too_dense or self._unpacked + size > _MAX_UNPACKED

    def _bomb(self) -> DocumentError:
        return DocumentError(f"{self._what} unpacks to more than is safe; save it again or split it")


def parse_xml(data: bytes, what: str, name: str) -> Any:
    """The root element of the XML in `data`. Raises DocumentError if it is broken or declares entities."""
    from lxml import etree

    refuse_entities(data, what)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DocumentError(f"{what} is damaged ({_shown(name)} is no XML); save it again") from error


def refuse_entities(data: bytes, what: str) -> None:
    """Raises DocumentError if `data` declares XML entities, in any encoding whose letters are those of ASCII."""
    if b"<!ENTITY" in data.replace(b"\0", b"").upper():  # UTF-16 is ASCII with NULs between
        raise DocumentError(f"{what} declares XML entities, which no writer of documents does; save it again")


def _shown(name: str) -> str:
    return name.encode("ascii", "backslashreplace").decode()[:80]
