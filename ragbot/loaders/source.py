"""What a loader is given: a file's name and bytes. Loaders never open files themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file already read: `data` are its bytes, `sha256` their hash."""

    path: str
    doc_id: str
    data: bytes
    sha256: str

    @property
    def stem_title(self) -> str:
        """A title made from the file name, for files that name none.

        >>> SourceFile("x/after-your_infusion.txt", "after-your_infusion.txt", b"", "").stem_title
        'after your infusion'
        """
        return PurePosixPath(self.doc_id).stem.replace("-", " ").replace("_", " ").strip() or self.doc_id
