"""Sound files to broken ones: bytes, words, and the parts that a ZIP, XML or PDF is made of. Same seed, same file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from random import Random

from fuzzing.seeds import archive

MAX_BYTES = 200_000  # a bug shows in little; large files are for the hostile set
_ZIPPED = ("docx", "epub")
_ELEMENT = re.compile(rb"<([\w:]+)\b[^<>]*>[^<]*(?:<[^<>]*>[^<]*){0,6}</\1>")
_TAG = re.compile(rb"</?[\w:]+[^<>]*>")
_NUMBER = re.compile(rb"-?\d+")
_NUMBERS = (
    b"0",
    b"1",
    b"-1",
    b"255",
    b"65536",
    b"2147483647",
    b"-2147483648",
    b"99999999999999999999",
    b"1e400",
    b"0.0001",
)
_BYTES = (
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xf4\x8f\xbf\xbf",
    b"\r",
    b"\n\n",
    b" ",
    b"\x1b",
    b"\x85",
)
_CHARACTERS = "\u200b\u202e\u2028\xad\u0301\ufeff\uffff\U0001f469\u200d\u0130\xdf\ufb01\u3000\x0b\x1c"
_WORDS: dict[str, tuple[bytes, ...]] = {
    "txt": (b"- ", b" | ", b"1. ", b"?", b":", b"---\n", b"\x0c", b"\t"),
    "md": (b"---\n", b"# ", b"> ", b"- ", b"|-|\n", b"```\n", b"[a]: ", b"<!--", b"&#0;", b"&a\n", b"*a\n", b"!!python ", b"===\n", b"\t"),
    "html": (
        b"<table>", b"<td colspan=99999>", b"<tr>", b"</p>", b"<li>", b"<h1>", b"<!--", b"]]>", b"&#xD800;", b"&nbsp;", b"<svg>",
        b"<template>", b"<br>", b"<main>", b"<frameset>", b"<dd>", b"<caption>", b"<a href='//['>", b"<base href='http://['>",
        b"<meta charset=utf-7>", b"<meta charset=utf-16>", b"<time datetime='2025-99-99'>", b"<?xml version='1.0'?>", b"<![CDATA[",
    ),
    "csv": (b'"', b",", b";", b"\t", b'""', b"\n", b"question", b"'"),
    "docx": (
        b"<w:p>", b"<w:tbl/>", b"<w:tr/>", b"<w:tc/>", b"<w:t/>", b"<w:vanish/>", b"<w:sectPr/>", b"<w:txbxContent>", b'<w:gridSpan w:val="99999"/>',
        b'<w:vMerge w:val="restart"/>', b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", b"&e;", b"<w:outlineLvl w:val='x'/>",
    ),
    "epub": (b"<itemref idref='a'/>", b"../", b"%00", b"#x", b"//", b"full-path='/'", b"<!DOCTYPE a [<!ENTITY e 'eeee'>]>", b"&e;", b"<p>", b"<table>"),
    "pdf": (
        b"endobj", b"obj", b"stream\n", b"endstream", b"<<", b">>", b"[", b"]", b"/Kids", b"/Parent 7 0 R", b"/Count", b"/Contents", b"/Rotate 90",
        b"/Filter /FlateDecode", b"/Length", b"BT", b"ET", b"Tf", b"Tm", b"1 0 0 1", b"T*", b"q", b"/Encrypt 3 0 R", b"/MediaBox [0 0 0 0]", b"(", b")",
    ),
}  # fmt: skip
_WORDS |= {"xhtml": _WORDS["html"], "tsv": _WORDS["csv"]}

Mutation = Callable[[bytearray, Random], None]


def mutated(name: str, sound: bytes, others: list[bytes], random: Random) -> bytes:
    """`sound`, a file of the format `name`, broken in one to five ways; pieces of `others` may get into it."""
    if name in _ZIPPED and random.random() < 0.8:
        return _mutated_archive(name, sound, others, random)
    return _mutated_bytes(name, sound, others, random)


def _mutated_bytes(name: str, sound: bytes, others: list[bytes], random: Random) -> bytes:
    data = bytearray(sound)
    mutations = [
        _flip, _flip, _delete, _repeat, _repeat, _swap, _truncate, _number, _raw_bytes, _characters,
        _repeat_element, _nest_tags, _drop_tag, _word(name), _word(name), _word(name), _splice(others),
    ]  # fmt: skip
    for _ in range(random.choice((1, 1, 2, 3, 5))):
        random.choice(mutations)(data, random)
    return bytes(data[:MAX_BYTES])


def _mutated_archive(name: str, sound: bytes, others: list[bytes], random: Random) -> bytes:
    """The ZIP with a changed, missing, doubled or exchanged member; packed again, so that a parser gets inside."""
    with zipfile.ZipFile(io.BytesIO(sound)) as file:
        members = {member: file.read(member) for member in file.namelist()}
    names = list(members)
    one, two = random.choice(names), random.choice(names)
    action = random.random()
    if action < 0.7:
        members[one] = _mutated_bytes(name, members[one], [*members.values(), *others], random)
    elif action < 0.8:
        members[one], members[two] = members[two], members[one]
    elif action < 0.9:
        del members[one]
    else:
        members[two + random.choice(("", "/", "x", "\n", "../"))] = members[one]
    return archive(members)


def _range(data: bytearray, random: Random, longest: int) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.randint(1, longest))


def _flip(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 2, 8, 32)) if data else 0):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _delete(data: bytearray, random: Random) -> None:
    start, end = _range(data, random, random.choice((1, 8, 200)))
    del data[start:end]


def _repeat(data: bytearray, random: Random) -> None:
    start, end = _range(data, random, random.choice((1, 8, 80, 400)))
    data[start:start] = data[start:end] * random.choice((1, 2, 20, 300))


def _swap(data: bytearray, random: Random) -> None:
    one, two = sorted((_range(data, random, 80), _range(data, random, 80)))
    if one[1] <= two[0]:
        data[one[0] : two[1]] = data[slice(*two)] + data[one[1] : two[0]] + data[slice(*one)]


def _truncate(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data) + 1) :]


def _number(data: bytearray, random: Random) -> None:
    if found := list(_NUMBER.finditer(data)):
        data[slice(*random.choice(found).span())] = random.choice(_NUMBERS)


def _raw_bytes(data: bytearray, random: Random) -> None:
    place, _ = _range(data, random, 1)
    data[place:place] = random.choice(_BYTES) * random.choice((1, 3, 50))


def _characters(data: bytearray, random: Random) -> None:
    place, _ = _range(data, random, 1)
    data[place:place] = random.choice(_CHARACTERS).encode() * random.choice((1, 3, 50))


def _repeat_element(data: bytearray, random: Random) -> None:
    if found := list(_ELEMENT.finditer(data)):
        match = random.choice(found)
        data[match.start() : match.start()] = match[0] * random.choice((1, 5, 100))


def _nest_tags(data: bytearray, random: Random) -> None:
    opening = [match for match in _TAG.finditer(data) if not match[0].startswith(b"</")]
    if opening:
        match = random.choice(opening)
        data[match.start() : match.start()] = match[0] * random.choice((3, 60, 1000))


def _drop_tag(data: bytearray, random: Random) -> None:
    if found := list(_TAG.finditer(data)):
        del data[slice(*random.choice(found).span())]


def _word(name: str) -> Mutation:
    def insert(data: bytearray, random: Random) -> None:
        place, end = _range(data, random, random.choice((1, 20)))
        if random.random() < 0.5:
            end = place
        data[place:end] = random.choice(_WORDS[name]) * random.choice((1, 1, 1, 2, 200))

    return insert


def _splice(others: list[bytes]) -> Mutation:
    def splice(data: bytearray, random: Random) -> None:
        other = random.choice(others)
        start, end = _range(bytearray(other), random, 400)
        place, _ = _range(data, random, 1)
        data[place:place] = other[start:end]

    return splice
