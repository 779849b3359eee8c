"""A large file that shows a bug to a small one that shows the same. Knows neither formats nor bugs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial

from fuzzing.seeds import archive

Shows = Callable[[bytes], bool]


def shrunk(data: bytes, shows: Shows, *, tries: int = 300) -> bytes:
    """`data` with what can go taken out while `shows` still holds; a ZIP loses members, then bytes of each.

    At most `tries` files are tried. The result always shows it, if `data` does.

    >>> shrunk(b"a long way to the bug and on", lambda data: b"bug" in data)
    b'bug'
    """
    budget = _Budget(shows, tries)
    members = _members(data)
    if members is None:
        return _without_parts(data, budget)
    for name in list(members):
        fewer = {other: content for other, content in members.items() if other != name}
        if budget(archive(fewer)):
            members = fewer
    for name in list(members):
        members[name] = _without_parts(members[name], partial(_shows_with, members, name, budget))
    packed = archive(members)
    return packed if members and budget.shows(packed) else data


def _shows_with(members: dict[str, bytes], name: str, shows: Shows, part: bytes) -> bool:
    return shows(archive(members | {name: part}))


class _Budget:
    def __init__(self, shows: Shows, tries: int) -> None:
        self.shows = shows
        self._left = tries

    def __call__(self, data: bytes) -> bool:
        self._left -= 1
        return self._left >= 0 and self.shows(data)


def _without_parts(data: bytes, shows: Shows) -> bytes:
    """Take out stretches, the longest first, each half as long as those before."""
    length = max(1, len(data) // 2)
    while True:
        start = 0
        while start < len(data):
            shorter = data[:start] + data[start + length :]
            if shows(shorter):
                data = shorter
            else:
                start += length
        if length == 1:
            return data
        length //= 2


def _members(data: bytes) -> dict[str, bytes] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return {name: file.read(name) for name in file.namelist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return None
