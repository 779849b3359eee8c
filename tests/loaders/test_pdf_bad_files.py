"""A PDF that cannot become a document says why in one line; one with a flaw gives what can be read."""

from __future__ import annotations

import io
import random

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ragbot.errors import DocumentError
from ragbot.loaders.pdf import words as pdf_words
from tests.loaders.pdf_files import Pdf, loaded, pages_of, shown

DAMAGED = "no PDF with pages, or damaged; open it in a viewer and save it again"


def reason(data: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        loaded(data)
    assert str(caught.value).isprintable()
    return str(caught.value)


def encrypted(*, user: str, owner: str) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=StandardEncryption(user, ownerPassword=owner))
    canvas.drawString(72, 600, "Rest at home.")
    canvas.save()
    return buffer.getvalue()


def with_pictures(*scanned: bool) -> bytes:
    """One page for each value: a picture of a page, or words."""
    pdf = Pdf()
    picture = ImageReader(Image.new("L", (60, 80), 200))
    for is_scanned in scanned:
        if is_scanned:
            pdf.canvas.drawImage(picture, 50, 50, 400, 600)
        else:
            pdf.write(72, 300, "Rest at home.")
        pdf.new_page()
    return pdf.bytes()


def by_hand(kids: str, count: int, *objects: str) -> bytes:
    """A PDF without a table of its objects, which readers make themselves."""
    bodies = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {count}>>", *objects]
    text = "".join(f"{number} 0 obj\n{body}\nendobj\n" for number, body in enumerate(bodies, start=1))
    return f"%PDF-1.4\n{text}trailer\n<</Root 1 0 R/Size {len(bodies) + 1}>>\n%%EOF\n".encode()


def without_pages() -> bytes:
    buffer = io.BytesIO()
    pypdfium2.PdfDocument.new().save(buffer)
    return buffer.getvalue()


PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"PK\x03\x04" + bytes(200), "not a PDF but a ZIP archive; unpack it or give it its own suffix"),
        (b"only words", DAMAGED),
        (b"%PDF-1.7\n", DAMAGED),
        (bytes(5000), DAMAGED),
        (pages_of(["Rest at home."] * 3)[:300], DAMAGED),
        (encrypted(user="secret", owner="secret"), "encrypted; save a copy without a password"),
        (with_pictures(True, True), "scanned pages without text; run OCR on it first"),
        (by_hand("3 0 R", 1, PAGE), "no text in it; check that the file is complete"),
        (without_pages(), DAMAGED),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, expected: str) -> None:
    assert reason(data) == expected


def test_a_page_that_is_missing_in_the_file_is_named() -> None:
    assert reason(by_hand("3 0 R 9 0 R", 2, PAGE)) == (
        "page 2 of 2 cannot be read; open the file in a viewer and save it again"
    )


def test_a_file_that_may_be_read_without_a_password_is_read() -> None:
    assert shown(loaded(encrypted(user="", owner="secret"))) == [("paragraph", "Rest at home.")]


def test_scanned_pages_among_others_are_named_and_the_others_read() -> None:
    document = loaded(with_pictures(True, False, True, True, False))
    assert [words for _, words in shown(document)] == ["Rest at home.", "Rest at home."]
    assert [document.page(block.span.start) for block in document.blocks] == [2, 5]
    assert document.notes == ("scanned pages without text left out: 1, 3-4; run OCR on them",)


def test_more_pages_or_characters_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pages_of(["Rest at home."] * 4)
    monkeypatch.setattr(pdf_words, "MAX_PAGES", 3)
    assert reason(data) == "4 pages, more than 3; split it"
    monkeypatch.setattr(pdf_words, "MAX_PAGES", 4)
    monkeypatch.setattr(pdf_words, "MAX_CHARACTERS", 60)  # four pages hold 52 characters
    assert len(loaded(data).blocks) == 4
    monkeypatch.setattr(pdf_words, "MAX_CHARACTERS", 30)
    assert reason(data) == "more than 0 million characters; split it"


@pytest.mark.parametrize("kids", ["2 0 R", "3 0 R 2 0 R", "3 0 R " * 50])
def test_a_tree_of_pages_that_loops_or_lies_about_its_size_is_refused(kids: str) -> None:
    assert reason(by_hand(kids, 1_000_000, PAGE))


def test_hidden_and_unreadable_characters_are_left_out() -> None:
    pdf = Pdf()
    pdf.write(72, 100, "Rest\x01 at\x7f home.")
    text = loaded(pdf.bytes()).text
    assert text.isprintable()
    assert text.startswith("Rest")


def test_type_too_small_to_see_is_read() -> None:
    pdf = Pdf()
    pdf.lines(72, 100, ["1. Rest at home.", "2. Drink water."], size=0.2, step=0.3)
    assert [words for _, words in shown(loaded(pdf.bytes()))] == ["Rest at home.", "Drink water."]


def test_a_word_that_runs_off_the_page_is_read() -> None:
    pdf = Pdf()
    pdf.write(72, 100, "a" * 5_000)
    assert [words for _, words in shown(loaded(pdf.bytes()))] == ["a" * 5_000]


WHOLE = pages_of(["Rest at home.", "Drink water.", "Ask the team."])


@settings(max_examples=60)
@given(st.integers(0, len(WHOLE)), st.integers(0, 2**32), st.integers(0, 40))
def test_any_damage_gives_a_document_or_one_line(length: int, seed: int, n_changes: int) -> None:
    data = bytearray(WHOLE[:length] if seed % 2 else WHOLE)
    chance = random.Random(seed)
    for _ in range(n_changes if data else 0):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        document = loaded(bytes(data))
    except DocumentError as error:
        document, line = None, str(error)
    if document is None:
        assert line
        assert line.isprintable()
    else:
        assert all(block.span.end <= len(document.text) for block in document.blocks)
        assert list(document.pages) == sorted(document.pages)
