"""Bytes to text: every common encoding, one kind of line end, and no file that is not text."""

from __future__ import annotations

import codecs
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragbot.errors import DocumentError
from ragbot.loaders.decoding import decode

printable = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=200)


@given(printable.filter(lambda t: not t.startswith("\ufeff")))
def test_utf8_text_is_read_as_it_is(text: str) -> None:
    assert decode(text.encode("utf-8")) == text


@given(printable.filter(lambda t: not t.startswith(("\ufeff", "\0"))))
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_names_the_encoding_and_is_taken_off(mark: bytes, encoding: str, text: str) -> None:
    assert decode(mark + text.encode(encoding)) == text


@given(st.lists(st.sampled_from(["one", "\r\n", "\n", "\r", " "])).map("".join))
def test_every_line_end_becomes_one_newline(text: str) -> None:
    assert decode(text.encode()) == "\n".join(text.replace("\r\n", "\n").split("\r"))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Ketamine costs £5 at the café.", "latin-1"),
        ("It’s “safe” – really; it costs £5.", "cp1252"),
        ("La kétamine est donnée à l'hôpital. Où êtes-vous né?", "latin-1"),
        ("Die Übelkeit läßt nach; Müdigkeit für Stunden.", "latin-1"),
        ("Lek działa szybko, ale może powodować zawroty głowy i nudności. Proszę nie prowadzić auta.", "cp1250"),
        ("Кетамин применяется в больнице под наблюдением врача.", "cp1251"),
        ("ケタミンは病院で投与されます。", "shift-jis"),
    ],
)
def test_older_encodings_are_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "text", ["Was kostet es?;Fünf Euro für Getränke, höchstens.", "Une séance dure 40 minutes à l'hôpital; c'est tôt."]
)
def test_a_few_accents_are_not_taken_for_east_asian_letters(text: str) -> None:
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_known_by_its_zeros(encoding: str) -> None:
    assert decode("Ketamine fades; so do its effects.\n".encode(encoding)) == "Ketamine fades; so do its effects.\n"


def test_a_damaged_byte_does_not_turn_the_rest_of_a_utf8_file_into_mojibake() -> None:
    text = "It’s “safe” – really. Café, naïve, £5."
    cut_short = text.encode("utf-8") + "é".encode()[:1]
    assert decode(cut_short) == text + "\ufffd"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89",
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\nstream\n" + zlib.compress(random.Random(1).randbytes(3000)),
        random.Random(2).randbytes(5000),
        bytes(60),
    ],
    ids=["png", "pdf", "random", "zeros"],
)
def test_a_file_that_is_not_text_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"not (a )?text") as caught:
        decode(data)
    assert str(caught.value).isprintable()
    assert "save it as UTF-8" in str(caught.value)


def test_a_stray_form_feed_is_still_text() -> None:
    assert decode(b"page one\x0cpage two") == "page one\x0cpage two"
